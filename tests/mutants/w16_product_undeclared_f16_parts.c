/* Partial sums of a split are stored in fp16, and that is not declared. */
#include "by_row.h"
#include "mutant.h"

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    const by_row how = {.row = kbit_accumulation_find("ieee"), .part = 8, .partials = KBIT_F16};
    return each_sum_by_row(call, &how);
}

const kbit_mutant mutant_w16_product_undeclared_f16_parts = {
    "w16-product-undeclared-f16-parts", {"outlier_matmul_w16", run, NULL, NULL}, ""};
