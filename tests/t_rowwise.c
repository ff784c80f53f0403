/* t_rowwise.c -- the baseline with one constant a row of X and one for W. */
#include "baselines.h"
#include "kbit_baselines_exact.h"
#include "proofs/bounds.h"

enum { M = 9, N = 7, K = 130 };

START_TEST(outputs_are_enclosed)
{
    static float x[M * K], w[N * K], y[M * N];
    uint64_t state = 2;
    mpfr_t exact;

    fill_f16(&state, M * K, 1, 0, x);
    fill_f16(&state, N * K, 0.02f, 0, w);
    mpfr_init2(exact, 200);
    x[5] = 60;
    OK(kbit_rowwise_matmul(M, N, K, x, w, y));
    for (size_t i = 0; i < M; i++)
        for (size_t j = 0; j < N; j++) {
            kbit_exact_absmax_output(exact, K, x + i * K, kbit_exact_absmax_tensor(1, K, x + i * K),
                                     w + j * K, kbit_exact_absmax_tensor(N, K, w), MPFR_RNDN);
            double error = (double)y[i * N + j] / mpfr_get_d(exact, MPFR_RNDN) - 1;

            ck_assert(mpfr_sgn(exact) != 0);
            ck_assert(error >= KBIT_BOUND_DEQUANT_BNB_LO && error <= KBIT_BOUND_DEQUANT_BNB_HI);
        }
    mpfr_clear(exact);
}
END_TEST

/* A large value in row 0 of X costs the other rows nothing; in row 0 of W it costs all columns. */
START_TEST(which_side_has_its_own_constants)
{
    float x[4] = {1, 0.001f, 1000, 1}, w[4] = {1, 1, 1, 0}, y[4];

    OK(kbit_rowwise_matmul(2, 2, 2, x, w, y));
    ck_assert(y[1] == 1); /* row 0 of X has its own constant */
    w[0] = 1000;          /* now 1 in the other row of W gets code 0 */
    OK(kbit_rowwise_matmul(2, 2, 2, x, w, y));
    ck_assert(y[1] == 0);
}
END_TEST

START_TEST(edges)
{
    check_edges(kbit_rowwise_matmul);
}
END_TEST

int main(void)
{
    const TTest *tests[] = {outputs_are_enclosed, which_side_has_its_own_constants, edges};

    return run_tests("rowwise", sizeof tests / sizeof *tests, tests);
}
