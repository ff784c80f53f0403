/* range.c -- from the smallest subnormal number to overflow. */
#include "family.h"

#include <math.h>

/* Positive throughout, so that the sums grow past 2^24 in the steps behind the product as well. */
static void fill_large_sums(kbit_problem *p)
{
    kbit_case_fill_random(p);
    for (size_t i = 0; i < p->M * p->K; i++)
        p->x[i] = in_type(p, 3.0 + (double)(draw(p, ID_X, i) % 1024) / 512);
    for (size_t i = 0; i < p->N * p->K; i++)
        p->w16[i] = in_type(p, (3.0 + (double)(draw(p, ID_W, i) % 1024) / 512) / 512);
}

/* Every code is 127. Whoever adds their products, 16129 each, in float loses one with every addition beyond
 * 2^25: too little to see in an fp16 output, enough in a float. */
static void fill_drift(kbit_problem *p)
{
    for (size_t i = 0; i < p->M * p->K; i++)
        p->x[i] = 5;
    for (size_t i = 0; i < p->N * p->K; i++)
        p->w16[i] = 0x1p-6f;
}

/* Every element of X is subnormal and, with a threshold of 0, in an outlier column. */
static void fill_subnormal(kbit_problem *p)
{
    kbit_case_fill_random(p);
    for (size_t i = 0; i < p->M * p->K; i++) {
        uint64_t h = draw(p, ID_X, i);
        p->x[i] = in_type(p, ldexp((double)(1 + h % 1023) * (h >> 63 ? -1 : 1), -24));
    }
}

/* Outputs on both sides of 65504 and of -65504, from finite operands. */
static void fill_overflow(kbit_problem *p)
{
    kbit_case_fill_random(p);
    for (size_t i = 0; i < p->M; i++)
        for (size_t k = 0; k < p->K; k++)
            p->x[i * p->K + k] = in_type(p, (double)p->x[i * p->K + k] * (double)(1 << i % 13));
    for (size_t i = 0; i < p->N * p->K; i++)
        p->w16[i] = in_type(p, (double)p->w16[i] * 256);
}

/* Subnormals, the smallest and largest numbers of the type; each row at its own scale. argument:
 * the weights are smaller by 2^-argument, so that products underflow, to -0 as well. */
static void fill_extremes(kbit_problem *p)
{
    kbit_case_fill_random(p);
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

/* Every element of X and of W is an fp16 subnormal, so their statistics are. */
static void fill_subnormal_statistics(kbit_problem *p)
{
    fill_subnormal(p);
    for (size_t i = 0; i < p->N * p->K; i++) {
        uint64_t h = draw(p, ID_W, i);
        p->w16[i] = in_type(p, ldexp((double)(1 + h % 1023) * (h >> 63 ? -1 : 1), -24));
    }
}

/* Outputs about the smallest fp16 numbers: half of them vanish. */
static void fill_small_outputs(kbit_problem *p)
{
    kbit_case_fill_random(p);
    for (size_t i = 0; i < p->N * p->K; i++)
        p->w16[i] = in_type(p, (double)p->w16[i] * 0x1p-8);
    for (size_t i = 0; i < p->M * p->K; i++)
        p->x[i] = in_type(p, (double)p->x[i] * ldexp(1, -9 - (int)(i / p->K % 8)));
}

/* clang-format off: one case a line */
static const kbit_case CASES[] = {
    {"large-sums", "accumulators beyond 2^24 in every step", 5, 6, 2050, F16, F16, 6, true, NULL,
     true, QUICK, NULL, fill_large_sums, 0},
    {"all-127", "every code 127: a float accumulator loses one with each addition beyond 2^25", 3,
     4, 4100, F16, F32, 6, false, NULL, true, DEFAULT, NULL, fill_drift, 0},
    {"subnormal-outliers", "fp16 subnormals in the outlier columns", 9, 12, 24, F16, F32, 0, false,
     NULL, true, QUICK, NULL, fill_subnormal, 0},
    {"overflow", "outputs beyond the largest finite fp16", 26, 20, 64, F16, F16, OFF, true, NULL,
     true, QUICK, NULL, fill_overflow, 0},
    {"extremes-f16", "subnormals to 65504, a scale a row", 40, 24, 64, F16, F32, OFF, false, NULL,
     false, DEFAULT, NULL, fill_extremes, 0},
    {"underflow-f32", "products below the smallest float, a scale a row", 20, 12, 32, F32, F32, OFF,
     false, NULL, true, DEFAULT, NULL, fill_extremes, 50},
    {"subnormal-statistics", "fp16 subnormals throughout: both statistics are subnormal", 9, 12, 40,
     F16, F32, OFF, false, NULL, true, QUICK, NULL, fill_subnormal_statistics, 0},
    {"subnormal-output", "outputs that fp16 holds as subnormals, or not at all", 24, 20, 64, F16,
     F16, OFF, false, NULL, true, DEFAULT, NULL, fill_small_outputs, 0},
    {"blocks-32-f32", "blocks-32 in float, a scale a row", 300, 8, 32, F32, F32, OFF, false, NULL,
     false, KBIT_LEVEL_NAMED, NULL, fill_extremes, 0},
};
/* clang-format on */

const kbit_case_family kbit_cases_range = FAMILY(CASES);
