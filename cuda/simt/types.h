/* types.h -- the keywords and the built-in vector types of CUDA C++, for a host compiler. */
#ifndef KBIT_SIMT_TYPES_H
#define KBIT_SIMT_TYPES_H

#include <stddef.h>
#include <stdint.h>

#define __global__
#define __device__
#define __host__
#define __constant__    static
#define __forceinline__ inline __attribute__((always_inline))
#define __launch_bounds__(...)
#define __grid_constant__
#define __align__(bytes) __attribute__((aligned(bytes)))

/* Kernels read and write these through pointers to other types, as CUDA code does: they may alias.
 */
#define SIMT_VECTOR(bytes) __attribute__((aligned(bytes), may_alias))

struct dim3 {
    unsigned x, y, z;
    constexpr dim3(unsigned x = 1, unsigned y = 1, unsigned z = 1) : x(x), y(y), z(z) {}
};

#define SIMT_VECTOR_TYPES(name, scalar, align2, align4)                                            \
    struct name##1                                                                                 \
    {                                                                                              \
        scalar x;                                                                                  \
    };                                                                                             \
    struct SIMT_VECTOR(align2) name##2                                                             \
    {                                                                                              \
        scalar x, y;                                                                               \
    };                                                                                             \
    struct name##3                                                                                 \
    {                                                                                              \
        scalar x, y, z;                                                                            \
    };                                                                                             \
    struct SIMT_VECTOR(align4) name##4                                                             \
    {                                                                                              \
        scalar x, y, z, w;                                                                         \
    };                                                                                             \
    static inline constexpr name##2 make_##name##2(scalar x, scalar y)                             \
    {                                                                                              \
        return {x, y};                                                                             \
    }                                                                                              \
    static inline constexpr name##3 make_##name##3(scalar x, scalar y, scalar z)                   \
    {                                                                                              \
        return {x, y, z};                                                                          \
    }                                                                                              \
    static inline constexpr name##4 make_##name##4(scalar x, scalar y, scalar z, scalar w)         \
    {                                                                                              \
        return {x, y, z, w};                                                                       \
    }

SIMT_VECTOR_TYPES(char, signed char, 2, 4)
SIMT_VECTOR_TYPES(uchar, unsigned char, 2, 4)
SIMT_VECTOR_TYPES(short, short, 4, 8)
SIMT_VECTOR_TYPES(ushort, unsigned short, 4, 8)
SIMT_VECTOR_TYPES(int, int, 8, 16)
SIMT_VECTOR_TYPES(uint, unsigned, 8, 16)
SIMT_VECTOR_TYPES(longlong, long long, 16, 16)
SIMT_VECTOR_TYPES(ulonglong, unsigned long long, 16, 16)
SIMT_VECTOR_TYPES(float, float, 8, 16)
SIMT_VECTOR_TYPES(double, double, 16, 16)
#undef SIMT_VECTOR_TYPES

constexpr int warpSize = 32;

#endif
