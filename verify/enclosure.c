#include "enclosure.h"

#include <math.h>
#include <string.h>

double kbit_dequantize_error(int dequant, bool fp16_statistics)
{
    if (dequant == DEQUANT_BNB)
        return fp16_statistics
                   ? fmax(-KBIT_BOUND_DEQUANT_BNB_LO, KBIT_BOUND_DEQUANT_BNB_HI)
                   : fmax(-KBIT_BOUND_DEQUANT_BNB_F32_LO, KBIT_BOUND_DEQUANT_BNB_F32_HI);
    return fmax(-KBIT_BOUND_DEQUANT_ANY_LO, KBIT_BOUND_DEQUANT_ANY_HI);
}

double kbit_dequantize_underflow(const kbit_declared *declared, bool fp16_statistics, double c,
                                 double absmax, double w_absmax)
{
    if (fp16_statistics || c == 0 || absmax == 0 || w_absmax == 0)
        return 0;
    bool flush = declared->ftz32 == FTZ_FLUSH;
    double factors = fmax(1, fabs(c)) * fmax(1, absmax) * fmax(1, w_absmax);
    if (!isfinite(factors))
        return 0; /* the exact value is no number either */
    if (declared->dequant == DEQUANT_ANY)
        return KBIT_LOSS_DEQUANT_ANY * (flush ? KBIT_ETA_FLUSH : KBIT_ETA) * factors;
    if (flush)
        return KBIT_LOSS_DEQUANT_BNB_FLUSH * fmax(1, w_absmax);
    if (fabs(c) * absmax * w_absmax >= KBIT_RANGE_DEQUANT_BNB_F32_LO * (1 + 0x1p-50))
        return 0;
    return fmax(-KBIT_BOUND_DEQUANT_BNB_F32_SMALL_LO, KBIT_BOUND_DEQUANT_BNB_F32_SMALL_HI);
}

const char *kbit_dequantize_theorem(int dequant, bool fp16_statistics)
{
    if (dequant == DEQUANT_BNB)
        return fp16_statistics ? "dequantize-bnb" : "dequantize-bnb-f32";
    return "dequantize-any";
}

kbit_overflows kbit_dequantize_may_overflow(const kbit_declared *declared, int64_t c, float absmax,
                                            float w_absmax)
{
    if (!isfinite(absmax) || !isfinite(w_absmax))
        return KBIT_OVERFLOW_NONE;
    if (declared->dequant == DEQUANT_BNB)
        return isinf((float)c * absmax * w_absmax) ? KBIT_OVERFLOW_INF : KBIT_OVERFLOW_NONE;
    /* dequantize.md: every partial product lies between those of the factors below 1 and from 1 on. */
    const double a = (double)absmax, s = (double)w_absmax;
    const double most = fmax(1, fabs((double)c)) * fmax(1, a) * fmax(1, s);
    const double least = fmin(1, a) * fmin(1, s) / 16129;
    if (most <= 0x1p128 * (1 - 0x1p-20))
        return KBIT_OVERFLOW_NONE;
    if (c == 0 || a == 0 || s == 0)
        return KBIT_OVERFLOW_ANYTHING;
    const double smallest = declared->ftz32 == FTZ_FLUSH ? 0x1p-126 : 0x1p-149;
    return least >= smallest * (1 + 0x1p-20) ? KBIT_OVERFLOW_INF : KBIT_OVERFLOW_ANYTHING;
}

kbit_dtype kbit_subb_type(const kbit_declared *declared, const kbit_call *call)
{
    const int subB = declared->subB;
    return subB == SUBB_F16                                   ? KBIT_F16
           : subB == SUBB_BF16                                ? KBIT_BF16
           : subB == SUBB_X && call->in[0].dtype == KBIT_F16  ? KBIT_F16
           : subB == SUBB_X && call->in[0].dtype == KBIT_BF16 ? KBIT_BF16
                                                              : KBIT_F32;
}

/* w s / 127 in a 16-bit type. It may lie at a midpoint of two numbers, or within fp32's roundings of one, and
 * then the order of forming it decides: the middle of both, and how far off each is. For fp16 and fp16-valued s no order differs: tests/exhaust_codes.c runs every pair. */
static double rounded_weight(double weight, float w_absmax, kbit_dtype type, double *doubt)
{
    const double nearest = kbit_nearest(weight, type);
    *doubt = 0;
    if (type == KBIT_F16 && kbit_is_fp16(w_absmax))
        return nearest;
    const double off = fabs(weight) * (KBIT_OUTLIER_SCALE_ERROR + 0x1p-40) + 127 * 0x1p-149;
    const double low = kbit_nearest(weight - off, type), high = kbit_nearest(weight + off, type);
    if (low == high)
        return nearest;
    *doubt = (high - low) / 2;
    return low + *doubt;
}

void kbit_outlier_terms(const kbit_summation *how, kbit_sum *sum, size_t n, const int32_t *outliers,
                        const float *x_row, const int8_t *w_row, float w_absmax, kbit_dtype subB)
{
    for (size_t o = 0; o < n; o++) {
        size_t k = (size_t)outliers[o];
        double weight = (double)w_row[k] * (double)w_absmax / 127.0, doubt = 0;
        if (subB != KBIT_F32)
            weight = rounded_weight(weight, w_absmax, subB, &doubt);
        kbit_summation_add(how, sum, (double)x_row[k], weight);
        if (doubt > 0 && isfinite(x_row[k]))
            sum->doubt += doubt * fabs((double)x_row[k]);
    }
}

void kbit_outlier_terms_w16(const kbit_summation *how, kbit_sum *sum, size_t n,
                            const int32_t *outliers, const float *x_row, const float *w16_row)
{
    for (size_t o = 0; o < n; o++)
        kbit_summation_add(how, sum, (double)x_row[outliers[o]], (double)w16_row[outliers[o]]);
}

static bool is_127_times_a_power_of_2(float s)
{
    int exponent;
    return frexpf(s, &exponent) == 127.0f / 128;
}

bool kbit_outlier_sum_is_exact(const kbit_summation *how, const kbit_sum *products,
                               const kbit_sum *with_start, bool w16, float s)
{
    /* With s = 127 2^e the sum of x w is multiplied by 127 and by RN(1/127): back to where it was, if 127
     * times it still fits 24 bits, since RN(1/127) errs by less than 2^-25. With another s the sum may be
     * exact, but s/127 is not, and who multiplies by it first rounds. */
    const bool scaled = w16 || (is_127_times_a_power_of_2(s) &&
                                127 * products->encoded <= 0x1p24 * products->quantum);
    return (scaled || products->terms == 0) && products->doubt == 0 &&
           kbit_summation_is_exact(how, products, with_start, !w16);
}

bool kbit_has_fp16_value(float statistic)
{
    return !isfinite(statistic) || kbit_is_fp16(statistic);
}

bool kbit_is_fp16(float x)
{
    return kbit_nearest((double)x, KBIT_F16) == (double)x;
}
