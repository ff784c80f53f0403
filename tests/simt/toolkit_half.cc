/* toolkit_half.cc -- the toolkit's own 16-bit types, behind plain functions. */
#include <cuda_bf16.h>
#include <cuda_fp16.h>
#include <string.h>

extern "C" unsigned short toolkit_half_bits(float x)
{
    __half h = __float2half_rn(x);
    unsigned short bits;
    memcpy(&bits, &h, sizeof bits);
    return bits;
}
extern "C" float toolkit_half_value(unsigned short bits)
{
    __half h;
    memcpy(static_cast<void *>(&h), &bits, sizeof bits);
    return __half2float(h);
}
extern "C" unsigned short toolkit_bfloat16_bits(float x)
{
    __nv_bfloat16 b = __float2bfloat16_rn(x);
    unsigned short bits;
    memcpy(&bits, &b, sizeof bits);
    return bits;
}
extern "C" float toolkit_bfloat16_value(unsigned short bits)
{
    __nv_bfloat16 b;
    memcpy(static_cast<void *>(&b), &bits, sizeof bits);
    return __bfloat162float(b);
}
