/* cases.c -- the cases of `kbit verify`. What they are for stands in each `what`. */
#include "cases.h"

#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "cases_reach.h"
#include "numbers.h"

/* Tensor ids of the hash generator. */
enum { ID_X = 1, ID_W, ID_BIAS, ID_Q, ID_EXTRA };

static uint64_t draw(const kbit_problem *p, uint64_t id, size_t i)
{
    return kbit_hash(p->seed, id, i);
}

/* The value of x_type nearest to v. */
static float in_type(const kbit_problem *p, double v)
{
    return (float)kbit_nearest(v, p->x_type);
}

static void fill_weights(kbit_problem *p)
{
    kbit_fill_weights(p->seed, ID_W, p->N, p->K, p->x_type, p->w16);
    kbit_fill_normal(p->seed, ID_BIAS, p->N, p->bias);
    for (size_t j = 0; j < p->N; j++)
        p->bias[j] = (float)kbit_nearest((double)p->bias[j], KBIT_F16);
}

static void fill_random(kbit_problem *p)
{
    fill_weights(p);
    kbit_fill_activations(p->of->preset, p->seed, ID_X, p->M, p->K, p->x_type, p->x);
}

/* Rows whose 127x/a is exactly k + 1/2 as often as can be: x = a/2 for any a; x = (k + 1/2) 2^e in
 * a row with a = 127 2^e; x = a (2k + 1)/254 where that is representable. */
static void fill_ties(kbit_problem *p)
{
    fill_random(p);
    for (size_t i = 0; i < p->M; i++)
        for (size_t k = 0; k < p->K; k++) {
            uint64_t h = draw(p, ID_EXTRA, i * p->K + k);
            double a =
                i % 2 ? 127.0 * ldexp(1, (int)(i % 8) - 12)
                      : (double)in_type(p, 1.0 + (double)(draw(p, ID_EXTRA + 1, i) % 1024) / 1024);
            double x = k == 0  ? a
                       : i % 2 ? ((double)(h % 127) + 0.5) * (a / 127.0)
                       : h % 4 ? (double)p->x[i * p->K + k] / 8
                               : a / 2;
            p->x[i * p->K + k] = in_type(p, h >> 60 & 1 ? -x : x);
        }
}

/* At most 12 ties a row, so that a fused output can be explained by one joint choice. */
static void fill_few_ties(kbit_problem *p)
{
    fill_random(p);
    for (size_t i = 0; i < p->M; i++) {
        float a = in_type(p, 5.5 + (double)(draw(p, ID_EXTRA, i) % 512) / 1024);
        for (size_t k = 0; k < p->K; k++)
            if (fabsf(p->x[i * p->K + k]) > a)
                p->x[i * p->K + k] = a / 4;
        for (size_t k = 0; k < p->K && k < 12; k++)
            p->x[i * p->K + k] = k == 0 ? a : k % 2 ? a / 2 : -a / 2;
    }
}

/* Rows in turn: all zero; all -0; one element; all outliers; alternating +0 and -0; ordinary. */
static void fill_degenerate(kbit_problem *p)
{
    fill_random(p);
    for (size_t i = 0; i < p->M; i++)
        for (size_t k = 0; k < p->K; k++) {
            float *x = &p->x[i * p->K + k];
            switch (i % 6) {
            case 0:
                *x = 0;
                break;
            case 1:
                *x = -0.0f;
                break;
            case 2:
                *x = k == i % p->K ? *x : 0;
                break;
            case 3:
                *x = p->of->argument ? (*x < 0 ? -1.0f : 1.0f) * (8 + (float)(k % 5)) : *x;
                break;
            case 4:
                *x = k % 2 ? -0.0f : 0.0f;
                break;
            default:
                break;
            }
        }
    if (p->N > 2)
        for (size_t k = 0; k < p->K; k++)
            p->w16[2 * p->K + k] = 0;
}

/* Values at the threshold and its neighbours in x_type, both signs. */
static void fill_threshold(kbit_problem *p)
{
    fill_random(p);
    double t = (double)p->threshold, at = kbit_nearest(t, p->x_type);
    int precision = p->x_type == KBIT_F16 ? 11 : p->x_type == KBIT_BF16 ? 8 : 24;
    double ulp = ldexp(1, ilogb(at) - precision + 1);
    const double VALUES[] = {at - 2 * ulp, at - ulp, at, at + ulp};
    for (size_t i = 0; i < p->M; i++)
        for (size_t k = 0; k < p->K; k++) {
            uint64_t h = draw(p, ID_EXTRA, i * p->K + k);
            float *x = &p->x[i * p->K + k];
            if (fabs((double)*x) >= t)
                *x /= 4;
            if (h % 37 == 0) /* later columns reach further, so that some stay below throughout */
                *x = (float)VALUES[k * 4 / (p->K + 1)] * (h >> 62 & 1 ? -1.0f : 1.0f);
        }
}

/* Subnormals, the smallest and largest numbers of the type; each row at its own scale. argument:
 * the weights are smaller by 2^-argument, so that products underflow, to -0 as well. */
static void fill_extremes(kbit_problem *p)
{
    fill_random(p);
    int top = p->x_type == KBIT_F16 ? 15 : 100, bottom = p->x_type == KBIT_F16 ? -24 : -100;
    for (size_t i = 0; i < p->M; i++) {
        int scale = bottom + (int)(i * (size_t)(top - 3 - bottom) / p->M);
        for (size_t k = 0; k < p->K; k++)
            p->x[i * p->K + k] = in_type(p, ldexp((double)p->x[i * p->K + k] / 4, scale));
        if (p->K && p->x_type == KBIT_F16 && i + 1 == p->M)
            p->x[i * p->K] = 65504;
    }
    for (size_t i = 0; i < p->N * p->K; i++)
        p->w16[i] = in_type(p, ldexp((double)p->w16[i], -p->of->argument));
}

/* argument 1: NaN, 2: +inf, 3: -inf, 4: all of them; a few elements in a few rows. */
static void fill_nonfinite(kbit_problem *p)
{
    fill_random(p);
    for (size_t i = 1; i < p->M; i += 3) {
        int kind = p->of->argument == 4 ? 1 + (int)(i / 3 % 3) : p->of->argument;
        size_t k = draw(p, ID_EXTRA, i) % p->K;
        p->x[i * p->K + k] = kind == 1 ? NAN : kind == 2 ? INFINITY : -INFINITY;
    }
    for (size_t k = 0; k < p->K; k++) /* a zero weight hides neither: 0 times them is NaN */
        p->w16[2 * p->K + k] = 0;
}

/* Transparent: every code is a small integer times the step, the +-127 that fixes the statistic
 * meets a 0 in the other operand, and the whole sum is an integer below 2^11 times one power of
 * two, so that the only admissible fp16 output is that number. argument: largest |code|. */
static void fill_transparent(kbit_problem *p)
{
    int largest = p->of->argument;
    size_t outlier[2] = {p->K / 3, p->K - 2};
    bool on = p->threshold >= 0;
    for (size_t i = 0; i < p->M; i++) {
        double step = ldexp(1, -5 - (int)(i % 3));
        for (size_t k = 0; k < p->K; k++) {
            int64_t code =
                (int64_t)(draw(p, ID_X, i * p->K + k) % (unsigned)(2 * largest + 1)) - largest;
            double x = (double)code * step;
            if (k == 0)
                x = (i % 2 ? -127 : 127) * step;
            else if (k == 1)
                x = 0;
            else if (on && (k == outlier[0] || k == outlier[1]))
                x = draw(p, ID_EXTRA, i * p->K + k) % 3 ? (k == outlier[0] ? 8.0 : -8.0) : 0;
            p->x[i * p->K + k] = (float)x;
        }
    }
    for (size_t j = 0; j < p->N; j++) {
        double step = ldexp(1, -9 - (int)(j % 4));
        for (size_t k = 0; k < p->K; k++) {
            int64_t code =
                (int64_t)(draw(p, ID_W, j * p->K + k) % (unsigned)(2 * largest + 1)) - largest;
            bool apart = on && (k == outlier[0] || k == outlier[1]);
            if (apart && code)
                code = code > 0 ? 1 : -1;
            double w = (double)code * step;
            if (k == 0)
                w = 0;
            else if (k == 1)
                w = (j % 2 ? -127 : 127) * step;
            p->w16[j * p->K + k] = (float)w;
        }
        p->bias[j] = 0;
    }
}

/* Only one outlier column meets a nonzero weight, another one for each output: a wrong column shows
 * in every element, exactly. */
static void fill_one_column(kbit_problem *p)
{
    fill_random(p);
    for (size_t i = 0; i < p->M; i++)
        for (size_t k = 0; k < p->K; k++)
            if (k % 3 == 0)
                p->x[i * p->K + k] = (float)(8 + (int)(k % 19)) * (i % 2 ? -1.0f : 1.0f);
    for (size_t j = 0; j < p->N; j++)
        for (size_t k = 0; k < p->K; k++)
            p->w16[j * p->K + k] = k == j * 3 % (p->K / 3 * 3) ? 127.0f * 0x1p-9f : 0;
}

/* An outlier column each that only the first row, only the last, only one in the middle shows; and
 * one in the last column. The rows below keep the largest legal value in those columns, so that a
 * statistic which leaves whole columns out is another one than bitsandbytes'. */
static void fill_lone_outliers(kbit_problem *p)
{
    fill_random(p);
    const size_t ROW[4] = {0, p->M - 1, p->M / 2, p->M / 3};
    const size_t COLUMN[4] = {1, p->K / 3, p->K / 2, p->K - 1};
    for (size_t i = 0; i < p->M; i++)
        for (size_t c = 0; c < 4; c++)
            p->x[i * p->K + COLUMN[c]] = i == ROW[c] ? (c % 2 ? -9.5f : 7.25f)
                                         : i % 2     ? 5.5f
                                                     : -5.75f;
}

/* Positive throughout, so that the sums grow past 2^24 in the steps behind the product as well. */
static void fill_large_sums(kbit_problem *p)
{
    fill_random(p);
    for (size_t i = 0; i < p->M * p->K; i++)
        p->x[i] = in_type(p, 3.0 + (double)(draw(p, ID_X, i) % 1024) / 512);
    for (size_t i = 0; i < p->N * p->K; i++)
        p->w16[i] = in_type(p, (3.0 + (double)(draw(p, ID_W, i) % 1024) / 512) / 512);
}

/* Every element of X is subnormal and, with a threshold of 0, in an outlier column. */
static void fill_subnormal(kbit_problem *p)
{
    fill_random(p);
    for (size_t i = 0; i < p->M * p->K; i++) {
        uint64_t h = draw(p, ID_X, i);
        p->x[i] = in_type(p, ldexp((double)(1 + h % 1023) * (h >> 63 ? -1 : 1), -24));
    }
}

/* Outputs on both sides of 65504 and of -65504, from finite operands. */
static void fill_overflow(kbit_problem *p)
{
    fill_random(p);
    for (size_t i = 0; i < p->M; i++)
        for (size_t k = 0; k < p->K; k++)
            p->x[i * p->K + k] = in_type(p, (double)p->x[i * p->K + k] * (double)(1 << i % 13));
    for (size_t i = 0; i < p->N * p->K; i++)
        p->w16[i] = in_type(p, (double)p->w16[i] * 256);
}

/* The list is empty though elements reach the threshold: how bitsandbytes asks for a statistic. */
static void fill_threshold_alone(kbit_problem *p)
{
    fill_threshold(p);
    p->no_list = true;
}

/* Codes for the product alone. argument 0: uniform in +-127; 1: +-127; 2: -128; 3: 127;
 * 4: uniform, all of int8; 5: uniform in 64..127, so that sums grow and do not cancel. */
static void fill_codes(kbit_problem *p)
{
    for (int operand = 0; operand < 2; operand++) {
        int8_t *codes = operand ? p->w : p->q;
        size_t n = (operand ? p->N : p->M) * p->K;
        for (size_t i = 0; i < n; i++) {
            uint64_t h = draw(p, operand ? ID_W : ID_Q, i);
            switch (p->of->argument) {
            case 0:
                codes[i] = (int8_t)((int)(h % 255) - 127);
                break;
            case 1:
                codes[i] = h & 1 ? 127 : -127;
                break;
            case 2:
                codes[i] = -128;
                break;
            case 3:
                codes[i] = 127;
                break;
            case 5:
                codes[i] = (int8_t)(64 + h % 64);
                break;
            default:
                codes[i] = (int8_t)(h & 0xff);
            }
        }
    }
}

/* 127 throughout but for one even change in most rows: from K = 1041 on every sum is odd and beyond
 * 2^24, where fp32 has no odd numbers. */
static void fill_odd_sums(kbit_problem *p)
{
    memset(p->q, 127, p->M * p->K);
    memset(p->w, 127, p->N * p->K);
    for (size_t j = 1; j < p->N && p->K; j++)
        p->w[j * p->K + j % p->K] = 125;
    for (size_t i = 1; i < p->M && p->K; i++)
        p->q[i * p->K + p->K - 1 - i % p->K] = 125;
}

#define F16  KBIT_F16
#define BF16 KBIT_BF16
#define F32  KBIT_F32
#define OFF  KBIT_THRESHOLD_OFF
#define Q    KBIT_LEVEL_QUICK
#define D    KBIT_LEVEL_DEFAULT
#define L    KBIT_LEVEL_FULL

/* clang-format off: one case a line */
/* name, what, M, N, K, x, out, threshold, bias, product_only, chained, level, preset, fill, arg */
static const kbit_case FIXED[] = {
    {"random-f16", "ordinary activations, threshold on, no outlier", 33, 48, 256, F16, F16, 6, true,
     false, true, Q, NULL, fill_random, 0},
    {"random-bf16", "the same in bfloat16", 33, 48, 256, BF16, BF16, 6, true, false, true, D, NULL,
     fill_random, 0},
    {"random-f32", "the same in float: one or two codes are admissible", 33, 48, 256, F32, F32, 6,
     true, false, true, D, NULL, fill_random, 0},
    {"threshold-off", "no outlier handling at all", 31, 40, 192, F16, F16, OFF, true, false, true,
     Q, NULL, fill_random, 0},
    {"no-bias", "bias absent", 16, 24, 64, F16, F32, 6, false, false, true, D, NULL, fill_random,
     0},
    {"ties", "exact ties 127x/a = k + 1/2 in most elements", 32, 16, 255, F16, F16, OFF, true,
     false, false, Q, NULL, fill_ties, 0},
    {"ties-bf16", "the same in bfloat16", 32, 16, 255, BF16, BF16, OFF, true, false, false, D, NULL,
     fill_ties, 0},
    {"few-ties", "at most 12 ties a row", 16, 40, 96, F16, F32, 6, true, false, false, D, NULL,
     fill_few_ties, 0},
    {"transparent", "fused outputs with one admissible value each: a flipped bit shows", 48, 80,
     128, F16, F16, 6, false, false, true, Q, NULL, fill_transparent, 2},
    {"transparent-ragged", "the same at odd sizes", 37, 53, 129, F16, F16, 6, false, false, true, Q,
     NULL, fill_transparent, 2},
    {"transparent-off", "the same without outliers", 65, 67, 130, F16, F16, OFF, false, false, true,
     D, NULL, fill_transparent, 3},
    {"transparent-wide", "the same over many tiles", 130, 140, 512, F16, F16, 6, false, false,
     false, D, NULL, fill_transparent, 1},
    {"transparent-f32", "the same with a float output", 20, 28, 96, F16, F32, 6, false, false,
     false, D, NULL, fill_transparent, 2},
    {"degenerate", "zero rows, -0, one element a row, a zero row of W", 25, 30, 100, F16, F16, 6,
     true, false, true, Q, NULL, fill_degenerate, 0},
    {"all-outlier-rows", "rows that are outliers throughout: their absmax is +0", 25, 30, 40, F16,
     F16, 6, true, false, true, Q, NULL, fill_degenerate, 1},
    {"all-outlier-columns", "threshold 0: every column is an outlier", 12, 20, 48, F16, F16, 0,
     true, false, true, D, NULL, fill_random, 0},
    {"one-column", "each output sees one outlier column", 16, 60, 96, F16, F32, 6, false, false,
     false, Q, NULL, fill_one_column, 0},
    {"lone-outliers", "outlier columns that one row alone shows", 27, 40, 90, F16, F16, 6, true,
     false, true, Q, NULL, fill_lone_outliers, 0},
    {"threshold-6", "elements at the threshold and its fp16 neighbours", 24, 24, 200, F16, F16, 6,
     true, false, true, Q, NULL, fill_threshold, 0},
    {"threshold-6.4", "a threshold that fp16 cannot represent", 24, 24, 200, F16, F16,
     0x1.99999ap+2f, true, false, true, Q, NULL, fill_threshold, 0},
    {"threshold-6.4-bf16", "the same in bfloat16", 24, 24, 200, BF16, BF16, 0x1.99999ap+2f, true,
     false, true, D, NULL, fill_threshold, 0},
    {"threshold-6-no-list", "elements at the threshold, and no column in the list", 24, 24, 200,
     F16, F16, 6, true, false, false, Q, NULL, fill_threshold_alone, 0},
    {"large-sums", "accumulators beyond 2^24 in every step", 5, 6, 2050, F16, F16, 6, true, false,
     true, Q, NULL, fill_large_sums, 0},
    {"subnormal-outliers", "fp16 subnormals in the outlier columns", 9, 12, 24, F16, F32, 0, false,
     false, true, Q, NULL, fill_subnormal, 0},
    {"overflow", "outputs beyond the largest finite fp16", 26, 20, 64, F16, F16, OFF, true, false,
     true, Q, NULL, fill_overflow, 0},
    {"outliers-f32", "float activations and weights in most outlier columns", 17, 20, 60, F32, F32,
     2.5f, true, false, true, D, NULL, fill_random, 0},
    {"extremes-f16", "subnormals to 65504, a scale a row", 40, 24, 64, F16, F32, OFF, false, false,
     false, D, NULL, fill_extremes, 0},
    {"underflow-f32", "products below the smallest float, a scale a row", 20, 12, 32, F32, F32, OFF,
     false, false, true, D, NULL, fill_extremes, 50},
    {"nan", "NaN activations, threshold on", 16, 24, 64, F16, F16, 6, true, false, false, Q, NULL,
     fill_nonfinite, 1},
    {"inf", "infinite activations, threshold on", 16, 24, 64, F16, F16, 6, true, false, false, D,
     NULL, fill_nonfinite, 2},
    {"nonfinite-off", "NaN and both infinities, threshold off: the row must not become numbers", 16,
     24, 64, F16, F16, OFF, true, false, false, Q, NULL, fill_nonfinite, 4},
    {"shape-1x1x1", "the smallest product", 1, 1, 1, F16, F16, 6, true, false, true, D, NULL,
     fill_random, 0},
    {"shape-1x3x17", "one token", 1, 3, 17, F16, F16, 6, true, false, true, D, NULL, fill_random,
     0},
    {"shape-2x129x15", "K below every vector width", 2, 129, 15, F16, F16, 6, true, false, true, D,
     NULL, fill_random, 0},
    {"shape-129x2x65", "one row more than a tile", 129, 2, 65, F16, F16, 6, true, false, true, D,
     NULL, fill_random, 0},
    {"shape-65x127x1023", "ragged everywhere", 65, 127, 1023, F16, F16, 6, true, false, true, D,
     NULL, fill_random, 0},
    {"shape-0xNxK", "no token", 0, 5, 16, F16, F16, 6, true, false, true, D, NULL, fill_random, 0},
    {"shape-Mx0xK", "no output feature", 5, 0, 16, F16, F16, 6, true, false, true, D, NULL,
     fill_random, 0},
    {"shape-MxNx0", "nothing to sum: the output is the bias", 3, 5, 0, F16, F16, 6, true, false,
     true, D, NULL, fill_random, 0},
    {"codes-uniform", "uniform codes in +-127", 130, 140, 512, F16, F16, OFF, false, true, false, Q,
     NULL, fill_codes, 0},
    {"codes-127", "only +-127", 64, 64, 256, F16, F16, OFF, false, true, false, D, NULL, fill_codes,
     1},
    {"codes-int8", "all of int8, -128 included", 64, 72, 320, F16, F16, OFF, false, true, false, Q,
     NULL, fill_codes, 4},
    {"codes-positive", "codes in 64..127: the sums pass 2^24", 33, 34, 4097, F16, F16, OFF, false,
     true, false, Q, NULL, fill_codes, 5},
    {"codes-k1040", "the last K whose sums fp32 holds", 8, 9, 1040, F16, F16, OFF, false, true,
     false, Q, NULL, fill_odd_sums, 0},
    {"codes-k1041", "odd sums beyond 2^24: fp32 accumulation shows", 8, 9, 1041, F16, F16, OFF,
     false, true, false, Q, NULL, fill_odd_sums, 0},
    {"codes-k131071", "-128 throughout, the largest legal K", 2, 3, 131071, F16, F16, OFF, false,
     true, false, Q, NULL, fill_codes, 2},
    {"codes-k131072", "-128 throughout, K one too large: must be refused", 2, 3, 131072, F16, F16,
     OFF, false, true, false, Q, NULL, fill_codes, 2},
    {"codes-k133144", "127 throughout, the largest legal K", 2, 3, 133144, F16, F16, OFF, false,
     true, false, Q, NULL, fill_codes, 3},
    {"codes-k133145", "127 throughout, K one too large: must be refused", 2, 3, 133145, F16, F16,
     OFF, false, true, false, Q, NULL, fill_codes, 3},
    {"codes-1024", "1024^3, many tiles", 1024, 1024, 1024, F16, F16, OFF, false, true, false, L,
     NULL, fill_codes, 0},
    {"codes-fc1-175b", "the first feed-forward product of OPT-175B, 2048 tokens", 2048, 49152,
     12288, F16, F16, OFF, false, true, false, KBIT_LEVEL_NAMED, NULL, fill_codes, 0},
};
/* clang-format on */
#define N_FIXED     (sizeof FIXED / sizeof *FIXED)
#define MAX_REACH   32
#define MAX_PRESETS 24

static kbit_case all[N_FIXED + MAX_REACH + 2 * MAX_PRESETS];
static size_t n_all;

/* Quick: the first and the last preset, narrow. Default: all narrow ones, and 6.7b, where the paper
 * sees outlier features reach every layer, at a width like a model's. Full: all. */
static kbit_level level_of(const kbit_outlier_preset *preset, int wide, bool end_of_list)
{
    if (wide)
        return strcmp(preset->name, "6.7b") == 0 ? KBIT_LEVEL_DEFAULT : KBIT_LEVEL_FULL;
    return end_of_list ? KBIT_LEVEL_QUICK : KBIT_LEVEL_DEFAULT;
}

/* Each preset at a size that keeps its share of dimensions visible, and at one like a model's. */
static void build(void)
{
    const kbit_outlier_preset *presets;
    size_t n = kbit_outlier_presets(&presets);
    memcpy(all, FIXED, sizeof FIXED);
    n_all = N_FIXED;
    for (size_t c = 0; c < kbit_n_cases_reach && c < MAX_REACH; c++)
        all[n_all++] = kbit_cases_reach[c];
    for (size_t p = 0; p < n && p < MAX_PRESETS; p++)
        for (int wide = 0; wide < 2; wide++) {
            kbit_case *c = &all[n_all++];
            *c = (kbit_case){.what = presets[p].source,
                             .M = wide ? 128 : 48,
                             .N = wide ? 768 : 96,
                             .K = wide ? 2048 : 512,
                             .x_type = KBIT_F16,
                             .out_type = KBIT_F16,
                             .threshold = 6,
                             .bias = true,
                             .chained = true,
                             .level = level_of(&presets[p], wide, p == 0 || p + 1 == n),
                             .preset = &presets[p],
                             .fill = fill_random};
            snprintf(c->name, sizeof c->name, "outliers-%s%s", presets[p].name,
                     wide ? "-wide" : "");
        }
}

const kbit_case *kbit_cases(size_t *count)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, build);
    *count = n_all;
    return all;
}
