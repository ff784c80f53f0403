/* half.h -- __half and __nv_bfloat16 in integers: conversions round to nearest even, as on a GPU.
 *
 * Only what kernels use. tests/simt/t_half compares every function with the toolkit's own host
 * versions, on all encodings one way and on all 2^32 floats the other, where a toolkit is found.
 */
#ifndef KBIT_SIMT_HALF_H
#define KBIT_SIMT_HALF_H

#include "types.h"

#include <string.h>

namespace simt
{
static inline uint32_t float_bits(float x)
{
    uint32_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

static inline float float_from_bits(uint32_t bits)
{
    float x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

static inline float half_bits_to_float(uint16_t h)
{
    uint32_t sign = (uint32_t)(h & 0x8000u) << 16;
    uint32_t exponent = h >> 10 & 31, fraction = h & 1023u;
    if (exponent == 31) /* infinity, or NaN: CUDA answers with its canonical NaN */
        return float_from_bits(fraction ? 0x7fffffffu : sign | 0x7f800000u);
    if (exponent == 0) /* subnormal: fraction units of 2^-24, exact in float */
        return float_from_bits(sign | float_bits((float)fraction * 0x1p-24f));
    return float_from_bits(sign | (exponent + 112) << 23 | fraction << 13);
}

static inline uint16_t float_to_half_bits(float x)
{
    uint32_t bits = float_bits(x);
    uint32_t sign = bits >> 16 & 0x8000u, magnitude = bits & 0x7fffffffu;
    if (magnitude > 0x7f800000u)
        return 0x7fff; /* CUDA's canonical NaN */
    if (magnitude >= 0x477ff000u)
        return (uint16_t)(sign | 0x7c00u); /* from 65520 on: infinity */
    if (magnitude < 0x38800000u) {
        /* Below 2^-14: adding 0.5 leaves the result, in units of 2^-24, in the low bits, rounded.
         */
        float shifted = float_from_bits(magnitude) + 0.5f;
        return (uint16_t)(sign | (float_bits(shifted) - 0x3f000000u));
    }
    uint32_t odd = magnitude >> 13 & 1u;
    return (uint16_t)(sign | (magnitude - (112u << 23) + 0xfffu + odd) >> 13);
}

static inline float bfloat16_bits_to_float(uint16_t b)
{
    return float_from_bits((uint32_t)b << 16);
}

static inline uint16_t float_to_bfloat16_bits(float x)
{
    uint32_t bits = float_bits(x);
    if ((bits & 0x7fffffffu) > 0x7f800000u)
        return 0x7fff; /* CUDA's canonical NaN */
    return (uint16_t)((bits + 0x7fffu + (bits >> 16 & 1u)) >> 16);
}
} // namespace simt

struct SIMT_VECTOR(2) __half {
    uint16_t bits;
    __half() = default; // cppcheck-suppress uninitMemberVar ; trivial, as CUDA's is
    explicit __half(float x) : bits(simt::float_to_half_bits(x)) {}
    operator float() const { return simt::half_bits_to_float(bits); }
};
struct SIMT_VECTOR(4) __half2 {
    __half x, y;
};
struct SIMT_VECTOR(2) __nv_bfloat16 {
    uint16_t bits;
    __nv_bfloat16() = default; // cppcheck-suppress uninitMemberVar
    explicit __nv_bfloat16(float x) : bits(simt::float_to_bfloat16_bits(x)) {}
    operator float() const { return simt::bfloat16_bits_to_float(bits); }
};
struct SIMT_VECTOR(4) __nv_bfloat162 {
    __nv_bfloat16 x, y;
};
typedef __half half;
typedef __half2 half2;
typedef __nv_bfloat16 nv_bfloat16;
typedef __nv_bfloat162 nv_bfloat162;

static inline float __half2float(__half h)
{
    return h;
}
static inline __half __float2half_rn(float x)
{
    return __half(x);
}
static inline __half __float2half(float x)
{
    return __half(x);
}
static inline unsigned short __half_as_ushort(__half h)
{
    return h.bits;
}
static inline __half __ushort_as_half(unsigned short bits)
{
    __half h;
    h.bits = bits;
    return h;
}
static inline __half __low2half(__half2 h)
{
    return h.x;
}
static inline __half __high2half(__half2 h)
{
    return h.y;
}
static inline __half2 __halves2half2(__half x, __half y)
{
    return {x, y};
}
static inline __half2 __floats2half2_rn(float x, float y)
{
    return {__half(x), __half(y)};
}
static inline __half2 __float22half2_rn(float2 f)
{
    return {__half(f.x), __half(f.y)};
}
static inline float2 __half22float2(__half2 h)
{
    return {h.x, h.y};
}

static inline float __bfloat162float(__nv_bfloat16 b)
{
    return b;
}
static inline __nv_bfloat16 __float2bfloat16_rn(float x)
{
    return __nv_bfloat16(x);
}
static inline __nv_bfloat16 __float2bfloat16(float x)
{
    return __nv_bfloat16(x);
}
static inline unsigned short __bfloat16_as_ushort(__nv_bfloat16 b)
{
    return b.bits;
}
static inline __nv_bfloat16 __ushort_as_bfloat16(unsigned short bits)
{
    __nv_bfloat16 b;
    b.bits = bits;
    return b;
}
static inline __nv_bfloat16 __low2bfloat16(__nv_bfloat162 b)
{
    return b.x;
}
static inline __nv_bfloat16 __high2bfloat16(__nv_bfloat162 b)
{
    return b.y;
}
static inline __nv_bfloat162 __halves2bfloat162(__nv_bfloat16 x, __nv_bfloat16 y)
{
    return {x, y};
}
static inline __nv_bfloat162 __floats2bfloat162_rn(float x, float y)
{
    return {__nv_bfloat16(x), __nv_bfloat16(y)};
}
static inline __nv_bfloat162 __float22bfloat162_rn(float2 f)
{
    return {__nv_bfloat16(f.x), __nv_bfloat16(f.y)};
}
static inline float2 __bfloat1622float2(__nv_bfloat162 b)
{
    return {b.x, b.y};
}

#endif
