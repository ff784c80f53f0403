/* t_absmax_rows -- the scale of each row against the oracle. */
#include "kbit_check.h"
#include "kbit_exact.h"

static const float THRESHOLDS[] = {
    6.0f, 0x1.7fcp2f, 6.4f, 0.0f, -0.0f, 0x1p-24f, 65504.0f, INFINITY, KBIT_THRESHOLD_OFF};

static void check_against_oracle(size_t M, size_t K, const float *x, size_t n,
                                 const int32_t *outliers, float threshold)
{
    float got[64];
    bool excluded[128] = {false};

    for (size_t o = 0; o < n; o++)
        excluded[outliers[o]] = true;
    got[M] = -1; /* one past the end */
    require_status(kbit_absmax_rows(M, K, x, n, outliers, threshold, got), KBIT_OK);
    for (size_t i = 0; i < M; i++) {
        require_same(got[i], kbit_exact_absmax(K, x + i * K, excluded, threshold),
                     "[%zu,%zu], |O| = %zu, threshold %a, row %zu", M, K, n, threshold, i);
        require(isnan(got[i]) || !signbit(got[i]), "row %zu: %a is negative", i, got[i]);
    }
    ck_assert(got[M] == -1);
}

/* A random strictly ascending list: each column with the same chance. */
static size_t random_list(size_t K, size_t one_in, int32_t *outliers)
{
    size_t n = 0;

    for (size_t k = 0; k < K; k++)
        if (random_below(one_in) == 0)
            outliers[n++] = (int32_t)k;
    return n;
}

START_TEST(test_random)
{
    float x[40 * 70];
    int32_t outliers[70];

    for (int round = 0; round < 1000; round++) {
        size_t M = random_below(41), K = random_below(71);
        size_t n = random_list(K, 1 + random_below(20), outliers);

        for (size_t i = 0; i < M * K; i++)
            x[i] = round % 3 == 0 ? random_f16() : round % 3 == 1 ? random_f32() : random_small();
        for (int special = 0; M * K > 0 && special < round % 4; special++)
            x[random_below(M * K)] = special == 0 ? NAN : special == 1 ? -INFINITY : -0.0f;
        check_against_oracle(M, K, x, n, outliers, THRESHOLDS[random_below(COUNT(THRESHOLDS))]);
    }
}
END_TEST

/* bitsandbytes leaves out elements, the paper columns: two calls, two answers. */
START_TEST(test_two_ways)
{
    const float x[2 * 3] = {5.0f, 7.0f, 1.0f, /* column 1 is an outlier because of row 0 */
                            2.0f, 5.5f, -3.0f};
    const int32_t outliers[] = {1};
    float a[2];

    require_status(kbit_absmax_rows(2, 3, x, 0, NULL, 6.0f, a), KBIT_OK);
    require_same(a[0], 5.0f, "by element, row 0");
    require_same(a[1], 5.5f, "by element, row 1");
    require_status(kbit_absmax_rows(2, 3, x, 1, outliers, INFINITY, a), KBIT_OK);
    require_same(a[0], 5.0f, "by column, row 0");
    require_same(a[1], 3.0f, "by column, row 1");
}
END_TEST

START_TEST(test_special_rows)
{
    const struct {
        float x[3];
        float threshold;
        float expected;
    } cases[] = {{{-0.0f, -0.0f, -0.0f}, KBIT_THRESHOLD_OFF, 0.0f},
                 {{-0.0f, -0.0f, -0.0f}, 0.0f, 0.0f},
                 {{7, -8, 9}, 6.0f, 0.0f}, /* nothing but outliers: +0 */
                 {{7, 0x1p-24f, 9}, 6.0f, 0x1p-24f},
                 {{-65504, 1, 2}, KBIT_THRESHOLD_OFF, 65504},
                 {{-65504, 1, 2}, 65504, 2},
                 {{1, NAN, 2}, 6.0f, 2},
                 {{1, NAN, 2}, INFINITY, 2},
                 {{1, NAN, 2}, KBIT_THRESHOLD_OFF, NAN},
                 {{INFINITY, NAN, 2}, KBIT_THRESHOLD_OFF, NAN},
                 {{NAN, INFINITY, 2}, KBIT_THRESHOLD_OFF, NAN},
                 {{1, -INFINITY, 2}, KBIT_THRESHOLD_OFF, INFINITY},
                 {{1, -INFINITY, 2}, INFINITY, 2},
                 {{FLT_MAX, 1, 2}, INFINITY, FLT_MAX},
                 {{0x1p-149f, 0, -0.0f}, KBIT_THRESHOLD_OFF, 0x1p-149f}};
    float a[1];

    for (size_t c = 0; c < COUNT(cases); c++) {
        require_status(kbit_absmax_rows(1, 3, cases[c].x, 0, NULL, cases[c].threshold, a), KBIT_OK);
        require_same(a[0], cases[c].expected, "case %zu", c);
    }

    /* With the threshold off, what stands in O is left out first, NaN or not. */
    const float x[3] = {1, NAN, INFINITY};
    const int32_t both[] = {1, 2}, nan_only[] = {1};
    require_status(kbit_absmax_rows(1, 3, x, 2, both, KBIT_THRESHOLD_OFF, a), KBIT_OK);
    require_same(a[0], 1.0f, "NaN and infinity in O");
    require_status(kbit_absmax_rows(1, 3, x, 1, nan_only, KBIT_THRESHOLD_OFF, a), KBIT_OK);
    require_same(a[0], INFINITY, "NaN in O");
}
END_TEST

START_TEST(test_refusals)
{
    const float x[2] = {1, 2};
    const int32_t twice[] = {1, 1}, falling[] = {1, 0}, beyond[] = {2}, negative[] = {-1};
    float a[1];

    require_status(kbit_absmax_rows(1, 2, x, 0, NULL, NAN, a), KBIT_ERR_RANGE);
    require_status(kbit_absmax_rows(1, 2, x, 0, NULL, -0.5f, a), KBIT_ERR_RANGE);
    require_status(kbit_absmax_rows(1, 2, x, 2, twice, 6, a), KBIT_ERR_RANGE);
    require_status(kbit_absmax_rows(1, 2, x, 2, falling, 6, a), KBIT_ERR_RANGE);
    require_status(kbit_absmax_rows(1, 2, x, 1, beyond, 6, a), KBIT_ERR_RANGE);
    require_status(kbit_absmax_rows(1, 2, x, 1, negative, 6, a), KBIT_ERR_RANGE);
    require_status(kbit_absmax_rows(1, 2, NULL, 0, NULL, 6, a), KBIT_ERR_NULL);
    require_status(kbit_absmax_rows(1, 2, x, 1, NULL, 6, a), KBIT_ERR_NULL);
    require_status(kbit_absmax_rows(1, 2, x, 0, NULL, 6, NULL), KBIT_ERR_NULL);
    require_status(kbit_absmax_rows(0, (size_t)INT32_MAX + 1, x, 0, NULL, 6, a), KBIT_ERR_SHAPE);
    require_status(kbit_absmax_rows(SIZE_MAX / 4, 2, x, 0, NULL, 6, a), KBIT_ERR_SHAPE);
    require_status(kbit_absmax_rows(0, 2, NULL, 0, NULL, 6, NULL), KBIT_OK);
    a[0] = -1;
    require_status(kbit_absmax_rows(1, 0, NULL, 0, NULL, 6, a), KBIT_OK);
    require_same(a[0], 0.0f, "a row without elements");
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("absmax_rows");

    tcase_add_test(tests, test_random);
    tcase_add_test(tests, test_two_ways);
    tcase_add_test(tests, test_special_rows);
    tcase_add_test(tests, test_refusals);
    return run_tests("absmax_rows", tests);
}
