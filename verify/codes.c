/* codes.c -- quantization as declared.
 *
 * quant=any admits what the gap theorem (reference/proofs/quantize_gap.md) leaves: for 16-bit x,
 * every sequence whose relative error stays below the gap gives RNE(127x/a), except at an exact
 * tie, where both neighbours lie at the same distance; for fp32 x it admits what a division to 2.5 ulp
 * and two more roundings can give. quant=mul, rdiv and reciprocal are replayed in fp32: IEEE arithmetic
 * makes their codes unique. Where the sequence overflows there is none. */
#include "codes.h"

#include <math.h>

#include "kbit_exact.h"
#include "numbers.h"
#include "proofs/bounds.h"

/* RNE(127x/a) by a filter: the double quotient errs by less than 2^-52 relative, so away from the
 * half-integers it decides; near them the integer oracle does. */
static kbit_exact_code exact_code(float x, float absmax)
{
    double t = 127.0 * (double)x / (double)absmax;
    double from_half = fabs(fabs(t - floor(t)) - 0.5);
    if (from_half > 0x1p-40) {
        int code = (int)nearbyint(t);
        return (kbit_exact_code){code, code, false};
    }
    return kbit_exact_quantize(x, absmax);
}

/* The gap theorem is about x and a of one format: an absmax of fp32 beside 16-bit x has none. */
bool kbit_codes_one_format(float absmax, kbit_dtype type)
{
    return type != KBIT_F32 &&
           (isinf(absmax) || kbit_nearest((double)absmax, type) == (double)absmax);
}

/* The gap theorem covers fp16, and bf16 where 127/a and a/127 stay normal. */
static bool has_gap(float absmax, kbit_dtype type)
{
    if (!kbit_codes_one_format(absmax, type))
        return false;
    return type == KBIT_F16 || (type == KBIT_BF16 && absmax >= (float)KBIT_RANGE_QUANT_BF16_LO &&
                                absmax <= (float)KBIT_RANGE_QUANT_BF16_HI);
}

/* Every integer that rounding 127x/a (1 + r), |r| <= rho, can give: one or two. */
static kbit_codes near_codes(float x, float absmax, double rho)
{
    double t = 127.0 * (double)x / (double)absmax, margin = fabs(t) * (rho + 0x1p-50);
    int low = (int)nearbyint(t - margin), high = (int)nearbyint(t + margin);
    int code = (int)nearbyint(t);
    return (kbit_codes){code, code == low ? high : low, false};
}

/* The code of a quotient that the declared sequence determines. */
static kbit_codes code_of(float t)
{
    if (!(fabsf(t) <= 127.5f)) /* 127.5 rounds to 128 */
        return (kbit_codes){0, 0, true};
    int code = (int)nearbyintf(t);
    return (kbit_codes){code, code, code > 127 || code < -127};
}

kbit_codes kbit_codes_of(float x, float absmax, float threshold, int quant, kbit_dtype type)
{
    if ((threshold >= 0 && !(fabsf(x) < threshold)) || absmax == 0 || !isfinite(absmax))
        return (kbit_codes){0, 0, false};
    int code;
    switch (quant) {
    case QUANT_MUL:
        return code_of(x * (127.0f / absmax));
    case QUANT_RDIV:
        return code_of(x / (absmax / 127.0f));
    case QUANT_RECIPROCAL:
        return code_of(x * (127.0f * (1.0f / absmax)));
    case QUANT_EXACT:
        if (!kbit_codes_one_format(absmax, type))
            return near_codes(x, absmax, KBIT_BOUND_QUANT_EXACT_F32_HI);
        code = exact_code(x, absmax).rne;
        return (kbit_codes){code, code, false};
    default:
        if (!has_gap(absmax, type))
            return near_codes(x, absmax, KBIT_BOUND_QUANT_ANY_F32_HI);
        kbit_exact_code exact = exact_code(x, absmax);
        return (kbit_codes){exact.rne, exact.other, false};
    }
}

bool kbit_codes_flush(float x, float absmax, float threshold, int quant, bool *none)
{
    *none = quant == QUANT_RDIV && absmax > 0 && absmax < 127 * KBIT_LEAST_NORMAL &&
            !(threshold >= 0 && !(fabsf(x) < threshold));
    const bool inverse = quant == QUANT_RECIPROCAL || quant == QUANT_ANY;
    return fabsf(x) < KBIT_LEAST_NORMAL || absmax < KBIT_LEAST_NORMAL ||
           (threshold >= 0 && threshold < KBIT_LEAST_NORMAL) ||
           (inverse && absmax > 1 / KBIT_LEAST_NORMAL);
}

size_t kbit_codes_row(size_t K, const float *x, float absmax, const bool *excluded, float threshold,
                      int quant, kbit_dtype type, int8_t *codes, size_t max_ties, size_t *ties,
                      int *others)
{
    size_t n_ties = 0;
    bool none = false;
    for (size_t k = 0; k < K; k++) {
        kbit_codes c = {0, 0, false};
        if (!(excluded && excluded[k]))
            c = kbit_codes_of(x[k], absmax, threshold, quant, type);
        none |= c.none;
        codes[k] = (int8_t)c.code;
        if (c.code != c.other) {
            if (n_ties < max_ties) {
                ties[n_ties] = k;
                others[n_ties] = c.other;
            }
            n_ties++;
        }
    }
    return none ? KBIT_NO_CODES : n_ties;
}
