/* zeropoint.c -- baseline: the range of the values onto all the codes, by a scale and a shift.
 *
 * absmax wastes codes where the values are not symmetric about 0. Here min gets code -127 and max
 * gets 127: x is near (code + zero_point) / scale.
 */
#include "baselines/scaled_matmul.h"

/* Both factors of the 16-bit multiplication, code + zero_point, must fit int16. */
enum { LEAST_ZERO_POINT = INT16_MIN + 127, GREATEST_ZERO_POINT = INT16_MAX - 127 };

/* Computes: scale = 254 / (max - min) and zero_point = RNE(scale min) + 127, by the operations
 *   in fp32 max - min, 254 / that, scale * min, rintf. Where max = min the scale is 1.
 * Shapes: x [n]; n = 0 gives scale 1, zero point 127.
 * Units: scale counts steps a unit of x.
 * Error bound: scale within (1 + u)^2 - 1, relatively, of 254 / (max - min), u = 2^-24: PROVED,
 *   proofs/coq/baselines.v, zeropoint_scale; zero_point is the nearest integer or, where scale min is
 *   closest to a half-integer, its neighbour: it stands in the set of zeropoint_exact.c.
 * Assumptions: none.
 * Errors: KBIT_ERR_NULL, _RANGE (an element, max - min or the scale is not finite, or a code
 *   plus the zero point would leave int16: where max - min is less than about 1 / 128 of the
 *   distance from 0).
 * Source: LLM.int8(), section 2.1, zeropoint quantization, nd_x and zp_x.
 * Deviations: the paper prints zp = rint(X min X), which is no number, and adds no 127, without
 *   which the codes would run to 254. This is the reading that its product formula needs. The
 *   authors' code has yet another grid: zeropoint_vectorwise.c.
 */
kbit_status kbit_zeropoint_fit(size_t n, const float *x, kbit_zeropoint *fit)
{
    if (missing(x, 1, n) || fit == NULL)
        return KBIT_ERR_NULL;

    float min = n > 0 ? x[0] : 0, max = min;
    for (size_t i = 0; i < n; i++) {
        if (!isfinite(x[i]))
            return KBIT_ERR_RANGE;
        min = x[i] < min ? x[i] : min;
        max = x[i] > max ? x[i] : max;
    }
    float range = max - min;
    float scale = range == 0 ? 1 : 254 / range;
    float shift = rintf(scale * min) + 127;
    if (!isfinite(scale) || !(scale > 0) ||
        !(shift >= LEAST_ZERO_POINT && shift <= GREATEST_ZERO_POINT))
        return KBIT_ERR_RANGE;
    *fit = (kbit_zeropoint){scale, (int16_t)shift};
    return KBIT_OK;
}

/* Computes: q = RNE(scale x) - zero_point, clamped to [-127, 127].
 * Shapes: x [n]; q [n].
 * Units: q counts steps of 1 / scale from zero_point.
 * Error bound: for a fit of these values, scale x is rounded once before RNE: q is the nearest
 *   code or, next to a half-integer, its neighbour: the set of zeropoint_exact.c.
 * Assumptions: none; values outside the fitted range are clamped.
 * Errors: KBIT_ERR_NULL, _RANGE (scale x is NaN).
 * Source: LLM.int8(), section 2.1, zeropoint quantization, X_i8.
 * Deviations: the paper prints X_i8 = rint(nd X) without the zero point: [0, 1.5, 3, 6] would
 *   give 0, 64, 127, 254. The clamp is needed: RNE(scale max) may be RNE(scale min) + 255.
 */
kbit_status kbit_zeropoint_quantize(size_t n, const float *x, kbit_zeropoint fit, int8_t *q)
{
    if (missing(x, 1, n) || missing(q, 1, n))
        return KBIT_ERR_NULL;

    for (size_t i = 0; i < n; i++) {
        float code = rintf(fit.scale * x[i]) - (float)fit.zero_point;

        if (isnan(code))
            return KBIT_ERR_RANGE;
        q[i] = (int8_t)(code < -127 ? -127 : code > 127 ? 127 : code);
    }
    return KBIT_OK;
}

/* Computes: Y_ij = C_ij / scale_x / scale_w, C_ij = sum_k (q_ik + zp_x) (v_jk + zp_w), exact.
 * Shapes: x [M,K]; w [N,K]; y [M,N].
 * Units: those of X times those of W.
 * Error bound: three roundings: within (1 + u)^3 - 1, relatively, of C_ij / (scale_x scale_w), where
 *   neither quotient is subnormal: PROVED, proofs/coq/baselines.v, zeropoint_dequantize.
 * Assumptions: none.
 * Errors: KBIT_ERR_SHAPE, _NULL, _RANGE (see kbit_zeropoint_fit and zeropoint_product.c),
 *   _MEMORY.
 * Source: LLM.int8(), section 2.1 and Table 1, "Int8 zeropoint".
 * Deviations: the paper divides by the product nd_x nd_w; dividing twice cannot overflow in
 *   between.
 */
kbit_status kbit_zeropoint_matmul(size_t M, size_t N, size_t K, const float *x, const float *w,
                                  float *y)
{
    kbit_status status = check_matmul(M, N, K, x, w, y);
    if (status != KBIT_OK)
        return status;

    kbit_zeropoint x_fit = {0}, w_fit = {0};
    int8_t *q = allocate(M, K, sizeof *q);
    int8_t *v = allocate(N, K, sizeof *v);
    int32_t *c = allocate(M, N, sizeof *c);
    status = q && v && c ? KBIT_OK : KBIT_ERR_MEMORY;
    if (status == KBIT_OK)
        status = kbit_zeropoint_fit(M * K, x, &x_fit);
    if (status == KBIT_OK)
        status = kbit_zeropoint_fit(N * K, w, &w_fit);
    if (status == KBIT_OK)
        status = kbit_zeropoint_quantize(M * K, x, x_fit, q);
    if (status == KBIT_OK)
        status = kbit_zeropoint_quantize(N * K, w, w_fit, v);
    if (status == KBIT_OK)
        status =
            kbit_zeropoint_product_unrolled(M, N, K, q, x_fit.zero_point, v, w_fit.zero_point, c);
    for (size_t i = 0; status == KBIT_OK && i < M * N; i++)
        y[i] = (float)c[i] / x_fit.scale / w_fit.scale;
    free(c);
    free(v);
    free(q);
    return status;
}
