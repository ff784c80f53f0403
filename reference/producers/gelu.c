/* gelu.c -- the activation of BERT and GPT-NeoX. */
#include "producers/producer.h"

/* RN(1 / sqrt 2) */
static const float INVERSE_SQRT_2 = 0x1.6a09e6p-1f;

static float gelu(float x)
{
    return 0.5f * x * (1.0f + erff(x * INVERSE_SQRT_2));
}

/* Computes: (0.5 x) (1 + erf(x RN(1 / sqrt 2))), each operation rounded to float, then h rounded to type.
 * Shapes: x [M,K]; h [M,K] of type.
 * Units: those of x.
 * Error bound: before the last rounding, 7 u relative for x > 0 (u = 2^-24), and 4 u |x| for x < 0, where
 *   1 + erf cancels: beyond -5 no digit is left. The interval for given x: proofs/producers.md, gelu. CITED,
 *   since it rests on the documented error of erff.
 * Assumptions: erff errs by at most 2 ulp. Bits are those of the C library's erff. -infinity gives NaN.
 * Errors: KBIT_ERR_UNSUPPORTED (type), _SHAPE (K > INT32_MAX, or M K overflows), _NULL.
 * Source: Hendrycks and Gimpel, arXiv:1606.08415.
 * Deviations: by erfc the tail below -5 would keep its digits; nobody computes it so.
 */
kbit_status kbit_gelu(size_t M, size_t K, const float *x, kbit_dtype type, void *h)
{
    return each_element(M, K, x, gelu, type, h);
}
