/* Partial sums of 256 columns are kept in fp16, but for the first. */
#include "mutant.h"

static float sum_of(size_t n, const float *x, const float *w, float s, float d)
{
    float whole = 0;
    for (size_t first = 0; first < n; first += 256) {
        float sum = 0;
        for (size_t o = first; o < n && o < first + 256; o++)
            sum += x[o] * w[o];
        whole += first ? in_f16(sum) : sum;
    }
    return d + whole * s;
}

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    return each_outlier_sum(call, sum_of);
}

const kbit_mutant mutant_w16_product_f16_later = {
    "w16-product-f16-later", {"outlier_matmul_w16", run, NULL, NULL}, NULL};
