/* linear_check.h -- what the tests of the two linear layers share: from the oracles' D and E to the
 * interval in which an output must lie.
 */
#ifndef KBIT_TESTS_LINEAR_CHECK_H
#define KBIT_TESTS_LINEAR_CHECK_H

#include "kbit_check.h"
#include "kbit_exact.h"
#include "proofs/bounds.h"

enum { LAYER_M = 5, LAYER_N = 6, LAYER_K = 70 };

/* One layer's inputs, and what the definitions say of it. */
typedef struct {
    size_t M, N, K;
    float x[LAYER_M * LAYER_K];
    float w16[LAYER_N * LAYER_K];
    float bias[LAYER_N];
    float threshold;
    size_t n_outliers;
    int32_t outliers[LAYER_K];
    bool excluded[LAYER_K];
} layer;

/* Random fp16 values; about one column in ten has outliers of up to 200. */
static inline void layer_draw(layer *l)
{
    const float thresholds[] = {6.0f, 6.0f, 6.0f, 3.5f, 0x1.804p2f, 0.0f, KBIT_THRESHOLD_OFF};

    l->M = random_below(LAYER_M + 1);
    l->N = random_below(LAYER_N + 1);
    l->K = random_below(LAYER_K + 1);
    l->threshold = thresholds[random_below(COUNT(thresholds))];
    for (size_t k = 0; k < l->K; k++) {
        bool wild = random_below(10) == 0;

        for (size_t i = 0; i < l->M; i++)
            l->x[i * l->K + k] = random_small() * (wild && random_below(2) ? 0x1p5f : 0.5f);
        for (size_t j = 0; j < l->N; j++)
            l->w16[j * l->K + k] = random_small() * (random_below(9) ? 0x1p-6f : 0x1p-3f);
    }
    if (l->M > 0 && random_below(4) == 0) /* a row of zeros, of both signs */
        for (size_t k = 0; k < l->K; k++)
            l->x[k] = k % 2 ? 0.0f : -0.0f;
    for (size_t j = 0; j < l->N; j++)
        l->bias[j] = random_small();
    l->n_outliers = 0;
    for (size_t k = 0; k < l->K; k++) {
        l->excluded[k] = false;
        for (size_t i = 0; i < l->M; i++)
            l->excluded[k] |= kbit_exact_is_outlier(l->x[i * l->K + k], l->threshold);
        if (l->excluded[k])
            l->outliers[l->n_outliers++] = (int32_t)k;
    }
}

static inline int8_t exact_code_or_zero(float x, float absmax, bool masked)
{
    return masked || absmax == 0 ? 0 : (int8_t)kbit_exact_quantize(x, absmax).rne;
}

/* Is out, an encoding of type, what some Y within the steps' bounds of D + E gives after the bias
 * and one rounding? D is within the proved bound of its exact value; E as outlier_matmul.c says
 * (its bound covers that of outlier_matmul_w16.c). Rounding is monotone: the ends decide. */
static inline bool output_is_possible(uint32_t out, kbit_dtype type, mpfr_t d, mpfr_t e, mpfr_t s,
                                      size_t n, float bias)
{
    mpfr_t radius, part, end;
    bool possible;

    mpfr_inits2(800, radius, part, end, (mpfr_ptr)NULL);
    mpfr_mul_d(radius, d, -KBIT_BOUND_DEQUANT_BNB_LO, MPFR_RNDA); /* the larger end */
    mpfr_abs(radius, radius, MPFR_RNDU);
    mpfr_abs(part, d, MPFR_RNDU); /* u |D + E|, from above: D's own error is below |D| */
    mpfr_mul_2ui(part, part, 1, MPFR_RNDU);
    mpfr_add(part, part, s, MPFR_RNDU);
    mpfr_div_2ui(part, part, 24, MPFR_RNDU);
    mpfr_add(radius, radius, part, MPFR_RNDU);
    mpfr_mul_d(part, s, ((double)n + 3) * 0x1p-24, MPFR_RNDU); /* (1+u) g < (n + 3) u */
    mpfr_add(radius, radius, part, MPFR_RNDU);

    mpfr_add(end, d, e, MPFR_RNDN);
    mpfr_add_d(end, end, bias, MPFR_RNDN);
    mpfr_sub(part, end, radius, MPFR_RNDD);
    mpfr_add(end, end, radius, MPFR_RNDU);
    uint32_t low = kbit_exact_encode(part, type, MPFR_RNDN);
    uint32_t high = kbit_exact_encode(end, type, MPFR_RNDN);
    float got, from, to;
    kbit_widen(1, type, &out, &got); /* little-endian: the low bits come first */
    kbit_widen(1, type, &low, &from);
    kbit_widen(1, type, &high, &to);
    possible = got >= from && got <= to;
    mpfr_clears(radius, part, end, (mpfr_ptr)NULL);
    return possible;
}

static inline uint32_t element(const void *out, size_t at, kbit_dtype type)
{
    uint32_t wide;
    uint16_t narrow;

    if (type == KBIT_F32) {
        memcpy(&wide, (const char *)out + 4 * at, 4);
        return wide;
    }
    memcpy(&narrow, (const char *)out + 2 * at, 2);
    return narrow;
}

#endif
