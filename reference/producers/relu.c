/* relu.c -- the activation of OPT's feed-forward layers. */
#include "producers/producer.h"

static float relu(float x)
{
    return x > 0 || isnan(x) ? x : 0.0f;
}

/* Computes: h_ik = max(X_ik, 0), rounded to type; NaN stays NaN, and -0 gives +0.
 * Shapes: x [M,K]; h [M,K] of type.
 * Units: those of x.
 * Error bound: exact: one rounding, and none where type holds every value of x.
 * Assumptions: none.
 * Errors: KBIT_ERR_UNSUPPORTED (type), _SHAPE (K > INT32_MAX, or M K overflows), _NULL.
 * Source: Nair and Hinton, ICML 2010; the layer that LLM.int8() quantizes in OPT.
 * Deviations: fmaxf(x, 0) would turn a NaN into 0. A zero of either sign is admitted by the referee: x times
 *   (x > 0), which many write, gives -0 for negative x.
 */
kbit_status kbit_relu(size_t M, size_t K, const float *x, kbit_dtype type, void *h)
{
    return each_element(M, K, x, relu, type, h);
}
