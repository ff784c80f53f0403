/* checks.h -- the preconditions that the steps share, and the one definition of "masked".
 *
 * A step checks shapes first, then pointers, then values, and touches no output before that.
 */
#ifndef KBIT_LLMINT8_CHECKS_H
#define KBIT_LLMINT8_CHECKS_H

#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "formats/bits.h"
#include "kbit.h"

/* Could a matrix of floats of this shape not be addressed? */
static inline bool too_large(size_t rows, size_t columns)
{
    return rows != 0 && columns > SIZE_MAX / sizeof(float) / rows;
}

/* Column numbers are int32_t. */
static inline bool too_wide(size_t K)
{
    return K > INT32_MAX;
}

/* NULL is a legal pointer to a matrix without elements. */
static inline bool missing(const void *matrix, size_t rows, size_t columns)
{
    return matrix == NULL && rows != 0 && columns != 0;
}

static inline bool threshold_is_valid(float threshold)
{
    return threshold == KBIT_THRESHOLD_OFF || threshold >= 0; /* NaN is neither */
}

/* Is x kept out of the int8 product? Written so that NaN and infinity are: they are not < t. */
static inline bool is_masked(float x, float threshold)
{
    if (threshold == KBIT_THRESHOLD_OFF)
        return false;
    return !(fabsf(x) < threshold);
}

/* A list of columns: strictly ascending, each in [0, K). */
static inline bool outliers_are_valid(size_t K, size_t n_outliers, const int32_t *outliers)
{
    for (size_t o = 0; o < n_outliers; o++) {
        if (outliers[o] < 0 || (size_t)outliers[o] >= K)
            return false;
        if (o > 0 && outliers[o] <= outliers[o - 1])
            return false;
    }
    return true;
}

/* Memory for a temporary matrix; one byte at least, so that NULL always means failure. */
static inline void *allocate(size_t rows, size_t columns, size_t element_size)
{
    size_t bytes = rows * columns * element_size; /* the caller has checked too_large() */
    return malloc(bytes > 0 ? bytes : 1);
}

#endif
