/* ties.c -- exact ties 127x/a = k + 1/2, on purpose. */
#include "family.h"

#include <math.h>

/* Rows whose 127x/a is exactly k + 1/2 as often as can be: x = a/2 for any a; x = (k + 1/2) 2^e in
 * a row with a = 127 2^e; x = a (2k + 1)/254 where that is representable. */
static void fill_ties(kbit_problem *p)
{
    kbit_case_fill_random(p);
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

/* Next to a tie: each x is the number of x_type nearest to a (2k + 1)/254, small codes as often as
 * large ones. Who adds an offset before rounding, or takes 127/a with fewer bits, gets the next code. */
static void fill_near_ties(kbit_problem *p)
{
    kbit_case_fill_random(p);
    for (size_t i = 0; i < p->M; i++) {
        double a = (double)in_type(p, 1.0 + (double)(draw(p, ID_EXTRA + 1, i) % 1024) / 1024);
        for (size_t k = 0; k < p->K; k++) {
            uint64_t h = draw(p, ID_EXTRA, i * p->K + k);
            double code = (double)((h >> 8) % (1u << h % 8) % 127);
            double x = k == 0 ? a : a * (2 * code + 1) / 254;
            p->x[i * p->K + k] = in_type(p, h >> 60 & 1 ? -x : x);
        }
    }
}

/* At most 12 ties a row, so that a fused output can be explained by one joint choice. */
static void fill_few_ties(kbit_problem *p)
{
    kbit_case_fill_random(p);
    for (size_t i = 0; i < p->M; i++) {
        float a = in_type(p, 5.5 + (double)(draw(p, ID_EXTRA, i) % 512) / 1024);
        for (size_t k = 0; k < p->K; k++)
            if (fabsf(p->x[i * p->K + k]) > a)
                p->x[i * p->K + k] = a / 4;
        for (size_t k = 0; k < p->K && k < 12; k++)
            p->x[i * p->K + k] = k == 0 ? a : k % 2 ? a / 2 : -a / 2;
    }
}

/* The same in W, in columns of which some have ties in X. */
static void fill_few_ties_of_both(kbit_problem *p)
{
    fill_few_ties(p);
    for (size_t j = 0; j < p->N; j++) {
        float *row = p->w16 + j * p->K,
              s = in_type(p, 0.5 + (double)(draw(p, ID_EXTRA, ~j) % 512) / 1024);
        for (size_t k = 0; k < p->K; k++)
            row[k] = k == 0 ? s
                     : j % 4 && k % 3 == 0 && k < 6 + 3 * (j % 4)
                         ? (draw(p, ID_EXTRA, ~(j * p->K + k)) & 1 ? s : -s) / 2
                         : in_type(p, (double)row[k] / 8);
    }
}

/* clang-format off: one case a line */
static const kbit_case CASES[] = {
    {"ties", "exact ties 127x/a = k + 1/2 in most elements", 32, 16, 255, F16, F16, OFF, true, NULL,
     false, QUICK, NULL, fill_ties, 0},
    {"ties-bf16", "the same in bfloat16", 32, 16, 255, BF16, BF16, OFF, true, NULL, false, DEFAULT,
     NULL, fill_ties, 0},
    {"few-ties", "at most 12 ties a row", 16, 40, 96, F16, F32, 6, true, NULL, false, DEFAULT, NULL,
     fill_few_ties, 0},
    {"few-ties-of-both", "at most 12 ties a row of X, and 4 a row of W", 16, 40, 96, F16, F32, OFF,
     true, "llmint8_linear_paper", false, DEFAULT, NULL, fill_few_ties_of_both, 0},
    {"near-ties", "each element as close to a tie as its type allows", 64, 16, 255, F16, F16, OFF,
     true, NULL, false, DEFAULT, NULL, fill_near_ties, 0},
    {"blocks-32-ties", "blocks-32 with exact ties", 300, 8, 32, F16, F16, OFF, false, NULL, false,
     KBIT_LEVEL_NAMED, NULL, fill_ties, 0},
};
/* clang-format on */

const kbit_case_family kbit_cases_ties = FAMILY(CASES);
