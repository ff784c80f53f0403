/* mma_s8_x86.cc -- the same product in AVX2 and in AVX-512 VNNI, chosen when the program runs. */
#include "mma_s8.h"

#if defined(__x86_64__)

#if defined(__GNUC__) && !defined(__clang__)
/* GCC's own header trips these where AVX-512 intrinsics are inlined (GCC bug 105593). */
#pragma GCC diagnostic ignored "-Wuninitialized"
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif
#include <immintrin.h>

namespace simt
{
/* Bytes widened to 16 bits; vpmaddwd multiplies and adds pairs, exactly. An accumulator holds, for
 * four columns, the sums over even and odd pairs of k side by side; vphaddd adds those at the end.
 */
__attribute__((target("avx2"))) static void product_avx2(TileS8 &tile)
{
    alignas(32) int16_t b[8][32]; /* b[k / 4][4 column + k % 4] */
    for (unsigned k = 0; k < 8; k++) {
        __m256i bytes = _mm256_load_si256((const __m256i *)tile.b[k]);
        __m256i low = _mm256_cvtepi8_epi16(_mm256_castsi256_si128(bytes));
        __m256i high = _mm256_cvtepi8_epi16(_mm256_extracti128_si256(bytes, 1));
        _mm256_store_si256((__m256i *)b[k], low);
        _mm256_store_si256((__m256i *)(b[k] + 16), high);
    }
    for (unsigned row = 0; row < 16; row++) {
        alignas(32) int16_t a[32];
        __m256i bytes = _mm256_load_si256((const __m256i *)tile.a[row]);
        __m256i a_low = _mm256_cvtepi8_epi16(_mm256_castsi256_si128(bytes));
        __m256i a_high = _mm256_cvtepi8_epi16(_mm256_extracti128_si256(bytes, 1));
        _mm256_store_si256((__m256i *)a, a_low);
        _mm256_store_si256((__m256i *)(a + 16), a_high);
        __m256i low = _mm256_setzero_si256(), high = _mm256_setzero_si256();
        for (unsigned k = 0; k < 8; k++) {
            __m256i four = _mm256_castpd_si256(_mm256_broadcast_sd((const double *)(a + 4 * k)));
            const __m256i *columns = (const __m256i *)b[k];
            low = _mm256_add_epi32(low, _mm256_madd_epi16(four, columns[0]));
            high = _mm256_add_epi32(high, _mm256_madd_epi16(four, columns[1]));
        }
        /* columns 0 1 4 5 | 2 3 6 7, put in order by 64-bit pieces */
        __m256i sums = _mm256_permute4x64_epi64(_mm256_hadd_epi32(low, high), 0xd8);
        __m256i *d = (__m256i *)tile.d[row];
        _mm256_store_si256(d, _mm256_add_epi32(_mm256_load_si256(d), sums));
    }
}

/* vpdpbusd multiplies unsigned by signed bytes: a + 128 is unsigned, and 128 times the column sum
 * of b comes off at the end, modulo 2^32. One register holds rows i and i + 8. */
__attribute__((target("avx512f,avx512bw,avx512vnni"))) static void product_avx512(TileS8 &tile)
{
    const __m512i flip = _mm512_set1_epi8((char)0x80);
    const __m512i first_of_halves =
        _mm512_set_epi32(8, 8, 8, 8, 8, 8, 8, 8, 0, 0, 0, 0, 0, 0, 0, 0);
    __m512i b[8], excess = _mm512_setzero_si512();
    for (unsigned k = 0; k < 8; k++) {
        b[k] = _mm512_broadcast_i64x4(_mm256_load_si256((const __m256i *)tile.b[k]));
        excess = _mm512_dpbusd_epi32(excess, flip, b[k]);
    }
    for (unsigned row = 0; row < 8; row++) {
        __m256i *upper = (__m256i *)tile.d[row], *lower = (__m256i *)tile.d[row + 8];
        __m512i a = _mm512_inserti64x4(
            _mm512_castsi256_si512(_mm256_load_si256((const __m256i *)tile.a[row])),
            _mm256_load_si256((const __m256i *)tile.a[row + 8]), 1);
        a = _mm512_xor_si512(a, flip);
        __m512i d = _mm512_inserti64x4(_mm512_castsi256_si512(_mm256_load_si256(upper)),
                                       _mm256_load_si256(lower), 1);
        d = _mm512_sub_epi32(d, excess);
        for (unsigned k = 0; k < 8; k++) {
            __m512i which = _mm512_add_epi32(first_of_halves, _mm512_set1_epi32((int)k));
            d = _mm512_dpbusd_epi32(d, _mm512_permutexvar_epi32(which, a), b[k]);
        }
        _mm256_store_si256(upper, _mm512_castsi512_si256(d));
        _mm256_store_si256(lower, _mm512_extracti64x4_epi64(d, 1));
    }
}

ProductS8 product_s8_avx2()
{
    return __builtin_cpu_supports("avx2") ? product_avx2 : nullptr;
}

ProductS8 product_s8_avx512()
{
    bool usable = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                  __builtin_cpu_supports("avx512vnni");
    return usable ? product_avx512 : nullptr;
}
} // namespace simt

#else

namespace simt
{
ProductS8 product_s8_avx2()
{
    return nullptr;
}
ProductS8 product_s8_avx512()
{
    return nullptr;
}
} // namespace simt

#endif
