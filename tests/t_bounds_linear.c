/* t_bounds_linear.c -- the accuracy theorem (reference/proofs/llmint8_linear.md) against the layer.
 *
 * Reals are computed in double, whose rounding is 2^-29 of the smallest term of any bound here.
 */
#include <check.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "attained.h"
#include "kbit.h"
#include "proofs/bounds.h"

enum { M = 6, N = 10, K = 96, LAYERS = 60 };

static const double U = 0x1p-24;

typedef struct {
    float x[M * K], w[N * K], absmax[M], w_absmax[N], y[M * N];
    int8_t q[M * K], v[N * K];
    int32_t outliers[K];
    bool in_o[K];
    size_t n_outliers;
} layer;

/* Near N(0, 1), in fp16. */
static float random_f16(uint64_t *state)
{
    double sum = 0;

    for (int i = 0; i < 12; i++)
        sum += (double)(mix(state) >> 11) * 0x1p-53;
    return kbit_f16_to_f32(kbit_f16_from_f32((float)(sum - 6)));
}

static void fill(layer *l, uint64_t *state, float outlier)
{
    for (int i = 0; i < M * K; i++)
        l->x[i] = random_f16(state);
    for (int i = 0; i < N * K; i++)
        l->w[i] = random_f16(state);
    for (int c = 0; c < 4; c++) {
        size_t column = mix(state) % K;

        for (int i = 0; i < M; i++)
            l->x[(size_t)i * K + column] *= outlier;
    }
}

static void quantize_and_multiply(layer *l, bool paper)
{
    const int32_t *list = paper ? l->outliers : NULL;

    ck_assert_int_eq(kbit_outlier_columns(M, K, l->x, 6, l->outliers, &l->n_outliers), KBIT_OK);
    size_t listed = paper ? l->n_outliers : 0;
    memset(l->in_o, 0, sizeof l->in_o);
    for (size_t o = 0; o < l->n_outliers; o++)
        l->in_o[l->outliers[o]] = true;
    ck_assert_int_eq(kbit_absmax_rows(M, K, l->x, listed, list, 6, l->absmax), KBIT_OK);
    ck_assert_int_eq(kbit_quantize_rows(M, K, l->x, l->absmax, l->n_outliers, l->outliers, 6, l->q),
                     KBIT_OK);
    ck_assert_int_eq(kbit_absmax_rows(N, K, l->w, listed, list, KBIT_THRESHOLD_OFF, l->w_absmax),
                     KBIT_OK);
    ck_assert_int_eq(
        kbit_quantize_rows(N, K, l->w, l->w_absmax, listed, list, KBIT_THRESHOLD_OFF, l->v),
        KBIT_OK);
    if (paper)
        ck_assert_int_eq(kbit_llmint8_linear_paper(M, N, K, l->x, l->w, NULL, 6, KBIT_F32, l->y),
                         KBIT_OK);
    else
        ck_assert_int_eq(
            kbit_llmint8_linear_bnb(M, N, K, l->x, l->v, l->w_absmax, NULL, 6, KBIT_F32, l->y),
            KBIT_OK);
}

/* One output: int8's error, and what rounding adds to it, each over its bound. */
static void hold_output(const layer *l, int i, int j, bool paper, attained *int8,
                        attained *rounding)
{
    double real = 0, quantized = 0, outliers = 0, magnitude = 0, allowed = 0;
    double row = (double)l->absmax[i], column = (double)l->w_absmax[j];
    double scale = -KBIT_BOUND_OUTLIER_SCALE_LO, n = (double)l->n_outliers;

    for (int k = 0; k < K; k++) {
        double x = (double)l->x[i * K + k], w = (double)l->w[j * K + k];
        double X = l->q[i * K + k] * row / 127, W = l->v[j * K + k] * column / 127;

        real += x * w;
        if (!l->in_o[k]) {
            quantized += X * W;
            allowed += row / 254 * fabs(w) + column / 254 * fabs(X);
        } else {
            outliers += x * (paper ? w : W);
            magnitude += fabs(x * (paper ? w : W));
            allowed += paper ? 0 : column / 254 * fabs(x);
        }
    }
    attained_note(int8, fabs(real - quantized - outliers) / allowed);

    double g = paper ? (n - 1) * U : (1 + (n - 1) * U) * (1 + scale) - 1;
    double before = -KBIT_BOUND_DEQUANT_BNB_LO * fabs(quantized) + (n > 0 ? g * magnitude : 0);
    double after = U * fabs(quantized + outliers) + (1 + U) * before;
    attained_note(rounding, fabs((double)l->y[i * N + j] - quantized - outliers) / after);
}

static void hold_layers(bool paper)
{
    static layer l;
    uint64_t state = 175;
    attained int8 = {0}, rounding = {0};

    for (int trial = 0; trial < LAYERS; trial++) {
        fill(&l, &state, trial % 3 == 0 ? 1 : trial % 3 == 1 ? 20 : 400);
        quantize_and_multiply(&l, paper);
        for (int i = 0; i < M; i++)
            for (int j = 0; j < N; j++)
                hold_output(&l, i, j, paper, &int8, &rounding);
    }
    ck_assert(attained_within("share of the int8 bound", &int8, 0, 1));
    ck_assert(attained_within("share of the rounding bound", &rounding, 0, 1));
    ck_assert_uint_gt(l.n_outliers, 0);
}

/* Random errors cancel, so here they do not: every code but the one that sets the absmax is a tie
 * that goes down, on one side, and the other side is exact. All of one term of the bound is
 * attained. */
START_TEST(the_bound_is_attained)
{
    static layer l;

    for (int side = 0; side < 2; side++) {
        float *ties = side == 0 ? l.x : l.w, *exact = side == 0 ? l.w : l.x;
        int n_ties = side == 0 ? M * K : N * K, n_exact = side == 0 ? N * K : M * K;
        attained int8 = {0}, rounding = {0};

        for (int i = 0; i < n_ties; i++) /* in 127ths of 127/32, below the threshold */
            ties[i] = (i % K == 0 ? 127.0f : 2.0f * (float)(i % 60) + 0.5f) / 32;
        for (int i = 0; i < n_exact; i++)
            exact[i] = 127.0f / 32;
        quantize_and_multiply(&l, false);
        for (int i = 0; i < M; i++)
            for (int j = 0; j < N; j++)
                hold_output(&l, i, j, false, &int8, &rounding);
        /* The bound is the sum of the ties' own term, of which (K - 1) / K is attained, and the
         * exact side's. */
        double own = 127.0 / 32 / 254 * K * 127 / 32, other = 0;
        for (int k = 0; k < K; k++)
            other += 127.0 / 32 / 254 * fabs((double)(side == 0 ? l.q : l.v)[k] / 32);
        printf("# side %d: share %.4f, of its own term %.4f\n", side, int8.hi,
               int8.hi * (own + other) / own);
        ck_assert(attained_within("share of the int8 bound", &int8, 0, 1));
        ck_assert(int8.hi * (own + other) / own > 0.98);
    }
}
END_TEST

START_TEST(as_bitsandbytes)
{
    hold_layers(false);
}
END_TEST

START_TEST(as_the_paper)
{
    hold_layers(true);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("bounds_linear");
    TCase *cases = tcase_create("all");
    SRunner *runner;
    int failed;

    tcase_add_test(cases, as_bitsandbytes);
    tcase_add_test(cases, as_the_paper);
    tcase_add_test(cases, the_bound_is_attained);
    suite_add_tcase(suite, cases);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
