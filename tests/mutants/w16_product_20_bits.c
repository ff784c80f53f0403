/* Declares acc=h100 and keeps 20 fraction bits instead of 25. */
#include "by_row.h"
#include "mutant.h"

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    static const kbit_accumulation row = {.name = "f20",
                                          .alignment = KBIT_ALIGN_ALL,
                                          .products = 16,
                                          .fraction_bits = 20,
                                          .zero_exponent = -133};
    const by_row how = {.row = &row};
    return each_sum_by_row(call, &how);
}

const kbit_mutant mutant_w16_product_20_bits = {
    "w16-product-20-bits", {"outlier_matmul_w16", run, NULL, NULL}, "acc=h100"};
