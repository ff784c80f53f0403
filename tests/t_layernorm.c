/* t_layernorm -- the documented operations bit for bit, the exact value's neighbourhood, rows whose result
 * is known, and what is refused. */
#include "producers_check.h"

enum { MOST = 600 };

static float h_of(size_t K, const float *x, const float *gamma, const float *beta, float eps,
                  size_t k)
{
    float h[MOST];
    require_status(kbit_layernorm(1, K, x, gamma, beta, eps, KBIT_F32, h), KBIT_OK);
    return h[k];
}

/* The first-order bound that the comment in layernorm.c puts into words: the mean's error, what it and the
 * sums do to 1/sqrt, and the operations of one element. */
START_TEST(test_operations_and_bound)
{
    float x[MOST], gamma[MOST], beta[MOST];
    for (int row = 0; row < 150; row++) {
        size_t K = 1 + random_below(MOST);
        float sum = 0, squares = 0, eps = 1e-3f;
        double magnitude = 0;
        for (size_t k = 0; k < K; k++) {
            x[k] = random_activation();
            gamma[k] = random_parameter();
            beta[k] = random_parameter();
            sum = add(sum, x[k]);
            magnitude += fabs((double)x[k]) / (double)K;
        }
        float mean = quotient(sum, (float)K);
        for (size_t k = 0; k < K; k++)
            squares = add(squares, mul(add(x[k], -mean), add(x[k], -mean)));
        float r = quotient(1, root(add(quotient(squares, (float)K), eps)));
        for (size_t k = 0; k < K; k += 1 + random_below(40)) {
            float n = mul(add(x[k], -mean), r),
                  h = h_of(K, x, gamma, row % 2 ? beta : NULL, eps, k);
            float y = mul(n, gamma[k]);
            mpfr_t value;
            mpfr_init2(value, 200);
            kbit_exact_layernorm(value, K, x, gamma[k], row % 2 ? beta[k] : 0, eps, k);
            double exact = as_double(value), scale = fabs((double)gamma[k]);
            double allowed = scale * ((double)r * ((double)K + 1) * U * magnitude +
                                      fabs((double)n) * ((double)K / 2 + 10) * U) +
                             2 * U * (fabs((double)y) + fabs((double)beta[k]));
            require_same(h, row % 2 ? add(y, beta[k]) : y, "K %zu, k %zu", K, k);
            require(fabs((double)h - exact) <= 1.01 * allowed, "K %zu, k %zu: %a against %a", K, k,
                    (double)h, exact);
        }
    }
}
END_TEST

START_TEST(test_known_rows)
{
    /* mean 7, differences 3, -1, 1, -3: their mean square is 5, and with eps 16 */
    const float x[4] = {10, 6, 8, 4}, gamma[4] = {8, 8, -4, 1365}, beta[4] = {1, -1, 0, 0.5f};
    float h[4];
    require_status(kbit_layernorm(1, 4, x, gamma, beta, 11, KBIT_F32, h), KBIT_OK);
    require_same(h[0], 7, "3/4 times 8 + 1");
    require_same(h[1], -3, "-1/4 times 8 - 1");
    require_same(h[2], -1, "1/4 times -4 + 0");
    require_same(h[3], -1023.25f, "-3/4 times 1365 + 1/2");
    require_status(kbit_layernorm(1, 4, x, gamma, NULL, 11, KBIT_F32, h), KBIT_OK);
    require_same(h[0], 6, "no shift");
    uint16_t half[4];
    require_status(kbit_layernorm(1, 4, x, gamma, NULL, 11, KBIT_F16, half), KBIT_OK);
    require_same(h_at(KBIT_F16, half, 3), -1024, "a tie, to even");
}
END_TEST

START_TEST(test_special_rows)
{
    const float gamma[4] = {2, 2, 2, 2}, beta[4] = {0.5f, -3, 0, 7};
    const float constant[4] = {1.25f, 1.25f, 1.25f, 1.25f}, nan[4] = {1, NAN, 2, 0},
                inf[4] = {1, -INFINITY, 2, 0}, one[1] = {-8};
    for (size_t k = 0; k < 4; k++) {
        require_same(h_of(4, constant, gamma, beta, 1e-5f, k), beta[k], "constant row, %zu", k);
        require_same(h_of(4, constant, gamma, beta, 0, k), NAN, "constant row without eps, %zu", k);
        require_same(h_of(4, nan, gamma, beta, 1e-5f, k), NAN, "NaN, %zu", k);
        require_same(h_of(4, inf, gamma, beta, 1e-5f, k), NAN, "infinity, %zu", k);
    }
    require_same(h_of(1, one, gamma, beta, 1e-5f, 0), beta[0], "K = 1");
}
END_TEST

START_TEST(test_refusals)
{
    const float x[4] = {1, 2, 3, 4};
    float h[4];
    require_status(kbit_layernorm(2, 2, x, x, x, -1e-9f, KBIT_F32, h), KBIT_ERR_RANGE);
    require_status(kbit_layernorm(2, 2, x, x, x, NAN, KBIT_F32, h), KBIT_ERR_RANGE);
    require_status(kbit_layernorm(2, 2, NULL, x, x, 0, KBIT_F32, h), KBIT_ERR_NULL);
    require_status(kbit_layernorm(2, 2, x, NULL, x, 0, KBIT_F32, h), KBIT_ERR_NULL);
    require_status(kbit_layernorm(2, 2, x, x, x, 0, KBIT_F32, NULL), KBIT_ERR_NULL);
    require_status(kbit_layernorm(2, 2, x, x, x, 0, KBIT_I32, h), KBIT_ERR_UNSUPPORTED);
    require_status(kbit_layernorm(SIZE_MAX / 4, 2, x, x, x, 0, KBIT_F32, h), KBIT_ERR_SHAPE);
    require_status(kbit_layernorm(0, 2, NULL, x, x, 0, KBIT_F32, NULL), KBIT_OK);
    require_status(kbit_layernorm(2, 0, NULL, NULL, NULL, 0, KBIT_F32, NULL), KBIT_OK);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("layernorm");
    tcase_add_test(tests, test_operations_and_bound);
    tcase_add_test(tests, test_known_rows);
    tcase_add_test(tests, test_special_rows);
    tcase_add_test(tests, test_refusals);
    return run_tests("layernorm", tests);
}
