/* paths.c -- what a port has a path of its own for, and so may have wrong there alone: one token or few,
 * one feature, a K of hardly a column; floats and bfloat16 where they end and where they are not finite;
 * one row of many that must be refused; sums of large negative numbers. Each case closed a hole;
 * tests/mutants has what passed. */
#include "family.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static float of_bits(uint32_t bits)
{
    float x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

/* An outlier in every argument-th column, each in a row of its own, and where argument is odd in the last
 * row and column; else the codes reach the last column. The last column but one has the largest element
 * below the threshold. */
static void fill_outliers(kbit_problem *p)
{
    const size_t every = (size_t)p->of->argument;
    kbit_case_fill_random(p);
    for (size_t k = every - 1; k < p->K; k += every)
        p->x[draw(p, ID_EXTRA, k) % p->M * p->K + k] = k % 2 ? -9.75f : 8.5f;
    if (every % 2)
        p->x[p->M * p->K - 1] = 7.25f;
    if (p->K > 1)
        p->x[p->M * p->K - 2] = -in_type(p, 5.96875);
}

/* NaN and infinity, alone and together in either order, in the first and last columns and between;
 * every fourth row is finite. The NaNs are quiet, of both signs, with payloads that fp16 holds and some that
 * float alone does: a signalling one makes fmaxf() forget what came before, and with it many a port that
 * launders NaN. */
static void fill_nonfinite_rows(kbit_problem *p)
{
    const uint32_t NANS[] = {0x7fc02000, 0xffc00000, 0x7fffffff, 0x7fc00001, 0xffc7e000};
    kbit_case_fill_random(p);
    for (size_t i = 0; i < p->M; i++) {
        float *row = p->x + i * p->K;
        const float nan = of_bits(NANS[i / 4 % 5]), infinite = i / 4 % 2 ? -INFINITY : INFINITY;
        const size_t early = i / 4 % 3 ? 3 + i / 4 : 0;
        const size_t late = i / 4 % 4 ? p->K / 2 + i / 4 : p->K - 1;
        if (i % 4 == 1 || i % 4 == 3)
            row[early] = i % 4 == 1 ? nan : infinite;
        if (i % 4 == 2 || i % 4 == 3)
            row[late] = i % 4 == 2 ? infinite : nan;
        if (i % 8 == 1)
            row[p->K - 1 - early] = infinite;
    }
}

/* For absmax_rows: rows of zeros, of the smallest subnormal, of subnormals, of the largest finite number,
 * of NaN and infinity, and at each scale. */
static void fill_absmax_extremes(kbit_problem *p)
{
    const bool f32 = p->x_type == F32;
    const float smallest = p->x_type == F16 ? 0x1p-24f : f32 ? 0x1p-149f : 0x1p-133f;
    const float largest = p->x_type == F16 ? 65504 : f32 ? FLT_MAX : 0x1.fep127f;
    const float KINDS[] = {0, smallest, -smallest, largest, -largest};
    fill_nonfinite_rows(p);
    for (size_t i = 0; i < p->M; i += 2) {
        const int scale = (int)(i * (f32 ? 270 : 250) / p->M) - (f32 ? 149 : 133);
        for (size_t k = 0; k < p->K; k++) {
            float *x = &p->x[i * p->K + k];
            const bool lone = k == draw(p, ID_EXTRA, i) % p->K;
            if (i % 4)
                *x = in_type(p, ldexp((double)p->x[(i + p->M % 2) * p->K + k], scale / 2));
            else if (i / 4 % 6 < 5)
                *x = lone ? KINDS[i / 4 % 6] : k % 2 ? 0.0f : -0.0f;
            else
                *x = in_type(p, ldexp((double)(draw(p, ID_X, k) % 100), f32 ? -140 : -131));
        }
    }
}

/* For absmax_rows: a long list, and the largest element of each row in another of its columns, the
 * last one included. */
static void fill_absmax_listed(kbit_problem *p)
{
    kbit_case_fill_random(p);
    for (size_t k = 0; k < p->K; k++)
        if (draw(p, ID_EXTRA, k) % 2 || k + 1 == p->K)
            p->outliers[p->n_outliers++] = (int32_t)k;
    for (size_t i = 0; i < p->M; i++) {
        const size_t o = i + 1 == p->M ? p->n_outliers - 1 : i * p->n_outliers / p->M;
        p->x[i * p->K + (size_t)p->outliers[o]] = i % 2 ? -5.9375f : 5.875f;
    }
}

/* For outlier_columns: each column at one place below, at or above the threshold, or not finite, in one
 * row alone, or zeros of one sign or subnormals throughout. */
static void fill_columns(kbit_problem *p)
{
    const float t = p->threshold, below = t > 0 ? nextafterf(t, 0) : 0;
    const float KINDS[] = {below,    t,         nextafterf(t, INFINITY), -t, -below, NAN,
                           INFINITY, -INFINITY, of_bits(0x7fa00000)};
    enum { N_KINDS = sizeof KINDS / sizeof *KINDS };
    for (size_t k = 0; k < p->K; k++)
        for (size_t i = 0; i < p->M; i++) {
            const size_t kind = k % (N_KINDS + 3);
            float *x = &p->x[i * p->K + k];
            if (kind >= N_KINDS)
                *x = kind == N_KINDS       ? 0.0f
                     : kind == N_KINDS + 1 ? -0.0f
                                           : 0x1p-133f * (float)(1 + i);
            else
                *x = i == k % p->M ? KINDS[kind] : t / 4;
        }
}

/* Finite numbers that fp16 does not hold, and beyond the threshold infinities and NaN alone. */
static void fill_large_threshold(kbit_problem *p)
{
    kbit_case_fill_random(p);
    for (size_t k = 0; k < p->K; k += 3)
        p->x[k % p->M * p->K + k] = k % 2 ? -65504.0f : 60000.0f;
    p->x[p->K - 2] = INFINITY;
    p->x[p->M * p->K - 1] = -INFINITY;
    p->x[p->K + 1] = NAN;
}

/* Each output sees one outlier column, whose elements are the largest and smallest of their type, or
 * what another type does not hold. */
static void fill_one_extreme(kbit_problem *p)
{
    const float F16S[] = {65504, -0x1p-24f, 6.5f, 0x1.ffcp-15f, -65504, 0x1p-14f};
    const float BF16S[] = {0x1p100f, -0x1p-133f, 65536, 0x1.fcp-127f, -0x1.02p90f, 0x1p-30f};
    const float F32S[] = {0x1.234566p110f, -0x1.2p-140f, 65536,
                          1 + 0x1p-23f,    -70001,       0x1.fffffep-30f};
    const float *kinds = p->x_type == F16 ? F16S : p->x_type == BF16 ? BF16S : F32S;
    for (size_t i = 0; i < p->M; i++)
        for (size_t k = 0; k < p->K; k++)
            p->x[i * p->K + k] = kinds[(i + k) % 6];
    for (size_t j = 0; j < p->N; j++)
        for (size_t k = 0; k < p->K; k++)
            p->w16[j * p->K + k] = k == j * 5 % p->K ? (j % 2 ? -1.0f : 1.0f) * 127 * 0x1p-9f : 0;
}

/* For one outlier step: integers whose absolute sum, that of d included, is less than 2^24: whoever adds
 * in float, in whatever order, adds exactly. Times 127, which codes may be scaled by, the sum of products
 * is less, too, in the step that takes codes. argument: the largest |x|. */
static void fill_exact_sums(kbit_problem *p)
{
    const unsigned largest = (unsigned)p->of->argument;
    for (size_t k = 0; k < p->K; k++)
        if (k % 16 != 3 && p->n_outliers < p->K - p->K / 16)
            p->outliers[p->n_outliers++] = (int32_t)k;
    for (size_t i = 0; i < p->M * p->K; i++) {
        const uint64_t h = draw(p, ID_X, i);
        p->x[i] = (float)(h % largest + 1) * (h >> 63 ? -1.0f : 1.0f);
    }
    for (size_t i = 0; i < p->N * p->K; i++) {
        const uint64_t h = draw(p, ID_W, i);
        p->w[i] = (int8_t)((int)(h % 255) - 127);
        if (i / p->K % 2) /* sums of one sign are larger */
            p->w[i] = (int8_t)(p->x[i % p->K] < 0 ? -abs(p->w[i]) : abs(p->w[i]));
        p->w16[i] = p->w[i];
    }
    for (size_t j = 0; j < p->N; j++)
        p->w_absmax[j] = 127;
    for (size_t i = 0; i < p->M * p->N; i++)
        p->d[i] = (float)((int)(draw(p, ID_Q, i) % 0x200001) - 0x100000);
}

/* For outlier_matmul_w16: weights that are infinite, NaN or subnormal, against zeros and others; a d that is
 * infinite or NaN. In each row one column is far larger than the others, so that it makes a subnormal weight
 * count. */
static void fill_odd_weights(kbit_problem *p)
{
    const float SMALL = p->x_type == F16 ? 0x1.8p-20f : 0x1.8p-130f,
                LARGE = p->x_type == F16 ? 60000 : 0x1p30f;
    const float KINDS[] = {NAN, INFINITY, -INFINITY};
    fill_outliers(p);
    for (size_t k = 1; k < p->K; k += 3)
        p->outliers[p->n_outliers++] = (int32_t)k;
    for (size_t i = 0; i < p->M; i++)
        for (size_t o = 0; o < p->n_outliers; o++)
            p->x[i * p->K + (size_t)p->outliers[o]] = o % 4 == i % 4 ? LARGE : 0;
    for (size_t j = 0; j < p->N; j++)
        for (size_t o = 0; o < p->n_outliers; o++)
            p->w16[j * p->K + (size_t)p->outliers[o]] = j % 4 == 1 && o == j / 4 % p->n_outliers
                                                            ? KINDS[j / 4 % 3]
                                                        : o % 2 ? SMALL
                                                                : -SMALL / 2;
    for (size_t i = 0; i < p->M * p->N; i++)
        p->d[i] = i % 11 == 5 ? KINDS[i % 3] : 0;
}

/* For quantize_rows: an absmax near 2^-120, where 127/absmax is finite still, and elements that are
 * subnormal but have a code. */
static void fill_small_rows(kbit_problem *p)
{
    for (size_t i = 0; i < p->M; i++) {
        p->absmax[i] = in_type(p, ldexp(1 + (double)(draw(p, ID_X, i) % 128) / 128, -120));
        for (size_t k = 0; k < p->K; k++) {
            const uint64_t h = draw(p, ID_EXTRA, i * p->K + k);
            const double part = (double)(h % 4096) / 4096,
                         x = (double)p->absmax[i] * (k % 3 ? part / 80 : part);
            p->x[i * p->K + k] = in_type(p, h >> 63 ? -x : x);
        }
        p->x[i * p->K + i % p->K] = p->absmax[i];
    }
}

/* For quantize_rows: the last element of the first row exceeds its absmax by an ulp. argument 1: that
 * one is masked, by the list, and another by the threshold, so that nothing is to be refused. */
static void fill_exceeded(kbit_problem *p)
{
    kbit_case_fill_random(p);
    for (size_t i = 0; i < p->M; i++) {
        p->absmax[i] = 3;
        for (size_t k = 0; k < p->K; k++)
            if (!(fabsf(p->x[i * p->K + k]) <= 3))
                p->x[i * p->K + k] = -3;
    }
    const int digits = p->x_type == F16 ? 9 : p->x_type == BF16 ? 6 : 22;
    p->x[p->K - 1] = 3 + ldexpf(1, -digits);
    if (p->of->argument) {
        p->outliers[p->n_outliers++] = (int32_t)p->K - 1;
        p->x[p->K] = -p->threshold;
    }
}

/* Codes for the product alone. argument 0: long rows of one sign each, so that sums are large, odd
 * and even, and of both signs; 1: small codes against all of int8, -128 included, at a K from where on
 * larger ones could overflow; 2: one row of q and one weight, the last, make the worst case leave
 * int32; 3: the largest legal sum, of both signs; 4: uniform. */
static void fill_product(kbit_problem *p)
{
    const int argument = p->of->argument;
    for (int operand = 0; operand < 2; operand++) {
        int8_t *codes = operand ? p->w : p->q;
        const size_t rows = operand ? p->N : p->M;
        for (size_t i = 0; i < rows * p->K; i++) {
            const uint64_t h = draw(p, operand ? ID_W : ID_Q, i);
            const int sign = i / p->K % 2 ? -1 : 1;
            codes[i] =
                (int8_t)(argument == 0   ? sign * (64 + (int)(h % 64))
                         : argument == 1 ? (operand ? (int)(h % 256) - 128 : (int)(h % 121) - 60)
                         : argument == 2 ? (int)(h % 3) - 1
                         : argument == 3 ? (operand ? sign * 127 : 127)
                                         : (int)(h % 255) - 127);
        }
    }
    if (argument == 2) {
        memset(p->q + p->M / 2 * p->K, 127, p->K);
        p->w[p->N * p->K - 1] = 127;
    }
    for (size_t i = 0; argument == 3 && i < p->M; i++)
        p->q[i * p->K + p->K - 1] = 32; /* 127 (127 (K - 1) + 32) = 2^31 - 8 */
}

/* For dequantize: statistics that are subnormal floats on one side and large ones on the other, so that
 * what comes of them is an ordinary number. Level full: who multiplies by a reciprocal of the statistic, as
 * dequant=any admits, has an infinite one here. */
static void fill_subnormal_scales(kbit_problem *p)
{
    for (size_t i = 0; i < p->M * p->N; i++) {
        const uint64_t h = draw(p, ID_Q, i);
        p->c[i] = (int32_t)(h % 0x1000000) - 0x800000;
    }
    for (size_t i = 0; i < p->M; i++)
        p->absmax[i] = ldexpf(1 + (float)(draw(p, ID_X, i) % 1024) / 1024, i % 2 ? -130 : 60);
    for (size_t j = 0; j < p->N; j++)
        p->w_absmax[j] = ldexpf(1 + (float)(draw(p, ID_W, j) % 1024) / 1024, j % 2 ? -132 : 30);
}

/* For store: NaNs of all kinds as sums, with what the bias adds to them. */
static void fill_nan_sums(kbit_problem *p)
{
    const uint32_t NANS[] = {0x7f800001, 0xff800001, 0x7f80ffff, 0x7fbfffff,
                             0x7f801000, 0xffffffff, 0x7fffffff, 0x7fc00001};
    for (size_t j = 0; j < p->N; j++)
        p->bias[j] = j % 5 == 4 ? of_bits(NANS[j % 8]) : (float)j;
    for (size_t i = 0; i < p->M; i++)
        for (size_t j = 0; j < p->N; j++)
            p->y[i * p->N + j] = (i + j) % 3 ? of_bits(NANS[(i + j) % 8]) : -(float)i;
}

/* For store with a float output: sums that are subnormal, that cancel, that a float holds only just, and
 * midpoints of floats. None overflows, since the sum may be a float before it is stored. */
static void fill_float_sums(kbit_problem *p)
{
    const float BIAS[] = {0x1p-140f, -0x1.8p-126f, 1, 0x1p-24f, FLT_MAX, -0x1p102f, 0x1.8p-24f};
    for (size_t j = 0; j < p->N; j++)
        p->bias[j] = BIAS[j % 7];
    for (size_t i = 0; i < p->M; i++)
        for (size_t j = 0; j < p->N; j++) {
            const float b = p->bias[j], next = nextafterf(b, 0);
            const float Y[] = {-next, 0x1p-130f, 1, 1 + 0x1p-23f, -b, 0x1p102f, -FLT_MAX, 0};
            p->y[i * p->N + j] = Y[(i + j / 7) % 8];
        }
}

#define SHAPE(m, n, k)      .M = (m), .N = (n), .K = (k)
#define TYPES(in, result)   .x_type = (in), .out_type = (result)
#define FILL(function, arg) .fill = (function), .argument = (arg)

static const kbit_case CASES[] = {
    {.name = "one-token-wide",
     .what = "one row, and more columns and features than a block takes",
     SHAPE(1, 300, 1099),
     TYPES(F16, F16),
     .threshold = 6,
     .bias = true,
     .chained = true,
     .level = DEFAULT,
     FILL(fill_outliers, 7)},
    {.name = "few-tokens-wide",
     .what = "four rows, and more columns and features than a block takes",
     SHAPE(4, 270, 1085),
     TYPES(F16, F16),
     .threshold = 6,
     .bias = true,
     .level = DEFAULT,
     FILL(fill_outliers, 90)},
    {.name = "one-feature-long",
     .what = "one output feature of more rows and columns than a block takes",
     SHAPE(133, 1, 1088),
     TYPES(BF16, BF16),
     .threshold = 6,
     .bias = true,
     .level = DEFAULT,
     FILL(fill_outliers, 13)},
    {.name = "shape-9x7x1",
     .what = "a single column",
     SHAPE(9, 7, 1),
     TYPES(F16, F16),
     .threshold = OFF,
     .bias = true,
     .chained = true,
     .level = QUICK,
     FILL(fill_outliers, 5)},
    {.name = "shape-1x9x2",
     .what = "two columns, one token",
     SHAPE(1, 9, 2),
     TYPES(BF16, BF16),
     .threshold = 6,
     .bias = true,
     .level = QUICK,
     FILL(fill_outliers, 5)},
    {.name = "shape-6x10x3",
     .what = "three columns",
     SHAPE(6, 10, 3),
     TYPES(F32, F32),
     .threshold = 6,
     .bias = true,
     .level = QUICK,
     FILL(fill_outliers, 5)},
    {.name = "list-5003",
     .what = "5,003 outlier columns",
     SHAPE(3, 3, 5003),
     TYPES(F16, F16),
     .threshold = 0,
     .bias = true,
     .level = DEFAULT,
     FILL(kbit_case_fill_random, 0)},
    {.name = "nonfinite-off-f16",
     .what = "NaNs with payloads and infinities in one row, threshold off",
     SHAPE(23, 7, 37),
     TYPES(F16, F16),
     .threshold = OFF,
     .bias = true,
     .level = QUICK,
     FILL(fill_nonfinite_rows, 0)},
    {.name = "nonfinite-off-bf16",
     .what = "the same in bfloat16",
     SHAPE(23, 7, 37),
     TYPES(BF16, BF16),
     .threshold = OFF,
     .bias = true,
     .level = QUICK,
     FILL(fill_nonfinite_rows, 0)},
    {.name = "nonfinite-off-f32",
     .what = "the same in float",
     SHAPE(23, 7, 37),
     TYPES(F32, F32),
     .threshold = OFF,
     .bias = true,
     .level = QUICK,
     FILL(fill_nonfinite_rows, 0)},
    {.name = "nonfinite-f16",
     .what = "the same in fp16, threshold on",
     SHAPE(23, 7, 37),
     TYPES(F16, F16),
     .threshold = 6,
     .bias = true,
     .level = QUICK,
     FILL(fill_nonfinite_rows, 0)},
    {.name = "nonfinite-f32",
     .what = "the same in float, threshold on",
     SHAPE(23, 7, 37),
     TYPES(F32, F32),
     .threshold = 6,
     .bias = true,
     .level = QUICK,
     FILL(fill_nonfinite_rows, 0)},
    {.name = "absmax-extremes-f16",
     .what = "statistics of zeros, the smallest and largest numbers, NaN and infinity",
     SHAPE(57, 1, 45),
     TYPES(F16, F16),
     .threshold = OFF,
     .only = "absmax_rows",
     .level = QUICK,
     FILL(fill_absmax_extremes, 0)},
    {.name = "absmax-extremes-bf16",
     .what = "the same in bfloat16",
     SHAPE(57, 1, 45),
     TYPES(BF16, BF16),
     .threshold = OFF,
     .only = "absmax_rows",
     .level = QUICK,
     FILL(fill_absmax_extremes, 0)},
    {.name = "absmax-extremes-f32",
     .what = "the same in float",
     SHAPE(57, 1, 45),
     TYPES(F32, F32),
     .threshold = OFF,
     .only = "absmax_rows",
     .level = QUICK,
     FILL(fill_absmax_extremes, 0)},
    {.name = "absmax-long-list",
     .what = "rows whose largest element is in a column of a long list",
     SHAPE(60, 1, 4503),
     TYPES(F16, F16),
     .threshold = 6,
     .only = "absmax_rows",
     .level = QUICK,
     FILL(fill_absmax_listed, 0)},
    {.name = "quantize-small-bf16",
     .what = "bfloat16 subnormals that have a code",
     SHAPE(12, 1, 45),
     TYPES(BF16, BF16),
     .threshold = OFF,
     .only = "quantize_rows",
     .level = QUICK,
     FILL(fill_small_rows, 0)},
    {.name = "quantize-small-f32",
     .what = "the same in float",
     SHAPE(12, 1, 45),
     TYPES(F32, F32),
     .threshold = OFF,
     .only = "quantize_rows",
     .level = QUICK,
     FILL(fill_small_rows, 0)},
    {.name = "absmax-exceeded-f32",
     .what = "the end of the first row exceeds its absmax by an ulp of float: must be refused",
     SHAPE(5, 1, 70),
     TYPES(F32, F32),
     .threshold = 6,
     .only = "quantize_rows",
     .level = QUICK,
     FILL(fill_exceeded, 0)},
    {.name = "absmax-exceeded-bf16",
     .what = "the same in bfloat16",
     SHAPE(5, 1, 70),
     TYPES(BF16, BF16),
     .threshold = OFF,
     .only = "quantize_rows",
     .level = QUICK,
     FILL(fill_exceeded, 0)},
    {.name = "absmax-exceeded-masked",
     .what =
         "what exceeds its row's absmax is masked, by the list or by the threshold: must be served",
     SHAPE(5, 1, 70),
     TYPES(F16, F16),
     .threshold = 6,
     .only = "quantize_rows",
     .level = QUICK,
     FILL(fill_exceeded, 1)},
    {.name = "threshold-0-f32",
     .what = "threshold 0 and columns of zeros of one sign and of subnormals: outliers, too",
     SHAPE(7, 1, 85),
     TYPES(F32, F32),
     .threshold = 0,
     .only = "outlier_columns",
     .level = QUICK,
     FILL(fill_columns, 0)},
    {.name = "threshold-subnormal",
     .what = "a threshold that is a subnormal float",
     SHAPE(7, 1, 85),
     TYPES(F32, F32),
     .threshold = 0x1.4p-130f,
     .only = "outlier_columns",
     .level = QUICK,
     FILL(fill_columns, 0)},
    {.name = "threshold-2^127",
     .what = "a threshold whose double is infinite",
     SHAPE(7, 1, 85),
     TYPES(F32, F32),
     .threshold = 0x1.8p127f,
     .only = "outlier_columns",
     .level = QUICK,
     FILL(fill_columns, 0)},
    {.name = "threshold-6.1-bf16",
     .what = "a threshold that bfloat16 rounds down",
     SHAPE(7, 1, 85),
     TYPES(BF16, BF16),
     .threshold = 6.1f,
     .only = "outlier_columns",
     .level = QUICK,
     FILL(fill_columns, 0)},
    {.name = "threshold-70000",
     .what = "a threshold beyond fp16: infinities and NaN are outliers still",
     SHAPE(8, 9, 40),
     TYPES(F16, F16),
     .threshold = 70000,
     .bias = true,
     .level = QUICK,
     FILL(fill_large_threshold, 0)},
    {.name = "one-extreme-f16",
     .what = "each output sees one outlier column of the largest or smallest numbers",
     SHAPE(12, 24, 30),
     TYPES(F16, F32),
     .threshold = 6,
     .level = QUICK,
     FILL(fill_one_extreme, 0)},
    {.name = "one-extreme-bf16",
     .what = "the same in bfloat16, with what fp16 does not hold",
     SHAPE(12, 24, 30),
     TYPES(BF16, F32),
     .threshold = 6,
     .level = QUICK,
     FILL(fill_one_extreme, 0)},
    {.name = "one-extreme-f32",
     .what = "the same in float, with what no 16-bit type holds",
     SHAPE(12, 24, 30),
     TYPES(F32, F32),
     .threshold = 6,
     .level = QUICK,
     FILL(fill_one_extreme, 0)},
    {.name = "exact-sums",
     .what = "outlier products that float adds exactly in every order, of up to 24 bits",
     SHAPE(12, 14, 48),
     TYPES(F16, F32),
     .threshold = 6,
     .only = "outlier_matmul",
     .level = QUICK,
     FILL(fill_exact_sums, 23)},
    {.name = "exact-sums-w16",
     .what = "the same with 16-bit weights",
     SHAPE(12, 14, 48),
     TYPES(F16, F32),
     .threshold = 6,
     .only = "outlier_matmul_w16",
     .level = QUICK,
     FILL(fill_exact_sums, 2047)},
    {.name = "exact-sums-long",
     .what = "the same over 600 outlier columns",
     SHAPE(5, 6, 640),
     TYPES(F16, F32),
     .threshold = 6,
     .only = "outlier_matmul",
     .level = QUICK,
     FILL(fill_exact_sums, 1)},
    {.name = "exact-sums-long-w16",
     .what = "the same with 16-bit weights",
     SHAPE(5, 6, 640),
     TYPES(F16, F32),
     .threshold = 6,
     .only = "outlier_matmul_w16",
     .level = QUICK,
     FILL(fill_exact_sums, 180)},
    {.name = "odd-weights-f16",
     .what = "16-bit weights of outlier columns that are infinite, NaN or subnormal",
     SHAPE(8, 21, 40),
     TYPES(F16, F32),
     .threshold = 6,
     .only = "outlier_matmul_w16",
     .level = QUICK,
     FILL(fill_odd_weights, 9)},
    {.name = "odd-weights-f32",
     .what = "the same in float",
     SHAPE(8, 21, 40),
     TYPES(F32, F32),
     .threshold = 6,
     .only = "outlier_matmul_w16",
     .level = QUICK,
     FILL(fill_odd_weights, 9)},
    {.name = "codes-k50005",
     .what = "long rows of one sign each: large sums, odd ones and negative ones too",
     SHAPE(3, 4, 50005),
     TYPES(F16, F16),
     .threshold = OFF,
     .only = "int8_matmul",
     .level = QUICK,
     FILL(fill_product, 0)},
    {.name = "codes-k140001",
     .what = "small codes and -128 at a K where larger ones could overflow: must be served",
     SHAPE(2, 3, 140001),
     TYPES(F16, F16),
     .threshold = OFF,
     .only = "int8_matmul",
     .level = QUICK,
     FILL(fill_product, 1)},
    {.name = "codes-one-row-beyond",
     .what =
         "one row of three and the last weight make the worst case leave int32: must be refused",
     SHAPE(3, 4, 133146),
     TYPES(F16, F16),
     .threshold = OFF,
     .only = "int8_matmul",
     .level = QUICK,
     FILL(fill_product, 2)},
    {.name = "codes-limit-signs",
     .what = "the largest legal sum and its negative: must be served",
     SHAPE(2, 3, 133145),
     TYPES(F16, F16),
     .threshold = OFF,
     .only = "int8_matmul",
     .level = QUICK,
     FILL(fill_product, 3)},
    {.name = "codes-300x530x384",
     .what = "uniform codes, several tiles of 256 with several steps along K",
     SHAPE(300, 530, 384),
     TYPES(F16, F16),
     .threshold = OFF,
     .only = "int8_matmul",
     .level = DEFAULT,
     FILL(fill_product, 4)},
    {.name = "dequantize-subnormal",
     .what = "statistics that are subnormal floats beside large ones",
     SHAPE(12, 18, 1),
     TYPES(F32, F32),
     .threshold = OFF,
     .only = "dequantize",
     .level = FULL,
     FILL(fill_subnormal_scales, 0)},
    {.name = "store-nan-f16",
     .what = "NaNs with every kind of payload, signalling ones too",
     SHAPE(9, 21, 1),
     TYPES(F16, F16),
     .threshold = OFF,
     .only = "store",
     .level = QUICK,
     FILL(fill_nan_sums, 0)},
    {.name = "store-nan-bf16",
     .what = "the same in bfloat16, where adding a half would make other numbers of them",
     SHAPE(9, 21, 1),
     TYPES(BF16, BF16),
     .threshold = OFF,
     .bias = true,
     .only = "store",
     .level = QUICK,
     FILL(fill_nan_sums, 0)},
    {.name = "store-f32",
     .what = "float sums that are subnormal, cancel, nearly overflow or lie between two floats",
     SHAPE(16, 43, 1),
     TYPES(F32, F32),
     .threshold = OFF,
     .bias = true,
     .only = "store",
     .level = QUICK,
     FILL(fill_float_sums, 0)},
};

const kbit_case_family kbit_cases_paths = FAMILY(CASES);
