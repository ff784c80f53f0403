/* Whether an element exceeds its absmax is looked for in fp16 only: elsewhere the code is cut to 127. */
#include "mutant.h"

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    float *absmax = call->in[1].data, *given = calloc(call->M + 1, sizeof *given);
    kbit_tensor in[3] = {call->in[0], call->in[1], call->in[2]};
    kbit_call changed = *call;
    changed.in = in;
    in[1].data = given;
    for (size_t i = 0; i < call->M; i++)
        given[i] = call->in[0].dtype == KBIT_F16 ? absmax[i] : absmax[i] * (1 + 0x1p-6f);
    kbit_status status = reference_step(call);
    if (status == KBIT_ERR_RANGE)
        status = reference_step(&changed);
    free(given);
    return status;
}

const kbit_mutant mutant_quantize_refuses_f16_alone = {
    "quantize-refuses-f16-alone", {"quantize_rows", run, NULL, NULL}, NULL};
