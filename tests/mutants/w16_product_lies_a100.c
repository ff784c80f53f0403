/* Declares acc=a100 and flushes subnormal operands. */
#include "by_row.h"
#include "mutant.h"

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    const by_row how = {.row = kbit_accumulation_find("a100"), .flush_operands = true};
    return each_sum_by_row(call, &how);
}

const kbit_mutant mutant_w16_product_lies_a100 = {
    "w16-product-lies-a100", {"outlier_matmul_w16", run, NULL, NULL}, "acc=a100"};
