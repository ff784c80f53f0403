/* ports.c -- what went through when ports were written to be wrong in one place: at one tail, for one
 * type, for one kind of zero or infinity. Each case closed a hole; tests/mutants has what passed. */
#include "family.h"

#include <math.h>

/* Outliers, and NaN or an infinity in a few elements, in columns of their own. */
static void fill_nonfinite(kbit_problem *p)
{
    const float KINDS[] = {NAN, INFINITY, -INFINITY, 7, -NAN, -9};
    kbit_case_fill_random(p);
    for (size_t k = 1; k < p->K; k += 4)
        p->x[draw(p, ID_EXTRA, k) % p->M * p->K + k] = KINDS[k / 4 % 6];
}

/* One NaN a row: in the last column, the first, or none. */
static void fill_nan_at_an_end(kbit_problem *p)
{
    kbit_case_fill_random(p);
    for (size_t i = 0; i < p->M; i++)
        if (i % 3)
            p->x[i * p->K + (i % 3 == 1 ? p->K - 1 : 0)] = i % 2 ? NAN : -NAN;
}

/* Floats at the threshold, and the next ones below and above, each in columns of its own. */
static void fill_beside_threshold(kbit_problem *p)
{
    kbit_case_fill_random(p);
    const float t = p->threshold, BESIDE[] = {t, nextafterf(t, 0), nextafterf(t, INFINITY)};
    for (size_t k = 0; k < p->K; k++) {
        float x = BESIDE[k % 3];
        p->x[draw(p, ID_EXTRA, k) % p->M * p->K + k] = k % 2 ? -x : x;
    }
}

/* Accumulators that float cannot hold, just below the next float, where cutting off errs most, and just
 * above the last one, where rounding up does;
 * statistics next to powers of two, where the roundings that follow are relatively largest. */
static void fill_dequantize_long(kbit_problem *p)
{
    for (size_t i = 0; i < p->M * p->N; i++) {
        uint64_t h = draw(p, ID_Q, i);
        int shift = 2 + (int)(h % 6);
        int64_t c = ((((int64_t)1 << 23) + (int64_t)(h >> 8 & 0x3ffff)) << shift) +
                    (i % 2 ? 1 : (1 << shift) - 1);
        p->c[i] = (int32_t)(h >> 63 ? -c : c);
    }
    for (int operand = 0; operand < 2; operand++)
        for (size_t i = 0; i < (operand ? p->N : p->M); i++) {
            uint64_t h = draw(p, operand ? ID_W : ID_X, i);
            (operand ? p->w_absmax : p->absmax)[i] = ldexpf(1 + (float)(h % 8) * 0x1p-10f, -3);
        }
}

/* Infinite and NaN statistics and those that are 0, with accumulators of 0 and others. */
static void fill_dequantize_infinite(kbit_problem *p)
{
    const float STATISTICS[] = {INFINITY, 1.5f, 0, NAN};
    for (size_t i = 0; i < p->M * p->N; i++) {
        uint64_t h = draw(p, ID_Q, i);
        p->c[i] = h % 4 ? (int32_t)(h >> 8 & 0xffffff) - 0x800000 : 0;
    }
    for (size_t i = 0; i < p->M; i++)
        p->absmax[i] = STATISTICS[i % 4];
    for (size_t j = 0; j < p->N; j++)
        p->w_absmax[j] = STATISTICS[(j / 2 + 1) % 4];
}

/* Sums that are a zero: of either sign, of opposite numbers, or by rounding. */
static void fill_store_zeros(kbit_problem *p)
{
    const float BIAS[] = {0.0f, -0.0f, 3, -0x1p-149f};
    for (size_t j = 0; j < p->N; j++)
        p->bias[j] = BIAS[j % 4];
    for (size_t i = 0; i < p->M; i++)
        for (size_t j = 0; j < p->N; j++) {
            const float Y[] = {0.0f, -0.0f, -p->bias[j], 0x1p-140f, -0x1p-140f};
            p->y[i * p->N + j] = Y[i % 5];
        }
}

/* A few outliers, each in a row of its own, in every argument-th column and the last. */
static void fill_outliers(kbit_problem *p)
{
    size_t every = (size_t)p->of->argument;
    kbit_case_fill_random(p);
    for (size_t k = every - 1; k < p->K; k += every)
        p->x[draw(p, ID_EXTRA, k) % p->M * p->K + k] = k % 2 ? -9.75f : 8.5f;
    p->x[p->M * p->K - 1] = 7.25f;
}

/* The same with a bias that is NaN or infinite for some features. */
static void fill_bias(kbit_problem *p)
{
    const float KINDS[] = {NAN, INFINITY, -INFINITY};
    fill_outliers(p);
    for (size_t j = 1; j < p->N; j += 3)
        p->bias[j] = KINDS[j / 3 % 3];
}

/* Features whose weights hold a NaN or an infinity, in an outlier column or not: no output of theirs
 * may be a number. */
static void fill_weights_nonfinite(kbit_problem *p)
{
    const float KINDS[] = {NAN, INFINITY, -INFINITY};
    fill_outliers(p);
    for (size_t j = 1; j < p->N; j += 4)
        p->w16[j * p->K + (j % 8 == 1 ? 8 : draw(p, ID_EXTRA, j) % p->K)] = KINDS[j / 4 % 3];
    for (size_t i = 0; i < p->M; i += 2) /* 0 times infinity is NaN */
        if (fabsf(p->x[i * p->K + 8]) < p->threshold)
            p->x[i * p->K + 8] = 0;
}

/* Weights given as codes use all of int8, -128 as well, which quantization never gives; with what the
 * two steps need that take them from outside. A scale that is 0, one that is subnormal, and a d that is
 * infinite or NaN. */
static void fill_w_128(kbit_problem *p)
{
    fill_outliers(p);
    kbit_fill_codes(p->seed, ID_W, p->N * p->K, p->w);
    for (size_t j = 0; j < p->N; j++) {
        for (size_t k = j % 3; k < p->K; k += 3)
            p->w[j * p->K + k] = -128;
        p->w_absmax[j] = ldexpf(127, -8 - (int)(j % 4));
    }
    for (size_t k = 0; k < p->K; k++)
        if (k % 5 == 4)
            p->outliers[p->n_outliers++] = (int32_t)k;
    for (size_t i = 0; i < p->M * p->N; i++)
        p->d[i] = i % p->N == 5 ? 0 : (float)(int)(draw(p, ID_Q, i) % 2001) / 16 - 62;
    p->w_absmax[3] = 0;
    p->w_absmax[5] = 0x1p-128f; /* what it scales is normal again */
    p->d[0] = INFINITY;
    p->d[p->N + 1] = NAN;
}

#define SHAPE(m, n, k)      .M = (m), .N = (n), .K = (k)
#define TYPES(in, result)   .x_type = (in), .out_type = (result)
#define FILL(function, arg) .fill = (function), .argument = (arg)

static const kbit_case CASES[] = {
    {.name = "shape-17x33x48",
     .what = "one more than a tile each way, K of three halves of one",
     SHAPE(17, 33, 48),
     TYPES(F16, F16),
     .threshold = 6,
     .bias = true,
     .chained = true,
     .level = QUICK,
     FILL(kbit_case_fill_random, 0)},
    {.name = "nonfinite-bf16",
     .what = "NaN, infinities and outliers in bfloat16, threshold on",
     SHAPE(17, 65, 112),
     TYPES(BF16, BF16),
     .threshold = 6,
     .bias = true,
     .level = QUICK,
     FILL(fill_nonfinite, 0)},
    {.name = "nan-at-an-end",
     .what = "a NaN in the last column of a row, or the first, threshold off",
     SHAPE(9, 5, 37),
     TYPES(F16, F16),
     .threshold = OFF,
     .bias = true,
     .level = QUICK,
     FILL(fill_nan_at_an_end, 0)},
    {.name = "threshold-beside-f32",
     .what = "floats at the threshold, and one ulp below and above",
     SHAPE(11, 8, 60),
     TYPES(F32, F32),
     .threshold = 6.1f, /* no 16-bit number: the nearest ones lie on either side */
     .bias = true,
     .chained = true,
     .level = QUICK,
     FILL(fill_beside_threshold, 0)},
    {.name = "rows-2053",
     .what = "more than 2048 rows in every step",
     SHAPE(2053, 3, 10),
     TYPES(F16, F16),
     .threshold = 6,
     .bias = true,
     .chained = true,
     .level = DEFAULT,
     FILL(fill_outliers, 4)},
    {.name = "one-token-off",
     .what = "one row with the threshold off",
     SHAPE(1, 13, 70),
     TYPES(F16, F16),
     .threshold = OFF,
     .bias = true,
     .chained = true,
     .level = QUICK,
     FILL(kbit_case_fill_random, 0)},
    {.name = "types-f16-bf16",
     .what = "fp16 activations, a bfloat16 output",
     SHAPE(19, 21, 36),
     TYPES(F16, BF16),
     .threshold = 6,
     .bias = true,
     .level = QUICK,
     FILL(fill_outliers, 7)},
    {.name = "types-bf16-f16",
     .what = "bfloat16 activations, an fp16 output",
     SHAPE(19, 21, 36),
     TYPES(BF16, F16),
     .threshold = 6,
     .bias = true,
     .level = QUICK,
     FILL(fill_outliers, 7)},
    {.name = "types-f32-f16",
     .what = "float activations, an fp16 output",
     SHAPE(19, 21, 36),
     TYPES(F32, F16),
     .threshold = 6,
     .bias = true,
     .level = QUICK,
     FILL(fill_outliers, 7)},
    {.name = "bias-nonfinite",
     .what = "a bias that is NaN or infinite for some features",
     SHAPE(5, 20, 33),
     TYPES(F16, F16),
     .threshold = 6,
     .bias = true,
     .level = QUICK,
     FILL(fill_bias, 9)},
    {.name = "weights-nonfinite",
     .what = "features whose weights hold a NaN or an infinity",
     SHAPE(7, 18, 40),
     TYPES(F16, F16),
     .threshold = 6,
     .bias = true,
     .level = QUICK,
     FILL(fill_weights_nonfinite, 9)},
    {.name = "weights-nonfinite-off",
     .what = "the same in bfloat16 without outlier columns, whose product would hide it",
     SHAPE(7, 18, 40),
     TYPES(BF16, BF16),
     .threshold = OFF,
     .bias = true,
     .level = QUICK,
     FILL(fill_weights_nonfinite, 9)},
    {.name = "linear-w-128",
     .what = "weights given as codes of all of int8, -128 as well",
     SHAPE(9, 17, 40),
     TYPES(F16, F32),
     .threshold = 6,
     .bias = true,
     .only = "llmint8_linear_bnb",
     .level = QUICK,
     FILL(fill_w_128, 9)},
    {.name = "outlier-w-128",
     .what = "the same in the outlier product",
     SHAPE(9, 17, 40),
     TYPES(F16, F32),
     .threshold = 6,
     .only = "outlier_matmul",
     .level = QUICK,
     FILL(fill_w_128, 9)},
    {.name = "dequantize-long",
     .what = "accumulators of more than 24 bits, just below the next float",
     SHAPE(64, 96, 1),
     TYPES(F16, F32),
     .threshold = OFF,
     .only = "dequantize",
     .level = QUICK,
     FILL(fill_dequantize_long, 0)},
    {.name = "dequantize-infinite",
     .what = "statistics that are infinite, NaN or 0",
     SHAPE(8, 24, 1),
     TYPES(F16, F32),
     .threshold = OFF,
     .only = "dequantize",
     .level = QUICK,
     FILL(fill_dequantize_infinite, 0)},
    {.name = "store-zeros-f16",
     .what = "zeros of either sign, without a bias",
     SHAPE(10, 9, 1),
     TYPES(F16, F16),
     .threshold = OFF,
     .only = "store",
     .level = QUICK,
     FILL(fill_store_zeros, 0)},
    {.name = "store-zeros-bf16",
     .what = "zeros of either sign as sums with a bias",
     SHAPE(10, 9, 1),
     TYPES(BF16, BF16),
     .threshold = OFF,
     .bias = true,
     .only = "store",
     .level = QUICK,
     FILL(fill_store_zeros, 0)},
};

const kbit_case_family kbit_cases_ports = FAMILY(CASES);
