/* silu.c -- the activation of LLaMA, also called swish. */
#include "producers/producer.h"

static float silu(float x)
{
    return x / (1.0f + expf(-x));
}

/* Computes: x / (1 + exp(-x)), each operation rounded to float, then h rounded to type.
 * Shapes: x [M,K]; h [M,K] of type.
 * Units: those of x.
 * Error bound: before the last rounding, 6 u relative (u = 2^-24) for x > -87, below which exp(-x)
 *   overflows. The interval for given x: proofs/producers.md, silu. CITED, since it rests on the
 *   documented error of expf.
 * Assumptions: expf errs by at most 2 ulp. Bits are those of the C library's expf. -infinity gives NaN.
 * Errors: KBIT_ERR_UNSUPPORTED (type), _SHAPE (K > INT32_MAX, or M K overflows), _NULL.
 * Source: Hendrycks and Gimpel, arXiv:1606.08415; Elfwing, Uchibe and Doya, arXiv:1702.03118.
 * Deviations: x times 1 / (1 + exp(-x)) rounds once more and is admitted, too.
 */
kbit_status kbit_silu(size_t M, size_t K, const float *x, kbit_dtype type, void *h)
{
    return each_element(M, K, x, silu, type, h);
}
