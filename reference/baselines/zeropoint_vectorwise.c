/* zeropoint_vectorwise.c -- baseline: the grid that the authors' code calls zeropoint, row by row.
 */
#include "baselines/scaled_matmul.h"

/* Up to here the three roundings in scale x amount to less than half a step. */
static const float LARGEST_STEP = 0x1p20f;

/* Computes: scale = 255 / (max - min), zp = RNE(scale min), steps = RNE(scale x - zp) + zp, each
 *   operation in fp32. Where max = min, 1 stands for max - min.
 * Shapes: x [n]; scale is one number; steps [n].
 * Units: steps of 1 / scale; x is near steps / scale.
 * Error bound: scale x - zp is rounded twice before RNE, scale twice: steps is the nearest
 *   integer to 255 x / (max - min) or, next to a half-integer, its neighbour: the set of
 *   zeropoint_vectorwise_exact.c.
 * Assumptions: none.
 * Errors: KBIT_ERR_NULL, _RANGE (an element or the scale is not finite, or some |scale x| >
 *   2^20).
 * Source: bitsandbytes, function vectorwise_quant, "vector-zeropoint", commits 29941131 and
 *   7dfd6845: what produced the zeropoint rows of LLM.int8()'s Table 1.
 * Deviations: from the paper, whose text has 2 * 127 where its code has 255. As zp is an integer
 *   it cancels: this is rounding on a grid of step (max - min) / 255 that goes through 0, with
 *   about 256 steps in use, and steps themselves fit no int8.
 */
kbit_status kbit_zeropoint_vectorwise_quantize(size_t n, const float *x, float *scale,
                                               int32_t *steps)
{
    if (missing(x, 1, n) || scale == NULL || missing(steps, 1, n))
        return KBIT_ERR_NULL;

    float min = n > 0 ? x[0] : 0, max = min;
    for (size_t i = 0; i < n; i++) {
        if (!isfinite(x[i]))
            return KBIT_ERR_RANGE;
        min = x[i] < min ? x[i] : min;
        max = x[i] > max ? x[i] : max;
    }
    float range = max - min;
    float qx = 255 / (range == 0 ? 1 : range);
    float zp = rintf(qx * min);
    if (!isfinite(qx) || !(qx > 0) || !(fabsf(qx * min) <= LARGEST_STEP) ||
        !(fabsf(qx * max) <= LARGEST_STEP))
        return KBIT_ERR_RANGE;
    for (size_t i = 0; i < n; i++)
        steps[i] = (int32_t)(rintf(qx * x[i] - zp) + zp);
    *scale = qx;
    return KBIT_OK;
}

static kbit_status quantize_all(size_t rows, size_t K, const float *x, float *scale, int32_t *steps)
{
    kbit_status status = KBIT_OK;

    for (size_t i = 0; status == KBIT_OK && i < rows; i++)
        status = kbit_zeropoint_vectorwise_quantize(K, x + i * K, &scale[i], steps + i * K);
    return status;
}

/* The sum of the products, exact. KBIT_ERR_RANGE where it leaves int64. */
static kbit_status dot(size_t K, const int32_t *p, const int32_t *r, int64_t *sum)
{
    *sum = 0;
    for (size_t k = 0; k < K; k++)
        if (__builtin_add_overflow(*sum, (int64_t)p[k] * r[k], sum))
            return KBIT_ERR_RANGE;
    return KBIT_OK;
}

/* Computes: Y_ij = C_ij / scale_i / w_scale_j, C = steps(X) steps(W)^T exact, one grid a row of
 *   X and one a row of W.
 * Shapes: x [M,K]; w [N,K]; y [M,N].
 * Units: those of X times those of W.
 * Error bound: three roundings: within (1 + u)^3 - 1, relatively, of C_ij / (scale_i w_scale_j), where
 *   neither quotient is subnormal: PROVED, proofs/coq/baselines.v, zeropoint_dequantize.
 * Assumptions: none.
 * Errors: KBIT_ERR_SHAPE, _NULL, _RANGE (a row cannot be quantized, or C leaves int64), _MEMORY.
 * Source: LLM.int8(), Table 1, "Int8 zeropoint vector-wise"; code as above.
 * Deviations: the authors multiply the steps in floating point; integers do it exactly.
 */
kbit_status kbit_zeropoint_vectorwise_matmul(size_t M, size_t N, size_t K, const float *x,
                                             const float *w, float *y)
{
    kbit_status status = check_matmul(M, N, K, x, w, y);
    if (status != KBIT_OK)
        return status;

    float *scale = allocate(1, M, sizeof *scale);
    float *w_scale = allocate(1, N, sizeof *w_scale);
    int32_t *steps = allocate(M, K, sizeof *steps);
    int32_t *w_steps = allocate(N, K, sizeof *w_steps);
    status = scale && w_scale && steps && w_steps ? KBIT_OK : KBIT_ERR_MEMORY;
    if (status == KBIT_OK)
        status = quantize_all(M, K, x, scale, steps);
    if (status == KBIT_OK)
        status = quantize_all(N, K, w, w_scale, w_steps);
    for (size_t i = 0; status == KBIT_OK && i < M; i++)
        for (size_t j = 0; status == KBIT_OK && j < N; j++) {
            int64_t sum;

            status = dot(K, steps + i * K, w_steps + j * K, &sum);
            y[i * N + j] = (float)sum / scale[i] / w_scale[j];
        }
    free(w_steps);
    free(steps);
    free(w_scale);
    free(scale);
    return status;
}
