/* absmax_rows_exact.c -- oracle: the absmax of one row, by comparing encodings as integers. */
#include <string.h>

#include "kbit_exact.h"

float kbit_exact_absmax(size_t K, const float *x_row, const bool *excluded, float threshold)
{
    uint32_t largest = 0; /* the encoding of +0 */
    float absmax;

    for (size_t k = 0; k < K; k++) {
        uint32_t magnitude;

        memcpy(&magnitude, &x_row[k], sizeof magnitude);
        magnitude &= 0x7fffffff;
        if (excluded != NULL && excluded[k])
            continue;
        if (kbit_exact_is_outlier(x_row[k], threshold))
            continue;
        /* NaN lies above infinity, infinity above every number. */
        if (magnitude > largest)
            largest = magnitude;
    }
    memcpy(&absmax, &largest, sizeof absmax);
    return absmax;
}
