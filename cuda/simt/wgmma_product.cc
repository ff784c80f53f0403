/* wgmma_product.cc -- what a warpgroup product computes: D[64,n] (+)= A[64,k] B[n,k]^T, where k is
 * 32 bytes of elements.
 *
 * Thread t of the warpgroup holds rows 16 (t / 32) + t % 32 / 4 and 8 below, columns 2 (t % 4) and
 * the next of every 8: d[4 j + 2 h + c] is row + 8 h, column 8 j + 2 (t % 4) + c.
 */
#include "block.h"
#include "half.h"
#include "mma_float.h"

#include <string.h>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace simt
{
constexpr unsigned rows = 64, largest_n = 256, step_bytes = 32;

/* In the heap: thread-local memory of a plug-in is scarce, and stacks here are small. */
struct WgmmaWork {
    unsigned char a[rows][step_bytes], b[largest_n][step_bytes];
    int sum[rows][largest_n];
    alignas(16) int16_t wide[rows][step_bytes];
    Operand left[rows][16], right[largest_n][16];
};

namespace
{

/* Calls visit(accumulator, row, column) for all of D. */
template <class Visit> void for_accumulators(const WgmmaOperation &product, Visit visit)
{
    for (unsigned t = 0; t < 128; t++)
        for (unsigned i = 0; i < product.n / 2; i++)
            visit(product.d[t][i], t / 32 * 16 + t % 32 / 4 + i / 2 % 2 * 8,
                  i / 4 * 8 + t % 4 * 2 + i % 2);
}

#if defined(__SSE2__)
/* Bytes widened to 16 bits; pmaddwd multiplies and adds pairs, exactly. */
void widen(const unsigned char *from, __m128i *to)
{
    for (unsigned i = 0; i < 2; i++) {
        const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i *>(from + 16 * i));
        const __m128i signs = _mm_cmpgt_epi8(_mm_setzero_si128(), bytes);
        to[2 * i] = _mm_unpacklo_epi8(bytes, signs);
        to[2 * i + 1] = _mm_unpackhi_epi8(bytes, signs);
    }
}

void products_s8(WgmmaWork &in, unsigned n)
{
    for (unsigned row = 0; row < rows; row++)
        widen(in.a[row], reinterpret_cast<__m128i *>(in.wide[row]));
    for (unsigned column = 0; column < n; column++) {
        __m128i b[4];
        widen(in.b[column], b);
        for (unsigned row = 0; row < rows; row++) {
            const __m128i *left = reinterpret_cast<const __m128i *>(in.wide[row]);
            const __m128i low =
                _mm_add_epi32(_mm_madd_epi16(left[0], b[0]), _mm_madd_epi16(left[1], b[1]));
            const __m128i high =
                _mm_add_epi32(_mm_madd_epi16(left[2], b[2]), _mm_madd_epi16(left[3], b[3]));
            __m128i s = _mm_add_epi32(low, high);
            s = _mm_add_epi32(s, _mm_shuffle_epi32(s, 0x4e));
            s = _mm_add_epi32(s, _mm_shuffle_epi32(s, 0xb1));
            in.sum[row][column] = _mm_cvtsi128_si32(s);
        }
    }
}
#else
void products_s8(WgmmaWork &in, unsigned n)
{
    for (unsigned row = 0; row < rows; row++)
        for (unsigned column = 0; column < n; column++) {
            int s = 0;
            for (unsigned k = 0; k < step_bytes; k++)
                s += (int8_t)in.a[row][k] * (int8_t)in.b[column][k];
            in.sum[row][column] = s;
        }
}
#endif

/* int32 sums wrap around. */
void multiply_s8(const WgmmaOperation &product, WgmmaWork &in)
{
    products_s8(in, product.n);
    for_accumulators(product, [&](uint32_t &d, unsigned row, unsigned column) {
        d = (product.accumulate ? d : 0) + (uint32_t)in.sum[row][column];
    });
}

/* One fused dot product of 16 terms, as Hopper's model has it. */
template <Operand (*decode)(uint16_t)>
void multiply_float(const WgmmaOperation &product, WgmmaWork &in)
{
    const auto decode_row = [](const unsigned char *from, Operand *to) {
        for (unsigned k = 0; k < 16; k++) {
            uint16_t bits;
            memcpy(&bits, from + 2 * k, 2);
            to[k] = decode(bits);
        }
    };
    for (unsigned row = 0; row < rows; row++)
        decode_row(in.a[row], in.left[row]);
    for (unsigned column = 0; column < product.n; column++)
        decode_row(in.b[column], in.right[column]);
    const Mma hopper = kbit_accumulation_find("h100"); /* the only machine with this instruction */
    for_accumulators(product, [&](uint32_t &d, unsigned row, unsigned column) {
        const float c = product.accumulate ? float_from_bits(d) : 0.0f;
        d = float_bits(accumulate_dot(hopper, c, in.left[row], in.right[column], 16));
    });
}
} // namespace

void execute_product(const WgmmaOperation &product)
{
    std::shared_ptr<WgmmaWork> &work = running_block().async.work;
    if (!work)
        work = std::make_shared<WgmmaWork>();
    WgmmaWork &in = *work;
    read_operand(product.a, rows, in.a, product.where);
    read_operand(product.b, product.n, in.b, product.where);
    switch (product.type) {
    case WgmmaType::S8:
        multiply_s8(product, in);
        break;
    case WgmmaType::F16:
        multiply_float<decode_f16>(product, in);
        break;
    case WgmmaType::BF16:
        multiply_float<decode_bf16>(product, in);
        break;
    }
}
} // namespace simt
