/* baselines.h -- what the tests of the baselines share: inputs, the plain product, and a runner. */
#ifndef KBIT_TESTS_BASELINES_H
#define KBIT_TESTS_BASELINES_H

#include <check.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "kbit_baselines.h"

#define OK(call) ck_assert_int_eq((call), KBIT_OK)

/* splitmix64: well-mixed bits from a counter. */
static inline uint64_t mix(uint64_t *state)
{
    uint64_t z = *state += 0x9e3779b97f4a7c15u;

    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

/* n fp16 values near N(0, scale^2) + shift. */
static inline void fill_f16(uint64_t *state, size_t n, float scale, float shift, float *x)
{
    for (size_t i = 0; i < n; i++) {
        double sum = -6;

        for (int j = 0; j < 12; j++)
            sum += (double)(mix(state) >> 11) * 0x1p-53;
        x[i] = kbit_f16_to_f32(kbit_f16_from_f32((float)sum * scale + shift));
    }
}

/* X W^T in double, the same for sums of magnitudes. */
static inline double real_output(size_t K, const float *x_row, const float *w_row)
{
    double sum = 0;

    for (size_t k = 0; k < K; k++)
        sum += (double)x_row[k] * (double)w_row[k];
    return sum;
}

/* Frobenius norm of Y - X W^T over that of X W^T. */
static inline double relative_error(size_t M, size_t N, size_t K, const float *x, const float *w,
                                    const float *y)
{
    double error = 0, size = 0;

    for (size_t i = 0; i < M; i++)
        for (size_t j = 0; j < N; j++) {
            double real = real_output(K, x + i * K, w + j * K);

            error += ((double)y[i * N + j] - real) * ((double)y[i * N + j] - real);
            size += real * real;
        }
    return sqrt(error / size);
}

/* What every baseline must answer at the edges. */
static inline void check_edges(kbit_baseline_matmul baseline)
{
    float x[4] = {1, 2, 3, 4}, w[4] = {1, 0, 0, 1}, y[4] = {9, 9, 9, 9};

    ck_assert_int_eq(baseline(2, 2, 2, NULL, w, y), KBIT_ERR_NULL);
    ck_assert_int_eq(baseline(2, 2, 2, x, NULL, y), KBIT_ERR_NULL);
    ck_assert_int_eq(baseline(2, 2, 2, x, w, NULL), KBIT_ERR_NULL);
    ck_assert_int_eq(baseline(2, SIZE_MAX / 4, 2, x, w, y), KBIT_ERR_SHAPE);
    ck_assert_int_eq(baseline(0, 2, 2, NULL, w, NULL), KBIT_OK);
    ck_assert_int_eq(baseline(2, 2, 0, NULL, NULL, y), KBIT_OK);
    for (int i = 0; i < 4; i++)
        ck_assert(y[i] == 0);
    memset(x, 0, sizeof x);
    OK(baseline(2, 2, 2, x, w, y));
    for (int i = 0; i < 4; i++)
        ck_assert(y[i] == 0);
}

static inline int run_tests(const char *suite_name, size_t n, const TTest *const *tests)
{
    Suite *suite = suite_create(suite_name);
    TCase *cases = tcase_create("all");
    SRunner *runner;
    int failed;

    for (size_t i = 0; i < n; i++)
        tcase_add_test(cases, tests[i]);
    suite_add_tcase(suite, cases);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

#endif
