/* activations.c -- near-normal activations with a preset's outlier feature dimensions injected. */
#include <stdbool.h>

#include "data/sample.h"

#define MOST_DIMS     64          /* outlier dimensions a preset can have */
#define MOST_QUARTILE 8192        /* keeps every outlier in the range of fp16 and of int32_t */
#define SMALLEST      (6 * 65536) /* an outlier is at least 6.0 by the paper's definition */

/* One outlier, in units of 2^-16: the quartiles joined by straight lines, and the outer quarters as
 * wide as their neighbours; what would fall below 6 in magnitude becomes 6. */
static int32_t outlier(const int quartile[3], bool one_sided, uint64_t hash)
{
    int quarter = (int)(hash >> 62);
    int32_t along = (int32_t)(hash >> 46 & 0xffff);
    int left = quarter < 2 ? 0 : 1; /* the pair of quartiles that gives the slope */
    int32_t slope = quartile[left + 1] - quartile[left];
    int32_t start = quarter == 0 ? quartile[0] - slope : quartile[quarter - 1];
    int32_t value = start * 65536 + slope * along;
    int32_t sign = quartile[quarter < 2 ? 0 : 2] < 0 ? -1 : 1;

    if (sign * value < SMALLEST)
        value = sign * SMALLEST;
    if (!one_sided && (hash >> 45 & 1) != 0)
        value = -value;
    return value;
}

static bool preset_is_usable(const kbit_outlier_preset *preset)
{
    for (int i = 0; i < 3; i++)
        if (preset->quartile[i] < -MOST_QUARTILE || preset->quartile[i] > MOST_QUARTILE)
            return false;
    return preset->dims <= MOST_DIMS;
}

/* Errors: KBIT_ERR_UNSUPPORTED (type), _SHAPE, _NULL, _RANGE (a preset of the caller's own with
 * over 64 dimensions or a quartile beyond +-8192). */
kbit_status kbit_fill_activations(const kbit_outlier_preset *preset, uint64_t seed, uint64_t tensor,
                                  size_t M, size_t K, kbit_dtype type, float *x)
{
    kbit_status status = check(M, K, type, x);
    size_t column[MOST_DIMS];
    size_t dims = preset == NULL ? 0 : preset->dims;

    if (status != KBIT_OK)
        return status;
    if (preset != NULL && !preset_is_usable(preset))
        return KBIT_ERR_RANGE;
    if (dims > K)
        dims = K;

    for (size_t i = 0; i < M * K; i++)
        x[i] = to_type(normal(seed, STREAM(tensor, VALUES), i), FRACTION_BITS, type);

    /* Draw columns until `dims` different ones are there. */
    size_t chosen = 0;
    for (uint64_t draw = 0; chosen < dims; draw++) {
        size_t known = 0;

        column[chosen] = below(K, kbit_hash(seed, STREAM(tensor, COLUMNS), draw));
        while (column[known] != column[chosen])
            known++;
        if (known == chosen)
            chosen++;
    }

    for (size_t i = 0; i < M; i++)
        for (size_t r = 0; r < dims; r++) {
            uint64_t index = (uint64_t)i * MOST_DIMS + r;
            uint64_t position = kbit_hash(seed, STREAM(tensor, POSITIONS), index);
            uint64_t magnitude = kbit_hash(seed, STREAM(tensor, MAGNITUDES), index);

            if (below(1000, position) < preset->positions_per_mille)
                x[i * K + column[r]] =
                    to_type(outlier(preset->quartile, r < preset->one_sided, magnitude),
                            FRACTION_BITS, type);
        }
    return KBIT_OK;
}
