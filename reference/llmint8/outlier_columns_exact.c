/* outlier_columns_exact.c -- oracle: is one element an outlier?
 *
 * Without their sign, encodings of binary32 are ordered as the numbers are, infinity above all of
 * them and NaN above infinity: one comparison of integers decides every case.
 */
#include <string.h>

#include "kbit_exact.h"

bool kbit_exact_is_outlier(float x, float threshold)
{
    uint32_t magnitude, limit;

    if (threshold == KBIT_THRESHOLD_OFF)
        return false;
    memcpy(&magnitude, &x, sizeof magnitude);
    memcpy(&limit, &threshold, sizeof limit);
    magnitude &= 0x7fffffff;
    limit &= 0x7fffffff; /* a threshold of -0 is 0 */
    if (limit > 0x7f800000)
        limit = 0x7f800000; /* NaN is no threshold; masking what is not finite is the safe answer */
    return magnitude >= limit;
}
