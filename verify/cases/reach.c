/* reach.c -- cases that reach what a kernel does once in a while: the index that leaves 16 bits,
 * the second tile of 256, the path for one token or one output feature, the list of outlier columns
 * that does not fit the buffer, and numbers that only some types have. Each closed a hole through
 * which a planted bug had passed (tests/mutants, verify/results/mutation.md). */
#include "family.h"

#include <math.h>
#include <string.h>

/* Outliers in every third column, each in another row, so that the list is long and most elements
 * of its columns are ordinary. The last row and column have one. */
static void fill_long_list(kbit_problem *p)
{
    kbit_case_fill_random(p);
    for (size_t k = 0; k < p->K; k++)
        if (k % 3 == 0 || k + 1 == p->K) {
            size_t i = k + 1 == p->K ? p->M - 1 : k % p->M;
            p->x[i * p->K + k] = (k % 2 ? -1.0f : 1.0f) * (6.5f + (float)(k % 64) / 8);
        }
}

/* A few outliers; argument: every argument-th column has one, the last one too, in a row that the
 * column number says, and the last row has one. The last column but one has the largest element below
 * the threshold. */
static void fill_sparse_outliers(kbit_problem *p)
{
    size_t every = (size_t)p->of->argument;
    kbit_case_fill_random(p);
    for (size_t k = 0; k < p->K; k++)
        if (k % every == every - 1 || k + 1 == p->K)
            p->x[(k + 1 == p->K ? p->M - 1 : k % p->M) * p->K + k] = k % 2 ? -9.75f : 8.5f;
    p->x[p->M / 2 * p->K + p->K - 2] = -5.96875f;
}

/* The first row makes every column an outlier's, the others are ordinary; its terms are positive, since
 * the bound on the error of many terms would hide a sum that cancels. */
static void fill_full_list(kbit_problem *p)
{
    kbit_case_fill_random(p);
    for (size_t k = 0; k < p->K; k++)
        p->x[k] = k % 2 ? 8.0f : 7.0f;
    p->x[p->K - 1] = 2048; /* whoever leaves it in the int8 product loses the others */
    for (size_t i = 0; i < p->N * p->K; i++)
        p->w16[i] = fabsf(p->w16[i]);
}

/* As fill_sparse_outliers, 2^40 times as large, as the threshold is. */
static void fill_far_outliers(kbit_problem *p)
{
    fill_sparse_outliers(p);
    for (size_t i = 0; i < p->M * p->K; i++)
        p->x[i] *= 0x1p40f;
}

/* Each row at its own scale, from 2^argument to 2^117; a few elements are the smallest subnormal of
 * bfloat16 and a few are -0. Within these bounds neither 127x nor a reciprocal of the absmax leaves the
 * normal numbers, so that every declared sequence keeps its word. Rows beyond 2^100 meet weights of 0
 * alone: the steps behind the product could not hold their sums. */
static void fill_all_scales(kbit_problem *p)
{
    kbit_case_fill_random(p);
    for (size_t i = 0; i < p->M; i++) {
        int scale = p->of->argument + (int)(i * (size_t)(117 - p->of->argument) / p->M);
        for (size_t k = 0; k < p->K; k++) {
            uint64_t h = draw(p, ID_EXTRA, i * p->K + k);
            double x = ldexp((double)p->x[i * p->K + k], scale);
            if (scale > 100 && k >= p->K / 2)
                x = 0;
            else if (h % 16 == 0)
                x = h & 64 ? 0x1p-133 : -0.0;
            p->x[i * p->K + k] = in_type(p, x);
        }
    }
    for (size_t j = 0; j < p->N; j++)
        for (size_t k = 0; k < p->K / 2; k++)
            p->w16[j * p->K + k] = 0;
}

/* One row makes every column an outlier's; the others hold subnormals, which a statistic over elements
 * sees, as bitsandbytes takes it, and the outlier product. */
static void fill_subnormals(kbit_problem *p)
{
    kbit_case_fill_random(p);
    for (size_t i = 0; i < p->M; i++)
        for (size_t k = 0; k < p->K; k++) {
            uint64_t h = draw(p, ID_EXTRA, i * p->K + k);
            double x = i == 0 ? 8 : ldexp((double)(1 + h % 127), -133);
            p->x[i * p->K + k] = in_type(p, h >> 63 ? -x : x);
        }
}

/* A bias of 24 significant bits: whoever holds it in 16 bits rounds it. */
static void fill_long_bias(kbit_problem *p)
{
    fill_sparse_outliers(p);
    for (size_t j = 0; j < p->N; j++) {
        uint64_t h = draw(p, ID_BIAS, j);
        p->bias[j] = (float)(0x800001 | (h & 0x7fffff)) * (h >> 63 ? -0x1p-23f : 0x1p-23f);
    }
}

/* The bias is what the output is rounded from: ties and their neighbours among ordinary numbers,
 * subnormals and at overflow. In every other row there is nothing else, in the others the product adds
 * less than half an ulp of float, so that a tie is none and a sum in float hides it. */
static void fill_edges(kbit_problem *p)
{
    kbit_case_fill_random(p);
    int digits = p->out_type == KBIT_F16 ? 11 : 8, low = p->out_type == KBIT_F16 ? -24 : -133;
    double half = ldexp(1, -digits), top = p->out_type == KBIT_F16 ? 65520 : 0x1.ffp127;
    for (size_t j = 0; j < p->N; j++) {
        const double EDGE[] = {1 + half,        1 + 3 * half,    top,      ldexp(0.5, low),
                               ldexp(1.5, low), ldexp(2.5, low), 2 - half, ldexp(1 - half, 10)};
        float edge = (float)EDGE[j / 6 % 8];
        if (j % 3)
            edge = nextafterf(edge, j % 3 == 1 ? 0 : INFINITY);
        p->bias[j] = j / 3 % 2 ? -edge : edge;
    }
    for (size_t i = 0; i < p->M; i++)
        for (size_t k = 0; k < p->K; k++)
            p->x[i * p->K + k] = i % 2 ? in_type(p, ldexp((double)p->x[i * p->K + k], -16)) : 0;
    for (size_t i = 0; i < p->N * p->K; i++)
        p->w16[i] = in_type(p, ldexp((double)p->w16[i], p->x_type == KBIT_F16 ? -10 : -100));
}

/* NaNs whose payload fills the significand, of both signs, in a few rows: rounding them to 16 bits by
 * adding carries into the exponent and the sign. */
static void fill_full_payloads(kbit_problem *p)
{
    kbit_case_fill_random(p);
    const uint32_t NANS[] = {0x7fffffff, 0xffffffff, 0x7fff8000, 0x7fc00000};
    for (size_t i = 1; i < p->M; i += 2) {
        size_t k = draw(p, ID_EXTRA, i) % p->K;
        memcpy(&p->x[i * p->K + k], &NANS[i / 2 % 4], sizeof(float));
    }
}

/* Columns without any number but 0 and -0, which at threshold 0 are outliers like all others. */
static void fill_zero_columns(kbit_problem *p)
{
    kbit_case_fill_random(p);
    for (size_t i = 0; i < p->M; i++)
        for (size_t k = 0; k < p->K; k += 5)
            p->x[i * p->K + k] = i % 2 || k % 10 ? -0.0f : 0.0f;
}

/* Codes for the product alone. argument 0: uniform in +-127; otherwise at the limit of int32, where
 * (sum |q|) max |w| may not exceed 2^31 - 1 = 127 * 16,909,320 + 7: 1: the sum is 16,909,320, which is
 * legal; 2: one more, which is not; 3: w is 1 but for its first element, which alone makes the row
 * illegal. */
static void fill_product(kbit_problem *p)
{
    kbit_fill_codes(p->seed, ID_Q, p->M * p->K, p->q);
    kbit_fill_codes(p->seed, ID_W, p->N * p->K, p->w);
    if (p->of->argument == 0)
        return;
    memset(p->w, p->of->argument == 3 ? 1 : 127, p->N * p->K);
    for (size_t i = 0; i < p->M; i++) {
        memset(p->q + i * p->K, 127, p->K);
        p->q[i * p->K + p->K - 1] = p->of->argument == 2 ? 33 : 32;
    }
    if (p->of->argument == 3) {
        memset(p->q, 127, p->M * p->K);
        p->w[0] = 127;
    }
}

/* One element that is not masked, negative, exceeds its row's absmax by an ulp of fp16. */
static void fill_exceeded(kbit_problem *p)
{
    kbit_case_fill_random(p);
    for (size_t i = 0; i < p->M; i++) {
        p->absmax[i] = 5.5f;
        for (size_t k = 0; k < p->K; k++)
            if (fabsf(p->x[i * p->K + k]) > 5.5f)
                p->x[i * p->K + k] = 5.5f;
    }
    p->x[(p->M - 1) * p->K + p->K / 2] = -(5.5f + 0x1p-8f);
}

/* NaNs that are not masked, beside the absmax of the rest of their rows. */
static void fill_laundered(kbit_problem *p)
{
    kbit_case_fill_random(p);
    kbit_absmax_rows(p->M, p->K, p->x, 0, NULL, p->threshold, p->absmax);
    for (size_t i = 0; i < p->M; i += 2)
        for (size_t k = i; k < p->K; k += 7)
            if (fabsf(p->x[i * p->K + k]) < p->absmax[i])
                p->x[i * p->K + k] = k % 2 ? NAN : -NAN;
}

/* Rows of bfloat16 subnormals; a few rows hold one normal number. */
static void fill_subnormal_rows(kbit_problem *p)
{
    for (size_t i = 0; i < p->M; i++)
        for (size_t k = 0; k < p->K; k++) {
            uint64_t h = draw(p, ID_X, i * p->K + k);
            double x = ldexp((double)(h % 128), -133);
            p->x[i * p->K + k] = in_type(p, h >> 63 ? -x : x);
        }
    for (size_t i = 0; i < p->M; i += 5)
        p->x[i * p->K + i % p->K] = 0x1p-126f;
}

#define SHAPE(m, n, k)      .M = (m), .N = (n), .K = (k)
#define TYPES(in, result)   .x_type = (in), .out_type = (result)
#define FILL(function, arg) .fill = (function), .argument = (arg)
#define THRESHOLD(t)        .threshold = (t)

static const kbit_case CASES[] = {
    {.name = "one-token-outliers",
     .what = "one row with outlier columns: a path of its own in many ports",
     SHAPE(1, 37, 130),
     TYPES(F16, F16),
     THRESHOLD(6),
     .bias = true,
     .chained = true,
     .level = QUICK,
     FILL(fill_sparse_outliers, 7)},
    {.name = "one-feature-outliers",
     .what = "one output feature, a matrix-vector product",
     SHAPE(70, 1, 200),
     TYPES(F16, F16),
     THRESHOLD(6),
     .bias = true,
     .chained = true,
     .level = QUICK,
     FILL(fill_sparse_outliers, 9)},
    {.name = "one-output",
     .what = "a single output element, and no bias",
     SHAPE(1, 1, 33),
     TYPES(F16, F16),
     THRESHOLD(6),
     .level = QUICK,
     FILL(fill_sparse_outliers, 11)},
    {.name = "long-list",
     .what = "1,101 outlier columns, each for one row's sake",
     SHAPE(7, 6, 3301),
     TYPES(F16, F16),
     THRESHOLD(6),
     .bias = true,
     .chained = true,
     .level = QUICK,
     FILL(fill_long_list, 0)},
    {.name = "bias-f32",
     .what = "a bias that no 16-bit type holds",
     SHAPE(19, 40, 72),
     TYPES(F16, F16),
     THRESHOLD(6),
     .bias = true,
     .chained = true,
     .level = QUICK,
     FILL(fill_long_bias, 11)},
    {.name = "bias-f32-out-f32",
     .what = "the same with a float output",
     SHAPE(19, 40, 72),
     TYPES(F16, F32),
     THRESHOLD(6),
     .bias = true,
     .level = DEFAULT,
     FILL(fill_long_bias, 11)},
    {.name = "edges-f16",
     .what = "outputs at the ties of fp16, its subnormals and its overflow, and beside them",
     SHAPE(8, 96, 24),
     TYPES(F16, F16),
     THRESHOLD(6),
     .bias = true,
     .level = QUICK,
     FILL(fill_edges, 0)},
    {.name = "edges-bf16",
     .what = "the same for bfloat16",
     SHAPE(8, 96, 24),
     TYPES(BF16, BF16),
     THRESHOLD(6),
     .bias = true,
     .level = QUICK,
     FILL(fill_edges, 0)},
    {.name = "zero-columns",
     .what = "threshold 0 and columns of zeros: they are outliers, too",
     SHAPE(6, 10, 40),
     TYPES(F16, F16),
     THRESHOLD(0),
     .bias = true,
     .level = QUICK,
     FILL(fill_zero_columns, 0)},
    {.name = "nan-payloads",
     .what = "NaNs with full payloads, to be rounded to bfloat16",
     SHAPE(10, 12, 40),
     TYPES(F32, BF16),
     THRESHOLD(6),
     .bias = true,
     .level = QUICK,
     FILL(fill_full_payloads, 0)},
    {.name = "scales-bf16",
     .what = "bfloat16 over its range, a scale a row",
     SHAPE(66, 10, 40),
     TYPES(BF16, F32),
     THRESHOLD(OFF),
     .level = QUICK,
     FILL(fill_all_scales, -117)},
    {.name = "threshold-2^42",
     .what = "a threshold that no integer type holds",
     SHAPE(18, 10, 40),
     TYPES(BF16, F32),
     THRESHOLD(6 * 0x1p40f),
     .bias = true,
     .level = DEFAULT,
     FILL(fill_far_outliers, 9)},
    {.name = "outlier-scales-bf16",
     .what = "the same with subnormals, all in outlier columns",
     SHAPE(40, 10, 24),
     TYPES(BF16, BF16),
     THRESHOLD(0),
     .bias = true,
     .level = DEFAULT,
     FILL(fill_all_scales, -133)},
    {.name = "subnormals-bf16",
     .what = "rows of bfloat16 subnormals in outlier columns, their absmax as well",
     SHAPE(9, 12, 40),
     TYPES(BF16, F32),
     THRESHOLD(6),
     .chained = true,
     .level = QUICK,
     FILL(fill_subnormals, 0)},
    {.name = "subnormals-f32",
     .what = "rows of float subnormals in outlier columns, their absmax as well",
     SHAPE(9, 12, 40),
     TYPES(F32, F32),
     THRESHOLD(6),
     .chained = true,
     .level = QUICK,
     FILL(fill_subnormals, 0)},
    {.name = "scales-f32",
     .what = "float over its range, a scale a row",
     SHAPE(24, 10, 40),
     TYPES(F32, F32),
     THRESHOLD(OFF),
     .level = QUICK,
     FILL(fill_all_scales, -117)},
    {.name = "rows-65541",
     .what = "a row index of 17 bits",
     SHAPE(65541, 2, 6),
     TYPES(BF16, BF16),
     THRESHOLD(6),
     .bias = true,
     .level = FULL,
     FILL(fill_sparse_outliers, 6)},
    {.name = "features-65541",
     .what = "an output feature's index of 17 bits",
     SHAPE(2, 65541, 6),
     TYPES(F16, F16),
     THRESHOLD(6),
     .bias = true,
     .level = DEFAULT,
     FILL(fill_sparse_outliers, 6)},
    {.name = "columns-65541",
     .what = "a column index of 17 bits, in the list as well",
     SHAPE(3, 5, 65541),
     TYPES(F16, F16),
     THRESHOLD(6),
     .bias = true,
     .chained = true,
     .level = DEFAULT,
     FILL(fill_sparse_outliers, 9001)},
    {.name = "list-65541",
     .what = "every column an outlier's: a list of more than 16 bits",
     SHAPE(2, 2, 65541),
     TYPES(BF16, BF16),
     THRESHOLD(6),
     .level = FULL,
     FILL(fill_full_list, 0)},
    {.name = "tiles-257x259",
     .what = "more than one tile of 256 each way in every step, and no bias",
     SHAPE(257, 259, 72),
     TYPES(F16, F16),
     THRESHOLD(6),
     .level = DEFAULT,
     FILL(fill_sparse_outliers, 3)},
    {.name = "tiles-257x259-bf16",
     .what = "the same in bfloat16",
     SHAPE(257, 259, 72),
     TYPES(BF16, BF16),
     THRESHOLD(6),
     .level = DEFAULT,
     FILL(fill_sparse_outliers, 3)},
    {.name = "absmax-subnormal-bf16",
     .what = "the statistic of rows of bfloat16 subnormals",
     SHAPE(21, 1, 50),
     TYPES(BF16, F32),
     THRESHOLD(6),
     .only = "absmax_rows",
     .level = QUICK,
     FILL(fill_subnormal_rows, 0)},
    {.name = "absmax-exceeded",
     .what = "an element exceeds its row's absmax by an ulp: must be refused",
     SHAPE(9, 1, 40),
     TYPES(F16, F32),
     THRESHOLD(OFF),
     .only = "quantize_rows",
     .level = QUICK,
     FILL(fill_exceeded, 0)},
    {.name = "absmax-laundered",
     .what = "NaN beside an absmax that is a number: must be refused, except by nan=launder",
     SHAPE(9, 1, 40),
     TYPES(F16, F32),
     THRESHOLD(OFF),
     .only = "quantize_rows",
     .level = QUICK,
     FILL(fill_laundered, 0)},
    {.name = "codes-k70001",
     .what = "uniform codes, K beyond 16 bits: no block is like another",
     SHAPE(3, 5, 70001),
     TYPES(F16, F16),
     THRESHOLD(OFF),
     .only = "int8_matmul",
     .level = QUICK,
     FILL(fill_product, 0)},
    {.name = "codes-k65552",
     .what = "rows longer than 16 bits that begin on 16 bytes, for who copies them so",
     SHAPE(3, 5, 65552),
     TYPES(F16, F16),
     .threshold = OFF,
     .only = "int8_matmul",
     .level = QUICK,
     FILL(fill_product, 0)},
    {.name = "codes-limit",
     .what = "the largest sum that int32 is sure to hold: must be served",
     SHAPE(2, 3, 133145),
     TYPES(F16, F16),
     THRESHOLD(OFF),
     .only = "int8_matmul",
     .level = QUICK,
     FILL(fill_product, 1)},
    {.name = "codes-beyond-limit",
     .what = "one more: must be refused",
     SHAPE(2, 3, 133145),
     TYPES(F16, F16),
     THRESHOLD(OFF),
     .only = "int8_matmul",
     .level = QUICK,
     FILL(fill_product, 2)},
    {.name = "codes-lone-largest",
     .what = "one weight alone makes the worst case leave int32: must be refused",
     SHAPE(2, 3, 133146),
     TYPES(F16, F16),
     THRESHOLD(OFF),
     .only = "int8_matmul",
     .level = QUICK,
     FILL(fill_product, 3)},
    {.name = "codes-520x530",
     .what = "uniform codes, three tiles of 256 each way",
     SHAPE(520, 530, 72),
     TYPES(F16, F16),
     THRESHOLD(OFF),
     .only = "int8_matmul",
     .level = DEFAULT,
     FILL(fill_product, 0)},
};

const kbit_case_family kbit_cases_reach = FAMILY(CASES);
