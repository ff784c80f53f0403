/* cancelling.c -- sums whose terms cancel, in the style of the XBLAS tests (Li, Demmel, Bailey and
 * others, ACM TOMS 28(2), 2002): only they show in which precision the terms were added. Each comes
 * near underflow, near 1 and near overflow. */
#include "family.h"

#include <math.h>
#include <string.h>

enum { PAIRS = 16 };

/* Columns k and k + K/2 are outlier columns, and hold x and almost -x against one weight. */
static size_t outlier_column(const kbit_problem *p, size_t pair)
{
    return pair * (p->K / 2 / PAIRS);
}

/* A magnitude in [8, 64), times the case's power of two. */
static double outlier(const kbit_problem *p, uint64_t h)
{
    return ldexp(8 + (double)(h % 57344) / 1024, p->of->argument);
}

/* argument e: X is 2^e times ordinary, W 2^(e/2) times. In fp16, the largest terms are 2^22 times
 * what remains of a pair. */
static void fill_pairs(kbit_problem *p)
{
    kbit_case_fill_random(p);
    int e = p->of->argument, precision = p->x_type == F16 ? 11 : p->x_type == BF16 ? 8 : 24;
    for (size_t i = 0; i < p->M * p->K; i++)
        p->x[i] = in_type(p, ldexp((double)p->x[i], e));
    for (size_t i = 0; i < p->N * p->K; i++)
        p->w16[i] = in_type(p, ldexp((double)p->w16[i], e / 2));
    for (size_t pair = 0; pair < PAIRS; pair++) {
        size_t k = outlier_column(p, pair), other = k + p->K / 2;
        for (size_t i = 0; i < p->M; i++) {
            uint64_t h = draw(p, ID_EXTRA, i * PAIRS + pair);
            double x = (double)in_type(p, h >> 63 ? -outlier(p, h) : outlier(p, h));
            double ulp = ldexp(1, ilogb(x) - precision + 1);
            p->x[i * p->K + k] = (float)x;
            p->x[i * p->K + other] = in_type(p, (double)((int)(h >> 32 & 3) - 1) * ulp - x);
        }
        for (size_t j = 0; j < p->N; j++)
            p->w16[j * p->K + other] = p->w16[j * p->K + k];
    }
}

/* Codes, statistics and 16-bit weights around the outlier columns, and d the negative of the whole
 * sum as float holds it: what is left is smaller than one ulp of the largest partial sum. */
static void fill_against_d(kbit_problem *p)
{
    fill_pairs(p);
    for (size_t k = 0; k < p->K; k += 2)
        p->outliers[p->n_outliers++] = (int32_t)k;
    for (size_t i = 0; i < p->N * p->K; i++)
        p->w[i] = (int8_t)((int)(draw(p, ID_Q, i) % 255) - 127);
    for (size_t j = 0; j < p->N; j++)
        p->w_absmax[j] = in_type(p, ldexp(1 + (double)(draw(p, ID_Q, j) % 1000) / 1024, -3));
    bool w16 = strcmp(p->of->only, "outlier_matmul_w16") == 0;
    for (size_t i = 0; i < p->M; i++)
        for (size_t j = 0; j < p->N; j++) {
            double sum = 0;
            for (size_t o = 0; o < p->n_outliers; o++) {
                size_t k = (size_t)p->outliers[o], at = j * p->K + k;
                sum += (double)p->x[i * p->K + k] *
                       (w16 ? (double)p->w16[at] : p->w[at] * (double)p->w_absmax[j] / 127.0);
            }
            p->d[i * p->N + j] = (float)-sum;
        }
}

/* Positive throughout, so that whoever truncates errs to one side in every addition. */
static void fill_positive(kbit_problem *p)
{
    kbit_case_fill_random(p);
    for (size_t i = 0; i < p->M * p->K; i++) {
        uint64_t h = draw(p, ID_X, i);
        bool apart = i % p->K % 4 != 0;
        p->x[i] = in_type(p, apart ? 6 + (double)(h % 4096) / 128 : (double)(h % 512) / 128);
    }
    for (size_t i = 0; i < p->N * p->K; i++)
        p->w16[i] = in_type(p, (double)(1 + draw(p, ID_W, i) % 2047) / 4096);
}

/* clang-format off: one case a line */
static const kbit_case CASES[] = {
    {"cancel-f16", "outliers that cancel in pairs, far apart in the sum", 24, 20, 160, F16, F32, 6,
     false, NULL, true, QUICK, NULL, fill_pairs, 0},
    {"cancel-f16-small", "the same near the smallest fp16 numbers", 12, 20, 160, F16, F32,
     0x1.8p-12f, false, NULL, true, DEFAULT, NULL, fill_pairs, -14},
    {"cancel-f16-large", "the same up to the largest fp16 numbers", 12, 20, 160, F16, F32,
     0x1.8p+11f, false, NULL, true, DEFAULT, NULL, fill_pairs, 9},
    {"cancel-bf16-small", "the same in bfloat16, what is left below the smallest normal float", 12,
     20, 160, BF16, F32, 0x1.8p-82f, false, NULL, true, DEFAULT, NULL, fill_pairs, -84},
    {"cancel-f32-large", "the same in float, partial sums up to 2^124", 12, 20, 160, F32, F32,
     0x1.8p+74f, false, NULL, true, DEFAULT, NULL, fill_pairs, 72},
    {"cancel-d", "a sum of outlier products that d cancels to less than an ulp", 16, 24, 96, F16,
     F32, 6, false, "outlier_matmul", false, QUICK, NULL, fill_against_d, 0},
    {"cancel-d-w16", "the same with 16-bit weights", 16, 24, 96, F16, F32, 6, false,
     "outlier_matmul_w16", false, QUICK, NULL, fill_against_d, 0},
    {"positive-outliers", "96 outlier columns, every term positive: truncation has one sign", 16,
     24, 128, F16, F32, 6, false, NULL, false, DEFAULT, NULL, fill_positive, 0},
};
/* clang-format on */

const kbit_case_family kbit_cases_cancelling = FAMILY(CASES);
