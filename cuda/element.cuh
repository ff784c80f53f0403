/* element.cuh -- one element: widening and rounding of the float types, masks, the int8 code.
 *
 * The kernels that a ladder starts with take the type at run time (`element`, `put`); those that
 * stream a large matrix are templates on it (`widen`).
 */
#ifndef KBIT_CUDA_ELEMENT_CUH
#define KBIT_CUDA_ELEMENT_CUH

#include "prelude.cuh"

#include "kbit_candidate.h"

namespace kbit
{

/* RN(1/127) and RN(1/127^2): what `* 0x1.020408p-7f` costs against a division is one rounding. */
constexpr float kInverse127 = 0x1.020408p-7f;
constexpr float kInverse127Squared = 0x1.040c2p-14f;

__device__ __forceinline__ float widen(float x)
{
    return x;
}
__device__ __forceinline__ float widen(__half x)
{
    return __half2float(x);
}
__device__ __forceinline__ float widen(__nv_bfloat16 x)
{
    return __bfloat162float(x);
}

/* p[i] as a float, exactly; p holds elements of the type. */
__device__ __forceinline__ float element(kbit_dtype type, const void *p, size_t i)
{
    switch (type) {
    case KBIT_F16:
        return widen(static_cast<const __half *>(p)[i]);
    case KBIT_BF16:
        return widen(static_cast<const __nv_bfloat16 *>(p)[i]);
    case KBIT_I8:
        return static_cast<float>(static_cast<const int8_t *>(p)[i]);
    default:
        return static_cast<const float *>(p)[i];
    }
}

/* p[i] = value, rounded once to the type, to nearest even. */
__device__ __forceinline__ void put(kbit_dtype type, void *p, size_t i, float value)
{
    switch (type) {
    case KBIT_F16:
        static_cast<__half *>(p)[i] = __float2half_rn(value);
        break;
    case KBIT_BF16:
        static_cast<__nv_bfloat16 *>(p)[i] = __float2bfloat16_rn(value);
        break;
    default:
        static_cast<float *>(p)[i] = value;
    }
}

/* An element that the threshold takes out, and which puts its column into O: |x| >= threshold, NaN,
 * or inf (at any threshold: inf < inf is false). */
__device__ __forceinline__ bool masked(float x, float threshold)
{
    return threshold >= 0.0f && !(fabsf(x) < threshold);
}

/* |x| as an integer: ordered like the numbers, with inf above them and NaN above inf, so that an
 * integer maximum propagates what fmaxf would drop. */
__device__ __forceinline__ unsigned magnitude_bits(float x)
{
    return __float_as_uint(x) & 0x7fffffffu;
}

constexpr unsigned kInfinityBits = 0x7f800000u;

__device__ __forceinline__ bool is_finite(float x)
{
    return magnitude_bits(x) < kInfinityBits;
}

/* RNE((127 x) / absmax), saturated; 0 where absmax is 0 or not finite. Near the top of the range of
 * float 127 x would overflow: both are scaled there, which is exact wherever the code is not 0. */
__device__ __forceinline__ int8_t code(float x, float absmax)
{
    if (!(absmax > 0.0f) || !is_finite(absmax))
        return 0;
    if (absmax > 0x1p120f) {
        x = __fmul_rn(x, 0x1p-7f);
        absmax = __fmul_rn(absmax, 0x1p-7f);
    }
    const int q = __float2int_rn(__fdiv_rn(__fmul_rn(127.0f, x), absmax));
    return static_cast<int8_t>(min(max(q, -127), 127));
}

/* The precondition of code() fails: an absmax that is not one. Rows whose absmax is NaN or inf have
 * no codes to be judged. */
__device__ __forceinline__ bool violates(float x, float absmax)
{
    return is_finite(absmax) && !(fabsf(x) <= absmax);
}

/* ((c a) s) RN(1/127^2). Above 2^24 the conversion of c rounds too. */
__device__ __forceinline__ float dequantized(int32_t c, float absmax, float w_absmax)
{
    return __fmul_rn(__fmul_rn(__fmul_rn(__int2float_rn(c), absmax), w_absmax), kInverse127Squared);
}

/* sum + x w. Fused: one rounding, the same value where the product is exact (fuses() says where).
 */
template <bool Fused> __device__ __forceinline__ float accumulate(float sum, float x, float w)
{
    return Fused ? __fmaf_rn(x, w, sum) : __fadd_rn(sum, __fmul_rn(x, w));
}

/* Whether every finite product of the two types is a float, so that fusing changes nothing: 11
 * significant bits of x times the 7 of a code or another 11, in the exponents of fp16. A product of
 * a bf16 may overflow, and a fused sum would not. */
inline bool fuses(kbit_dtype x_type, kbit_dtype w_type)
{
    return x_type == KBIT_F16 && (w_type == KBIT_I8 || w_type == KBIT_F16);
}

/* ((sum s) RN(1/127)) + d */
__device__ __forceinline__ float with_outliers(float d, float sum, float w_absmax)
{
    return __fadd_rn(__fmul_rn(__fmul_rn(sum, w_absmax), kInverse127), d);
}

/* y + bias as a float that a later rounding to 16 bits treats like the exact sum: rounded to odd
 * (Boldo and Melquiond 2008). TwoSum gives the error of the rounded sum, exactly; a sum that is no
 * float and came out even is moved to its other neighbour, which is odd. */
__device__ __forceinline__ float add_to_odd(float y, float bias)
{
    const float sum = __fadd_rn(y, bias);
    const float bias_part = __fsub_rn(sum, y);
    const float error =
        __fadd_rn(__fsub_rn(y, __fsub_rn(sum, bias_part)), __fsub_rn(bias, bias_part));
    const unsigned bits = __float_as_uint(sum);
    if (!is_finite(sum) || !is_finite(error) || error == 0.0f || bits & 1)
        return sum;
    const bool away_from_zero = (error > 0.0f) == (sum > 0.0f);
    return __uint_as_float(away_from_zero ? bits + 1 : bits - 1);
}

/* p[i] = y + bias, rounded once to the type. */
__device__ __forceinline__ void put_sum(kbit_dtype type, void *p, size_t i, float y, float bias)
{
    put(type, p, i, type == KBIT_F32 ? __fadd_rn(y, bias) : add_to_odd(y, bias));
}

} // namespace kbit

#endif
