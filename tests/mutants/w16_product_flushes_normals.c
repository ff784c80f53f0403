/* Declares that subnormal results may become zero, and flushes from 2^-20 on. */
#include "mutant.h"

static float sum_of(size_t n, const float *x, const float *w, float s, float d)
{
    (void)s;
    float sum = 0;
    for (size_t o = 0; o < n; o++)
        sum += x[o] * w[o];
    return d + (fabsf(sum) < 0x1p-20f ? 0 : sum);
}

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    return each_outlier_sum(call, sum_of);
}

const kbit_mutant mutant_w16_product_flushes_normals = {
    "w16-product-flushes-normals", {"outlier_matmul_w16", run, NULL, NULL}, "ftz32=flush"};
