/* producers.c -- inputs of normalizations and activations, alone and with quantization behind them. Every
 * case asks all of these steps and no other. */
#include "family.h"
#include "produced.h"

#include <math.h>
#include <string.h>

enum { ID_GAMMA = ID_EXTRA + 2, ID_BETA };

/* The parameter v in its type; as a float it has bits that no 16-bit type holds. */
static float parameter(const kbit_problem *p, double v, uint64_t h)
{
    if (p->parameter_type == F32)
        v *= 1 + (double)(h % 4096) * 0x1p-22;
    return (float)kbit_nearest(v, p->parameter_type);
}

/* gamma near 1, some of it negative, and ten times as large in every 50th column, which makes an outlier
 * feature of it; beta near 0. */
static void fill_parameters(kbit_problem *p)
{
    p->eps = 0x1.4f8b58p-17f; /* RN(1e-5) */
    for (size_t k = 0; k < p->K; k++) {
        uint64_t h = draw(p, ID_GAMMA, k);
        double gamma = (0.5 + (double)(h % 1024) / 1024) * (k % 50 == 7 ? 10 : 1);
        const double beta = ((double)(draw(p, ID_BETA, k) % 2048) - 1024) / 4096;
        p->gamma[k] = parameter(p, h >> 60 ? gamma : -gamma, h >> 32);
        p->beta[k] = parameter(p, beta, h >> 16);
    }
}

static void fill_plain(kbit_problem *p)
{
    fill_parameters(p);
    kbit_fill_activations(NULL, p->seed, ID_X, p->M, p->K, p->x_type, p->x);
}

/* argument 1: with the outlier features of OPT-6.7B, which are mostly negative, and some positive ones. */
static void fill_ordinary(kbit_problem *p)
{
    const kbit_outlier_preset *preset = p->of->argument ? kbit_outlier_preset_find("6.7b") : NULL;
    fill_parameters(p);
    kbit_fill_activations(preset, p->seed, ID_X, p->M, p->K, p->x_type, p->x);
    const bool last = p->M == 1 || p->K >= 500; /* who loses it gets another row */
    for (size_t i = 0; p->K >= 2000 && i < p->M; i++)
        p->x[i * p->K + p->K - 2] = 5.875f; /* the absmax behind an activation that leaves it */
    for (size_t i = 0; last && i < p->M; i++)
        p->x[i * p->K + p->K - 1] = in_type(p, p->K >= 2000 ? 3 * sqrt((double)p->K) : 5.875);
    for (size_t i = 0; preset && i < p->M; i += 3)
        for (size_t k = 7; k < p->K; k += 50)
            p->x[i * p->K + k] = in_type(p, 8 + (double)(draw(p, ID_EXTRA, i * p->K + k) % 64) / 8);
}

/* The same with parameters of another type than x. */
static void fill_f32_parameters(kbit_problem *p)
{
    p->parameter_type = F32;
    fill_ordinary(p);
}

static void fill_bf16_parameters(kbit_problem *p)
{
    p->parameter_type = BF16;
    fill_ordinary(p);
}

/* Every step of both normalizations is exact. Each four neighbours are -3, -1, 1 and 3 in some order, so
 * their mean is 0 and their mean square 5; in odd rows all is shifted by an integer, which leaves the
 * variance. eps = 11 makes it 16, and its reciprocal root 1/4. K is a power of two. argument: gamma is 0:
 * a small integer; 1: an odd integer for which 3/4 of it is halfway between two fp16 values; 2: the
 * same for bf16; 3: gamma is 1, eps 2, and row i is i + 1 times as large, so that nothing is rounded but
 * the root, its reciprocal and the products with it. */
static void fill_exact(kbit_problem *p)
{
    static const int PATTERN[4] = {-3, 3, 1, -1};
    p->eps = p->of->argument == 3 ? 2 : 11;
    for (size_t k = 0; k < p->K; k++) {
        int h = (int)(draw(p, ID_GAMMA, k) % 64);
        p->gamma[k] = p->of->argument == 1   ? (float)(1363 - 2 * h)
                      : p->of->argument == 2 ? (float)(169 - 2 * (h % 32))
                                             : (float)(h - 32);
        p->beta[k] = p->of->argument ? 0 : (float)((int)(draw(p, ID_BETA, k) % 17) - 8);
    }
    for (size_t i = 0; i < p->M; i++) {
        int shift = i % 2 ? (int)(draw(p, ID_EXTRA, i) % 33) - 16 : 0;
        const int times = p->of->argument == 3 ? 1 + (int)i : 1;
        for (size_t k = 0; k < p->K; k++) {
            size_t turn = draw(p, ID_X, i * p->K + k / 4) % 4;
            p->x[i * p->K + k] = (float)(PATTERN[(k + turn) % 4] * times + shift);
        }
    }
}

/* Rows of one value: their variance is 0. Of the others every second has one element that is not 0.
 * argument 1: eps is 0. */
static void fill_constant(kbit_problem *p)
{
    fill_plain(p);
    if (p->of->argument)
        p->eps = 0;
    for (size_t i = 0; i < p->M; i++)
        for (size_t k = 0; k < p->K; k++) {
            float *x = &p->x[i * p->K + k];
            if (i % 4 == 0)
                *x = (float)((int)(i / 4) - 1) * 0.75f;
            else if (i % 4 == 2)
                *x = k == (i * 7) % p->K ? 12.0f : 0.0f;
        }
}

/* A mean far from 0 against the deviation. argument: the mean. */
static void fill_offset(kbit_problem *p)
{
    fill_parameters(p);
    for (size_t at = 0; at < p->M * p->K; at++)
        p->x[at] = in_type(p, p->of->argument + (double)(draw(p, ID_X, at) % 8) / 2);
}

/* argument: a power of two that multiplies everything; gamma is 2^10 in every 20th column, where the
 * largest values leave fp16. */
static void fill_scaled(kbit_problem *p)
{
    fill_plain(p);
    for (size_t at = 0; at < p->M * p->K; at++)
        p->x[at] = in_type(p, ldexp((double)p->x[at], p->of->argument));
    for (size_t k = 0; k < p->K; k += 20)
        p->gamma[k] = 0x1p15f;
}

/* K = 2. Only the last row has outliers; the others are opposite numbers so small that eps decides what they
 * become, neighbours different numbers. */
static void fill_late_outliers(kbit_problem *p)
{
    fill_parameters(p);
    for (size_t i = 0; i < p->M; i++) {
        const float x = i + 1 == p->M ? 12.0f : 0x1p-10f * (float)(1 + i % 3);
        p->x[i * 2] = x;
        p->x[i * 2 + 1] = -x;
    }
    p->gamma[0] = p->gamma[1] = 8;
    p->beta[0] = p->beta[1] = 0;
}

/* Rows of zeros but for one, where in every 20th column h leaves fp16: nothing else makes an outlier column of
 * it. */
static void fill_lone_overflow(kbit_problem *p)
{
    fill_plain(p);
    for (size_t k = 0; k < p->K; k++) {
        p->beta[k] = 0;
        if (k % 20 == 3)
            p->gamma[k] = 0x1p15f;
        for (size_t i = 0; i < p->M; i++)
            p->x[i * p->K + k] = i != p->M / 2 ? 0
                                 : k % 20 == 3 ? (k % 40 == 3 ? 5.0f : -5.0f)
                                               : p->x[i * p->K + k];
    }
}

/* Positive floats at the threshold and beside it, in columns of their own, one of them nearer to it than a
 * number of 16 bits. */
static void fill_beside_threshold(kbit_problem *p)
{
    fill_plain(p);
    const float t = p->threshold,
                beside[] = {t, nextafterf(t, 0), nextafterf(t, 7), t + 0x1p-12f, t - 0x1p-12f};
    for (size_t k = 0; k < p->K; k++)
        p->x[k % p->M * p->K + k] = beside[k % 5];
}

/* An eps that is negative, infinite or NaN, by argument. */
static void fill_wrong_eps(kbit_problem *p)
{
    const float EPS[] = {-0x1p-17f, INFINITY, NAN};
    fill_ordinary(p);
    p->eps = EPS[p->of->argument - 2];
}

/* A NaN, an infinity, a negative one and a signalling NaN in each third row, in turns. */
static void fill_nonfinite(kbit_problem *p)
{
    const uint32_t KINDS[] = {0x7fc00000, 0x7f800000, 0xff800000, 0x7fa00000};
    fill_ordinary(p);
    for (size_t i = 1; i < p->M; i += 3)
        memcpy(&p->x[i * p->K + draw(p, ID_EXTRA, i) % p->K], &KINDS[i / 3 % 4], sizeof(float));
}

/* x_ik is number i K + k of the encodings of a 16-bit type, NaNs and infinities included. */
static void fill_every(kbit_problem *p)
{
    fill_parameters(p);
    for (size_t at = 0; at < p->M * p->K; at++)
        p->x[at] = p->x_type == KBIT_F16 ? kbit_f16_to_f32((kbit_f16){(uint16_t)at})
                                         : kbit_bf16_to_f32((kbit_bf16){(uint16_t)at});
}

/* Not negative, and 127 x / a exactly halfway between two codes: a = 127 2^e, x = (k + 1/2) 2^e. */
static void fill_code_ties(kbit_problem *p)
{
    fill_ordinary(p);
    for (size_t i = 0; i < p->M; i++)
        for (size_t k = 0; k < p->K; k++) {
            double step = ldexp(1, (int)(i % 8) - 6), code = (double)(draw(p, ID_X, k) % 127) + 0.5;
            p->x[i * p->K + k] = (float)(step * (k == 0 ? 127 : code));
        }
}

/* Activations where they are steep, turn, and fade out: from -12 to 12 and in f32 far beyond. */
static void fill_tails(kbit_problem *p)
{
    fill_parameters(p);
    for (size_t at = 0; at < p->M * p->K; at++) {
        double t = (double)(draw(p, ID_X, at) % 65536) / 65536 * 24 - 12;
        p->x[at] = in_type(p, at % 16 == 0 ? 9 * t : at % 16 == 1 ? t * 0x1p-20 : t);
    }
}

#define ALL KBIT_PRODUCERS

/* clang-format off: one case a line */
static const kbit_case CASES[] = {
    {"produced-f16", "producers: hidden states of a 6.7b model", 24, 0, 512, F16, F16, 6, true, ALL,
     false, QUICK, NULL, fill_ordinary, 1},
    {"produced-bf16", "the same in bf16, without a shift", 24, 0, 512, BF16, BF16, 6, false, ALL,
     false, QUICK, NULL, fill_ordinary, 1},
    {"produced-f32", "the same in f32", 12, 0, 300, F32, F32, 6, true, ALL, false, QUICK, NULL,
     fill_ordinary, 1},
    {"produced-f32-f16", "f32 in, f16 out, threshold off", 12, 0, 300, F32, F16, OFF, true, ALL,
     false, QUICK, NULL, fill_ordinary, 1},
    {"produced-f32-bf16", "f32 in, bf16 out, without a shift", 12, 0, 300, F32, BF16, 6, false, ALL,
     false, DEFAULT, NULL, fill_ordinary, 1},
    {"produced-exact",
     "every operation of the normalizations is exact, so that each output is known", 16, 0, 64, F16,
     F16, 6, true, ALL, false, QUICK, NULL, fill_exact, 0},
    {"produced-exact-f32", "the same in f32", 16, 0, 256, F32, F32, 6, true, ALL, false, QUICK,
     NULL, fill_exact, 0},
    {"produced-exact-wide", "the same at a model's width", 6, 0, 4096, BF16, F32, 6, true, ALL,
     false, QUICK, NULL, fill_exact, 0},
    {"produced-exact-variance", "every operation up to the root is exact", 24, 0, 64, F32, F32, OFF,
     false, ALL, false, QUICK, NULL, fill_exact, 3},
    {"produced-ties", "the same, and h often halfway between two fp16 values", 16, 0, 256, F16, F16,
     800, false, ALL, false, QUICK, NULL, fill_exact, 1},
    {"produced-ties-bf16", "and between two bf16 values", 16, 0, 256, BF16, BF16, OFF, false, ALL,
     false, QUICK, NULL, fill_exact, 2},
    {"produced-eps-negative", "a negative eps: must be refused", 3, 0, 20, F16, F16, 6, true,
     KBIT_NORMALIZATIONS, false, FULL, NULL, fill_wrong_eps, 2},
    {"produced-eps-infinite", "an infinite eps: must be refused", 3, 0, 20, F16, F16, 6, true,
     KBIT_NORMALIZATIONS, false, FULL, NULL, fill_wrong_eps, 3},
    {"produced-eps-nan", "an eps that is NaN: must be refused", 3, 0, 20, F16, F16, 6, true,
     KBIT_NORMALIZATIONS, false, FULL, NULL, fill_wrong_eps, 4},
    {"produced-constant", "rows of one value, whose variance is 0", 24, 0, 64, F16, F16, 6, true,
     ALL, false, QUICK, NULL, fill_constant, 0},
    {"produced-no-eps", "the same with eps = 0, where 0 / 0 is due", 24, 0, 64, F16, F16, 6, true,
     ALL, false, QUICK, NULL, fill_constant, 1},
    {"produced-offset", "a mean of 1000, a deviation of 1: who subtracts squares cancels", 12, 0,
     512, F16, F16, 6, true, ALL, false, QUICK, NULL, fill_offset, 1000},
    {"produced-offset-f32", "the same in f32, with rows that have no exact mean", 12, 0, 100, F32,
     F32, 6, false, ALL, false, QUICK, NULL, fill_offset, 1000},
    {"produced-one-column", "K = 1: the variance is 0", 9, 0, 1, F16, F16, 6, true, ALL, false,
     QUICK, NULL, fill_ordinary, 0},
    {"produced-two-columns", "K = 2", 40, 0, 2, F16, F16, 6, true, ALL, false, QUICK, NULL,
     fill_ordinary, 0},
    {"produced-17-columns", "K = 17, where K - 1 for K shows most", 33, 0, 17, F16, F16, 6, true,
     ALL, false, QUICK, NULL, fill_ordinary, 0},
    {"produced-17-columns-f32", "the same in f32", 33, 0, 17, F32, F32, 6, true, ALL, false, QUICK,
     NULL, fill_ordinary, 0},
    {"produced-f32-parameters", "f16 with gamma and beta in f32", 12, 0, 120, F16, F16, 6, true,
     ALL, false, QUICK, NULL, fill_f32_parameters, 0},
    {"produced-f32-parameters-bf16", "the same for bf16, out in f32", 12, 0, 120, BF16, F32, 6,
     true, ALL, false, QUICK, NULL, fill_f32_parameters, 0},
    {"produced-bf16-parameters", "f32 with gamma and beta in bf16", 12, 0, 120, F32, F16, 6, true,
     ALL, false, QUICK, NULL, fill_bf16_parameters, 0},
    {"produced-subnormal-bf16", "bf16 subnormals, which gamma makes normal", 9, 0, 128, BF16, F32,
     OFF, false, KBIT_NORMALIZATIONS, false, QUICK, NULL, fill_scaled, -132},
    {"produced-subnormal-f32", "the same in f32", 9, 0, 128, F32, F32, OFF, false,
     KBIT_NORMALIZATIONS, false, QUICK, NULL, fill_scaled, -140},
    {"produced-one-row", "one token", 1, 0, 1003, BF16, BF16, 6, true, ALL, false, QUICK, NULL,
     fill_ordinary, 0},
    {"produced-2049", "K just above a width that a warp takes", 5, 0, 2049, F16, F16, 6, true, ALL,
     false, DEFAULT, NULL, fill_ordinary, 0},
    {"produced-1032", "K a multiple of 8, no power of two", 9, 0, 1032, F16, F16, 6, true, ALL,
     false, DEFAULT, NULL, fill_ordinary, 0},
    {"produced-5120", "a model's width", 4, 0, 5120, F16, F16, 6, true, ALL, false, DEFAULT, NULL,
     fill_ordinary, 1},
    {"produced-16400", "rows too long for registers", 2, 0, 16400, BF16, BF16, 6, true, ALL, false,
     DEFAULT, NULL, fill_ordinary, 0},
    {"produced-70000", "columns beyond 16 bits", 1, 0, 70000, F16, F16, 6, true, ALL, false,
     KBIT_LEVEL_FULL, NULL, fill_ordinary, 0},
    {"produced-no-rows", "M = 0", 0, 0, 40, F16, F16, 6, true, ALL, false, QUICK, NULL,
     fill_ordinary, 0},
    {"produced-no-columns", "K = 0", 5, 0, 0, F16, F16, 6, false, ALL, false, QUICK, NULL,
     fill_ordinary, 0},
    {"produced-small", "f16 near its smallest values: eps outweighs the variance", 9, 0, 128, F16,
     F16, 6, true, ALL, false, QUICK, NULL, fill_scaled, -12},
    {"produced-tiny", "f32 whose squares underflow", 9, 0, 128, F32, F32, 6, false, ALL, false,
     QUICK, NULL, fill_scaled, -70},
    {"produced-large", "f16 up to its largest values, and h beyond them", 9, 0, 128, F16, F16, 6,
     true, ALL, false, QUICK, NULL, fill_scaled, 13},
    {"produced-huge", "bf16 near 2^50", 9, 0, 128, BF16, BF16, 6, true, ALL, false, QUICK, NULL,
     fill_scaled, 48},
    {"produced-nonfinite", "NaN and infinities in each third row", 30, 0, 64, F16, F16, 6, true,
     ALL, false, QUICK, NULL, fill_nonfinite, 0},
    {"produced-nonfinite-off", "the same with the threshold off, in f32", 30, 0, 64, F32, F32, OFF,
     true, ALL, false, QUICK, NULL, fill_nonfinite, 0},
    {"produced-nonfinite-off-f16", "the same in f16", 30, 0, 64, F16, F16, OFF, true, ALL, false,
     QUICK, NULL, fill_nonfinite, 0},
    {"produced-nonfinite-off-bf16", "the same in bf16", 30, 0, 64, BF16, BF16, OFF, true, ALL,
     false, QUICK, NULL, fill_nonfinite, 0},
    {"produced-rows-1030", "more rows than a block", 1030, 0, 17, F16, F16, 6, true, ALL, false,
     DEFAULT, NULL, fill_ordinary, 0},
    {"produced-36x541", "more rows and columns than a warp", 36, 0, 541, F16, F16, 6, true, ALL,
     false, DEFAULT, NULL, fill_ordinary, 0},
    {"produced-code-ties", "relu leaves exact ties of the codes", 16, 0, 128, F16, F16, OFF, true,
     ALL, false, QUICK, NULL, fill_code_ties, 0},
    {"produced-tails", "activations from -12 to 12 and beyond", 32, 0, 128, F32, F32, 6, true, ALL,
     false, QUICK, NULL, fill_tails, 0},
    {"produced-tails-f16", "the same in f16", 32, 0, 128, F16, F16, 2, true, ALL, false, QUICK,
     NULL, fill_tails, 0},
    {"produced-tails-bf16", "the same in bf16", 32, 0, 128, BF16, BF16, OFF, true, ALL, false,
     QUICK, NULL, fill_tails, 0},
    {"produced-threshold-2.5", "a threshold that is no integer", 32, 0, 128, F16, F16, 2.5f, true,
     ALL, false, QUICK, NULL, fill_tails, 0},
    {"produced-threshold-0", "threshold 0: every column is in the list", 9, 0, 40, F16, F16, 0,
     true, ALL, false, QUICK, NULL, fill_ordinary, 0},
    {"produced-list-8200", "a list of 8,200 columns", 2, 0, 8200, BF16, BF16, 0, true,
     KBIT_NORMALIZATIONS, false, DEFAULT, NULL, fill_ordinary, 0},
    {"produced-rows-2053", "outliers in the last of more than 2048 rows alone", 2053, 0, 2, F16,
     F16, 6, true, KBIT_NORMALIZATIONS, false, DEFAULT, NULL, fill_late_outliers, 0},
    {"produced-silu-rows-2053", "the same for silu", 2053, 0, 2, F16, F16, 6, false,
     "silu_quantize", false, DEFAULT, NULL, fill_late_outliers, 0},
    {"produced-66000", "normalizations of columns beyond 16 bits", 1, 0, 66000, F16, F16, 6, true,
     KBIT_NORMALIZATIONS, false, DEFAULT, NULL, fill_ordinary, 0},
    {"produced-16400-off", "the last column has the absmax, threshold off", 2, 0, 16400, BF16, BF16,
     OFF, true, KBIT_NORMALIZATIONS, false, DEFAULT, NULL, fill_ordinary, 0},
    {"produced-large-off", "f16 up to its largest values, threshold off", 9, 0, 128, F16, F16, OFF,
     true, KBIT_NORMALIZATIONS, false, QUICK, NULL, fill_scaled, 13},
    {"produced-lone-overflow", "columns that an infinite h alone makes an outlier's", 5, 0, 60, F16,
     F16, 6, true, KBIT_NORMALIZATIONS, false, QUICK, NULL, fill_lone_overflow, 0},
    {"produced-threshold-6.1", "floats beside a threshold that no 16-bit type holds", 7, 0, 35, F32,
     F32, 6.1f, true, ALL, false, QUICK, NULL, fill_beside_threshold, 0},
    {"produced-subnormal-rows", "rows of float subnormals, their absmax as well", 9, 0, 64, F32,
     F32, OFF, true, KBIT_ACTIVATIONS, false, KBIT_LEVEL_FULL, NULL, fill_scaled, -140},
    {"produced-rows-65541", "rows beyond 16 bits", 65541, 0, 3, F16, F16, 6, true, ALL, false,
     KBIT_LEVEL_FULL, NULL, fill_ordinary, 0},
    {"produced-every-f16", "every encoding of fp16", 256, 0, 256, F16, F16, 6, true, ALL, false,
     DEFAULT, NULL, fill_every, 0},
    {"produced-every-bf16", "every encoding of bf16", 256, 0, 256, BF16, F32, 6, true,
     KBIT_ACTIVATIONS, false, DEFAULT, NULL, fill_every, 0},
    {"bulk-produced-f16", "a million elements, in rows of 512", 2048, 0, 512, F16, F16, 6, true,
     ALL, false, KBIT_LEVEL_NAMED, NULL, fill_ordinary, 1},
    {"bulk-produced-bf16", "the same in bf16", 2048, 0, 512, BF16, BF16, 6, true, ALL, false,
     KBIT_LEVEL_NAMED, NULL, fill_ordinary, 1},
    {"bulk-produced-f32", "the same in f32", 2048, 0, 512, F32, F32, 6, true, ALL, false,
     KBIT_LEVEL_NAMED, NULL, fill_ordinary, 1},
};
/* clang-format on */

const kbit_case_family kbit_cases_producers = FAMILY(CASES);
