/* bulk.c -- many elements a call, for who wants to see millions of ordinary ones decided (`make
 * legal`). Run by name: the other families ask the questions, these ask them often. */
#include "family.h"

#include <math.h>

/* Ordinary activations, each row at its own power of two; of eight elements the fourth is an outlier
 * in one row of four. Weights at a scale a row as well, so that each statistic occurs. */
static void fill_layer(kbit_problem *p)
{
    kbit_case_fill_random(p);
    for (size_t i = 0; i < p->M; i++)
        for (size_t k = 0; k < p->K; k++) {
            double x = ldexp((double)p->x[i * p->K + k], -(int)(i % 9));
            uint64_t h = draw(p, ID_EXTRA, i * p->K + k);
            if (k % 8 == 3 && i % 4 == 1)
                x = (h & 1 ? -1 : 1) * (6 + (double)(h >> 8 & 1023) / 32);
            p->x[i * p->K + k] = in_type(p, x);
        }
    for (size_t j = 0; j < p->N; j++)
        for (size_t k = 0; k < p->K; k++)
            p->w16[j * p->K + k] = in_type(p, ldexp((double)p->w16[j * p->K + k], -(int)(j % 7)));
}

/* One element in 1024 is at the threshold, one the largest number below it, one far above, one not
 * finite: most columns of 16 rows have none. */
static void fill_columns(kbit_problem *p)
{
    kbit_fill_activations(NULL, p->seed, ID_X, p->M, p->K, p->x_type, p->x);
    const double below = 6 - (p->x_type == F16 ? 0x1p-8 : p->x_type == BF16 ? 0x1p-5 : 0x1p-21);
    const double RARE[] = {6, below, 40, INFINITY, NAN};
    for (size_t i = 0; i < p->M * p->K; i++) {
        uint64_t h = draw(p, ID_EXTRA, i);
        if (h % 1024 < sizeof RARE / sizeof *RARE)
            p->x[i] = (float)(h >> 63 ? -RARE[h % 1024] : RARE[h % 1024]);
    }
}

/* Rows at scales from 2^-10 to 2^3, some of whose elements the threshold masks, with their absmax and
 * a list of two columns in eight. */
static void fill_rows(kbit_problem *p)
{
    kbit_fill_activations(NULL, p->seed, ID_X, p->M, p->K, p->x_type, p->x);
    for (size_t i = 0; i < p->M; i++) {
        int scale = (int)(draw(p, ID_EXTRA, i) % 14) - 10;
        for (size_t k = 0; k < p->K; k++)
            p->x[i * p->K + k] = in_type(p, ldexp((double)p->x[i * p->K + k], scale));
    }
    for (size_t k = 0; k < p->K; k++)
        if (k % 8 == 2 || k % 8 == 5)
            p->outliers[p->n_outliers++] = (int32_t)k;
    kbit_absmax_rows(p->M, p->K, p->x, 0, NULL, p->threshold, p->absmax);
}

static void fill_product(kbit_problem *p)
{
    kbit_fill_codes(p->seed, ID_Q, p->M * p->K, p->q);
    kbit_fill_codes(p->seed, ID_W, p->N * p->K, p->w);
}

/* clang-format off */
#define BULK(type, letters)                                                                        \
    {"bulk-columns-" letters, "a million columns, in few rows", 16, 1, 1 << 20, type, type, 6,     \
     false, "outlier_columns", false, KBIT_LEVEL_NAMED, NULL, fill_columns, 0},                    \
    {"bulk-absmax-" letters, "a million rows, of 8 elements", 1 << 20, 1, 8, type, type, 6, false, \
     "absmax_rows", false, KBIT_LEVEL_NAMED, NULL, fill_rows, 0},                                  \
    {"bulk-quantize-" letters, "four million codes, in rows of 32", 1 << 17, 1, 32, type, type, 6, \
     false, "quantize_rows", false, KBIT_LEVEL_NAMED, NULL, fill_rows, 0},                         \
    {"bulk-store-" letters, "four million sums, most of them beside a midpoint", 2048, 2048, 1,    \
     type, type, OFF, true, "store", false, KBIT_LEVEL_NAMED, NULL, kbit_case_fill_store, 0},      \
    {"bulk-layer-" letters, "a million outputs of each step, six outlier columns", 1024, 1024, 48, \
     type, type, 6, true, NULL, false, KBIT_LEVEL_NAMED, NULL, fill_layer, 0}

static const kbit_case CASES[] = {
    BULK(F16, "f16"),
    BULK(BF16, "bf16"),
    BULK(F32, "f32"),
    {"bulk-product", "four million dot products of uniform codes", 2048, 2048, 24, F16, F32, OFF,
     false, "int8_matmul", false, KBIT_LEVEL_NAMED, NULL, fill_product, 0},
    {"bulk-dequantize", "four million accumulators, with statistics beside powers of two", 2048,
     2048, 1, F16, F32, OFF, false, "dequantize", false, KBIT_LEVEL_NAMED, NULL,
     kbit_case_fill_dequantize, 0},
};
/* clang-format on */

const kbit_case_family kbit_cases_bulk = FAMILY(CASES);
