/* t_absmax_tensor.c -- the baseline with one constant a matrix; and the worked rows of the talk. */
#include "baselines.h"
#include "kbit_baselines_exact.h"
#include "proofs/bounds.h"

enum { M = 9, N = 7, K = 130 };

static void expect_codes(const float *x, size_t n, const int *codes)
{
    int8_t q[8];
    float absmax;

    OK(kbit_absmax_tensor(1, n, x, &absmax));
    OK(kbit_quantize_rows(1, n, x, &absmax, 0, NULL, KBIT_THRESHOLD_OFF, q));
    for (size_t i = 0; i < n; i++)
        ck_assert_int_eq(q[i], codes[i]);
}

/* The talk's row, once with 3.50 and once with an outlier of 15.0. Its printed codes belong to
 * other absmaxes (2.54 and 12.7); these are right. And the worked example of the Hugging Face post.
 */
START_TEST(worked_examples)
{
    expect_codes((float[]){3.5f, .1f, .02f, 1, .3f, .01f, .05f, .1f}, 8,
                 (int[]){127, 4, 1, 36, 11, 0, 2, 4});
    expect_codes((float[]){15, .1f, .02f, 1, .3f, .01f, .05f, .1f}, 8,
                 (int[]){127, 1, 0, 8, 3, 0, 0, 1});
    expect_codes((float[]){1.2f, -.5f, -4.3f, 1.2f, -3.1f, .8f, 2.4f, 5.4f}, 8,
                 (int[]){28, -12, -101, 28, -73, 19, 56, 127});
}
END_TEST

START_TEST(absmax_of_a_matrix)
{
    float x[6] = {1, -3, 2, 0, -0.0f, 2.5f}, absmax = 7;

    OK(kbit_absmax_tensor(2, 3, x, &absmax));
    ck_assert(absmax == 3 && absmax == kbit_exact_absmax_tensor(2, 3, x));
    OK(kbit_absmax_tensor(0, 3, NULL, &absmax));
    ck_assert(absmax == 0 && !signbit(absmax));
    ck_assert_int_eq(kbit_absmax_tensor(2, 3, x, NULL), KBIT_ERR_NULL);
    x[0] = INFINITY;
    OK(kbit_absmax_tensor(2, 3, x, &absmax));
    ck_assert(isinf(absmax));
    x[1] = NAN;
    OK(kbit_absmax_tensor(2, 3, x, &absmax));
    ck_assert(isnan(absmax));
}
END_TEST

/* Each output within the proved interval around the oracle's. */
START_TEST(outputs_are_enclosed)
{
    static float x[M * K], w[N * K], y[M * N];
    uint64_t state = 1;
    mpfr_t exact;

    fill_f16(&state, M * K, 1, 0, x);
    fill_f16(&state, N * K, 0.02f, 0, w);
    x[5] = 60;
    OK(kbit_absmax_tensor_matmul(M, N, K, x, w, y));
    mpfr_init2(exact, 200);
    for (size_t i = 0; i < M; i++)
        for (size_t j = 0; j < N; j++) {
            kbit_exact_absmax_output(exact, K, x + i * K, kbit_exact_absmax_tensor(M, K, x),
                                     w + j * K, kbit_exact_absmax_tensor(N, K, w), MPFR_RNDN);
            double error = (double)y[i * N + j] / mpfr_get_d(exact, MPFR_RNDN) - 1;

            ck_assert(mpfr_sgn(exact) != 0);
            ck_assert(error >= KBIT_BOUND_DEQUANT_BNB_LO && error <= KBIT_BOUND_DEQUANT_BNB_HI);
        }
    mpfr_clear(exact);
}
END_TEST

START_TEST(one_bad_value_spoils_all)
{
    float x[4] = {1, 2, 3, NAN}, w[2] = {1, 1}, y[2];

    OK(kbit_absmax_tensor_matmul(2, 1, 2, x, w, y));
    ck_assert(isnan(y[0]) && isnan(y[1]));
}
END_TEST

START_TEST(edges)
{
    check_edges(kbit_absmax_tensor_matmul);
}
END_TEST

int main(void)
{
    const TTest *tests[] = {worked_examples, absmax_of_a_matrix, outputs_are_enclosed,
                            one_bad_value_spoils_all, edges};

    return run_tests("absmax_tensor", sizeof tests / sizeof *tests, tests);
}
