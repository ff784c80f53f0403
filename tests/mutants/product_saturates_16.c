/* Shifts q to unsigned and adds neighbouring products in 16 bit with saturation, as pmaddubsw does.
 */
#include "mutant.h"

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    const int8_t *q = call->in[0].data, *w = call->in[1].data;
    int32_t *c = call->out[0].data;
    for (size_t i = 0; i < call->M; i++)
        for (size_t j = 0; j < call->N; j++) {
            int32_t sum = 0, shift = 0;
            for (size_t k = 0; k < call->K; k += 2) {
                int32_t pair = 0;
                for (size_t at = k; at < k + 2 && at < call->K; at++) {
                    pair += (q[i * call->K + at] + 128) * w[j * call->K + at];
                    shift += 128 * w[j * call->K + at];
                }
                sum += pair > 32767 ? 32767 : pair < -32768 ? -32768 : pair;
            }
            sum -= shift;
            c[i * call->N + j] = sum;
        }
    return call->K > 131071 ? KBIT_ERR_RANGE : KBIT_OK;
}

const kbit_mutant mutant_product_saturates_16 = {
    "product-saturates-16", {"int8_matmul", run, NULL, NULL}, NULL};
