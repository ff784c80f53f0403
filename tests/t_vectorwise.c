/* t_vectorwise.c -- the baseline with one constant a row of X and one a row of W. */
#include "baselines.h"
#include "kbit_baselines_exact.h"
#include "proofs/bounds.h"

enum { M = 9, N = 7, K = 130 };

START_TEST(outputs_are_enclosed)
{
    static float x[M * K], w[N * K], y[M * N];
    uint64_t state = 3;
    mpfr_t exact;

    fill_f16(&state, M * K, 1, 0, x);
    fill_f16(&state, N * K, 0.02f, 0, w);
    mpfr_init2(exact, 200);
    OK(kbit_vectorwise_matmul(M, N, K, x, w, y));
    for (size_t i = 0; i < M; i++)
        for (size_t j = 0; j < N; j++) {
            kbit_exact_absmax_output(exact, K, x + i * K, kbit_exact_absmax_tensor(1, K, x + i * K),
                                     w + j * K, kbit_exact_absmax_tensor(1, K, w + j * K),
                                     MPFR_RNDN);
            double error = (double)y[i * N + j] / mpfr_get_d(exact, MPFR_RNDN) - 1;

            ck_assert(mpfr_sgn(exact) != 0);
            ck_assert(error >= KBIT_BOUND_DEQUANT_BNB_LO && error <= KBIT_BOUND_DEQUANT_BNB_HI);
        }
    mpfr_clear(exact);
}
END_TEST

/* X = diag(2^p) P with integer codes that reach 127 in each row, W likewise: quantization loses
 * nothing, so the output is the product to within dequantize's interval. */
START_TEST(exact_where_codes_are_integers)
{
    static float x[M * K], w[N * K], y[M * N];
    uint64_t state = 4;

    for (size_t i = 0; i < M * K; i++)
        x[i] = ldexpf(i % K == 0 ? 127 : (float)((int)(mix(&state) % 255) - 127), (int)(i / K) - 4);
    for (size_t i = 0; i < N * K; i++)
        w[i] =
            ldexpf(i % K == 1 ? -127 : (float)((int)(mix(&state) % 255) - 127), 3 - (int)(i / K));
    OK(kbit_vectorwise_matmul(M, N, K, x, w, y));
    for (size_t i = 0; i < M; i++)
        for (size_t j = 0; j < N; j++) {
            double error = (double)y[i * N + j] / real_output(K, x + i * K, w + j * K) - 1;

            ck_assert(error >= KBIT_BOUND_DEQUANT_BNB_LO && error <= KBIT_BOUND_DEQUANT_BNB_HI);
        }
}
END_TEST

/* One-sided outliers: the constants of a row protect the other rows, those of W their columns. */
START_TEST(finer_constants_lose_less)
{
    static float x[M * K], w[N * K], tensor[M * N], row[M * N], vector[M * N];
    uint64_t state = 5;

    fill_f16(&state, M * K, 1, 0, x);
    fill_f16(&state, N * K, 1, 0, w);
    for (size_t k = 0; k < K; k++) {
        x[k] *= 64;
        w[k] *= 64;
    }
    OK(kbit_absmax_tensor_matmul(M, N, K, x, w, tensor));
    OK(kbit_rowwise_matmul(M, N, K, x, w, row));
    OK(kbit_vectorwise_matmul(M, N, K, x, w, vector));
    /* The outputs that neither large row touches. */
    double errors[3] = {0};
    for (size_t i = 1; i < M; i++)
        for (size_t j = 1; j < N; j++) {
            double real = real_output(K, x + i * K, w + j * K);

            errors[0] += fabs((double)tensor[i * N + j] - real);
            errors[1] += fabs((double)row[i * N + j] - real);
            errors[2] += fabs((double)vector[i * N + j] - real);
        }
    ck_assert(errors[2] < errors[1] && errors[1] < errors[0]);
}
END_TEST

START_TEST(edges)
{
    check_edges(kbit_vectorwise_matmul);
}
END_TEST

int main(void)
{
    const TTest *tests[] = {outputs_are_enclosed, exact_where_codes_are_integers,
                            finer_constants_lose_less, edges};

    return run_tests("vectorwise", sizeof tests / sizeof *tests, tests);
}
