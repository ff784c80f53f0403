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
    float x[M * K], w[N * K], absmax[M], w_absmax[N], bias[N], y[M * N];
    kbit_f16 out[M * N]; /* with the bias */
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

/* Four columns are outlier times larger. scale, a power of two, goes into X: a small one makes
 * outputs that are subnormal in fp16. */
static void fill(layer *l, uint64_t *state, float outlier, float scale)
{
    for (int i = 0; i < M * K; i++)
        l->x[i] = kbit_f16_to_f32(kbit_f16_from_f32(scale * random_f16(state)));
    for (int i = 0; i < N * K; i++)
        l->w[i] = random_f16(state);
    for (int j = 0; j < N; j++)
        l->bias[j] = scale * random_f16(state);
    for (int c = 0; c < 4; c++) {
        size_t column = (mix(state) % (K / 4)) * 4 + (size_t)c;

        for (int i = 0; i < M; i++) {
            float *x = &l->x[(size_t)i * K + column];

            *x = kbit_f16_to_f32(kbit_f16_from_f32(*x * outlier));
        }
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
    for (int type = KBIT_F32; type <= KBIT_F16; type++) {
        const float *bias = type == KBIT_F16 ? l->bias : NULL;
        void *out = type == KBIT_F16 ? (void *)l->out : (void *)l->y;

        ck_assert_int_eq(
            paper ? kbit_llmint8_linear_paper(M, N, K, l->x, l->w, bias, 6, (kbit_dtype)type, out)
                  : kbit_llmint8_linear_bnb(M, N, K, l->x, l->v, l->w_absmax, bias, 6,
                                            (kbit_dtype)type, out),
            KBIT_OK);
    }
}

/* Shares of a bound, and of that bound with a term left out. */
typedef struct {
    attained int8, int8_without_o; /* Theorem 1; without the outlier weights' own error */
    attained rounding;             /* what rounding adds in fp32 */
    attained complete;             /* Theorem 2: fp16 output against the exact product */
    attained store,
        store_without; /* its part from the quantized product on; without the last rounding */
    uint64_t subnormal, too_large;
} shares;

/* One output against the theorems, with the page's letters. */
static void hold_output(const layer *l, int i, int j, bool paper, shares *seen)
{
    double real = 0, Q = 0, E = 0, S = 0, I = 0, I_o = 0;
    double a = (double)l->absmax[i], s = (double)l->w_absmax[j], b = (double)l->bias[j];
    double scale = -KBIT_BOUND_OUTLIER_SCALE_LO, n = (double)l->n_outliers, v = U / (1 + U);

    for (int k = 0; k < K; k++) {
        double x = (double)l->x[i * K + k], w = (double)l->w[j * K + k];
        double X = l->q[i * K + k] * a / 127, W = l->v[j * K + k] * s / 127;

        real += x * w;
        if (!l->in_o[k]) {
            Q += X * W;
            I += a / 254 * fabs(w) + s / 254 * fabs(X);
        } else {
            E += x * (paper ? w : W);
            S += fabs(x * (paper ? w : W));
            I_o += paper ? 0 : s / 254 * fabs(x);
        }
    }
    attained_note(&seen->int8, fabs(real - Q - E) / (I + I_o));
    attained_note(&seen->int8_without_o, fabs(real - Q - E) / I);

    double g = paper ? (n - 1) * U : (1 + (n - 1) * U) * (1 + scale) - 1;
    double B = -KBIT_BOUND_DEQUANT_BNB_LO * fabs(Q) + (n > 0 ? g * S : 0);
    double D = v * fabs(Q + E) + (1 + v) * B;
    attained_note(&seen->rounding, fabs((double)l->y[i * N + j] - Q - E) / D);

    if (!(fabs(Q + E + b) + D < 65520)) {
        seen->too_large++;
        return;
    }
    double out = (double)kbit_f16_to_f32(l->out[i * N + j]);
    double last = fmax(0x1p-11 / (1 + 0x1p-11) * (fabs(Q + E + b) + D), 0x1p-25);
    attained_note(&seen->store, fabs(out - Q - E - b) / (D + last));
    attained_note(&seen->store_without, fabs(out - Q - E - b) / D);
    attained_note(&seen->complete, fabs(out - real - b) / (I + I_o + D + last));
    seen->subnormal += fabs(out) < 0x1p-14;
}

static void hold_layers(bool paper)
{
    static const float outlier[] = {1, 20, 400, 1}, size[] = {1, 1, 1, 0x1p-20f};
    static layer l;
    uint64_t state = 175;
    size_t most = 0;
    shares seen = {0};

    for (int trial = 0; trial < LAYERS; trial++) {
        fill(&l, &state, outlier[trial % 4], size[trial % 4]);
        quantize_and_multiply(&l, paper);
        most = l.n_outliers > most ? l.n_outliers : most;
        for (int i = 0; i < M; i++)
            for (int j = 0; j < N; j++)
                hold_output(&l, i, j, paper, &seen);
    }
    ck_assert(attained_within("share of the int8 bound", &seen.int8, 0, 1));
    ck_assert(attained_within("share of the rounding bound", &seen.rounding, 0, 1));
    ck_assert(attained_within("share of the complete bound, fp16 output", &seen.complete, 0, 1));
    ck_assert(attained_within("share of its part after int8", &seen.store, 0, 1));
    ck_assert_uint_gt(most, 0);
    ck_assert_uint_gt(seen.subnormal, 0);
    ck_assert_uint_eq(seen.too_large, 0);
    /* Each term is needed: without the last rounding's, and in bitsandbytes' mode without the
     * outlier weights' own, the bound is exceeded. And that part is nearly attained. */
    ck_assert(seen.store.hi > 0.9 && seen.store_without.hi > 1);
    ck_assert(paper || seen.int8_without_o.hi > 1);
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
        shares seen = {0};

        for (int i = 0; i < n_ties; i++) /* in 127ths of 127/32, below the threshold */
            ties[i] = (i % K == 0 ? 127.0f : 2.0f * (float)(i % 60) + 0.5f) / 32;
        for (int i = 0; i < n_exact; i++)
            exact[i] = 127.0f / 32;
        quantize_and_multiply(&l, false);
        for (int i = 0; i < M; i++)
            for (int j = 0; j < N; j++)
                hold_output(&l, i, j, false, &seen);
        /* The bound is the sum of the ties' own term, of which (K - 1) / K is attained, and the
         * exact side's. */
        double own = 127.0 / 32 / 254 * K * 127 / 32, other = 0;
        for (int k = 0; k < K; k++)
            other += 127.0 / 32 / 254 * fabs((double)(side == 0 ? l.q : l.v)[k] / 32);
        printf("# side %d: share %.4f, of its own term %.4f\n", side, seen.int8.hi,
               seen.int8.hi * (own + other) / own);
        ck_assert(attained_within("share of the int8 bound", &seen.int8, 0, 1));
        ck_assert(seen.int8.hi * (own + other) / own > 0.98);
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
