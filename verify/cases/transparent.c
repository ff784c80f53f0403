/* transparent.c -- outputs with one admissible value each, so that a flipped bit shows in a fused kernel. */
#include "family.h"
#include "linear.h"

#include <math.h>

/* Transparent: every code is a small integer times the step, the +-127 that fixes the statistic
 * meets a 0 in the other operand, and the whole sum is an integer below 2^11 times one power of
 * two, so that the only admissible fp16 output is that number. argument: largest |code|. */
static void fill_transparent(kbit_problem *p)
{
    int largest = p->of->argument;
    size_t outlier[2] = {p->K / 3, p->K - 2};
    bool on = p->threshold >= 0;
    for (size_t i = 0; i < p->M; i++) {
        double step = ldexp(1, -5 - (int)(i % 2));
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

/* The same with small outputs: multiples of 2^-24, most of them subnormal in fp16. */
static void fill_small(kbit_problem *p)
{
    fill_transparent(p);
    for (size_t i = 0; i < p->N * p->K; i++)
        p->w16[i] *= 0x1p-5f;
}

/* argument: how many outlier columns, K for all. Each has two outliers at least and codes of +-1 in
 * W, so that one that is dropped, doubled or taken for its neighbour changes the sums of whole rows
 * by 192 units or more. */
static void fill_outlier_count(kbit_problem *p)
{
    size_t n = (size_t)p->of->argument, row_of = p->M < n ? p->M : n;
    for (size_t i = 0; i < p->M; i++) {
        double step = ldexp(1, -5 - (int)(i % 2));
        for (size_t k = 0; k < p->K; k++)
            p->x[i * p->K + k] = (float)(((double)(draw(p, ID_X, i * p->K + k) % 3) - 1) * step);
        p->x[i * p->K] = (float)((i % 2 ? -127 : 127) * step);
        p->x[i * p->K + 1] = 0;
        for (size_t o = 0; o < n; o++) {
            size_t k = n == p->K ? o : 2 + o * (p->K - 3) / n;
            if (i % row_of == o % row_of || (i * 7 + 3) % n == o)
                p->x[i * p->K + k] = draw(p, ID_EXTRA, i * p->K + k) % 2 ? 6.0f : -7.5f;
        }
    }
    for (size_t j = 0; j < p->N; j++) {
        double step = ldexp(1, -9 - (int)(j % 4));
        for (size_t k = 0; k < p->K; k++)
            p->w16[j * p->K + k] = (float)(draw(p, ID_W, j * p->K + k) % 2 ? step : -step);
        p->w16[j * p->K] = 0;
        p->w16[j * p->K + 1] = (float)((j % 2 ? -127 : 127) * step);
        p->bias[j] = 0;
    }
}

/* clang-format off: one case a line */
static const kbit_case CASES[] = {
    {"transparent", "fused outputs with one admissible value each: a flipped bit shows", 48, 80,
     128, F16, F16, 6, false, NULL, true, QUICK, NULL, fill_transparent, 2},
    {"transparent-ragged", "the same at odd sizes", 37, 53, 129, F16, F16, 6, false, NULL, true,
     QUICK, NULL, fill_transparent, 2},
    {"transparent-off", "the same without outliers", 65, 67, 130, F16, F16, OFF, false, NULL, true,
     DEFAULT, NULL, fill_transparent, 3},
    {"transparent-wide", "the same over many tiles", 260, 140, 264, F16, F16, 6, false, NULL, false,
     DEFAULT, NULL, fill_transparent, 1},
    {"transparent-f32", "the same with a float output", 20, 28, 96, F16, F32, 6, false, NULL, false,
     DEFAULT, NULL, fill_transparent, 2},
    {"transparent-subnormal", "the same with outputs that are subnormal in fp16", 29, 44, 128, F16,
     F16, OFF, false, NULL, true, QUICK, NULL, fill_small, 2},
    {"transparent-bf16", "the same in bfloat16", 33, 35, 96, BF16, F32, 6, false, NULL, false,
     DEFAULT, NULL, fill_transparent, 2},
    {"fused-midpoints", "fused outputs on the midpoints of fp16 numbers: either neighbour", 24, 36,
     128, F16, F16, OFF, false, NULL, false, DEFAULT, NULL, fill_transparent, 30},
    {"transparent-o0", "transparent, threshold on and no outlier column", 40, 36, 64, F16, F16, 6,
     false, NULL, true, DEFAULT, NULL, fill_outlier_count, 0},
    {"transparent-o1", "transparent, one outlier column", 40, 36, 64, F16, F16, 6, false, NULL,
     true, DEFAULT, NULL, fill_outlier_count, 1},
    {"transparent-o2", "transparent, 2 outlier columns", 40, 36, 64, F16, F16, 6, false, NULL, true,
     DEFAULT, NULL, fill_outlier_count, 2},
    {"transparent-o15", "transparent, 15 outlier columns", 40, 36, 64, F16, F16, 6, false, NULL,
     true, DEFAULT, NULL, fill_outlier_count, 15},
    {"transparent-o16", "transparent, 16 outlier columns", 40, 36, 64, F16, F16, 6, false, NULL,
     true, QUICK, NULL, fill_outlier_count, 16},
    {"transparent-o17", "transparent, 17 outlier columns", 40, 36, 64, F16, F16, 6, false, NULL,
     true, QUICK, NULL, fill_outlier_count, 17},
    {"transparent-o33", "transparent, 33 outlier columns", 40, 36, 64, F16, F16, 6, false, NULL,
     true, DEFAULT, NULL, fill_outlier_count, 33},
    {"transparent-o64", "transparent, 64 outlier columns", 64, 24, 100, F16, F16, 6, false,
     KBIT_LAYERS, false, QUICK, NULL, fill_outlier_count, 64},
    {"transparent-o65", "transparent, 65 outlier columns", 64, 24, 100, F16, F16, 6, false,
     KBIT_LAYERS, false, QUICK, NULL, fill_outlier_count, 65},
    {"transparent-o128", "transparent, 128 outlier columns", 64, 24, 200, F16, F16, 6, false,
     KBIT_LAYERS, false, DEFAULT, NULL, fill_outlier_count, 128},
    {"transparent-o256", "transparent, 256 outlier columns", 64, 24, 320, F16, F16, 6, false,
     KBIT_LAYERS, false, DEFAULT, NULL, fill_outlier_count, 256},
    {"transparent-square", "transparent, as many rows as features and columns", 40, 40, 40, F16,
     F16, 6, false, KBIT_LAYERS, false, QUICK, NULL, fill_transparent, 2},
    {"transparent-oK", "every column an outlier column", 40, 36, 40, F16, F16, 6, false, NULL, true,
     DEFAULT, NULL, fill_outlier_count, 40},
};
/* clang-format on */

const kbit_case_family kbit_cases_transparent = FAMILY(CASES);
