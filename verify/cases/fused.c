/* fused.c -- whole layers, at the shapes, types and numbers of outlier columns that a fused kernel takes a
 * path of its own for. One fill asks all that shows in an output: the ends of both statistics, every kind of
 * outlier, and a bias that decides what is rounded. Each case closed a hole; tests/mutants has what passed. */
#include "family.h"
#include "linear.h"

#include <math.h>
#include <stdlib.h>

/* The r-th of n outlier columns, from the first to the last one, or where n is even to the last but one; a lone
 * one is the last. */
static size_t outlier_column(const kbit_problem *p, size_t r, size_t n)
{
    return n > 1 ? r * (p->K - 2 + n % 2) / (n - 1) : p->K - 1;
}

/* What makes column number r of X an outlier's: the threshold itself, in one row or in the first or the last
 * alone, of either sign; few elements or all. */
static void put_outlier(kbit_problem *p, size_t r, size_t k)
{
    const float t = p->threshold, large = in_type(p, 9.5 + (double)(r % 5)),
                alone[] = {t, -t, -large, large};
    const size_t row[] = {r % p->M, p->M - 1, 0, p->M - 1};
    if (r % 6 < 4)
        p->x[row[r % 6] * p->K + k] = alone[r % 6];
    else
        for (size_t i = r % p->M; i < p->M; i += r % 6 == 4 ? 3 : 1)
            p->x[i * p->K + k] = (i + r) % 2 ? large : -large;
}

/* The bias of feature j, of more digits than 16 bits hold. Of eight one lies beyond fp16, and two are the
 * whole output, their weights being 0: subnormal, and halfway between two outputs. */
static double bias_of(const kbit_problem *p, size_t j)
{
    const double sign = j / 8 % 2 ? -1 : 1,
                 digits = 1 + (double)(draw(p, ID_BIAS, j) | 1) * 0x1p-64,
                 half = p->out_type == F16    ? 0x1p-11
                        : p->out_type == BF16 ? 0x1p-8
                                              : 0x1p-23;
    switch (j % 8) {
    case 1:
        return 0;
    case 2:
        return sign * 64 * digits;
    case 3:
        return sign * 70000 * digits;
    case 5:
        return sign * (p->out_type == F16 ? 0x1.4p-22 : 0x1.4p-131);
    case 6:
        return sign * (1 + (j / 8 % 3 + 1) * half);
    default:
        return sign * digits;
    }
}

/* argument: how many outlier columns, at most a third of K, or -1, then all. The largest element of a row that
 * is no outlier, and the largest weight of a feature, are in the first or the last column that has none; of a
 * feature in four the weights of outlier columns are larger. */
static void fill_layer(kbit_problem *p)
{
    const bool all = p->of->argument < 0;
    const size_t n = all ? p->K : (size_t)p->of->argument, last = p->K > 1 ? p->K - 1 - n % 2 : 0,
                 first = n > 1 && p->K > 1;
    kbit_case_fill_random(p);
    for (size_t i = 0; i < p->M; i++) {
        const double largest = 5 + (double)(i * 37 % 61) / 64;
        p->x[i * p->K + (i % 2 ? first : last)] = in_type(p, i % 4 < 2 ? largest : -largest);
    }
    for (size_t r = 0; r < n && p->threshold > 0; r++)
        put_outlier(p, r, all ? r : outlier_column(p, r, n));
    for (size_t j = 0; j < p->N; j++) {
        float *w = p->w16 + j * p->K, largest = 0;
        const bool zero = j % 8 == 5 || j % 8 == 6;
        for (size_t k = 0; k < p->K; k++) {
            largest = fmaxf(largest, fabsf(w[k]));
            w[k] = zero ? 0 : w[k];
        }
        if (!zero)
            w[j % 2 ? first : last] = in_type(p, (j % 4 < 2 ? 1.25 : -1.25) * (double)largest);
        for (size_t r = 0; r < n && !all && j % 4 == 0; r++)
            w[outlier_column(p, r, n)] *= 4;
        p->bias[j] = (float)bias_of(p, j);
    }
}

/* A number that is not finite, which alone makes an outlier column of its column. */
static void put_alone(kbit_problem *p, size_t row, size_t k, float x)
{
    for (size_t i = 0; i < p->M; i++)
        if (isfinite(p->x[i * p->K + k]) && fabsf(p->x[i * p->K + k]) >= p->threshold)
            p->x[i * p->K + k] = 0.5f;
    p->x[row * p->K + k] = x;
}

/* The same with a NaN in the last row, infinities in those before it, and a NaN and an infinity among the
 * weights. */
static void fill_nonfinite(kbit_problem *p)
{
    fill_layer(p);
    const size_t n = p->of->argument < 0 ? p->K : (size_t)p->of->argument,
                 late = n ? outlier_column(p, n - 1, n) : p->K - 1,
                 early = n > 1 ? outlier_column(p, 1, n) : 0;
    put_alone(p, p->M - 1, late, NAN);
    if (p->M > 3) {
        put_alone(p, p->M - 2, early, INFINITY);
        put_alone(p, p->M - 3, n > 3 ? outlier_column(p, 2, n) : early, -INFINITY);
    }
    if (p->N > 11 && p->M > 3) {
        p->x[early] = 0; /* times infinity is NaN */
        p->w16[11 * p->K + early] = -INFINITY;
        p->w16[8 * p->K + p->K - 1] = NAN;
    }
}

/* Outlier products that fp32 adds exactly in any order, and nothing else: each column that is no outlier's is
 * 0 in X or in W. Every second column holds one of so many integers from the threshold on: argument. */
static void fill_exact_sums(kbit_problem *p)
{
    for (size_t i = 0; i < p->M; i++)
        for (size_t k = 0; k < p->K; k++) {
            const uint64_t h = draw(p, ID_X, i * p->K + k);
            const float outlier = p->threshold + (float)(h % (unsigned)p->of->argument);
            float *x = &p->x[i * p->K + k];
            if (k % 2)
                *x = h >> 63 ? -outlier : outlier;
            else
                *x = k % 4 ? (float)(h % 3) / 2 - 0.5f : 0;
        }
    for (size_t j = 0; j < p->N; j++) {
        p->bias[j] = (float)((int)(draw(p, ID_BIAS, j) % 0x40001) - 0x20000);
        for (size_t k = 0; k < p->K; k++) {
            int code = (int)(draw(p, ID_W, j * p->K + k) % 255) - 127;
            if (j % 2 && k % 2) /* sums of one sign are larger */
                code = p->x[j % p->M * p->K + k] < 0 ? -abs(code) : abs(code);
            p->w16[j * p->K + k] = (float)(k == 0 ? 127 : k % 4 == 2 ? 0 : code);
        }
    }
}

/* A number of few bits from 2^-131 to 2^-124: most are subnormal. */
static float small_number(const kbit_problem *p, uint64_t h)
{
    const double small = ldexp(1 + (double)(h % 100), -131);
    return in_type(p, h >> 63 ? -small : small);
}

/* Numbers below the smallest normal one of bfloat16 and float, which count all the same: as activations and as
 * weights whose row's absmax is 2^-120, and as weights of an outlier column, number 2, beside rows that have
 * none. */
static void fill_subnormal(kbit_problem *p)
{
    kbit_case_fill_random(p);
    for (size_t i = 0; i < p->M; i++) {
        float *x = p->x + i * p->K;
        for (size_t k = 0; k < p->K && i % 2; k++)
            x[k] = k == 0 ? 0x1p-120f : small_number(p, draw(p, ID_EXTRA, i * p->K + k));
        x[2] = i % 4 < 2 ? 0x1p40f : 0;
    }
    for (size_t j = 0; j < p->N; j++) {
        float *w = p->w16 + j * p->K;
        for (size_t k = 0; k < p->K; k++)
            if (k == 2 || j % 2)
                w[k] = k == 1 ? 0x1p-120f : small_number(p, draw(p, ID_EXTRA, ~(j * p->K + k)));
            else
                w[k] *= 0x1p40f;
    }
}

/* Every second row of X and of W is subnormal throughout, its absmax as well; the others are large enough for it
 * to count. Level full: some declared sequences give no code for such an absmax. */
static void fill_subnormal_rows(kbit_problem *p)
{
    kbit_case_fill_random(p);
    for (int operand = 0; operand < 2; operand++) {
        float *values = operand ? p->w16 : p->x;
        for (size_t i = 0; i < (operand ? p->N : p->M) * p->K; i++)
            values[i] = i / p->K % 2 ? small_number(p, draw(p, operand ? ID_W : ID_X, i)) * 0x1p-5f
                                     : values[i] * 0x1p60f;
    }
}

/* Every second feature's dequantized products are beyond the end of fp32, unless they are 0; no other comes near
 * it on the way. Level full: with overflow=sat most of these are undecided. */
static void fill_overflow(kbit_problem *p)
{
    kbit_case_fill_random(p);
    for (size_t i = 0; i < p->M * p->K; i++)
        p->x[i] *= 0x1p80f;
    for (size_t i = 0; i < p->N * p->K; i++)
        p->w16[i] *= i / p->K % 2 ? 0x1p75f : 0x1p10f;
}

/* name, M, N, K, types, threshold, bias, level, fill, argument: these are for the layers alone. */
#define LAYER(name_, what_, m, n, k, in, result, t, with_bias, level_, function, arg)              \
    {                                                                                              \
        .name = (name_), .what = (what_), .M = (m), .N = (n), .K = (k), .x_type = (in),            \
        .out_type = (result), .threshold = (t), .bias = (with_bias), .only = KBIT_LAYERS,          \
        .level = (level_), .fill = (function), .argument = (arg)                                   \
    }

/* clang-format off: one case a line */
static const kbit_case CASES[] = {
    LAYER("fused-1x136x1104", "one token, many features and columns, 65 outlier columns", 1, 136,
          1104, F16, F16, 6, true, QUICK, fill_layer, 65),
    LAYER("fused-1x33x4112", "one token in bfloat16, no outlier column and no bias", 1, 33, 4112,
          BF16, BF16, 6, false, QUICK, fill_layer, 0),
    LAYER("fused-1x24x80", "one token in float", 1, 24, 80, F32, F32, 6, true, QUICK, fill_layer,
          24),
    LAYER("fused-1x40x640", "one token, threshold off, a float output", 1, 40, 640, F16, F32, OFF,
          false, QUICK, fill_layer, 0),
    LAYER("fused-1x16x336", "one token, every column an outlier's", 1, 16, 336, F16, F16, 6, true,
          QUICK, fill_layer, -1),
    LAYER("fused-1x16x48", "one token at threshold 0", 1, 16, 48, BF16, BF16, 0, true, QUICK,
          fill_layer, 0),
    LAYER("fused-1x16x128", "one token with a NaN", 1, 16, 128, F16, F16, 6, true, QUICK,
          fill_nonfinite, 4),
    LAYER("fused-2x16x272", "two tokens", 2, 16, 272, BF16, F32, 6, true, QUICK, fill_layer, 16),
    LAYER("fused-3x16x2064", "three tokens, 300 outlier columns", 3, 16, 2064, F32, BF16, 6, true,
          QUICK, fill_layer, 300),
    LAYER("fused-4x24x8208", "four tokens, long rows", 4, 24, 8208, F16, F16, 6, true, QUICK,
          fill_nonfinite, 8),
    LAYER("fused-5x32x144", "five tokens, threshold off", 5, 32, 144, F32, F16, OFF, true, QUICK,
          fill_layer, 0),
    LAYER("fused-8x40x528", "eight tokens, 128 outlier columns", 8, 40, 528, BF16, BF16, 6, true,
          QUICK, fill_nonfinite, 128),
    LAYER("fused-16x72x112", "16 tokens, 32 outlier columns", 16, 72, 112, F16, BF16, 6, true,
          QUICK, fill_nonfinite, 32),
    LAYER("fused-24x1x1040", "one feature, 64 outlier columns", 24, 1, 1040, F16, F16, 6, true,
          QUICK, fill_nonfinite, 64),
    LAYER("fused-9x1x304", "one feature in bfloat16", 9, 1, 304, BF16, BF16, 6, true, QUICK,
          fill_layer, 33),
    LAYER("fused-17x2x384", "two features", 17, 2, 384, F16, F32, 6, true, QUICK, fill_layer, 2),
    LAYER("fused-20x4x16", "four features, 16 columns", 20, 4, 16, F16, F16, 6, true, QUICK,
          fill_nonfinite, 3),
    LAYER("fused-11x16x4", "four columns", 11, 16, 4, BF16, BF16, 6, true, QUICK, fill_layer, 1),
    LAYER("fused-13x24x8", "eight columns, no outlier", 13, 24, 8, F32, F16, 6, true, QUICK,
          fill_layer, 0),
    LAYER("fused-10x16x1", "one column", 10, 16, 1, F16, F32, 6, true, QUICK, fill_layer, 1),
    LAYER("fused-80x96x256", "more than 64 rows, features and outlier columns", 80, 96, 256, BF16,
          BF16, 6, true, QUICK, fill_nonfinite, 66),
    LAYER("fused-130x136x64", "more than 128 rows and features in float", 130, 136, 64, F32, F32, 6,
          false, QUICK, fill_nonfinite, 20),
    LAYER("fused-258x24x40", "more than 256 rows", 258, 24, 40, BF16, F16, 6, true, QUICK,
          fill_nonfinite, 12),
    LAYER("fused-14x264x56", "more than 256 features, threshold off", 14, 264, 56, F32, F32, OFF,
          true, QUICK, fill_layer, 0),
    LAYER("fused-65x66x160", "more than 64 rows and features, threshold off", 65, 66, 160, BF16,
          BF16, OFF, true, QUICK, fill_nonfinite, 0),
    LAYER("fused-18x24x2048", "256 outlier columns of 2048", 18, 24, 2048, F16, F16, 6, true, QUICK,
          fill_nonfinite, 256),
    LAYER("fused-12x24x3600", "1,100 outlier columns in bfloat16", 12, 24, 3600, BF16, F32, 6, true,
          QUICK, fill_layer, 1100),
    LAYER("fused-16x24x1536", "long rows of float, threshold off", 16, 24, 1536, F32, F32, OFF,
          false, QUICK, fill_layer, 0),
    LAYER("fused-48x48x48", "a square of everything", 48, 48, 48, F16, F16, 6, true, QUICK,
          fill_layer, 16),
    LAYER("fused-7x24x176", "threshold 0 in bfloat16", 7, 24, 176, BF16, F32, 0, true, QUICK,
          fill_nonfinite, 0),
    LAYER("fused-9x16x96", "threshold 0 in float", 9, 16, 96, F32, F32, 0, true, QUICK, fill_layer,
          0),
    LAYER("fused-5x136x24", "more than 128 features in bfloat16", 5, 136, 24, BF16, BF16, 6, true,
          QUICK, fill_nonfinite, 3),
    LAYER("fused-7x1x57", "one feature in float", 7, 1, 57, F32, F32, 6, true, QUICK,
          fill_nonfinite, 3),
    LAYER("fused-6x9x43", "an odd number of columns in bfloat16", 6, 9, 43, BF16, F32, 6, true,
          QUICK, fill_nonfinite, 4),
    LAYER("fused-5x1x32", "one feature, threshold off", 5, 1, 32, F16, BF16, OFF, true, QUICK,
          fill_layer, 0),
    LAYER("fused-2x3x4112", "long rows, threshold off", 2, 3, 4112, F16, F16, OFF, true, QUICK,
          fill_layer, 0),
    LAYER("fused-6x24x70000", "columns beyond 16 bits", 6, 24, 70000, F16, F16, 6, true, DEFAULT,
          fill_layer, 5),
    LAYER("fused-exact-sums",
          "outlier products and a bias that are added exactly: one admissible float", 9, 16, 48,
          F16, F32, 6, true, QUICK, fill_exact_sums, 24),
    LAYER("fused-exact-sums-24", "the same with 16-bit weights up to 24 bits", 8, 16, 400, F16, F32,
          6, true, QUICK, fill_exact_sums, 2040),
    LAYER("fused-exact-sums-long", "the same over 600 outlier columns", 6, 12, 1200, BF16, F32, 1,
          true, QUICK, fill_exact_sums, 1),
    LAYER("fused-subnormal-bf16", "bfloat16 subnormals that count, in X, W and outlier columns", 8,
          12, 40, BF16, F32, 6, false, QUICK, fill_subnormal, 0),
    LAYER("fused-subnormal-f32", "the same in float", 8, 12, 40, F32, F32, 6, false, QUICK,
          fill_subnormal, 0),
    LAYER("fused-subnormal-rows", "rows of float subnormals in X and W, their absmax as well", 7,
          10, 40, F32, F32, OFF, false, FULL, fill_subnormal_rows, 0),
    LAYER("fused-overflow-bf16", "dequantized products beyond the end of fp32, and others", 8, 12,
          40, BF16, BF16, OFF, true, FULL, fill_overflow, 0),
    LAYER("fused-overflow-f32", "the same in float", 8, 12, 40, F32, F32, OFF, false, FULL,
          fill_overflow, 0),
};
/* clang-format on */

const kbit_case_family kbit_cases_fused = FAMILY(CASES);
