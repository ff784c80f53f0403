/* For up to eight rows a second tile of features takes its sums from the first. */
#include "mutant.h"

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    int32_t *c = call->out[0].data;
    kbit_status status = reference_step(call);
    for (size_t e = 0; status == KBIT_OK && e < call->M * call->N; e++) {
        if (call->M > 1 && call->M <= 8 && call->K > 256 && e % call->N >= 128)
            c[e] = c[e - 128];
    }
    return status;
}

const kbit_mutant mutant_product_few_tokens = {
    "product-few-tokens", {"int8_matmul", run, NULL, NULL}, NULL};
