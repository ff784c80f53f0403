/* t_outlier_columns -- the list O against the oracle, element by element. */
#include "kbit_check.h"
#include "kbit_exact.h"

/* 6 and its fp16 neighbours, the ends of the range, zero of either sign, off. */
static const float THRESHOLDS[] = {6.0f,      0x1.7fcp2f, 0x1.804p2f,        6.4f,
                                   0.0f,      -0.0f,      0x1p-24f,          65504.0f,
                                   0x1p-149f, FLT_MAX,    KBIT_THRESHOLD_OFF};

static void check_against_oracle(size_t M, size_t K, const float *x, float threshold)
{
    int32_t *got = malloc((K + 1) * sizeof *got);
    size_t n = SIZE_MAX, expected = 0;

    got[K] = 12345; /* one past the room that is promised */
    require_status(kbit_outlier_columns(M, K, x, threshold, got, &n), KBIT_OK);
    for (size_t k = 0; k < K; k++) {
        bool in_outliers = false;

        for (size_t i = 0; i < M; i++)
            in_outliers |= kbit_exact_is_outlier(x[i * K + k], threshold);
        if (in_outliers) {
            require(expected < n, "[%zu,%zu], threshold %a: column %zu is missing", M, K, threshold,
                    k);
            require(got[expected] == (int32_t)k, "column %zu came out as %d", k, got[expected]);
            expected++;
        }
    }
    ck_assert_uint_eq(n, expected);
    ck_assert_int_eq(got[K], 12345);
    free(got);
}

START_TEST(test_every_f16)
{
    float x[65536];

    for (unsigned h = 0; h < 65536; h++)
        x[h] = kbit_f16_to_f32((kbit_f16){(uint16_t)h});
    for (size_t t = 0; t < COUNT(THRESHOLDS); t++)
        check_against_oracle(1, 65536, x, THRESHOLDS[t]);
}
END_TEST

START_TEST(test_random)
{
    float x[40 * 70];

    for (int round = 0; round < 300; round++) {
        size_t M = random_below(41), K = random_below(71);

        for (size_t i = 0; i < M * K; i++)
            x[i] = random_below(50) == 0 ? random_f16() : random_small() * 0.5f;
        if (M * K > 0 && round % 7 == 0)
            x[random_below(M * K)] = round % 2 ? NAN : -INFINITY;
        check_against_oracle(M, K, x, THRESHOLDS[random_below(COUNT(THRESHOLDS))]);
    }
}
END_TEST

/* The definition itself, on values that decide. */
START_TEST(test_definition)
{
    const float x[2 * 8] = {1, 6.0f,  0x1.7fcp2f, -0.0f, -6.0f, NAN, 2, 3, /* row 0 */
                            5, -1.0f, 5.5f,       0.0f,  0.5f,  0,   2, -INFINITY};
    int32_t got[8];
    size_t n;

    require_status(kbit_outlier_columns(2, 8, x, 6.0f, got, &n), KBIT_OK);
    ck_assert_uint_eq(n, 4);
    ck_assert_int_eq(got[0], 1); /* 6.0 itself: "at least" */
    ck_assert_int_eq(got[1], 4); /* -6.0 */
    ck_assert_int_eq(got[2], 5); /* NaN */
    ck_assert_int_eq(got[3], 7); /* infinity, in the second row */

    require_status(kbit_outlier_columns(2, 8, x, 0.0f, got, &n), KBIT_OK);
    ck_assert_uint_eq(n, 8); /* |-0| >= 0 */
    require_status(kbit_outlier_columns(2, 8, x, KBIT_THRESHOLD_OFF, got, &n), KBIT_OK);
    ck_assert_uint_eq(n, 0);
}
END_TEST

START_TEST(test_refusals)
{
    const float x[2] = {1, 2};
    int32_t got[2];
    size_t n;

    require_status(kbit_outlier_columns(1, 2, x, INFINITY, got, &n), KBIT_ERR_RANGE);
    require_status(kbit_outlier_columns(1, 2, x, NAN, got, &n), KBIT_ERR_RANGE);
    require_status(kbit_outlier_columns(1, 2, x, -2, got, &n), KBIT_ERR_RANGE);
    require_status(kbit_outlier_columns(1, 2, x, -INFINITY, got, &n), KBIT_ERR_RANGE);
    require_status(kbit_outlier_columns(1, 2, NULL, 6, got, &n), KBIT_ERR_NULL);
    require_status(kbit_outlier_columns(1, 2, x, 6, NULL, &n), KBIT_ERR_NULL);
    require_status(kbit_outlier_columns(1, 2, x, 6, got, NULL), KBIT_ERR_NULL);
    require_status(kbit_outlier_columns(0, (size_t)INT32_MAX + 1, x, 6, got, &n), KBIT_ERR_SHAPE);
    require_status(kbit_outlier_columns(SIZE_MAX / 4, 2, x, 6, got, &n), KBIT_ERR_SHAPE);
    n = 7;
    require_status(kbit_outlier_columns(5, 0, NULL, 6, NULL, &n), KBIT_OK);
    ck_assert_uint_eq(n, 0);
    n = 7;
    require_status(kbit_outlier_columns(0, 2, NULL, 0, got, &n), KBIT_OK);
    ck_assert_uint_eq(n, 0);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("outlier_columns");

    tcase_add_test(tests, test_every_f16);
    tcase_add_test(tests, test_random);
    tcase_add_test(tests, test_definition);
    tcase_add_test(tests, test_refusals);
    return run_tests("outlier_columns", tests);
}
