/* sample.h -- what the fills share: streams, uniform and normal integers, rounding to a type.
 *
 * README.md beside this file is the specification.
 */
#ifndef KBIT_DATA_SAMPLE_H
#define KBIT_DATA_SAMPLE_H

#include "formats/bits.h"
#include "kbit_data.h"

/* A tensor's hashes come in streams, so that choosing columns does not disturb values. */
#define STREAM(tensor, n) ((tensor) + ((uint64_t)(n) << 56))

enum { VALUES, COLUMNS, POSITIONS, MAGNITUDES };

#define FRACTION_BITS 16 /* values are counted in units of 2^-16 */

/* An integer, uniform in [0, n), from the upper half of a hash; n <= 2^32. */
static inline uint64_t below(uint64_t n, uint64_t hash)
{
    return (hash >> 32) * n >> 32;
}

/* The sum of twelve uniform 16-bit integers less its mean: variance 2^32 - 1. */
static inline int32_t normal(uint64_t seed, uint64_t tensor, uint64_t index)
{
    int32_t sum = -6 * 65535;

    for (uint64_t j = 0; j < 3; j++) {
        uint64_t word = kbit_hash(seed, tensor, 3 * index + j);

        for (int shift = 0; shift < 64; shift += 16)
            sum += (int32_t)(word >> shift & 0xffff);
    }
    return sum;
}

/* n, which counts units of 2^-fraction_bits, rounded to what type can represent: to its number of
 * significant bits and its smallest subnormal, ties to even; then to a float, exactly. */
static inline float to_type(int32_t n, int fraction_bits, kbit_dtype type)
{
    int precision = type == KBIT_F16 ? 11 : type == KBIT_BF16 ? 8 : 24;
    int smallest = type == KBIT_F16 ? -24 : type == KBIT_BF16 ? -133 : -149;
    uint32_t magnitude = (uint32_t)(n < 0 ? -n : n);
    int drop = smallest + fraction_bits > 0 ? smallest + fraction_bits : 0; /* bits to round away */

    while (magnitude >> precision >> drop != 0)
        drop++;
    if (drop > 0)
        magnitude = shift_right_rne(magnitude, (unsigned)drop) << drop;
    float unit = f32_of_bits((uint32_t)(127 - fraction_bits) << 23); /* 2^-fraction_bits */
    return (n < 0 ? -(float)magnitude : (float)magnitude) * unit;
}

static inline kbit_status check(size_t rows, size_t K, kbit_dtype type, const float *out)
{
    if (type != KBIT_F32 && type != KBIT_F16 && type != KBIT_BF16)
        return KBIT_ERR_UNSUPPORTED;
    if (K > INT32_MAX || (rows != 0 && K > SIZE_MAX / sizeof(float) / rows))
        return KBIT_ERR_SHAPE;
    return out == NULL && rows != 0 && K != 0 ? KBIT_ERR_NULL : KBIT_OK;
}

#endif
