/* t_llmint8_linear_paper -- the whole layer against the paper's definition, composed by the
 * oracles. */
#include "linear_check.h"

static const kbit_dtype TYPES[] = {KBIT_F32, KBIT_F16, KBIT_BF16};

START_TEST(test_against_the_definition)
{
    static layer l;
    int8_t w[LAYER_N * LAYER_K], q[LAYER_K];
    float s[LAYER_N];
    char out[LAYER_M * LAYER_N * 4 + 1];
    mpfr_t d, e, magnitude;

    mpfr_inits2(640, d, e, magnitude, (mpfr_ptr)NULL);
    for (int round = 0; round < 600; round++) {
        kbit_dtype type = TYPES[round % 3];
        const float *bias = round % 4 ? l.bias : NULL;

        layer_draw(&l);
        for (size_t j = 0; j < l.N; j++) { /* W without the columns in O */
            s[j] = kbit_exact_absmax(l.K, l.w16 + j * l.K, l.excluded, KBIT_THRESHOLD_OFF);
            for (size_t k = 0; k < l.K; k++)
                w[j * l.K + k] = exact_code_or_zero(l.w16[j * l.K + k], s[j], l.excluded[k]);
        }
        size_t bytes = l.M * l.N * kbit_dtype_size(type);
        out[bytes] = 0x55;
        require_status(
            kbit_llmint8_linear_paper(l.M, l.N, l.K, l.x, l.w16, bias, l.threshold, type, out),
            KBIT_OK);
        ck_assert_int_eq(out[bytes], 0x55);

        for (size_t i = 0; i < l.M; i++) {
            const float *x = l.x + i * l.K;
            float a = kbit_exact_absmax(l.K, x, l.excluded, KBIT_THRESHOLD_OFF);

            for (size_t k = 0; k < l.K; k++)
                q[k] = exact_code_or_zero(x[k], a, l.excluded[k]);
            for (size_t j = 0; j < l.N; j++) {
                int32_t c = (int32_t)kbit_exact_dot(l.K, q, w + j * l.K);

                kbit_exact_dequantize(d, c, a, s[j], MPFR_RNDN);
                kbit_exact_outlier_sum_w16(e, magnitude, x, l.n_outliers, l.outliers,
                                           l.w16 + j * l.K, MPFR_RNDN);
                uint32_t got = element(out, i * l.N + j, type);
                require(output_is_possible(got, type, d, e, magnitude, l.n_outliers,
                                           bias ? bias[j] : 0),
                        "round %d, [%zu,%zu,%zu], |O| = %zu, %s at (%zu,%zu): got %x, "
                        "D + E = %a",
                        round, l.M, l.N, l.K, l.n_outliers, kbit_dtype_name(type), i, j, got,
                        mpfr_get_d(d, MPFR_RNDN) + mpfr_get_d(e, MPFR_RNDN));
            }
        }
    }
    mpfr_clears(d, e, magnitude, (mpfr_ptr)NULL);
}
END_TEST

/* Where every column is an outlier, the layer is a 16-bit product: exact for small integers. */
START_TEST(test_threshold_zero_is_the_16_bit_product)
{
    enum { M = 3, N = 4, K = 30 };
    float x[M * K], w[N * K], bias[N] = {1, 2, 3, 4}, out[M * N];

    for (size_t i = 0; i < M * K; i++)
        x[i] = (float)((int)random_below(2001) - 1000);
    for (size_t i = 0; i < N * K; i++)
        w[i] = (float)((int)random_below(201) - 100);
    require_status(kbit_llmint8_linear_paper(M, N, K, x, w, bias, 0, KBIT_F32, out), KBIT_OK);
    for (size_t i = 0; i < M; i++)
        for (size_t j = 0; j < N; j++) {
            long sum = (long)bias[j];

            for (size_t k = 0; k < K; k++)
                sum += (long)x[i * K + k] * (long)w[j * K + k];
            require_same(out[i * N + j], (float)sum, "(%zu,%zu)", i, j);
        }
}
END_TEST

/* Columns, not elements: 5.5 is in an outlier column and does not count, so 3 has the code 127; and
 * the outlier column's weight, 100, is used as it is. Both sums are fp16 values. */
START_TEST(test_columns_not_elements)
{
    const float x[2 * 2] = {7.0f, 1.0f, 5.5f, 3.0f}, w[2] = {100.0f, 1.0f};
    kbit_f16 out[2];

    require_status(kbit_llmint8_linear_paper(2, 1, 2, x, w, NULL, 6.0f, KBIT_F16, out), KBIT_OK);
    ck_assert_uint_eq(out[0].bits, kbit_f16_from_f32(701).bits);
    ck_assert_uint_eq(out[1].bits, kbit_f16_from_f32(553).bits);
}
END_TEST

START_TEST(test_what_is_not_finite)
{
    const float x[2 * 2] = {1, 2, 3, NAN}, w[2 * 2] = {1, 0, 2, 4}, nan_w[2 * 2] = {1, 0, NAN, 4};
    float out[2 * 2];

    require_status(kbit_llmint8_linear_paper(2, 2, 2, x, w, NULL, 6, KBIT_F32, out), KBIT_OK);
    ck_assert(isfinite(out[0]) && isfinite(out[1]) && isnan(out[2]) && isnan(out[3]));
    require_status(
        kbit_llmint8_linear_paper(2, 2, 2, x, w, NULL, KBIT_THRESHOLD_OFF, KBIT_F32, out), KBIT_OK);
    ck_assert(isfinite(out[0]) && isfinite(out[1]) && isnan(out[2]) && isnan(out[3]));
    /* A NaN weight spoils its output feature, inside O (threshold 1) and outside. */
    require_status(kbit_llmint8_linear_paper(1, 2, 2, x, nan_w, NULL, 1, KBIT_F32, out), KBIT_OK);
    ck_assert(isfinite(out[0]) && isnan(out[1]));
    require_status(kbit_llmint8_linear_paper(1, 2, 2, x, nan_w, NULL, 6, KBIT_F32, out), KBIT_OK);
    ck_assert(isfinite(out[0]) && isnan(out[1]));
}
END_TEST

START_TEST(test_empty_and_refusals)
{
    const float x[2] = {1, 2};
    float out[1];
    const size_t huge = (size_t)1 << 30;

#define LINEAR(M, N, K, x, w, t, type, out)                                                        \
    kbit_llmint8_linear_paper(M, N, K, x, w, NULL, t, type, out)
    require_status(LINEAR(1, 1, 0, NULL, NULL, 6, KBIT_F32, out), KBIT_OK);
    require_same(out[0], 0.0f, "K = 0");
    require_status(LINEAR(0, 0, 2, NULL, NULL, 6, KBIT_F32, NULL), KBIT_OK);
    require_status(LINEAR(1, 1, 2, NULL, x, 6, KBIT_F32, out), KBIT_ERR_NULL);
    require_status(LINEAR(1, 1, 2, x, NULL, 6, KBIT_F32, out), KBIT_ERR_NULL);
    require_status(LINEAR(1, 1, 2, x, x, 6, KBIT_F32, NULL), KBIT_ERR_NULL);
    require_status(LINEAR(1, 1, 2, x, x, INFINITY, KBIT_F32, out), KBIT_ERR_RANGE);
    require_status(LINEAR(1, 1, 2, x, x, 6, KBIT_I32, out), KBIT_ERR_UNSUPPORTED);
    require_status(LINEAR(0, 0, (size_t)INT32_MAX + 1, x, x, 6, KBIT_F32, out), KBIT_ERR_SHAPE);
    require_status(LINEAR(1, SIZE_MAX / 4, 2, x, x, 6, KBIT_F32, out), KBIT_ERR_SHAPE);
    require_status(LINEAR(huge, huge, 0, NULL, NULL, 6, KBIT_F32, out), KBIT_ERR_MEMORY);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("llmint8_linear_paper");

    tcase_add_test(tests, test_against_the_definition);
    tcase_add_test(tests, test_threshold_zero_is_the_16_bit_product);
    tcase_add_test(tests, test_columns_not_elements);
    tcase_add_test(tests, test_what_is_not_finite);
    tcase_add_test(tests, test_empty_and_refusals);
    return run_tests("llmint8_linear_paper", tests);
}
