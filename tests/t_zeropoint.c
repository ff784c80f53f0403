/* t_zeropoint.c -- the zeropoint baseline: fit, codes, product, guards. */
#include "baselines.h"
#include "kbit_baselines_exact.h"

enum { M = 8, N = 6, K = 100 };

/* [0, 1.5, 3, 6]: the formula as printed would give 0, 64, 127, 254. */
START_TEST(worked_example)
{
    float x[4] = {0, 1.5f, 3, 6};
    int8_t q[4];
    kbit_zeropoint fit;

    OK(kbit_zeropoint_fit(4, x, &fit));
    OK(kbit_zeropoint_quantize(4, x, fit, q));
    ck_assert_int_eq(fit.zero_point, 127);
    ck_assert_int_eq(q[0], -127);
    ck_assert_int_eq(q[1], -63);
    ck_assert_int_eq(q[2], 0);
    ck_assert_int_eq(q[3], 127);
    ck_assert_double_eq_tol((double)((float)(q[1] + fit.zero_point) / fit.scale), 1.5118, 5e-5);
}
END_TEST

/* Fits and codes stand in the oracle's sets, and the sets are small. */
START_TEST(codes_stand_in_their_sets)
{
    static float x[4000];
    static int8_t q[4000];
    uint64_t state = 6;
    size_t two = 0;

    for (int trial = 0; trial < 12; trial++) {
        float min = INFINITY, max = -INFINITY;
        kbit_zeropoint fit;

        fill_f16(&state, 4000, ldexpf(1, trial - 6), (float)(trial % 4 - 2) * 2, x);
        for (size_t i = 0; i < 4000; i++) {
            min = fminf(min, x[i]);
            max = fmaxf(max, x[i]);
        }
        kbit_status status = kbit_zeropoint_fit(4000, x, &fit);
        kbit_exact_set zero_points = kbit_exact_zero_point(min, max);
        OK(status);
        ck_assert(fit.zero_point >= zero_points.lo && fit.zero_point <= zero_points.hi);
        OK(kbit_zeropoint_quantize(4000, x, fit, q));
        for (size_t i = 0; i < 4000; i++) {
            kbit_exact_set codes = kbit_exact_zeropoint_code(x[i], fit.scale, fit.zero_point);

            ck_assert(q[i] >= codes.lo && q[i] <= codes.hi && codes.hi - codes.lo <= 1);
            two += codes.hi > codes.lo;
        }
    }
    ck_assert_uint_lt(two, 100); /* of 48000: the sets say something */
}
END_TEST

/* A fit whose largest value would get code 128 without the clamp exists, and is clamped. */
START_TEST(the_clamp_is_needed)
{
    uint64_t state = 7;
    bool seen = false;

    for (int trial = 0; trial < 100000 && !seen; trial++) {
        float x[2] = {-(float)(mix(&state) % 1000 + 1), (float)(mix(&state) % 1000 + 1)};
        int8_t q[2];
        kbit_zeropoint fit;

        OK(kbit_zeropoint_fit(2, x, &fit));
        OK(kbit_zeropoint_quantize(2, x, fit, q));
        ck_assert_int_eq(q[0], -127);
        ck_assert_int_ge(q[1], 126);
        seen = rintf(fit.scale * x[1]) - (float)fit.zero_point == 128;
        if (seen)
            ck_assert_int_eq(q[1], 127);
    }
    ck_assert(seen);
}
END_TEST

START_TEST(guards)
{
    float constant[3] = {5, 5, 5}, narrow[2] = {128, 129}, wide[2] = {-3e38f, 3e38f};
    float tiny[2] = {0, 0x1p-149f}, bad[2] = {0, NAN};
    kbit_zeropoint fit;
    int8_t q[3];

    OK(kbit_zeropoint_fit(3, constant, &fit)); /* range 0: scale 1 */
    ck_assert(fit.scale == 1 && fit.zero_point == 132);
    OK(kbit_zeropoint_quantize(3, constant, fit, q));
    ck_assert_int_eq(q[0], -127);
    OK(kbit_zeropoint_fit(0, NULL, &fit));
    ck_assert(fit.scale == 1 && fit.zero_point == 127);

    OK(kbit_zeropoint_fit(2, narrow, &fit)); /* |min| = 128 (max - min): the last that fits */
    ck_assert_int_eq(fit.zero_point, 128 * 254 + 127);
    narrow[0] = 128.25f; /* zero point 32703: it fits int16, 127 more do not */
    narrow[1] = 129.25f;
    ck_assert_int_eq(kbit_zeropoint_fit(2, narrow, &fit), KBIT_ERR_RANGE);
    narrow[0] = -129;
    narrow[1] = -128;
    OK(kbit_zeropoint_fit(2, narrow, &fit));
    ck_assert_int_eq(fit.zero_point, -129 * 254 + 127);
    narrow[0] = -129.25f;
    narrow[1] = -128.25f;
    ck_assert_int_eq(kbit_zeropoint_fit(2, narrow, &fit), KBIT_ERR_RANGE);
    ck_assert_int_eq(kbit_zeropoint_fit(2, wide, &fit), KBIT_ERR_RANGE);
    ck_assert_int_eq(kbit_zeropoint_fit(2, tiny, &fit), KBIT_ERR_RANGE);
    ck_assert_int_eq(kbit_zeropoint_fit(2, bad, &fit), KBIT_ERR_RANGE);
    ck_assert_int_eq(kbit_zeropoint_fit(2, wide, NULL), KBIT_ERR_NULL);
    ck_assert_int_eq(kbit_zeropoint_quantize(2, bad, (kbit_zeropoint){1, 0}, q), KBIT_ERR_RANGE);
}
END_TEST

/* One-sided values: zeropoint uses all its codes where absmax wastes half. */
START_TEST(better_than_absmax_on_one_side)
{
    static float x[M * K], w[N * K], absmax[M * N], zeropoint[M * N];
    uint64_t state = 8;

    fill_f16(&state, M * K, 1, 5, x);
    fill_f16(&state, N * K, 0.02f, 0, w);
    OK(kbit_absmax_tensor_matmul(M, N, K, x, w, absmax));
    OK(kbit_zeropoint_matmul(M, N, K, x, w, zeropoint));
    ck_assert(relative_error(M, N, K, x, w, zeropoint) < relative_error(M, N, K, x, w, absmax));
}
END_TEST

/* The output is the quantized product: codes back to values, multiplied in double. */
START_TEST(output_is_the_quantized_product)
{
    static float x[M * K], w[N * K], y[M * N];
    static int8_t q[M * K], v[N * K];
    uint64_t state = 9;
    kbit_zeropoint a, b;

    fill_f16(&state, M * K, 1, 0.5f, x);
    fill_f16(&state, N * K, 0.02f, 0, w);
    OK(kbit_zeropoint_matmul(M, N, K, x, w, y));
    OK(kbit_zeropoint_fit(M * K, x, &a));
    OK(kbit_zeropoint_fit(N * K, w, &b));
    OK(kbit_zeropoint_quantize(M * K, x, a, q));
    OK(kbit_zeropoint_quantize(N * K, w, b, v));
    for (size_t i = 0; i < M; i++)
        for (size_t j = 0; j < N; j++) {
            int64_t c = 0;

            for (size_t k = 0; k < K; k++)
                c += (q[i * K + k] + a.zero_point) * (v[j * K + k] + b.zero_point);
            double exact = (double)c / ((double)a.scale * (double)b.scale);
            /* three roundings; 4 u covers them and this line's own */
            ck_assert(fabs((double)y[i * N + j] - exact) <= 0x1p-22 * fabs(exact));
        }
}
END_TEST

START_TEST(edges)
{
    check_edges(kbit_zeropoint_matmul);
}
END_TEST

int main(void)
{
    const TTest *tests[] = {
        worked_example, codes_stand_in_their_sets,      the_clamp_is_needed,
        guards,         better_than_absmax_on_one_side, output_is_the_quantized_product,
        edges};

    return run_tests("zeropoint", sizeof tests / sizeof *tests, tests);
}
