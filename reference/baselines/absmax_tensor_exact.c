/* absmax_tensor_exact.c -- oracle: the absmax of a matrix, by comparing encodings as integers. */
#include <string.h>

#include "kbit_baselines_exact.h"

float kbit_exact_absmax_tensor(size_t M, size_t K, const float *x)
{
    uint32_t largest = 0; /* the encoding of +0 */
    float absmax;

    for (size_t i = 0; i < M * K; i++) {
        uint32_t magnitude;

        memcpy(&magnitude, &x[i], sizeof magnitude);
        magnitude &= 0x7fffffff;
        if (magnitude > largest)
            largest = magnitude;
    }
    memcpy(&absmax, &largest, sizeof absmax);
    return absmax;
}
