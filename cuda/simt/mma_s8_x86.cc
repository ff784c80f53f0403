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
/* Four lanes of a fragment, four words each, transposed: word i of the lanes side by side. */
__attribute__((target("avx2"))) static inline void transpose(const uint32_t (*lanes)[4],
                                                             __m128i (&word)[4])
{
    __m128i lane[4], low[2], high[2];
    for (unsigned t = 0; t < 4; t++)
        lane[t] = _mm_load_si128((const __m128i *)lanes[t]);
    for (unsigned h = 0; h < 2; h++) {
        low[h] = _mm_unpacklo_epi32(lane[2 * h], lane[2 * h + 1]);
        high[h] = _mm_unpackhi_epi32(lane[2 * h], lane[2 * h + 1]);
    }
    word[0] = _mm_unpacklo_epi64(low[0], low[1]);
    word[1] = _mm_unpackhi_epi64(low[0], low[1]);
    word[2] = _mm_unpacklo_epi64(high[0], high[1]);
    word[3] = _mm_unpackhi_epi64(high[0], high[1]);
}

/* Bytes widened to 16 bits; vpmaddwd multiplies and adds pairs, exactly. An accumulator holds, for
 * four columns, the sums over even and odd pairs of k side by side; vphaddd adds those at the end,
 * and leaves columns 0 1 4 5 2 3 6 7, which go to the lanes two by two. */
__attribute__((target("avx2"))) static void product_avx2(WarpRegisters &r)
{
    alignas(32) int16_t b[8][32]; /* b[k / 4][4 column + k % 4] */
    for (unsigned k = 0; k < 8; k++) {
        alignas(32) uint32_t words[8];
        for (unsigned column = 0; column < 8; column++)
            words[column] = r.b[4 * column + k % 4][k / 4];
        const __m128i *bytes = (const __m128i *)words;
        for (unsigned h = 0; h < 2; h++)
            _mm256_store_si256((__m256i *)(b[k] + 16 * h), _mm256_cvtepi8_epi16(bytes[h]));
    }
    for (unsigned group = 0; group < 8; group++) {
        __m128i word[4];
        transpose(r.a + 4 * group, word);
        for (unsigned row = 0; row < 2; row++) { /* group, then group + 8 */
            alignas(32) int16_t a[32];
            for (unsigned h = 0; h < 2; h++)
                _mm256_store_si256((__m256i *)(a + 16 * h),
                                   _mm256_cvtepi8_epi16(word[row + 2 * h]));
            __m256i low = _mm256_setzero_si256(), high = _mm256_setzero_si256();
            for (unsigned k = 0; k < 8; k++) {
                int64_t four_values;
                __builtin_memcpy(&four_values, a + 4 * k, 8);
                __m256i four = _mm256_set1_epi64x(four_values);
                const __m256i *columns = (const __m256i *)b[k];
                low = _mm256_add_epi32(low, _mm256_madd_epi16(four, columns[0]));
                high = _mm256_add_epi32(high, _mm256_madd_epi16(four, columns[1]));
            }
            alignas(32) uint32_t sum[8];
            _mm256_store_si256((__m256i *)sum, _mm256_hadd_epi32(low, high));
            for (unsigned t = 0; t < 4; t++)
                for (unsigned i = 0; i < 2; i++)
                    r.d[4 * group + t][2 * row + i] += sum[t % 2 * 4 + t / 2 * 2 + i];
        }
    }
}

/* vpdpbusd multiplies unsigned by signed bytes: a + 128 is unsigned, and 128 times the column sum
 * of b comes off at the end, modulo 2^32. A register holds what four lanes hold: rows g and g + 8,
 * with word i of lane t in element 4 t + i; so a and d need no rearranging by lanes. */
__attribute__((target("avx512f,avx512bw,avx512vnni"))) static void product_avx512(WarpRegisters &r)
{
    const __m512i flip = _mm512_set1_epi8((char)0x80);
    /* Element 4 t + i of d is row i / 2, column 2 t + i % 2. One quarter of r.b holds two columns,
     * eight words each; k / 4 = q is word 2 (q % 4) + q / 4 of a column. */
    const __m512i pick_b = _mm512_set_epi32(24, 16, 24, 16, 8, 0, 8, 0, 24, 16, 24, 16, 8, 0, 8, 0);
    /* Word q of row g is word 0 or 2 of lane q % 4, and that of row g + 8 word 1 or 3. */
    const __m512i pick_a = _mm512_set_epi32(1, 1, 0, 0, 1, 1, 0, 0, 1, 1, 0, 0, 1, 1, 0, 0);
    __m512i b[8], excess = _mm512_setzero_si512(), quarter[4];
    for (unsigned i = 0; i < 4; i++)
        quarter[i] = _mm512_load_si512(r.b[8 * i]);
    for (unsigned q = 0; q < 8; q++) {
        __m512i which = _mm512_add_epi32(pick_b, _mm512_set1_epi32((int)(2 * (q % 4) + q / 4)));
        __m512i left = _mm512_permutex2var_epi32(quarter[0], which, quarter[1]);
        __m512i right = _mm512_permutex2var_epi32(quarter[2], which, quarter[3]);
        b[q] = _mm512_mask_blend_epi32(0xff00, left, right);
        excess = _mm512_dpbusd_epi32(excess, flip, b[q]);
    }
    for (unsigned group = 0; group < 8; group++) {
        __m512i a = _mm512_xor_si512(_mm512_load_si512(r.a[4 * group]), flip);
        __m512i d = _mm512_sub_epi32(_mm512_load_si512(r.d[4 * group]), excess);
        for (unsigned q = 0; q < 8; q++) {
            __m512i which =
                _mm512_add_epi32(pick_a, _mm512_set1_epi32((int)(q % 4 * 4 + q / 4 * 2)));
            d = _mm512_dpbusd_epi32(d, _mm512_permutexvar_epi32(which, a), b[q]);
        }
        _mm512_store_si512(r.d[4 * group], d);
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
