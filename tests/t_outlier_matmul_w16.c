/* t_outlier_matmul_w16 -- the paper's outlier product: exact cases exactly, the rest by theorem. */
#include "kbit_check.h"
#include "kbit_exact.h"

enum { MOST_M = 4, MOST_N = 5, MOST_K = 80 };

static size_t random_list(size_t K, size_t one_in, int32_t *outliers)
{
    size_t n = 0;

    for (size_t k = 0; k < K; k++)
        if (random_below(one_in) == 0)
            outliers[n++] = (int32_t)k;
    return n;
}

/* |Y - (D + E)| <= u |D + E| + (1 + u) (n-1) u S, or n for n - 1. */
static bool within_bound(float y, float d, mpfr_t e, mpfr_t s, size_t n, bool exact_products)
{
    mpfr_t bound, error, part;
    size_t sums = exact_products ? (n > 0 ? n - 1 : 0) : n;

    mpfr_inits2(700, bound, error, part, (mpfr_ptr)NULL);
    mpfr_mul_d(bound, s, (1 + 0x1p-24) * 0x1p-24, MPFR_RNDU);
    mpfr_mul_ui(bound, bound, sums, MPFR_RNDU);
    mpfr_add_d(error, e, d, MPFR_RNDN); /* D + E */
    mpfr_div_2ui(part, error, 24, MPFR_RNDN);
    mpfr_abs(part, part, MPFR_RNDU);
    mpfr_add(bound, bound, part, MPFR_RNDU);
    mpfr_sub_d(error, error, y, MPFR_RNDN);
    bool inside = mpfr_cmpabs(error, bound) <= 0;
    mpfr_clears(bound, error, part, (mpfr_ptr)NULL);
    return inside;
}

START_TEST(test_random_within_the_bound)
{
    float x[MOST_M * MOST_K], w[MOST_N * MOST_K], d[MOST_M * MOST_N], y[MOST_M * MOST_N + 1];
    int32_t outliers[MOST_K];
    mpfr_t sum, magnitude;

    mpfr_inits2(640, sum, magnitude, (mpfr_ptr)NULL);
    for (int round = 0; round < 600; round++) {
        size_t M = random_below(MOST_M + 1), N = random_below(MOST_N + 1);
        size_t K = random_below(MOST_K + 1), n = random_list(K, 1 + random_below(8), outliers);
        bool f32 = round % 4 == 0;

        for (size_t i = 0; i < M * K; i++)
            x[i] = f32 ? random_small() * (1 + (float)random_below(1000) * 0x1p-20f) : random_f16();
        for (size_t i = 0; i < N * K; i++)
            w[i] = f32 ? random_small() * (1 + (float)random_below(1000) * 0x1p-20f) : random_f16();
        for (size_t i = 0; i < M * N; i++)
            d[i] = round % 3 ? random_small() : 0;
        y[M * N] = 3;
        require_status(kbit_outlier_matmul_w16(M, N, K, x, n, outliers, w, d, y), KBIT_OK);
        ck_assert(y[M * N] == 3);
        for (size_t i = 0; i < M; i++)
            for (size_t j = 0; j < N; j++) {
                ck_assert_int_eq(kbit_exact_outlier_sum_w16(sum, magnitude, x + i * K, n, outliers,
                                                            w + j * K, MPFR_RNDN),
                                 0);
                require(within_bound(y[i * N + j], d[i * N + j], sum, magnitude, n, !f32),
                        "[%zu,%zu,%zu], |O| = %zu, at (%zu,%zu): got %a, sum is %a", M, N, K, n, i,
                        j, y[i * N + j], mpfr_get_d(sum, MPFR_RNDN));
            }
    }
    mpfr_clears(sum, magnitude, (mpfr_ptr)NULL);
}
END_TEST

/* Multiples of one power of two with a sum below 2^24 of it: every order is exact. */
START_TEST(test_common_power_is_exact)
{
    float x[MOST_M * MOST_K], w[MOST_N * MOST_K], d[MOST_M * MOST_N], y[MOST_M * MOST_N];
    int32_t outliers[MOST_K];

    for (int round = 0; round < 300; round++) {
        size_t n = random_list(MOST_K, 1 + random_below(8), outliers);
        float unit = ldexpf(1, (int)random_below(20) - 10);

        for (size_t i = 0; i < COUNT(x); i++)
            x[i] = (float)((int)random_below(401) - 200) * unit;
        for (size_t i = 0; i < COUNT(w); i++)
            w[i] = (float)((int)random_below(401) - 200);
        for (size_t i = 0; i < COUNT(d); i++)
            d[i] = (float)((int)random_below(2001) - 1000) * unit;
        require_status(kbit_outlier_matmul_w16(MOST_M, MOST_N, MOST_K, x, n, outliers, w, d, y),
                       KBIT_OK);
        for (size_t i = 0; i < MOST_M; i++)
            for (size_t j = 0; j < MOST_N; j++) {
                long sum = (long)(d[i * MOST_N + j] / unit);

                for (size_t o = 0; o < n; o++)
                    sum += (long)(x[i * MOST_K + (size_t)outliers[o]] / unit) *
                           (long)w[j * MOST_K + (size_t)outliers[o]];
                require_same(y[i * MOST_N + j], (float)sum * unit, "(%zu,%zu)", i, j);
            }
    }
}
END_TEST

START_TEST(test_what_is_not_finite)
{
    const float nan[1] = {NAN}, infinite[1] = {INFINITY}, zero[1] = {0}, two[1] = {2}, d[1] = {5};
    const int32_t O[] = {0};
    float y[1];

    require_status(kbit_outlier_matmul_w16(1, 1, 1, infinite, 1, O, zero, d, y), KBIT_OK);
    require_same(y[0], NAN, "infinity times 0");
    require_status(kbit_outlier_matmul_w16(1, 1, 1, zero, 1, O, infinite, d, y), KBIT_OK);
    require_same(y[0], NAN, "0 times infinity");
    require_status(kbit_outlier_matmul_w16(1, 1, 1, nan, 1, O, zero, d, y), KBIT_OK);
    require_same(y[0], NAN, "NaN times 0");
    require_status(kbit_outlier_matmul_w16(1, 1, 1, infinite, 1, O, two, d, y), KBIT_OK);
    require_same(y[0], INFINITY, "infinity");
    require_status(kbit_outlier_matmul_w16(1, 1, 1, infinite, 0, NULL, two, d, y), KBIT_OK);
    require_same(y[0], 5.0f, "infinity outside O");
}
END_TEST

START_TEST(test_refusals)
{
    const float x[2] = {1, 2}, w[2] = {1, 2}, d[1] = {1};
    const int32_t O[] = {0, 1}, twice[] = {0, 0}, negative[] = {-1};
    float y[1];

    require_status(kbit_outlier_matmul_w16(1, 1, 2, NULL, 2, O, w, d, y), KBIT_ERR_NULL);
    require_status(kbit_outlier_matmul_w16(1, 1, 2, x, 2, NULL, w, d, y), KBIT_ERR_NULL);
    require_status(kbit_outlier_matmul_w16(1, 1, 2, x, 2, O, NULL, d, y), KBIT_ERR_NULL);
    require_status(kbit_outlier_matmul_w16(1, 1, 2, x, 2, O, w, NULL, y), KBIT_ERR_NULL);
    require_status(kbit_outlier_matmul_w16(1, 1, 2, x, 2, O, w, d, NULL), KBIT_ERR_NULL);
    require_status(kbit_outlier_matmul_w16(1, 1, 2, x, 2, twice, w, d, y), KBIT_ERR_RANGE);
    require_status(kbit_outlier_matmul_w16(1, 1, 2, x, 1, negative, w, d, y), KBIT_ERR_RANGE);
    require_status(kbit_outlier_matmul_w16(0, 1, (size_t)INT32_MAX + 1, x, 0, O, w, d, y),
                   KBIT_ERR_SHAPE);
    require_status(kbit_outlier_matmul_w16(SIZE_MAX / 4, 1, 2, x, 0, O, w, d, y), KBIT_ERR_SHAPE);
    require_status(kbit_outlier_matmul_w16(1, 0, 2, x, 2, O, NULL, NULL, NULL), KBIT_OK);
    require_status(kbit_outlier_matmul_w16(1, 1, 0, NULL, 0, NULL, NULL, d, y), KBIT_OK);
    require_same(y[0], 1.0f, "K = 0");
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("outlier_matmul_w16");

    tcase_add_test(tests, test_random_within_the_bound);
    tcase_add_test(tests, test_common_power_is_exact);
    tcase_add_test(tests, test_what_is_not_finite);
    tcase_add_test(tests, test_refusals);
    return run_tests("outlier_matmul_w16", tests);
}
