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
    if (fp16_statistics)
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

bool kbit_dequantize_in_range(double c, double absmax, bool fp16_statistics)
{
    return fp16_statistics || !(fabs(c * absmax) > KBIT_RANGE_DEQUANT_BNB_F32_HI) ||
           !isfinite(absmax);
}

void kbit_outlier_terms(const kbit_summation *how, kbit_sum *sum, size_t n, const int32_t *outliers,
                        const float *x_row, const int8_t *w_row, float w_absmax, int subB)
{
    for (size_t o = 0; o < n; o++) {
        size_t k = (size_t)outliers[o];
        double weight = (double)w_row[k] * (double)w_absmax / 127.0;
        if (subB == SUBB_F16)
            weight = kbit_nearest(weight, KBIT_F16);
        kbit_summation_add(how, sum, (double)x_row[k], weight);
    }
}

void kbit_outlier_terms_w16(const kbit_summation *how, kbit_sum *sum, size_t n,
                            const int32_t *outliers, const float *x_row, const float *w16_row)
{
    for (size_t o = 0; o < n; o++)
        kbit_summation_add(how, sum, (double)x_row[outliers[o]], (double)w16_row[outliers[o]]);
}

bool kbit_is_fp16(float x)
{
    return kbit_nearest((double)x, KBIT_F16) == (double)x;
}
