/* Declares CDNA2, which flushes subnormal operands, and keeps them. */
#include "by_row.h"
#include "mutant.h"

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    const by_row how = {.row = kbit_accumulation_find("ieee")};
    return each_sum_by_row(call, &how);
}

const kbit_mutant mutant_w16_product_lies_keeps = {"w16-product-lies-keeps",
                                                   {"outlier_matmul_w16", run, NULL, NULL},
                                                   "acc=cdna2 ftz-in16=flush ftz32=flush"};
