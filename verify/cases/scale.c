/* scale.c -- whole layers at a model's size, whose rows are made one by one: `kbit gen` writes them to
 * files without holding them. The small ones are the same for those who want to see all of it. */
#include "family.h"

#include <math.h>
#include <string.h>

enum { OUTLIER_COLUMNS = 6 };

/* The r-th outlier column; column 0 and 1 never are. */
static size_t outlier_column(size_t K, size_t r)
{
    return 2 + r * (K - 2) / OUTLIER_COLUMNS;
}

/* Near-normal: four 16-bit fields of one hash, added. 11 bits and a sign, so that fp16 holds it. */
static int near_normal(uint64_t h)
{
    int sum =
        (int)(h & 0xffff) + (int)(h >> 16 & 0xffff) + (int)(h >> 32 & 0xffff) + (int)(h >> 48);
    return (sum - 131070) >> 7;
}

/* Ordinary activations, standard deviation 1.2 and below 4, with outliers of 8 to 39.5 at a quarter of
 * the positions of six columns; weights of standard deviation 2^-6 sqrt(3)/3. */
static void general_rows(const kbit_case *of, uint64_t seed, char matrix, size_t first, size_t n,
                         float *values)
{
    const size_t K = of->K;
    const bool x = matrix == 'x';
    const float scale = x ? 0x1p-8f : 0x1p-15f;
    for (size_t i = 0; i < n; i++) {
        float *row = values + i * K;
        const uint64_t start = (uint64_t)(first + i) * K;
        for (size_t k = 0; k < K; k++)
            row[k] = (float)near_normal(kbit_hash(seed, x ? ID_X : ID_W, start + k)) * scale;
        for (size_t r = 0; x && r < OUTLIER_COLUMNS && K > OUTLIER_COLUMNS; r++) {
            uint64_t h = kbit_hash(seed, ID_EXTRA, (first + i) * OUTLIER_COLUMNS + r);
            if (h % 4 == 0 || first + i == r)
                row[outlier_column(K, r)] = (float)(16 + (h >> 32) % 64) * (h >> 63 ? -0.5f : 0.5f);
        }
    }
}

/* As the cases of transparent.c: codes -1, 0 and 1 times a power of two, +-127 where the other operand
 * is 0, and outliers of +-6 in a few places of six columns that meet codes of +-1. */
static void transparent_rows(const kbit_case *of, uint64_t seed, char matrix, size_t first,
                             size_t n, float *values)
{
    const size_t K = of->K, at_127 = matrix == 'x' ? 0 : 1;
    for (size_t i = 0; i < n; i++) {
        const size_t number = first + i, words = (K + 7) / 8;
        const float step =
            matrix == 'x' ? ldexpf(1, -5 - (int)(number % 2)) : ldexpf(1, -9 - (int)(number % 4));
        float *row = values + i * K;
        for (size_t k = 0; k < K; k += 8) {
            uint64_t h = kbit_hash(seed, matrix == 'x' ? ID_X : ID_W, number * words + k / 8);
            for (size_t b = 0; b < 8 && k + b < K; b++)
                row[k + b] = (float)((int)(h >> 8 * b & 0xff) % 3 - 1) * step;
        }
        for (size_t r = 0; r < OUTLIER_COLUMNS && K > OUTLIER_COLUMNS; r++) {
            uint64_t h = kbit_hash(seed, ID_EXTRA + (matrix == 'x'), number * OUTLIER_COLUMNS + r);
            float *value = &row[outlier_column(K, r)];
            if (matrix == 'w')
                *value = h & 1 ? step : -step;
            else if (h % 8 == 0 || number == r)
                *value = h >> 63 ? -6.0f : 6.0f;
        }
        if (K > 1) {
            row[at_127] = (number % 2 ? -127.0f : 127.0f) * step;
            row[1 - at_127] = 0;
        }
    }
}

/* By the case's argument. */
static kbit_case_rows *const MAKERS[] = {general_rows, transparent_rows};

/* The whole of it, for cases that are small enough. */
static void fill_from_rows(kbit_problem *p)
{
    MAKERS[p->of->argument](p->of, p->seed, 'x', 0, p->M, p->x);
    MAKERS[p->of->argument](p->of, p->seed, 'w', 0, p->N, p->w16);
    memset(p->bias, 0, p->N * sizeof *p->bias);
}

kbit_case_rows *kbit_case_row_maker(const kbit_case *of)
{
    return of->fill == fill_from_rows ? MAKERS[of->argument] : NULL;
}

/* clang-format off: one case a line */
static const kbit_case CASES[] = {
    {"layer-small", "the layer of layer-fc1-175b, small", 48, 96, 128, F16, F16, 6, false, NULL,
     true, FULL, NULL, fill_from_rows, 0},
    {"transparent-small", "the layer of transparent-fc1-175b, small", 48, 96, 128, F16, F16, 6,
     false, NULL, true, FULL, NULL, fill_from_rows, 1},
    {"layer-fc1-175b", "the first feed-forward layer of OPT-175B, 2048 tokens, six outlier columns",
     2048, 49152, 12288, F16, F16, 6, false, NULL, false, KBIT_LEVEL_NAMED, NULL, fill_from_rows,
     0},
    {"transparent-fc1-175b", "the same with one admissible value for each output", 2048, 49152,
     12288, F16, F16, 6, false, NULL, false, KBIT_LEVEL_NAMED, NULL, fill_from_rows, 1},
};
/* clang-format on */

const kbit_case_family kbit_cases_scale = FAMILY(CASES);
