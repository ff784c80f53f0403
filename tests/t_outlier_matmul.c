/* t_outlier_matmul -- the outlier product: exact cases exactly, random ones within the theorem. */
#include "kbit_check.h"
#include "kbit_exact.h"
#include "proofs/bounds.h"

enum { MOST_M = 4, MOST_N = 5, MOST_K = 80 };

static size_t random_list(size_t K, size_t one_in, int32_t *outliers)
{
    size_t n = 0;

    for (size_t k = 0; k < K; k++)
        if (random_below(one_in) == 0)
            outliers[n++] = (int32_t)k;
    return n;
}

/* |Y - (D + E)| <= u |D + E| + (1+u) g S with g = (1 + (n-1)u)(1+u)^2(1+2^-27) - 1, or n for n-1.
 */
static bool within_bound(float y, float d, mpfr_t e, mpfr_t s, size_t n, bool exact_products)
{
    mpfr_t u1, g, bound, error;
    size_t sums = exact_products ? (n > 0 ? n - 1 : 0) : n;

    mpfr_inits2(700, u1, g, bound, error, (mpfr_ptr)NULL);
    mpfr_set_d(u1, 1 + 0x1p-24, MPFR_RNDN);
    mpfr_set_d(g, -KBIT_BOUND_OUTLIER_SCALE_LO, MPFR_RNDN); /* r, the larger end */
    mpfr_add_ui(g, g, 1, MPFR_RNDU);
    mpfr_mul_d(g, g, 1 + (double)sums * 0x1p-24, MPFR_RNDU);
    mpfr_sub_ui(g, g, 1, MPFR_RNDU);
    mpfr_mul(g, g, u1, MPFR_RNDU);
    mpfr_mul(bound, g, s, MPFR_RNDU);
    mpfr_add_d(error, e, d, MPFR_RNDN); /* D + E */
    mpfr_div_2ui(g, error, 24, MPFR_RNDN);
    mpfr_abs(g, g, MPFR_RNDU);
    mpfr_add(bound, bound, g, MPFR_RNDU);
    mpfr_sub_d(error, error, y, MPFR_RNDN);
    bool inside = mpfr_cmpabs(error, bound) <= 0;
    mpfr_clears(u1, g, bound, error, (mpfr_ptr)NULL);
    return inside;
}

START_TEST(test_random_within_the_bound)
{
    float x[MOST_M * MOST_K], s[MOST_N], d[MOST_M * MOST_N], y[MOST_M * MOST_N + 1];
    int8_t w[MOST_N * MOST_K];
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
            w[i] = random_code();
        for (size_t j = 0; j < N; j++)
            s[j] = fabsf(random_f16());
        for (size_t i = 0; i < M * N; i++)
            d[i] = round % 3 ? random_small() : 0;
        y[M * N] = 3;
        require_status(kbit_outlier_matmul(M, N, K, x, n, outliers, w, s, d, y), KBIT_OK);
        ck_assert(y[M * N] == 3);
        for (size_t i = 0; i < M; i++)
            for (size_t j = 0; j < N; j++) {
                kbit_exact_outlier_sum(sum, magnitude, x + i * K, n, outliers, w + j * K, s[j],
                                       MPFR_RNDN);
                require(within_bound(y[i * N + j], d[i * N + j], sum, magnitude, n, !f32),
                        "[%zu,%zu,%zu], |O| = %zu, at (%zu,%zu): got %a, sum is %a", M, N, K, n, i,
                        j, y[i * N + j], mpfr_get_d(sum, MPFR_RNDN));
            }
    }
    mpfr_clears(sum, magnitude, (mpfr_ptr)NULL);
}
END_TEST

/* Integers times s = 127: the sum is an integer below 2^24 in any order, and only the constant's
 * rounding is left, 127 RN(1/127) = 1 - 3.7e-9, which rounds back to the integer. */
START_TEST(test_integers_are_exact)
{
    float x[MOST_M * MOST_K], s[MOST_N], d[MOST_M * MOST_N], y[MOST_M * MOST_N];
    int8_t w[MOST_N * MOST_K];
    int32_t outliers[MOST_K];

    for (int round = 0; round < 300; round++) {
        size_t n = random_list(MOST_K, 1 + random_below(8), outliers);

        for (size_t i = 0; i < COUNT(x); i++)
            x[i] = (float)((int)random_below(41) - 20);
        for (size_t i = 0; i < COUNT(w); i++)
            w[i] = (int8_t)((int)random_below(21) - 10);
        for (size_t j = 0; j < MOST_N; j++)
            s[j] = 127;
        for (size_t i = 0; i < COUNT(d); i++)
            d[i] = (float)((int)random_below(2001) - 1000);
        require_status(kbit_outlier_matmul(MOST_M, MOST_N, MOST_K, x, n, outliers, w, s, d, y),
                       KBIT_OK);
        for (size_t i = 0; i < MOST_M; i++)
            for (size_t j = 0; j < MOST_N; j++) {
                long sum = 0;

                for (size_t o = 0; o < n; o++)
                    sum += (long)x[i * MOST_K + (size_t)outliers[o]] *
                           w[j * MOST_K + (size_t)outliers[o]];
                require_same(y[i * MOST_N + j], d[i * MOST_N + j] + (float)sum, "(%zu,%zu)", i, j);
            }
    }
}
END_TEST

/* One column of O is not zero: this pins down which columns are read. */
START_TEST(test_one_column_at_a_time)
{
    float x[MOST_K], y[1];
    int8_t w[MOST_K];
    const float s[1] = {127}, d[1] = {0};
    const int32_t outliers[] = {0, 3, 4, 41, 79};

    for (int k = 0; k < MOST_K; k++)
        w[k] = (int8_t)(k + 1);
    for (int k = 0; k < MOST_K; k++) {
        bool in_outliers = k == 0 || k == 3 || k == 4 || k == 41 || k == 79;

        memset(x, 0, sizeof x);
        x[k] = 1;
        require_status(kbit_outlier_matmul(1, 1, MOST_K, x, 5, outliers, w, s, d, y), KBIT_OK);
        require_same(y[0], in_outliers ? (float)(k + 1) : 0.0f, "column %d", k);
    }
}
END_TEST

START_TEST(test_what_is_not_finite)
{
    const float nan[1] = {NAN}, infinite[1] = {INFINITY}, one[1] = {1}, s[1] = {1}, d[1] = {5};
    const float both[2] = {INFINITY, -INFINITY};
    const int8_t zero[1] = {0}, code[2] = {2, 2};
    const int32_t O[] = {0, 1};
    float y[1];

    require_status(kbit_outlier_matmul(1, 1, 1, infinite, 1, O, zero, s, d, y), KBIT_OK);
    require_same(y[0], NAN, "infinity times code 0");
    require_status(kbit_outlier_matmul(1, 1, 1, nan, 1, O, zero, s, d, y), KBIT_OK);
    require_same(y[0], NAN, "NaN times code 0");
    require_status(kbit_outlier_matmul(1, 1, 1, infinite, 1, O, code, s, d, y), KBIT_OK);
    require_same(y[0], INFINITY, "infinity");
    require_status(kbit_outlier_matmul(1, 1, 2, both, 2, O, code, s, d, y), KBIT_OK);
    require_same(y[0], NAN, "infinity minus infinity");
    require_status(kbit_outlier_matmul(1, 1, 1, one, 1, O, code, nan, d, y), KBIT_OK);
    require_same(y[0], NAN, "NaN weights");
    require_status(kbit_outlier_matmul(1, 1, 1, infinite, 0, NULL, code, s, d, y), KBIT_OK);
    require_same(y[0], 5.0f, "infinity outside O");
    require_status(kbit_outlier_matmul(1, 1, 1, one, 0, NULL, code, s, nan, y), KBIT_OK);
    require_same(y[0], NAN, "NaN in D");
}
END_TEST

START_TEST(test_refusals)
{
    const float x[2] = {1, 2}, s[1] = {1}, d[1] = {1};
    const int8_t w[2] = {1, 2};
    const int32_t O[] = {0, 1}, falling[] = {1, 0}, beyond[] = {2};
    float y[1];

    require_status(kbit_outlier_matmul(1, 1, 2, NULL, 2, O, w, s, d, y), KBIT_ERR_NULL);
    require_status(kbit_outlier_matmul(1, 1, 2, x, 2, NULL, w, s, d, y), KBIT_ERR_NULL);
    require_status(kbit_outlier_matmul(1, 1, 2, x, 2, O, NULL, s, d, y), KBIT_ERR_NULL);
    require_status(kbit_outlier_matmul(1, 1, 2, x, 2, O, w, NULL, d, y), KBIT_ERR_NULL);
    require_status(kbit_outlier_matmul(1, 1, 2, x, 2, O, w, s, NULL, y), KBIT_ERR_NULL);
    require_status(kbit_outlier_matmul(1, 1, 2, x, 2, O, w, s, d, NULL), KBIT_ERR_NULL);
    require_status(kbit_outlier_matmul(1, 1, 2, x, 2, falling, w, s, d, y), KBIT_ERR_RANGE);
    require_status(kbit_outlier_matmul(1, 1, 2, x, 1, beyond, w, s, d, y), KBIT_ERR_RANGE);
    require_status(kbit_outlier_matmul(0, 1, (size_t)INT32_MAX + 1, x, 0, O, w, s, d, y),
                   KBIT_ERR_SHAPE);
    require_status(kbit_outlier_matmul(1, SIZE_MAX / 4, 2, x, 0, O, w, s, d, y), KBIT_ERR_SHAPE);
    require_status(kbit_outlier_matmul(0, 1, 2, NULL, 2, O, w, s, NULL, NULL), KBIT_OK);
    require_status(kbit_outlier_matmul(1, 1, 0, NULL, 0, NULL, NULL, s, d, y), KBIT_OK);
    require_same(y[0], 1.0f, "K = 0");
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("outlier_matmul");

    tcase_add_test(tests, test_random_within_the_bound);
    tcase_add_test(tests, test_integers_are_exact);
    tcase_add_test(tests, test_one_column_at_a_time);
    tcase_add_test(tests, test_what_is_not_finite);
    tcase_add_test(tests, test_refusals);
    return run_tests("outlier_matmul", tests);
}
