/* Beyond K = 131,071 any -128 is refused, however small the other codes are. */
#include "mutant.h"

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    const int8_t *w = call->in[1].data;
    for (size_t i = 0; call->K > 131071 && i < call->N * call->K; i++)
        if (w[i] == -128)
            return KBIT_ERR_RANGE;
    return reference_step(call);
}

const kbit_mutant mutant_product_refuses_128 = {
    "product-refuses-128", {"int8_matmul", run, NULL, NULL}, NULL};
