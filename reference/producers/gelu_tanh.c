/* gelu_tanh.c -- the approximation of GELU in GPT-2 and BLOOM. */
#include "producers/producer.h"

/* RN(sqrt(2 / pi)) */
static const float SQRT_2_BY_PI = 0x1.988454p-1f;

static float gelu_tanh(float x)
{
    float inner = SQRT_2_BY_PI * (x + 0.044715f * (x * x * x));

    return 0.5f * x * (1.0f + tanhf(inner));
}

/* Computes: (0.5 x) (1 + tanh(RN(sqrt(2 / pi)) (x + RN(0.044715) ((x x) x)))), each operation rounded to float,
 *   then h rounded to type.
 * Shapes: x [M,K]; h [M,K] of type.
 * Units: those of x.
 * Error bound: before the last rounding, 10 u relative for x > 0 (u = 2^-24), and 5 u |x| for x < 0, where
 *   1 + tanh cancels. The interval for given x: proofs/producers.md, gelu-tanh. CITED, since it rests on
 *   the documented error of tanhf.
 * Assumptions: tanhf errs by at most 2 ulp. Bits are those of the C library's tanhf. -infinity gives NaN.
 * Errors: KBIT_ERR_UNSUPPORTED (type), _SHAPE (K > INT32_MAX, or M K overflows), _NULL.
 * Source: Hendrycks and Gimpel, arXiv:1606.08415, section 2.
 * Deviations: none. It is a function of its own, up to 4.8e-4 from gelu, and not an inaccurate gelu.
 */
kbit_status kbit_gelu_tanh(size_t M, size_t K, const float *x, kbit_dtype type, void *h)
{
    return each_element(M, K, x, gelu_tanh, type, h);
}
