/* Takes the statistic of the row below: an index that was increased too early. */
#include "mutant.h"

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    kbit_tensor in[3] = {call->in[0], call->in[1], call->in[2]};
    const float *a = call->in[1].data;
    int8_t *q = call->out[0].data;
    kbit_status status = reference_step(call);
    for (size_t i = 0; status == KBIT_OK && i + 1 < call->M; i++)
        for (size_t k = 0; k < call->K; k++) {
            int8_t *code = &q[i * call->K + k];
            if (*code != 0 && a[i + 1] > 0)
                *code = (int8_t)fmaxf(
                    -127, fminf(127, rintf(127 * x_at(&in[0], i * call->K + k) / a[i + 1])));
        }
    return status;
}

const kbit_mutant mutant_quantize_next_row = {
    "quantize-next-row", {"quantize_rows", run, NULL, NULL}, NULL};
