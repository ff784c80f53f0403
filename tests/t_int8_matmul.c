/* t_int8_matmul -- the integer product against 64-bit dot products, and its limit. */
#include "kbit_check.h"
#include "kbit_exact.h"

static void check_against_oracle(size_t M, size_t N, size_t K, const int8_t *q, const int8_t *w)
{
    int32_t *c = malloc((M * N + 1) * sizeof *c);

    c[M * N] = 4711; /* one past the end */
    require_status(kbit_int8_matmul(M, N, K, q, w, c), KBIT_OK);
    for (size_t i = 0; i < M; i++)
        for (size_t j = 0; j < N; j++) {
            int64_t expected = kbit_exact_dot(K, q + i * K, w + j * K);
            require(c[i * N + j] == expected, "[%zu,%zu,%zu] at (%zu,%zu): got %d, not %lld", M, N,
                    K, i, j, c[i * N + j], (long long)expected);
        }
    ck_assert_int_eq(c[M * N], 4711);
    free(c);
}

START_TEST(test_random)
{
    int8_t q[20 * 300], w[20 * 300];

    for (int round = 0; round < 200; round++) {
        size_t M = random_below(21), N = random_below(21), K = random_below(301);

        for (size_t i = 0; i < M * K; i++)
            q[i] = round % 2 ? random_code() : (int8_t)random_bits(); /* -128 included */
        for (size_t i = 0; i < N * K; i++)
            w[i] = round % 3 ? random_code() : (int8_t)random_bits();
        check_against_oracle(M, N, K, q, w);
    }
}
END_TEST

START_TEST(test_all_pairs_of_codes)
{
    int8_t q[256], w[256];

    for (int v = 0; v < 256; v++)
        q[v] = w[v] = (int8_t)(v - 128);
    check_against_oracle(256, 256, 1, q, w);
}
END_TEST

/* The known forms of the limit: K = 133,144 without -128, K = 131,071 with; one more is refused. */
START_TEST(test_limit)
{
    const struct {
        size_t K;
        int q, w;
        kbit_status expected;
    } cases[] = {{133144, 127, 127, KBIT_OK},
                 {133144, -127, 127, KBIT_OK},
                 {133145, 127, 127, KBIT_ERR_RANGE},
                 {131071, -128, -128, KBIT_OK},
                 {131072, -128, -128, KBIT_ERR_RANGE},
                 {132104, 127, -128, KBIT_OK},
                 {132105, -127, -128, KBIT_ERR_RANGE},
                 {1000000, 1, 127, KBIT_OK},
                 {1000000, 127, 16, KBIT_OK},
                 {1000000, 127, 17, KBIT_ERR_RANGE},
                 {1000000, 127, 0, KBIT_OK}};
    int8_t *q = malloc(1000000), *w = malloc(1000000);
    int32_t c;

    for (size_t i = 0; i < COUNT(cases); i++) {
        memset(q, cases[i].q, cases[i].K);
        memset(w, cases[i].w, cases[i].K);
        require_status(kbit_int8_matmul(1, 1, cases[i].K, q, w, &c), cases[i].expected);
        if (cases[i].expected == KBIT_OK)
            ck_assert_int_eq(c, kbit_exact_dot(cases[i].K, q, w));
    }
    free(q);
    free(w);
}
END_TEST

/* The limit is each row's own: it sees a bad row behind a good one, and the largest weight of all
 * rows of W. */
START_TEST(test_limit_by_row)
{
    enum { K = 140000 };
    int8_t *q = calloc(2, K), *w = calloc(2, K);
    int32_t c[4];

    memset(q + K, 127, K);
    w[K + 5] = -121; /* 127 K 121 = 2,151,380,000 */
    require_status(kbit_int8_matmul(2, 2, K, q, w, c), KBIT_ERR_RANGE);
    w[K + 5] = -120; /* 127 K 120 = 2,133,600,000 */
    require_status(kbit_int8_matmul(2, 2, K, q, w, c), KBIT_OK);
    ck_assert(c[0] == 0 && c[1] == 0 && c[2] == 0 && c[3] == -120 * 127);
    free(q);
    free(w);
}
END_TEST

START_TEST(test_refusals)
{
    int8_t q[2] = {1, 2};
    int32_t c[1];

    require_status(kbit_int8_matmul(1, 1, 2, NULL, q, c), KBIT_ERR_NULL);
    require_status(kbit_int8_matmul(1, 1, 2, q, NULL, c), KBIT_ERR_NULL);
    require_status(kbit_int8_matmul(1, 1, 2, q, q, NULL), KBIT_ERR_NULL);
    require_status(kbit_int8_matmul(0, 0, (size_t)INT32_MAX + 1, q, q, c), KBIT_ERR_SHAPE);
    require_status(kbit_int8_matmul(SIZE_MAX / 4, 1, 2, q, q, c), KBIT_ERR_SHAPE);
    require_status(kbit_int8_matmul(1, SIZE_MAX / 4, 2, q, q, c), KBIT_ERR_SHAPE);
    require_status(kbit_int8_matmul(SIZE_MAX / 4, 2, 0, q, q, c), KBIT_ERR_SHAPE);
    require_status(kbit_int8_matmul(0, 1, 2, NULL, q, NULL), KBIT_OK);
    require_status(kbit_int8_matmul(1, 0, 2, q, NULL, NULL), KBIT_OK);
    c[0] = 9;
    require_status(kbit_int8_matmul(1, 1, 0, NULL, NULL, c), KBIT_OK);
    ck_assert_int_eq(c[0], 0); /* an empty sum */
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("int8_matmul");

    tcase_add_test(tests, test_random);
    tcase_add_test(tests, test_all_pairs_of_codes);
    tcase_add_test(tests, test_limit);
    tcase_add_test(tests, test_limit_by_row);
    tcase_add_test(tests, test_refusals);
    return run_tests("int8_matmul", tests);
}
