/* intrinsics.h -- arithmetic, bit and conversion intrinsics of CUDA, with their exact meaning.
 *
 * The _rn functions are single IEEE operations because the tree is compiled without contraction and
 * without fast-math. expf and its kin differ between a GPU and a C library; here they are the library's.
 */
#ifndef KBIT_SIMT_INTRINSICS_H
#define KBIT_SIMT_INTRINSICS_H

#include "half.h"
#include "runtime.h"

#include <math.h>
#include <type_traits>

#ifdef __FAST_MATH__
#error "kernels need IEEE arithmetic: compile without -ffast-math and -Ofast"
#endif

static inline unsigned __float_as_uint(float x)
{
    return simt::float_bits(x);
}
static inline int __float_as_int(float x)
{
    return (int)simt::float_bits(x);
}
static inline float __uint_as_float(unsigned bits)
{
    return simt::float_from_bits(bits);
}
static inline float __int_as_float(int bits)
{
    return simt::float_from_bits((unsigned)bits);
}

static inline float __fadd_rn(float a, float b)
{
    return a + b;
}
static inline float __fsub_rn(float a, float b)
{
    return a - b;
}
static inline float __fmul_rn(float a, float b)
{
    return a * b;
}
static inline float __fdiv_rn(float a, float b)
{
    return a / b;
}
static inline float __frcp_rn(float a)
{
    return 1.0f / a;
}
static inline float __fsqrt_rn(float a)
{
    return sqrtf(a);
}
static inline float __fmaf_rn(float a, float b, float c)
{
    return fmaf(a, b, c);
}
static inline double __dadd_rn(double a, double b)
{
    return a + b;
}
static inline double __dmul_rn(double a, double b)
{
    return a * b;
}
static inline double __ddiv_rn(double a, double b)
{
    return a / b;
}
static inline double __fma_rn(double a, double b, double c)
{
    return fma(a, b, c);
}

static inline float __int2float_rn(int i)
{
    return (float)i;
}
static inline float __uint2float_rn(unsigned i)
{
    return (float)i;
}
static inline float __ll2float_rn(long long i)
{
    return (float)i;
}
static inline float __double2float_rn(double x)
{
    return (float)x;
}

namespace simt
{
/* CUDA's conversions saturate, and take NaN to 0. `rounded` is an integer or not finite. */
static inline int saturate_to_int(float rounded)
{
    if (!(rounded == rounded))
        return 0;
    if (rounded >= 0x1p31f)
        return INT32_MAX;
    return rounded < -0x1p31f ? INT32_MIN : (int)rounded;
}
static inline unsigned saturate_to_unsigned(float rounded)
{
    if (!(rounded > 0.0f))
        return 0;
    return rounded >= 0x1p32f ? UINT32_MAX : (unsigned)rounded;
}
} // namespace simt
static inline int __float2int_rn(float x)
{
    return simt::saturate_to_int(nearbyintf(x));
}
static inline int __float2int_rz(float x)
{
    return simt::saturate_to_int(truncf(x));
}
static inline int __float2int_rd(float x)
{
    return simt::saturate_to_int(floorf(x));
}
static inline int __float2int_ru(float x)
{
    return simt::saturate_to_int(ceilf(x));
}
static inline unsigned __float2uint_rn(float x)
{
    return simt::saturate_to_unsigned(nearbyintf(x));
}
static inline unsigned __float2uint_rz(float x)
{
    return simt::saturate_to_unsigned(truncf(x));
}

static inline int __popc(unsigned x)
{
    return __builtin_popcount(x);
}
static inline int __popcll(unsigned long long x)
{
    return __builtin_popcountll(x);
}
static inline int __ffs(int x)
{
    return __builtin_ffs(x);
}
static inline int __ffsll(long long x)
{
    return __builtin_ffsll(x);
}
static inline int __clz(int x)
{
    return x ? __builtin_clz((unsigned)x) : 32;
}
static inline int __clzll(long long x)
{
    return x ? __builtin_clzll((unsigned long long)x) : 64;
}
static inline unsigned __brev(unsigned x)
{
    x = (x >> 1 & 0x55555555u) | (x & 0x55555555u) << 1;
    x = (x >> 2 & 0x33333333u) | (x & 0x33333333u) << 2;
    x = (x >> 4 & 0x0f0f0f0fu) | (x & 0x0f0f0f0fu) << 4;
    return __builtin_bswap32(x);
}

/* Bytes 0-3 are those of x, 4-7 those of y; each nibble of selector names one, its top bit asks for
 * the byte's sign, repeated, instead. */
static inline unsigned __byte_perm(unsigned x, unsigned y, unsigned selector)
{
    uint64_t bytes = (uint64_t)y << 32 | x;
    unsigned result = 0;
    for (unsigned i = 0; i < 4; i++) {
        unsigned nibble = selector >> 4 * i & 15u;
        unsigned byte = (unsigned)(bytes >> 8 * (nibble & 7u)) & 0xffu;
        if (nibble & 8u)
            byte = byte & 0x80u ? 0xffu : 0;
        result |= byte << 8 * i;
    }
    return result;
}
static inline unsigned __funnelshift_l(unsigned low, unsigned high, unsigned shift)
{
    return (unsigned)(((uint64_t)high << 32 | low) << (shift & 31u) >> 32);
}
static inline unsigned __funnelshift_r(unsigned low, unsigned high, unsigned shift)
{
    return (unsigned)(((uint64_t)high << 32 | low) >> (shift & 31u));
}

/* Four products of bytes, added to sum; wraps around as the instruction does. */
static inline int __dp4a(int a, int b, int sum)
{
    for (unsigned i = 0; i < 32; i += 8)
        sum = (int)((unsigned)sum + (unsigned)((int8_t)(a >> i) * (int8_t)(b >> i)));
    return sum;
}
static inline unsigned __dp4a(unsigned a, unsigned b, unsigned sum)
{
    for (unsigned i = 0; i < 32; i += 8)
        sum += (a >> i & 0xffu) * (b >> i & 0xffu);
    return sum;
}
static inline int __mulhi(int a, int b)
{
    return (int)((int64_t)a * b >> 32);
}
static inline unsigned __umulhi(unsigned a, unsigned b)
{
    return (unsigned)((uint64_t)a * b >> 32);
}
static inline unsigned long long __umul64hi(unsigned long long a, unsigned long long b)
{
    __extension__ typedef unsigned __int128 wide;
    return (unsigned long long)((wide)a * b >> 64);
}

template <class T> T __ldg(const T *p)
{
    return *p;
}

namespace simt
{
/* Of a and b, or the one that is a number if the other is NaN, signalling or not: the C library's
 * fmin() makes NaN of a signalling one. Of two zeros -0 is the lesser. */
template <class T> constexpr T lesser(T a, T b)
{
    if (a != a || b != b)
        return a != a ? b : a;
    if (a == b)
        return __builtin_signbit(a) ? a : b;
    return a < b ? a : b;
}
} // namespace simt

/* CUDA's min and max take mixed types. */
template <class A, class B> constexpr typename std::common_type<A, B>::type min(A a, B b)
{
    typedef typename std::common_type<A, B>::type T;
    if constexpr (std::is_floating_point<T>::value)
        return simt::lesser((T)a, (T)b);
    else
        return (T)b < (T)a ? (T)b : (T)a;
}
template <class A, class B> constexpr typename std::common_type<A, B>::type max(A a, B b)
{
    typedef typename std::common_type<A, B>::type T;
    if constexpr (std::is_floating_point<T>::value)
        return -simt::lesser(-(T)a, -(T)b);
    else
        return (T)a < (T)b ? (T)b : (T)a;
}

/* The byte offset of an address in the block's shared memory. */
size_t __cvta_generic_to_shared(const void *p);

#endif
