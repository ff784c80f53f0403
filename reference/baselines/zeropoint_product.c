/* zeropoint_product.c -- the integer product of the zeropoint baseline, in the paper's two forms.
 */
#include "baselines/scaled_matmul.h"

static int64_t largest_factor(size_t n, const int8_t *codes, int zero_point)
{
    int64_t largest = 0;

    for (size_t i = 0; i < n; i++) {
        int64_t factor = llabs((int64_t)codes[i] + zero_point);

        largest = factor > largest ? factor : largest;
    }
    return largest;
}

static kbit_status check_product(size_t M, size_t N, size_t K, const int8_t *a, int16_t zp_a,
                                 const int8_t *b, int16_t zp_b, const int32_t *c)
{
    if (too_wide(K) || too_large(M, K) || too_large(N, K) || too_large(M, N))
        return KBIT_ERR_SHAPE;
    if (missing(a, M, K) || missing(b, N, K) || missing(c, M, N))
        return KBIT_ERR_NULL;

    /* Below 2^16 each, so that the product of the three fits: 2^16 2^16 2^31 < 2^63. */
    int64_t term = largest_factor(M * K, a, zp_a) * largest_factor(N * K, b, zp_b);
    return term > 0 && (int64_t)K > INT32_MAX / term ? KBIT_ERR_RANGE : KBIT_OK;
}

/* Computes: C_ij = sum_k (a_ik + zp_a) (b_jk + zp_b).
 * Shapes: a [M,K]; b [N,K]; c [M,N].
 * Units: steps of 1 / (scale_a scale_b).
 * Error bound: exact.
 * Assumptions: K max|a + zp_a| max|b + zp_b| <= 2^31 - 1: any order of summation then fits
 *   int32. For factors up to 254, the most where 0 lies in both ranges, that is K <= 33,286.
 * Errors: KBIT_ERR_SHAPE, _NULL, _RANGE (the assumption).
 * Source: LLM.int8(), section 2.1: C_i32 = multiply_i16(A_zp_a, B_zp_b).
 * Deviations: none.
 */
kbit_status kbit_zeropoint_product(size_t M, size_t N, size_t K, const int8_t *a, int16_t zp_a,
                                   const int8_t *b, int16_t zp_b, int32_t *c)
{
    kbit_status status = check_product(M, N, K, a, zp_a, b, zp_b, c);
    if (status != KBIT_OK)
        return status;

    for (size_t i = 0; i < M; i++)
        for (size_t j = 0; j < N; j++) {
            int32_t sum = 0;

            for (size_t k = 0; k < K; k++)
                sum += (a[i * K + k] + zp_a) * (b[j * K + k] + zp_b);
            c[i * N + j] = sum;
        }
    return KBIT_OK;
}

static int64_t row_sum(size_t K, const int8_t *row)
{
    int64_t sum = 0;

    for (size_t k = 0; k < K; k++)
        sum += row[k];
    return sum;
}

/* Computes: C_ij = sum_k a_ik b_jk + zp_b sum_k a_ik + zp_a sum_k b_jk + K zp_a zp_b: the form
 *   for a machine whose matrix product takes int8 only. Equal to kbit_zeropoint_product, bit for
 *   bit.
 * Shapes, units, assumptions, errors: as kbit_zeropoint_product.
 * Error bound: exact. The four terms may leave int32 even where their sum does not, hence int64;
 *   int32 arithmetic that wraps gives the same.
 * Source: LLM.int8(), section 2.1, the product "without such an instruction".
 * Deviations: the paper unrolls one multiplication, A_i8 B_i8 + A_i8 zp_b + B_i8 zp_a + zp_a
 *   zp_b; summed over k it gives the two sums of rows and the factor K.
 */
kbit_status kbit_zeropoint_product_unrolled(size_t M, size_t N, size_t K, const int8_t *a,
                                            int16_t zp_a, const int8_t *b, int16_t zp_b, int32_t *c)
{
    kbit_status status = check_product(M, N, K, a, zp_a, b, zp_b, c);
    if (status != KBIT_OK)
        return status;

    for (size_t i = 0; i < M; i++)
        for (size_t j = 0; j < N; j++) {
            const int8_t *row = a + i * K, *column = b + j * K;
            int64_t sum = (int64_t)K * zp_a * zp_b;

            sum += zp_b * row_sum(K, row) + zp_a * row_sum(K, column);
            for (size_t k = 0; k < K; k++)
                sum += row[k] * column[k];
            c[i * N + j] = (int32_t)sum;
        }
    return KBIT_OK;
}
