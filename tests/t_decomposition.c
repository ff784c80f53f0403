/* t_decomposition.c -- the outlier columns apart, around any baseline. */
#include "baselines.h"

enum { M = 10, N = 8, K = 96, OUTLIERS = 4 };

static const kbit_baseline_matmul BASELINES[] = {kbit_absmax_tensor_matmul, kbit_rowwise_matmul,
                                                 kbit_vectorwise_matmul, kbit_zeropoint_matmul,
                                                 kbit_zeropoint_vectorwise_matmul};
enum { N_BASELINES = sizeof BASELINES / sizeof *BASELINES };

static const size_t COLUMN[OUTLIERS] = {0, 17, 18, K - 1};

/* Below 6 but in four columns, which reach the magnitude given. */
static void fill(uint64_t seed, float magnitude, float *x, float *w)
{
    uint64_t state = seed;

    fill_f16(&state, M * K, 1, 0, x);
    fill_f16(&state, N * K, 0.125f, 0, w);
    for (size_t i = 0; i < M * K; i++)
        x[i] = fmaxf(-5.5f, fminf(5.5f, x[i]));
    for (size_t i = 0; i < M; i++)
        for (size_t o = 0; o < OUTLIERS; o++)
            x[i * K + COLUMN[o]] = i % 3 == 2 ? 0.25f : -magnitude;
}

START_TEST(off_is_the_baseline)
{
    static float x[M * K], w[N * K], plain[M * N], decomposed[M * N];

    fill(14, 20, x, w);
    for (size_t b = 0; b < N_BASELINES; b++) {
        OK(BASELINES[b](M, N, K, x, w, plain));
        OK(kbit_decomposition_matmul(M, N, K, x, w, KBIT_THRESHOLD_OFF, BASELINES[b], decomposed));
        ck_assert_mem_eq(plain, decomposed, sizeof plain);
    }
}
END_TEST

START_TEST(zero_is_the_float_product)
{
    static float x[M * K], w[N * K], plain[M * N], decomposed[M * N], zero[M * N];
    int32_t all[K];

    for (int32_t k = 0; k < K; k++)
        all[k] = k;
    fill(15, 20, x, w);
    OK(kbit_outlier_matmul_w16(M, N, K, x, K, all, w, zero, plain));
    for (size_t b = 0; b < N_BASELINES; b++) {
        OK(kbit_decomposition_matmul(M, N, K, x, w, 0, BASELINES[b], decomposed));
        ck_assert_mem_eq(plain, decomposed, sizeof plain);
    }
}
END_TEST

/* A baseline that remembers what it was given. */
static size_t seen_K;
static float seen_x[M * K], seen_w[N * K];

static kbit_status spy(size_t m, size_t n, size_t k, const float *x, const float *w, float *y)
{
    seen_K = k;
    memcpy(seen_x, x, m * k * sizeof *x);
    memcpy(seen_w, w, n * k * sizeof *w);
    for (size_t i = 0; i < m * n; i++)
        y[i] = 0;
    return KBIT_OK;
}

static kbit_status refuse(size_t m, size_t n, size_t k, const float *x, const float *w, float *y)
{
    (void)m, (void)n, (void)k, (void)x, (void)w, (void)y;
    return KBIT_ERR_UNSUPPORTED;
}

START_TEST(the_baseline_never_sees_an_outlier)
{
    static float x[M * K], w[N * K], y[M * N];

    fill(16, 1000, x, w);
    OK(kbit_decomposition_matmul(M, N, K, x, w, 6, spy, y));
    ck_assert_uint_eq(seen_K, K - OUTLIERS);
    for (size_t i = 0; i < M * seen_K; i++)
        ck_assert(fabsf(seen_x[i]) < 6);
    /* Column 1 comes first now, column 19 after 16; W's likewise. */
    for (size_t i = 0; i < M; i++)
        ck_assert(seen_x[i * seen_K] == x[i * K + 1] && seen_x[i * seen_K + 16] == x[i * K + 19]);
    for (size_t j = 0; j < N; j++)
        ck_assert(seen_w[j * seen_K] == w[j * K + 1] && seen_w[j * seen_K + 16] == w[j * K + 19]);
    ck_assert_int_eq(kbit_decomposition_matmul(M, N, K, x, w, 6, refuse, y), KBIT_ERR_UNSUPPORTED);
}
END_TEST

/* The error does not grow with the outliers; the plain baseline's does. */
START_TEST(error_is_independent_of_the_magnitude)
{
    static float x[M * K], w[N * K], plain[M * N], decomposed[M * N];
    double first[N_BASELINES] = {0};

    for (int p = 0; p < 3; p++) {
        fill(17, ldexpf(8, 3 * p), x, w); /* 8, 64, 512 */
        for (size_t b = 0; b < N_BASELINES; b++) {
            double error = 0, plain_error = 0;

            OK(BASELINES[b](M, N, K, x, w, plain));
            OK(kbit_decomposition_matmul(M, N, K, x, w, 6, BASELINES[b], decomposed));
            for (size_t i = 0; i < M; i++)
                for (size_t j = 0; j < N; j++) {
                    double real = real_output(K, x + i * K, w + j * K);

                    error = fmax(error, fabs((double)decomposed[i * N + j] - real));
                    plain_error = fmax(plain_error, fabs((double)plain[i * N + j] - real));
                }
            if (p == 0)
                first[b] = error;
            else
                ck_assert(error < 1.01 * first[b] && plain_error > 2 * error);
        }
    }
}
END_TEST

/* Around vectorwise it is the paper's layer, bit for bit. */
START_TEST(vectorwise_is_the_paper)
{
    static float x[M * K], w[N * K], layer[M * N], decomposed[M * N];

    fill(18, 20, x, w);
    OK(kbit_llmint8_linear_paper(M, N, K, x, w, NULL, 6, KBIT_F32, layer));
    OK(kbit_decomposition_matmul(M, N, K, x, w, 6, kbit_vectorwise_matmul, decomposed));
    ck_assert_mem_eq(layer, decomposed, sizeof layer);
}
END_TEST

START_TEST(arguments)
{
    float x[2] = {1, 7}, w[2] = {1, 1}, y[1];

    ck_assert_int_eq(kbit_decomposition_matmul(1, 1, 2, x, w, 6, NULL, y), KBIT_ERR_NULL);
    ck_assert_int_eq(kbit_decomposition_matmul(1, 1, 2, x, w, NAN, spy, y), KBIT_ERR_RANGE);
    ck_assert_int_eq(kbit_decomposition_matmul(1, 1, 2, x, w, -2, spy, y), KBIT_ERR_RANGE);
    x[0] = INFINITY; /* goes the way of the outliers and arrives */
    OK(kbit_decomposition_matmul(1, 1, 2, x, w, 6, kbit_vectorwise_matmul, y));
    ck_assert(isinf(y[0]));
}
END_TEST

int main(void)
{
    const TTest *tests[] = {off_is_the_baseline,
                            zero_is_the_float_product,
                            the_baseline_never_sees_an_outlier,
                            error_is_independent_of_the_magnitude,
                            vectorwise_is_the_paper,
                            arguments};

    return run_tests("decomposition", sizeof tests / sizeof *tests, tests);
}
