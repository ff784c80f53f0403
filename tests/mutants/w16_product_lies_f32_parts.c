/* Declares fp32 partial sums and stores them in fp16. */
#include "by_row.h"
#include "mutant.h"

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    const by_row how = {.row = kbit_accumulation_find("h100"), .part = 8, .partials = KBIT_F16};
    return each_sum_by_row(call, &how);
}

const kbit_mutant mutant_w16_product_lies_f32_parts = {
    "w16-product-lies-f32-parts", {"outlier_matmul_w16", run, NULL, NULL}, "acc=h100 splitk=f32"};
