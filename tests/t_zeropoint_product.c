/* t_zeropoint_product.c -- the two forms of the zeropoint product agree, bit for bit. */
#include "baselines.h"

enum { M = 5, N = 4, K = 60 };

/* The unrolled form in int32 that wraps, as a kernel would have it. */
static int32_t wrapping(const int8_t *a, int zp_a, const int8_t *b, int zp_b)
{
    uint32_t sum = (uint32_t)K * (uint32_t)zp_a * (uint32_t)zp_b;

    for (size_t k = 0; k < K; k++)
        sum += (uint32_t)(a[k] * b[k]) + (uint32_t)zp_b * (uint32_t)a[k] +
               (uint32_t)zp_a * (uint32_t)b[k];
    return (int32_t)sum;
}

START_TEST(unrolled_equals_direct)
{
    static const int16_t points[] = {0, 1, -1, 127, -127, 128, 3000, -5800};
    static int8_t a[M * K], b[N * K];
    static int32_t direct[M * N], unrolled[M * N];
    uint64_t state = 10;

    for (size_t p = 0; p < 8; p++)
        for (size_t r = 0; r < 8; r++) {
            for (size_t i = 0; i < M * K; i++)
                a[i] = (int8_t)((int)(mix(&state) % 255) - 127);
            for (size_t i = 0; i < N * K; i++)
                b[i] = (int8_t)((int)(mix(&state) % 256) - 128);
            kbit_status status =
                kbit_zeropoint_product(M, N, K, a, points[p], b, points[r], direct);
            ck_assert_int_eq(
                kbit_zeropoint_product_unrolled(M, N, K, a, points[p], b, points[r], unrolled),
                status);
            if (status != KBIT_OK)
                continue;
            for (size_t i = 0; i < M; i++)
                for (size_t j = 0; j < N; j++) {
                    int32_t wrapped = wrapping(a + i * K, points[p], b + j * K, points[r]);

                    ck_assert_int_eq(direct[i * N + j], unrolled[i * N + j]);
                    ck_assert_int_eq(direct[i * N + j], wrapped);
                }
        }
}
END_TEST

/* 254 * 254 * 33286 is the last that fits int32. */
START_TEST(overflow_is_refused)
{
    enum { LAST = 33286 };
    static int8_t codes[LAST + 1];
    int32_t c;

    memset(codes, 127, sizeof codes);
    OK(kbit_zeropoint_product(1, 1, LAST, codes, 127, codes, 127, &c));
    ck_assert_int_eq(c, 254 * 254 * LAST);
    OK(kbit_zeropoint_product_unrolled(1, 1, LAST, codes, 127, codes, 127, &c));
    ck_assert_int_eq(c, 254 * 254 * LAST);
    ck_assert_int_eq(kbit_zeropoint_product(1, 1, LAST + 1, codes, 127, codes, 127, &c),
                     KBIT_ERR_RANGE);
    ck_assert_int_eq(kbit_zeropoint_product_unrolled(1, 1, LAST + 1, codes, 127, codes, 127, &c),
                     KBIT_ERR_RANGE);
    /* Terms beyond int32 in a sum that fits. */
    codes[0] = -127;
    OK(kbit_zeropoint_product_unrolled(1, 1, 1, codes, 32640, codes, 127, &c));
    ck_assert_int_eq(c, 0);
}
END_TEST

START_TEST(arguments)
{
    int8_t code = 1;
    int32_t c;

    ck_assert_int_eq(kbit_zeropoint_product(1, 1, 1, NULL, 0, &code, 0, &c), KBIT_ERR_NULL);
    ck_assert_int_eq(kbit_zeropoint_product(1, 1, 1, &code, 0, &code, 0, NULL), KBIT_ERR_NULL);
    ck_assert_int_eq(kbit_zeropoint_product(1, 1, (size_t)INT32_MAX + 1, &code, 0, &code, 0, &c),
                     KBIT_ERR_SHAPE);
    OK(kbit_zeropoint_product_unrolled(1, 1, 0, NULL, 5, NULL, 7, &c));
    ck_assert_int_eq(c, 0);
}
END_TEST

int main(void)
{
    const TTest *tests[] = {unrolled_equals_direct, overflow_is_refused, arguments};

    return run_tests("zeropoint_product", sizeof tests / sizeof *tests, tests);
}
