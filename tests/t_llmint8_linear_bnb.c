/* t_llmint8_linear_bnb -- the whole layer against the definitions, composed by the oracles. */
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
        for (size_t j = 0; j < l.N; j++) {
            s[j] = kbit_exact_absmax(l.K, l.w16 + j * l.K, NULL, KBIT_THRESHOLD_OFF);
            for (size_t k = 0; k < l.K; k++)
                w[j * l.K + k] = exact_code_or_zero(l.w16[j * l.K + k], s[j], false);
        }
        size_t bytes = l.M * l.N * kbit_dtype_size(type);
        out[bytes] = 0x55;
        require_status(
            kbit_llmint8_linear_bnb(l.M, l.N, l.K, l.x, w, s, bias, l.threshold, type, out),
            KBIT_OK);
        ck_assert_int_eq(out[bytes], 0x55);

        for (size_t i = 0; i < l.M; i++) {
            const float *x = l.x + i * l.K;
            float a = kbit_exact_absmax(l.K, x, NULL, l.threshold); /* elements, not columns */

            for (size_t k = 0; k < l.K; k++)
                q[k] = exact_code_or_zero(x[k], a, l.excluded[k]);
            for (size_t j = 0; j < l.N; j++) {
                int32_t c = (int32_t)kbit_exact_dot(l.K, q, w + j * l.K);

                kbit_exact_dequantize(d, c, a, s[j], MPFR_RNDN);
                kbit_exact_outlier_sum(e, magnitude, x, l.n_outliers, l.outliers, w + j * l.K, s[j],
                                       MPFR_RNDN);
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

/* A case without any freedom: absmax is 127 2^p in every row of X and W, each code is an element
 * divided by 2^p, |C| <= 2048, the outliers are small integers. One output is right, to the bit. */
START_TEST(test_transparent)
{
    enum { M = 3, N = 4, K = 40 };
    float x[M * K], s[N];
    int8_t w[N * K];
    kbit_f16 out[M * N];

    for (int round = 0; round < 200; round++) {
        float x_unit = ldexpf(1, -8 - (int)random_below(4)),
              w_unit = ldexpf(1, -(int)random_below(6));

        for (size_t i = 0; i < M; i++)
            for (size_t k = 0; k < K; k++) {
                int code = (int)random_below(15) - 7;

                if (k == 0)
                    code = i % 2 ? 127 : -127; /* forces absmax; meets weight 0 */
                if (k == 1)
                    code = 0; /* meets the weight that forces absmax */
                x[i * K + k] = (float)code * x_unit;
                if (k == 17 || k == 39)
                    x[i * K + k] = (float)((int)random_below(9) + 6); /* O = {17, 39} */
            }
        for (size_t j = 0; j < N; j++) {
            s[j] = 127 * w_unit;
            for (size_t k = 0; k < K; k++)
                w[j * K + k] = (int8_t)(k == 0 ? 0 : k == 1 ? 127 : (int)random_below(15) - 7);
        }
        require_status(kbit_llmint8_linear_bnb(M, N, K, x, w, s, NULL, 6.0f, KBIT_F16, out),
                       KBIT_OK);
        for (size_t i = 0; i < M; i++)
            for (size_t j = 0; j < N; j++) {
                double y = 0; /* exact: multiples of 2^-16 below 2^12 */

                for (size_t k = 0; k < K; k++)
                    y += (double)x[i * K + k] * w[j * K + k] * w_unit;
                uint16_t expected = kbit_f16_from_f32((float)y).bits;
                require(out[i * N + j].bits == expected, "(%zu,%zu): got %04x, %a is %04x", i, j,
                        out[i * N + j].bits, y, expected);
            }
    }
}
END_TEST

/* Absmax leaves out elements, not columns: 5.5 stands in an outlier column, gets code 0 and counts
 * towards its row's absmax. So 3 has the code RNE(127 3 / 5.5) = 69 and not 127. */
START_TEST(test_elements_not_columns)
{
    const float x[2 * 2] = {7.0f, 1.0f, 5.5f, 3.0f}, s[1] = {1};
    const int8_t w[2] = {127, 127};
    kbit_f16 out[2];

    require_status(kbit_llmint8_linear_bnb(2, 1, 2, x, w, s, NULL, 6.0f, KBIT_F16, out), KBIT_OK);
    ck_assert_uint_eq(out[0].bits, kbit_f16_from_f32(8).bits);
    ck_assert_uint_eq(out[1].bits, kbit_f16_from_f32((float)(69 * 5.5 / 127 + 5.5)).bits);
}
END_TEST

START_TEST(test_what_is_not_finite)
{
    const float x[3 * 2] = {1, 2, NAN, 2, 3, -INFINITY}, s[2] = {1, 1}, nan_s[2] = {1, NAN};
    const int8_t w[2 * 2] = {127, 0, 64, 127};
    const float bias[2] = {1, 2};
    float out[3 * 2];

    /* With a threshold both columns are in O: products, with 0 times infinity NaN. */
    require_status(kbit_llmint8_linear_bnb(3, 2, 2, x, w, s, bias, 6.0f, KBIT_F32, out), KBIT_OK);
    ck_assert(isfinite(out[0]) && isfinite(out[1]));
    ck_assert(isnan(out[2]) && isnan(out[3]));
    ck_assert(isnan(out[4]));
    require_same(out[5], -INFINITY, "infinity times a weight");

    /* Without one, rows 1 and 2 are lost as a whole and row 0 is untouched. */
    require_status(
        kbit_llmint8_linear_bnb(3, 2, 2, x, w, s, NULL, KBIT_THRESHOLD_OFF, KBIT_F32, out),
        KBIT_OK);
    ck_assert(isfinite(out[0]) && isfinite(out[1]));
    ck_assert(isnan(out[2]) && isnan(out[3]) && isnan(out[4]) && isnan(out[5]));

    require_status(kbit_llmint8_linear_bnb(1, 2, 2, x, w, nan_s, NULL, 6.0f, KBIT_F32, out),
                   KBIT_OK);
    ck_assert(isfinite(out[0]) && isnan(out[1]));
}
END_TEST

START_TEST(test_empty)
{
    float bias[2] = {3, -0.0f}, s[2] = {1, 1};
    kbit_f16 out[4] = {{1}, {1}, {1}, {1}};

    require_status(kbit_llmint8_linear_bnb(2, 2, 0, NULL, NULL, s, bias, 6, KBIT_F16, out),
                   KBIT_OK);
    for (int i = 0; i < 4; i++)
        ck_assert_uint_eq(out[i].bits, i % 2 ? 0x0000 : 0x4200); /* K = 0: the bias, and +0 - 0 */
    require_status(kbit_llmint8_linear_bnb(0, 2, 0, NULL, NULL, s, NULL, 6, KBIT_F16, NULL),
                   KBIT_OK);
    require_status(kbit_llmint8_linear_bnb(2, 0, 0, NULL, NULL, NULL, NULL, 6, KBIT_F16, NULL),
                   KBIT_OK);
}
END_TEST

START_TEST(test_refusals)
{
    const float x[2] = {1, 2}, s[1] = {1};
    const int8_t w[2] = {1, 2};
    float out[1];
    const size_t huge = (size_t)1 << 30;

#define LINEAR(M, N, K, x, w, s, t, type, out)                                                     \
    kbit_llmint8_linear_bnb(M, N, K, x, w, s, NULL, t, type, out)
    require_status(LINEAR(1, 1, 2, NULL, w, s, 6, KBIT_F32, out), KBIT_ERR_NULL);
    require_status(LINEAR(1, 1, 2, x, NULL, s, 6, KBIT_F32, out), KBIT_ERR_NULL);
    require_status(LINEAR(1, 1, 2, x, w, NULL, 6, KBIT_F32, out), KBIT_ERR_NULL);
    require_status(LINEAR(1, 1, 2, x, w, s, 6, KBIT_F32, NULL), KBIT_ERR_NULL);
    require_status(LINEAR(1, 1, 2, x, w, s, NAN, KBIT_F32, out), KBIT_ERR_RANGE);
    require_status(LINEAR(1, 1, 2, x, w, s, INFINITY, KBIT_F32, out), KBIT_ERR_RANGE);
    require_status(LINEAR(1, 1, 2, x, w, s, -2, KBIT_F32, out), KBIT_ERR_RANGE);
    require_status(LINEAR(1, 1, 2, x, w, s, 6, KBIT_I8, out), KBIT_ERR_UNSUPPORTED);
    require_status(LINEAR(0, 0, (size_t)INT32_MAX + 1, x, w, s, 6, KBIT_F32, out), KBIT_ERR_SHAPE);
    require_status(LINEAR(SIZE_MAX / 4, 1, 2, x, w, s, 6, KBIT_F32, out), KBIT_ERR_SHAPE);
    require_status(LINEAR(SIZE_MAX / 4, 2, 0, x, w, s, 6, KBIT_F32, out), KBIT_ERR_SHAPE);
    require_status(LINEAR(huge, huge, 0, NULL, NULL, s, 6, KBIT_F32, out), KBIT_ERR_MEMORY);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("llmint8_linear_bnb");

    tcase_add_test(tests, test_against_the_definition);
    tcase_add_test(tests, test_transparent);
    tcase_add_test(tests, test_elements_not_columns);
    tcase_add_test(tests, test_what_is_not_finite);
    tcase_add_test(tests, test_empty);
    tcase_add_test(tests, test_refusals);
    return run_tests("llmint8_linear_bnb", tests);
}
