/* t_rmsnorm -- the documented operations bit for bit, the bound against the exact value, rows whose result
 * is known, and what is refused. */
#include "producers_check.h"

enum { MOST = 600 };

static float h_of(size_t K, const float *x, const float *gamma, float eps, size_t k)
{
    float h[MOST];
    require_status(kbit_rmsnorm(1, K, x, gamma, eps, KBIT_F32, h), KBIT_OK);
    return h[k];
}

START_TEST(test_operations_and_bound)
{
    float x[MOST], gamma[MOST];
    for (int row = 0; row < 150; row++) {
        size_t K = 1 + random_below(MOST);
        float sum = 0, eps = row % 3 ? 1e-5f : 0;
        for (size_t k = 0; k < K; k++) {
            x[k] = random_activation() + (row % 5 ? 0 : 30);
            gamma[k] = random_parameter();
            sum = add(sum, mul(x[k], x[k]));
        }
        float r = quotient(1, root(add(quotient(sum, (float)K), eps)));
        for (size_t k = 0; k < K; k += 1 + random_below(40)) {
            float h = h_of(K, x, gamma, eps, k);
            mpfr_t y;
            mpfr_init2(y, 200);
            kbit_exact_rmsnorm(y, K, x, gamma[k], eps, k);
            double exact = as_double(y);
            require_same(h, mul(mul(x[k], r), gamma[k]), "K %zu, k %zu", K, k);
            require(fabs((double)h - exact) <= ((double)K / 2 + 6) * U * fabs(exact),
                    "K %zu, k %zu: %a against %a", K, k, (double)h, exact);
        }
    }
}
END_TEST

START_TEST(test_known_rows)
{
    const float x[4] = {3, -1, 1, -3}, gamma[4] = {8, 8, -4, 1};
    float h[4];
    require_status(kbit_rmsnorm(1, 4, x, gamma, 11, KBIT_F32, h), KBIT_OK); /* 5 + 11 = 16 */
    require_same(h[0], 6, "3/4 times 8");
    require_same(h[2], -1, "1/4 times -4");
    require_same(h[3], -0.75f, "-3/4");
    /* 3/4 times 1365 is 1023.75, halfway between two fp16 values: the even one is 1024. */
    const float odd[4] = {1365, 1, 1, 1};
    uint16_t half[4];
    require_status(kbit_rmsnorm(1, 4, x, odd, 11, KBIT_F16, half), KBIT_OK);
    require_same(h_at(KBIT_F16, half, 0), 1024, "the tie");
    require_same(h_at(KBIT_F16, half, 1), -0.25f, "-1/4");
}
END_TEST

START_TEST(test_special_rows)
{
    const float one[3] = {1, 1, 1};
    const float zeros[3] = {0, -0.0f, 0}, nan[3] = {1, NAN, 2}, inf[3] = {1, -INFINITY, -2};
    require_same(h_of(3, zeros, one, 1e-5f, 0), 0, "a row of zeros");
    require_same(h_of(3, zeros, one, 1e-5f, 1), -0.0f, "-0");
    require_same(h_of(3, zeros, one, 0, 0), NAN, "a row of zeros without eps");
    for (size_t k = 0; k < 3; k++)
        require_same(h_of(3, nan, one, 1e-5f, k), NAN, "a row with NaN, %zu", k);
    require_same(h_of(3, inf, one, 1e-5f, 0), 0, "beside an infinity");
    require_same(h_of(3, inf, one, 1e-5f, 1), NAN, "an infinity");
    require_same(h_of(3, inf, one, 1e-5f, 2), -0.0f, "beside an infinity, negative");
}
END_TEST

START_TEST(test_refusals)
{
    const float x[4] = {1, 2, 3, 4};
    float h[4];
    require_status(kbit_rmsnorm(2, 2, x, x, -1e-9f, KBIT_F32, h), KBIT_ERR_RANGE);
    require_status(kbit_rmsnorm(2, 2, x, x, NAN, KBIT_F32, h), KBIT_ERR_RANGE);
    require_status(kbit_rmsnorm(2, 2, x, x, INFINITY, KBIT_F32, h), KBIT_ERR_RANGE);
    require_status(kbit_rmsnorm(2, 2, NULL, x, 0, KBIT_F32, h), KBIT_ERR_NULL);
    require_status(kbit_rmsnorm(2, 2, x, NULL, 0, KBIT_F32, h), KBIT_ERR_NULL);
    require_status(kbit_rmsnorm(2, 2, x, x, 0, KBIT_F32, NULL), KBIT_ERR_NULL);
    require_status(kbit_rmsnorm(2, 2, x, x, 0, KBIT_I8, h), KBIT_ERR_UNSUPPORTED);
    require_status(kbit_rmsnorm(SIZE_MAX / 4, 2, x, x, 0, KBIT_F32, h), KBIT_ERR_SHAPE);
    require_status(kbit_rmsnorm(1, (size_t)INT32_MAX + 1, x, x, 0, KBIT_F32, h), KBIT_ERR_SHAPE);
    require_status(kbit_rmsnorm(0, 2, NULL, x, 0, KBIT_F32, NULL), KBIT_OK);
    require_status(kbit_rmsnorm(2, 0, NULL, NULL, 0, KBIT_F32, NULL), KBIT_OK);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("rmsnorm");
    tcase_add_test(tests, test_operations_and_bound);
    tcase_add_test(tests, test_known_rows);
    tcase_add_test(tests, test_special_rows);
    tcase_add_test(tests, test_refusals);
    return run_tests("rmsnorm", tests);
}
