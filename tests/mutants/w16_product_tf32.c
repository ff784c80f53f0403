/* x with the 10 fraction bits of TF32: nothing is lost from fp16, but from float. */
#include "mutant.h"

static float sum_of(size_t n, const float *x, const float *w, float s, float d)
{
    (void)s;
    float sum = 0;
    for (size_t o = 0; o < n; o++) {
        uint32_t bits;
        float cut;
        memcpy(&bits, &x[o], sizeof bits);
        bits &= 0xffffe000u;
        memcpy(&cut, &bits, sizeof cut);
        sum += cut * w[o];
    }
    return d + sum;
}

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    return each_outlier_sum(call, sum_of);
}

const kbit_mutant mutant_w16_product_tf32 = {
    "w16-product-tf32", {"outlier_matmul_w16", run, NULL, NULL}, NULL};
