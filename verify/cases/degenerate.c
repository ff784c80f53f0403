/* degenerate.c -- rows of zeros, of outliers, with NaN and infinity. */
#include "family.h"

#include <math.h>

/* Rows in turn: all zero; all -0; one element; all outliers; alternating +0 and -0; ordinary. */
static void fill_degenerate(kbit_problem *p)
{
    kbit_case_fill_random(p);
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

/* argument 1: NaN, 2: +inf, 3: -inf, 4: all of them; a few elements in a few rows. */
static void fill_nonfinite(kbit_problem *p)
{
    kbit_case_fill_random(p);
    for (size_t i = 1; i < p->M; i += 3) {
        int kind = p->of->argument == 4 ? 1 + (int)(i / 3 % 3) : p->of->argument;
        size_t k = draw(p, ID_EXTRA, i) % p->K;
        p->x[i * p->K + k] = kind == 1 ? NAN : kind == 2 ? INFINITY : -INFINITY;
    }
    for (size_t k = 0; k < p->K; k++) /* a zero weight hides neither: 0 times them is NaN */
        p->w16[2 * p->K + k] = 0;
}

/* clang-format off: one case a line */
static const kbit_case CASES[] = {
    {"degenerate", "zero rows, -0, one element a row, a zero row of W", 25, 30, 100, F16, F16, 6,
     true, NULL, true, QUICK, NULL, fill_degenerate, 0},
    {"all-outlier-rows", "rows that are outliers throughout: their absmax is +0", 25, 30, 40, F16,
     F16, 6, true, NULL, true, QUICK, NULL, fill_degenerate, 1},
    {"nan", "NaN activations, threshold on", 16, 24, 64, F16, F16, 6, true, NULL, false, QUICK,
     NULL, fill_nonfinite, 1},
    {"inf", "infinite activations, threshold on", 16, 24, 64, F16, F16, 6, true, NULL, false,
     DEFAULT, NULL, fill_nonfinite, 2},
    {"nonfinite-off", "NaN and both infinities, threshold off: the row must not become numbers", 16,
     24, 64, F16, F16, OFF, true, NULL, false, QUICK, NULL, fill_nonfinite, 4},
    {"blocks-32-degenerate", "blocks-32 with zero rows and -0", 300, 8, 32, F16, F16, OFF, false,
     NULL, false, KBIT_LEVEL_NAMED, NULL, fill_degenerate, 0},
};
/* clang-format on */

const kbit_case_family kbit_cases_degenerate = FAMILY(CASES);
