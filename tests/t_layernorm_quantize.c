/* t_layernorm_quantize -- h is kbit_layernorm()'s, and O, absmax and q are those of h as it was rounded. */
#include "producers_check.h"

START_TEST(test_of_its_steps)
{
    float x[FUSED_M * FUSED_K], gamma[FUSED_K], beta[FUSED_K];
    uint16_t h[FUSED_M * FUSED_K];
    fused got;
    for (int round = 0; round < 30; round++) {
        kbit_dtype type = round % 2 ? KBIT_F16 : KBIT_BF16;
        float t = FUSED_THRESHOLDS[round % 3];
        random_rows(x);
        for (size_t k = 0; k < FUSED_K; k++) {
            gamma[k] = random_parameter();
            beta[k] = random_parameter();
        }
        require_status(
            kbit_layernorm(FUSED_M, FUSED_K, x, gamma, round % 5 ? beta : NULL, 1e-5f, type, h),
            KBIT_OK);
        require_status(kbit_layernorm_quantize(FUSED_M, FUSED_K, x, gamma, round % 5 ? beta : NULL,
                                               1e-5f, t, type, got.h, got.outliers, &got.n_outliers,
                                               got.absmax, got.q),
                       KBIT_OK);
        check_fused(&got, h, type, t);
    }
}
END_TEST

START_TEST(test_refusals)
{
    float x[FUSED_M * FUSED_K] = {0};
    fused got;
    require_status(kbit_layernorm_quantize(FUSED_M, FUSED_K, x, x, x, -1, 6, KBIT_F16, got.h,
                                           got.outliers, &got.n_outliers, got.absmax, got.q),
                   KBIT_ERR_RANGE);
    require_status(kbit_layernorm_quantize(FUSED_M, FUSED_K, x, x, x, 0, NAN, KBIT_F16, got.h,
                                           got.outliers, &got.n_outliers, got.absmax, got.q),
                   KBIT_ERR_RANGE);
    require_status(kbit_layernorm_quantize(FUSED_M, FUSED_K, x, x, x, 0, 6, KBIT_F16, got.h, NULL,
                                           &got.n_outliers, got.absmax, got.q),
                   KBIT_ERR_NULL);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("layernorm_quantize");
    tcase_add_test(tests, test_of_its_steps);
    tcase_add_test(tests, test_refusals);
    return run_tests("layernorm_quantize", tests);
}
