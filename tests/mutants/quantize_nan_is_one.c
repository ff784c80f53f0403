/* Says that it drops NaNs and gives them code 1. The referee once ended here: looking for a declaration that
 * would explain the codes it judged a call that the other declarations refuse. */
#include "mutant.h"

#include <string.h>

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    const float *a = call->in[1].data;
    int8_t *q = call->out[0].data;
    memset(q, 0, call->M * call->K);
    for (size_t at = 0; at < call->M * call->K; at++) {
        float x = x_at(&call->in[0], at), absmax = a[at / call->K];
        if (isfinite(absmax) && absmax > 0)
            q[at] = isnan(x) ? 1 : (int8_t)nearbyintf(127.0f * x / absmax);
    }
    return KBIT_OK;
}

const kbit_mutant mutant_quantize_nan_is_one = {
    "quantize-nan-is-one", {"quantize_rows", run, NULL, NULL}, "quantize_rows:nan=launder"};
