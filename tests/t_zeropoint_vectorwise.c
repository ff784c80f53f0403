/* t_zeropoint_vectorwise.c -- the authors' grid of 255 steps, row by row. */
#include "baselines.h"
#include "kbit_baselines_exact.h"

enum { M = 8, N = 6, K = 100 };

/* min and max are 255 steps apart, and the grid goes through 0. */
START_TEST(a_grid_of_255)
{
    float x[4] = {0, 1.5f, 3, 6}, scale;
    int32_t steps[4];

    OK(kbit_zeropoint_vectorwise_quantize(4, x, &scale, steps));
    ck_assert(scale == 42.5f);
    ck_assert_int_eq(steps[0], 0);
    ck_assert_int_eq(steps[1], 64);  /* 63.75 */
    ck_assert_int_eq(steps[2], 128); /* 127.5, a tie: zp is 0 */
    ck_assert_int_eq(steps[3], 255);

    float shifted[3] = {-1, 0, 4};
    OK(kbit_zeropoint_vectorwise_quantize(3, shifted, &scale, steps));
    ck_assert_int_eq(steps[0], -51);
    ck_assert_int_eq(steps[1], 0);
    ck_assert_int_eq(steps[2], 204);
}
END_TEST

START_TEST(steps_stand_in_their_sets)
{
    static float x[4000];
    static int32_t steps[4000];
    uint64_t state = 11;
    size_t two = 0;

    for (int trial = 0; trial < 12; trial++) {
        float min = INFINITY, max = -INFINITY, scale;

        fill_f16(&state, 4000, ldexpf(1, trial - 6), (float)(trial % 4 - 2) * 2, x);
        for (size_t i = 0; i < 4000; i++) {
            min = fminf(min, x[i]);
            max = fmaxf(max, x[i]);
        }
        OK(kbit_zeropoint_vectorwise_quantize(4000, x, &scale, steps));
        for (size_t i = 0; i < 4000; i++) {
            kbit_exact_set set = kbit_exact_grid_steps(x[i], min, max);

            ck_assert(steps[i] >= set.lo && steps[i] <= set.hi && set.hi - set.lo <= 1);
            two += set.hi > set.lo;
        }
    }
    ck_assert_uint_lt(two, 400); /* of 48000: the sets say something */
}
END_TEST

START_TEST(guards)
{
    float constant[2] = {5, 5}, scale, narrow[2] = {4096, 4097}, bad[2] = {0, INFINITY};
    int32_t steps[2];

    OK(kbit_zeropoint_vectorwise_quantize(2, constant, &scale, steps)); /* range 0: 1 stands in */
    ck_assert(scale == 255);
    ck_assert_int_eq(steps[0], 5 * 255);
    OK(kbit_zeropoint_vectorwise_quantize(2, narrow, &scale, steps));
    ck_assert_int_eq(steps[1] - steps[0], 255);
    narrow[0] = 8192;
    narrow[1] = 8193;
    ck_assert_int_eq(kbit_zeropoint_vectorwise_quantize(2, narrow, &scale, steps), KBIT_ERR_RANGE);
    ck_assert_int_eq(kbit_zeropoint_vectorwise_quantize(2, bad, &scale, steps), KBIT_ERR_RANGE);
    ck_assert_int_eq(kbit_zeropoint_vectorwise_quantize(2, bad, NULL, steps), KBIT_ERR_NULL);
}
END_TEST

START_TEST(output_is_the_quantized_product)
{
    static float x[M * K], w[N * K], y[M * N];
    uint64_t state = 12;

    fill_f16(&state, M * K, 1, 0.5f, x);
    fill_f16(&state, N * K, 0.02f, 0, w);
    OK(kbit_zeropoint_vectorwise_matmul(M, N, K, x, w, y));
    for (size_t i = 0; i < M; i++)
        for (size_t j = 0; j < N; j++) {
            float a, b;
            int32_t p[K], r[K];
            int64_t c = 0;

            OK(kbit_zeropoint_vectorwise_quantize(K, x + i * K, &a, p));
            OK(kbit_zeropoint_vectorwise_quantize(K, w + j * K, &b, r));
            for (size_t k = 0; k < K; k++)
                c += (int64_t)p[k] * r[k];
            double exact = (double)c / ((double)a * (double)b);
            /* three roundings; 4 u covers them and this line's own */
            ck_assert(fabs((double)y[i * N + j] - exact) <= 0x1p-22 * fabs(exact));
        }
}
END_TEST

/* Rows with different ranges: one grid a row loses less than one for all. */
START_TEST(finer_than_one_zeropoint)
{
    static float x[M * K], w[N * K], tensor[M * N], vector[M * N];
    uint64_t state = 13;

    fill_f16(&state, M * K, 1, 0, x);
    fill_f16(&state, N * K, 1, 0, w);
    for (size_t k = 0; k < K; k++)
        x[k] *= 16;
    OK(kbit_zeropoint_matmul(M, N, K, x, w, tensor));
    OK(kbit_zeropoint_vectorwise_matmul(M, N, K, x, w, vector));
    ck_assert(relative_error(M - 1, N, K, x + K, w, vector + N) <
              relative_error(M - 1, N, K, x + K, w, tensor + N));
}
END_TEST

START_TEST(edges)
{
    check_edges(kbit_zeropoint_vectorwise_matmul);
}
END_TEST

int main(void)
{
    const TTest *tests[] = {a_grid_of_255, steps_stand_in_their_sets,
                            guards,        output_is_the_quantized_product,
                            edges,         finer_than_one_zeropoint};

    return run_tests("zeropoint_vectorwise", sizeof tests / sizeof *tests, tests);
}
