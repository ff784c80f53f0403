/* One scale for the whole matrix. */
#include "mutant.h"

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    kbit_tensor in[3] = {call->in[0], call->in[1], call->in[2]};
    const float *a = call->in[1].data;
    float *top = calloc(call->M + 1, sizeof *top), most = 0;
    for (size_t i = 0; i < call->M; i++)
        most = a[i] > most ? a[i] : most;
    for (size_t i = 0; i < call->M; i++)
        top[i] = most;
    in[1].data = top;
    kbit_call changed = *call;
    changed.in = in;
    kbit_status status = reference_step(&changed);
    free(top);
    return status;
}

const kbit_mutant mutant_quantize_per_tensor = {
    "quantize-per-tensor", {"quantize_rows", run, NULL, NULL}, NULL};
