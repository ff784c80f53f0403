/* codes.c -- quantization as declared.
 *
 * quant=any admits what the gap theorem (reference/proofs/quantize_gap.md) leaves: for 16-bit x,
 * every sequence whose relative error stays below the gap gives RNE(127x/a), except at an exact tie,
 * where both neighbours lie at the same distance. quant=mul and quant=rdiv are replayed in fp32: IEEE
 * arithmetic makes their codes unique. */
#include "codes.h"

#include <math.h>

#include "kbit_exact.h"

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

kbit_codes kbit_codes_of(float x, float absmax, float threshold, int quant)
{
    if ((threshold >= 0 && !(fabsf(x) < threshold)) || absmax == 0 || !isfinite(absmax))
        return (kbit_codes){0, 0};
    kbit_exact_code exact = exact_code(x, absmax);
    if (quant == QUANT_ANY)
        return (kbit_codes){exact.rne, exact.other};
    int code = exact.rne;
    if (quant == QUANT_MUL)
        code = (int)nearbyintf(x * (127.0f / absmax));
    else if (quant == QUANT_RDIV)
        code = (int)nearbyintf(x / (absmax / 127.0f));
    return (kbit_codes){code, code};
}

size_t kbit_codes_row(size_t K, const float *x, float absmax, const bool *excluded,
                      float threshold, int quant, int8_t *codes, size_t max_ties, size_t *ties,
                      int *others)
{
    size_t n_ties = 0;
    for (size_t k = 0; k < K; k++) {
        kbit_codes c = {0, 0};
        if (!(excluded && excluded[k]))
            c = kbit_codes_of(x[k], absmax, threshold, quant);
        codes[k] = (int8_t)c.code;
        if (c.code != c.other) {
            if (n_ties < max_ties) {
                ties[n_ties] = k;
                others[n_ties] = c.other;
            }
            n_ties++;
        }
    }
    return n_ties;
}
