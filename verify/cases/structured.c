/* structured.c -- what the structure of the operands alone decides: complementary zeros, whose
 * products are exactly 0, and powers of two in rows and columns, which must come back as powers of
 * two. Inputs as in "How to grade the accuracy of an implementation of the BLAS" (Demmel and others,
 * 2024); judged as everything else is, by enclosures. */
#include "family.h"

#include <math.h>

/* Which of four sets column k belongs to. argument 0: by remainder; 1: by quarters of K. */
static size_t set_of(const kbit_problem *p, size_t k)
{
    return p->of->argument ? 4 * k / p->K : k % 4;
}

/* Row i of X lives on set i mod 4 alone, row j of W on all but set j mod 4: a quarter of the outputs
 * has no term. A scheme that adds what it later subtracts leaves something there, and so does a
 * column that is not where it should be. Zeros of both signs. */
static void fill_zeros(kbit_problem *p)
{
    kbit_case_fill_random(p);
    for (size_t i = 0; i < p->M; i++)
        for (size_t k = 0; k < p->K; k++) {
            float *x = &p->x[i * p->K + k];
            if (k % 11 == 5)
                *x = in_type(p, (*x < 0 ? -8 : 8) * (1 + fabs((double)*x)));
            if (set_of(p, k) != i % 4)
                *x = k % 3 ? 0.0f : -0.0f;
        }
    for (size_t j = 0; j < p->N; j++)
        for (size_t k = 0; k < p->K; k++)
            if (set_of(p, k) == j % 4)
                p->w16[j * p->K + k] = k % 5 ? 0.0f : -0.0f;
}

/* A power of two a row, from 2^-argument to 2^argument, for n rows in a scrambled order. */
static double row_scale(const kbit_problem *p, size_t row, size_t n)
{
    int range = p->of->argument;
    return ldexp(1, (int)(row * 7 % n * (size_t)(2 * range + 1) / n) - range);
}

/* Each row of X and of W has a scale of its own: a statistic for the whole tensor, or one fixed point,
 * loses the small rows. */
static void fill_row_scales(kbit_problem *p)
{
    kbit_case_fill_random(p);
    for (size_t i = 0; i < p->M * p->K; i++)
        p->x[i] = in_type(p, (double)p->x[i] * row_scale(p, i / p->K, p->M));
    for (size_t i = 0; i < p->N * p->K; i++)
        p->w16[i] = in_type(p, (double)p->w16[i] * row_scale(p, i / p->K, p->N));
}

/* Outlier column k of X is multiplied by 2^e, that of W by 2^-e: terms of one size from factors of
 * very different ones. One row a column reaches the threshold. */
static void fill_column_scales(kbit_problem *p)
{
    kbit_case_fill_random(p);
    for (size_t k = 0; k < p->K; k += 3) {
        double scale = ldexp(1, (int)(k % (size_t)(2 * p->of->argument + 1)) - p->of->argument);
        for (size_t i = 0; i < p->M; i++) {
            float *x = &p->x[i * p->K + k];
            *x = in_type(p, (double)*x * scale);
            if (i == k % p->M)
                *x = in_type(p, 8 * fmax(1, scale));
        }
        for (size_t j = 0; j < p->N; j++)
            p->w16[j * p->K + k] = in_type(p, (double)p->w16[j * p->K + k] / scale);
    }
}

/* clang-format off: one case a line */
static const kbit_case CASES[] = {
    {"zeros", "complementary zeros: a quarter of the outputs has no term and is exactly 0", 24, 28,
     132, F16, F16, 6, false, NULL, true, QUICK, NULL, fill_zeros, 0},
    {"zeros-quarters", "the same by quarters of K, in bfloat16", 24, 28, 128, BF16, F32, 6, false,
     NULL, true, DEFAULT, NULL, fill_zeros, 1},
    {"row-scales-f16", "a power of two for each row of X and W, over fp16's range", 27, 31, 64, F16,
     F32, OFF, false, NULL, true, QUICK, NULL, fill_row_scales, 11},
    {"row-scales-bf16", "the same from 2^-45 to 2^45 in bfloat16", 27, 31, 64, BF16, F32, OFF,
     false, NULL, true, DEFAULT, NULL, fill_row_scales, 45},
    {"column-scales", "outlier columns of X times 2^e, of W times 2^-e", 24, 28, 96, F16, F32, 6,
     false, NULL, true, DEFAULT, NULL, fill_column_scales, 8},
};
/* clang-format on */

const kbit_case_family kbit_cases_structured = FAMILY(CASES);
