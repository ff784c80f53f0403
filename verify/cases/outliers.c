/* outliers.c -- which columns are outlier columns, and what each adds. */
#include "family.h"

#include <math.h>

/* Only one outlier column meets a nonzero weight, another one for each output: a wrong column shows
 * in every element, exactly. */
static void fill_one_column(kbit_problem *p)
{
    kbit_case_fill_random(p);
    for (size_t i = 0; i < p->M; i++)
        for (size_t k = 0; k < p->K; k++)
            if (k % 3 == 0)
                p->x[i * p->K + k] = (float)(8 + (int)(k % 19)) * (i % 2 ? -1.0f : 1.0f);
    for (size_t j = 0; j < p->N; j++)
        for (size_t k = 0; k < p->K; k++)
            p->w16[j * p->K + k] = k == j * 3 % (p->K / 3 * 3) ? 127.0f * 0x1p-9f : 0;
}

/* An outlier column each that only the first row, only the last, only one in the middle shows; and
 * one in the last column. The rows below keep the largest legal value in those columns, so that a
 * statistic which leaves whole columns out is another one than bitsandbytes'. */
static void fill_lone_outliers(kbit_problem *p)
{
    kbit_case_fill_random(p);
    const size_t ROW[4] = {0, p->M - 1, p->M / 2, p->M / 3};
    const size_t COLUMN[4] = {1, p->K / 3, p->K / 2, p->K - 1};
    for (size_t i = 0; i < p->M; i++)
        for (size_t c = 0; c < 4; c++)
            p->x[i * p->K + COLUMN[c]] = i == ROW[c] ? (c % 2 ? -9.5f : 7.25f)
                                         : i % 2     ? 5.5f
                                                     : -5.75f;
}

/* Values at the threshold and its neighbours in x_type, both signs. */
static void fill_threshold(kbit_problem *p)
{
    kbit_case_fill_random(p);
    double t = (double)p->threshold, at = kbit_nearest(t, p->x_type);
    int precision = p->x_type == KBIT_F16 ? 11 : p->x_type == KBIT_BF16 ? 8 : 24;
    double ulp = ldexp(1, ilogb(at) - precision + 1);
    const double VALUES[] = {at - 2 * ulp, at - ulp, at, at + ulp};
    for (size_t i = 0; i < p->M; i++)
        for (size_t k = 0; k < p->K; k++) {
            uint64_t h = draw(p, ID_EXTRA, i * p->K + k);
            float *x = &p->x[i * p->K + k];
            if (fabs((double)*x) >= t)
                *x /= 4;
            if (h % 37 == 0) /* later columns reach further, so that some stay below throughout */
                *x = (float)VALUES[k * 4 / (p->K + 1)] * (h >> 62 & 1 ? -1.0f : 1.0f);
        }
}

/* The list is empty though elements reach the threshold: how bitsandbytes asks for a statistic. */
static void fill_threshold_alone(kbit_problem *p)
{
    fill_threshold(p);
    p->no_list = true;
}

/* clang-format off: one case a line */
static const kbit_case CASES[] = {
    {"all-outlier-columns", "threshold 0: every column is an outlier", 12, 20, 48, F16, F16, 0,
     true, NULL, true, DEFAULT, NULL, kbit_case_fill_random, 0},
    {"one-column", "each output sees one outlier column", 16, 60, 96, F16, F32, 6, false, NULL,
     false, QUICK, NULL, fill_one_column, 0},
    {"lone-outliers", "outlier columns that one row alone shows", 27, 40, 90, F16, F16, 6, true,
     NULL, true, QUICK, NULL, fill_lone_outliers, 0},
    {"threshold-6", "elements at the threshold and its fp16 neighbours", 24, 24, 200, F16, F16, 6,
     true, NULL, true, QUICK, NULL, fill_threshold, 0},
    {"threshold-6.4", "a threshold that fp16 cannot represent", 24, 24, 200, F16, F16,
     0x1.99999ap+2f, true, NULL, true, QUICK, NULL, fill_threshold, 0},
    {"threshold-6.4-bf16", "the same in bfloat16", 24, 24, 200, BF16, BF16, 0x1.99999ap+2f, true,
     NULL, true, DEFAULT, NULL, fill_threshold, 0},
    {"threshold-6-no-list", "elements at the threshold, and no column in the list", 24, 24, 200,
     F16, F16, 6, true, NULL, false, QUICK, NULL, fill_threshold_alone, 0},
    {"outliers-f32", "float activations and weights in most outlier columns", 17, 20, 60, F32, F32,
     2.5f, true, NULL, true, DEFAULT, NULL, kbit_case_fill_random, 0},
};
/* clang-format on */

const kbit_case_family kbit_cases_outliers = FAMILY(CASES);
