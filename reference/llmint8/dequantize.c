/* dequantize.c -- step 5: the integer product back to the units of X and W. */
#include "llmint8/checks.h"

/* 1 / 127^2 rounded to fp32; its relative error is -1.851e-8. */
static const float ONE_BY_127_SQUARED = 0x1.040c2p-14f;

/* Computes: D_ij = C_ij a_i s_j / 127^2, by the operations (((float)C_ij a_i) s_j) RN(1/127^2).
 * Shapes: c [M,N]; absmax [M], a of X's rows; w_absmax [N], s of W's rows; d [M,N].
 * Units: those of X times those of W.
 * Error bound: relative, in KBIT_BOUND_DEQUANT_BNB, that is [-2.57e-7, +2.20e-7], for any int32 C
 *   and fp16-valued a and s: PROVED, proofs/dequantize_bnb.g. Four roundings, of (float)C (none for
 *   |C| <= 2^24) and of three products; the constant's error is the fifth part.
 *   For bf16 and fp32 statistics the same where |C a s| is in KBIT_RANGE_DEQUANT_BNB_F32 and |C a| at
 *   most 2^127, so that no product is subnormal or overflows; where |C a s| is smaller, an absolute
 *   error in KBIT_BOUND_DEQUANT_BNB_F32_SMALL: PROVED, proofs/dequantize_bnb_f32.g.
 * Assumptions: none; a statistic that is NaN or infinite gives what IEEE arithmetic gives, and with
 *   the codes 0 that quantize_rows writes for such a row, NaN.
 * Errors: KBIT_ERR_SHAPE (M N overflows), _NULL.
 * Source: LLM.int8(), section 3.1: C_f16 = S C_i32 with S = 1 / (c_x outer c_w), c = 127 / absmax.
 * Deviations: the order of operations and the constant are those of the CUDA kernel of bitsandbytes
 *   (which multiplies by the constant in one fused step with the bias). Its default backend has
 *   6.200124e-05 for the constant: a digit is missing, the relative error is 1.8e-5. The caption
 *   of the paper's Figure 2 multiplies by an outer product of absmax values where its section 3.1
 *   divides by one of c = 127 / absmax.
 */
kbit_status kbit_dequantize(size_t M, size_t N, const int32_t *c, const float *absmax,
                            const float *w_absmax, float *d)
{
    if (too_large(M, N))
        return KBIT_ERR_SHAPE;
    if (missing(c, M, N) || missing(absmax, 1, M) || missing(w_absmax, 1, N) || missing(d, M, N))
        return KBIT_ERR_NULL;

    for (size_t i = 0; i < M; i++)
        for (size_t j = 0; j < N; j++) {
            float in_steps = (float)c[i * N + j];

            d[i * N + j] = in_steps * absmax[i] * w_absmax[j] * ONE_BY_127_SQUARED;
        }
    return KBIT_OK;
}
