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

/* Accumulators that float cannot hold, just below the next float, where cutting off errs most;
 * statistics next to powers of two, where the roundings that follow are relatively largest. */
static void fill_dequantize_long(kbit_problem *p)
{
    for (size_t i = 0; i < p->M * p->N; i++) {
        uint64_t h = draw(p, ID_Q, i);
        int shift = 2 + (int)(h % 6);
        int64_t c = ((((int64_t)1 << 23) + (int64_t)(h >> 8 & 0x3ffff)) << shift) + ((1 << shift) - 1);
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
     .threshold = 6,
     .bias = true,
     .chained = true,
     .level = QUICK,
     FILL(fill_beside_threshold, 0)},
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
