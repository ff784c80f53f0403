/* Refuses a legal shape as impossible. */
#include "mutant.h"

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    return call->N % 2 ? KBIT_ERR_SHAPE : reference_step(call);
}

const kbit_mutant mutant_product_refuses_odd_n = {
    "product-refuses-odd-n", {"int8_matmul", run, NULL, NULL}, NULL};
