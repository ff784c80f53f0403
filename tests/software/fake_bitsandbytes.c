/* fake_bitsandbytes.c -- the three quantizers that the candidate `bitsandbytes` uses: the nearest entry of the
 * codebook, searched plainly. With WRONG the last entry is never chosen. */
#include <math.h>
#include <stdint.h>
#include <string.h>

static float element(const void *a, long long i, int type)
{
    uint16_t half = 0;
    uint32_t bits;
    float x;
    if (type == 32)
        return ((const float *)a)[i];
    memcpy(&half, (const char *)a + 2 * i, 2);
    if (type == 16) {
        int exponent = half >> 10 & 31, significand = half & 1023;
        x = exponent == 31 ? (significand ? NAN : INFINITY)
            : exponent     ? ldexpf((float)(1024 + significand), exponent - 25)
                           : ldexpf((float)significand, -24);
        return half >> 15 ? -x : x;
    }
    bits = (uint32_t)half << 16;
    memcpy(&x, &bits, 4);
    return x;
}

static void quantize(const float *code, const void *a, float *absmax, unsigned char *out,
                     long long blocksize, long long n, int type)
{
    int last = 254;
#ifdef WRONG
    last = 253;
#endif
    for (long long begin = 0; begin < n; begin += blocksize) {
        long long end = begin + blocksize < n ? begin + blocksize : n;
        float most = 0;
        for (long long i = begin; i < end; i++)
            most = fmaxf(most, fabsf(element(a, i, type)));
        absmax[begin / blocksize] = most;
        for (long long i = begin; i < end; i++) {
            double x = most > 0 ? (double)element(a, i, type) / (double)most : 0;
            int nearest = 0;
            for (int k = 1; k <= last; k++)
                if (fabs(x * 127 - (k - 127)) < fabs(x * 127 - (nearest - 127)))
                    nearest = k;
            out[i] = (unsigned char)(code[255] > 0 ? nearest : 0);
        }
    }
}

#define QUANTIZER(name, type)                                                                      \
    void name(float *code, void *a, float *absmax, unsigned char *out, long long blocksize,        \
              long long n)                                                                         \
    {                                                                                              \
        quantize(code, a, absmax, out, blocksize, n, type);                                        \
    }

QUANTIZER(cquantize_blockwise_cpu_fp32, 32)
QUANTIZER(cquantize_blockwise_cpu_fp16, 16)
QUANTIZER(cquantize_blockwise_cpu_bf16, -16)
