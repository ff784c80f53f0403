/* Refuses the largest K that int32 can hold, too. */
#include "mutant.h"

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    return call->K >= 131071 ? KBIT_ERR_RANGE : reference_step(call);
}

const kbit_mutant mutant_product_refuses_limit = {
    "product-refuses-limit", {"int8_matmul", run, NULL, NULL}, NULL};
