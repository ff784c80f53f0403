/* vectorwise_exact.c -- oracle: one output of an absmax baseline, from the definition.
 *
 * The baselines differ only in their constants: give a and s as the baseline chooses them.
 */
#include "kbit_baselines_exact.h"

static int code_of(float x, float absmax)
{
    return absmax == 0 ? 0 : kbit_exact_quantize(x, absmax).rne;
}

int kbit_exact_absmax_output(mpfr_t y, size_t K, const float *x_row, float a, const float *w_row,
                             float s, mpfr_rnd_t rnd)
{
    int32_t c = 0; /* K <= 133,144 */

    for (size_t k = 0; k < K; k++)
        c += code_of(x_row[k], a) * code_of(w_row[k], s);
    return kbit_exact_dequantize(y, c, a, s, rnd);
}
