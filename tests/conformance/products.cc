/* products.cc -- mma and wgmma: fragments element by element as in the figures of the PTX ISA manual
 * (sections on mma.m16n8k16, mma.m16n8k32 and wgmma), operands of wgmma by the manual's canonical
 * layouts. int32 sums are exact; fp32 sums are those of the row of reference/accumulation/. */
#include "expected.h"

#include "kbit_accumulation.h"

#include <string.h>

namespace
{
constexpr kbit_dtype integers = KBIT_F32; /* no 16-bit format: the elements are int8 */

/* d + a b, of K elements. */
uint32_t summed(kbit_dtype type, const char *row, const std::vector<uint16_t> &a,
                const std::vector<uint16_t> &b, uint32_t d)
{
    if (type == integers) {
        int64_t sum = d;
        for (size_t k = 0; k < a.size(); k++)
            sum += int64_t{static_cast<int8_t>(a[k])} * static_cast<int8_t>(b[k]);
        return static_cast<uint32_t>(sum);
    }
    float c;
    memcpy(&c, &d, sizeof c);
    if (kbit_accumulate(kbit_accumulation_find(row), type, a.size(), a.data(), b.data(), c, &c) !=
        KBIT_OK)
        return 0xdeadbeef;
    memcpy(&d, &c, sizeof d);
    return d;
}

/* Element i of a fragment of words. */
uint16_t element(const uint32_t *words, size_t i, bool bytes)
{
    return static_cast<uint16_t>(bytes ? words[i / 4] >> i % 4 * 8 & 0xffu
                                       : words[i / 2] >> i % 2 * 16 & 0xffffu);
}

template <kbit_dtype type> Words mma(size_t, const Words &in)
{
    constexpr bool bytes = type == integers;
    constexpr size_t K = bytes ? 32 : 16;
    std::vector<std::vector<uint16_t>> a(16, std::vector<uint16_t>(K)), b(8, a[0]);
    for (size_t lane = 0; lane < 32; lane++) {
        const size_t group = lane >> 2, thread = lane % 4;
        for (size_t i = 0; i < (bytes ? 16 : 8); i++) {
            size_t row, column;
            if (bytes) {
                row = i < 4 || (i >= 8 && i < 12) ? group : group + 8;
                column = thread * 4 + (i & 3) + (i < 8 ? 0 : 16);
            } else {
                row = i < 2 || (i >= 4 && i < 6) ? group : group + 8;
                column = thread * 2 + (i & 1) + (i < 4 ? 0 : 8);
            }
            a[row][column] = element(&in[lane * 4], i, bytes);
        }
        for (size_t i = 0; i < (bytes ? 8 : 4); i++) {
            const size_t row = bytes ? thread * 4 + (i & 3) + (i < 4 ? 0 : 16)
                                     : thread * 2 + (i & 1) + (i < 2 ? 0 : 8);
            b[group][row] = element(&in[128 + lane * 2], i, bytes);
        }
    }
    Words out;
    for (size_t lane = 0; lane < 32; lane++)
        for (size_t i = 0; i < 4; i++)
            out.push_back(summed(type, "a100", a[(lane >> 2) + (i < 2 ? 0 : 8)],
                                 b[lane % 4 * 2 + (i & 1)], in[192 + lane * 4 + i]));
    return out;
}

/* How case c has its operands: the list that wgmma.cuh describes. */
struct Case {
    size_t n, span, a_step, b_step;
    bool accumulate, digests;
};
Case case_of(size_t c, bool bytes)
{
    static const struct {
        size_t span, a_step, b_step;
        bool accumulate;
    } layouts[] = {{16, 0, 0, true},   {32, 0, 0, true},  {64, 0, 0, true},
                   {64, 1, 1, false},  {128, 0, 0, true}, {128, 1, 1, true},
                   {128, 2, 2, false}, {128, 3, 3, true}, {128, 3, 1, true}};
    const size_t kinds = bytes ? 4 : 8;
    size_t layout = c, n = 16;
    bool digests = false;
    if (c >= 9 && c < 9 + 2 * kinds) {
        n = 8;
        layout = 4 + (c - 9) % 4;
    } else if (c == 9 + 2 * kinds) {
        n = 128;
        layout = 4;
    } else if (c > 9 + 2 * kinds) {
        const size_t turn = c - 10 - 2 * kinds;
        /* 8, 16, 24, 32, 48, 64, ... for int8, and each multiple of 8 for the others */
        n = !bytes || turn < 4 ? 8 * (turn + 1) : 16 * (turn - 1);
        layout = 4 + n / 8 % 4;
        digests = true;
    }
    return {n,
            layouts[layout].span,
            layouts[layout].a_step,
            layouts[layout].b_step,
            layouts[layout].accumulate,
            digests};
}

/* Byte k of row r of the 32 bytes that a step takes. Rows of `span` bytes follow one another, and
 * their chunks of 16 bytes change places with the row's number; without swizzle, 8 rows of 16 bytes
 * are together, the two halves of a step 128 bytes apart, and each 8 rows 256. */
size_t byte_at(size_t span, size_t step, size_t r, size_t k)
{
    const size_t chunk = step * 2 + k / 16;
    switch (span) {
    case 128:
        return r * 128 + (chunk ^ r % 8) * 16 + k % 16;
    case 64:
        return r * 64 + (chunk ^ r / 2 % 4) * 16 + k % 16;
    case 32:
        return r * 32 + (chunk ^ r / 4 % 2) * 16 + k % 16;
    default:
        return r / 8 * 256 + k / 16 * 128 + r % 8 * 16 + k % 16;
    }
}

std::vector<std::vector<uint16_t>> operand(const uint32_t *words, size_t rows, size_t span,
                                           size_t step, bool bytes)
{
    std::vector<std::vector<uint16_t>> rows_of(rows);
    for (size_t r = 0; r < rows; r++)
        for (size_t k = 0; k < 32; k += bytes ? 1 : 2) {
            const size_t at = byte_at(span, step, r, k);
            const uint32_t word = words[at / 4] >> at % 4 * 8;
            rows_of[r].push_back(static_cast<uint16_t>(word & (bytes ? 0xffu : 0xffffu)));
        }
    return rows_of;
}

template <kbit_dtype type> Words wgmma(size_t c, const Words &in)
{
    constexpr bool bytes = type == integers;
    const Case w = case_of(c, bytes);
    const auto a = operand(&in[0], 64, w.span, w.a_step, bytes);
    const auto b = operand(&in[2048], w.n, w.span, w.b_step, bytes);
    const uint32_t *d = &in[2048 + w.n * 32];
    Words out(64 * w.n), kept;
    for (size_t t = 0; t < 128; t++)
        for (size_t i = 0; i < w.n / 2; i++) {
            const size_t row = t / 32 * 16 + t % 32 / 4 + (i / 2 % 2) * 8;
            const size_t column = i / 4 * 8 + t % 4 * 2 + i % 2, at = t * (w.n / 2) + i;
            out[at] = summed(type, "h100", a[row], b[column], w.accumulate ? d[at] : 0);
        }
    if (!w.digests)
        return out;
    for (size_t warp = 0; warp < 4; warp++)
        for (size_t block = 0; block < w.n / 8; block++) {
            Words part;
            for (size_t t = 0; t < 32; t++)
                for (size_t i = 0; i < 4; i++)
                    part.push_back(out[(warp * 32 + t) * (w.n / 2) + block * 4 + i]);
            const uint64_t h = conformance::digest_of(part);
            kept.push_back(static_cast<uint32_t>(h ^ h >> 32));
        }
    return kept;
}
} // namespace

void expect_products(ExpectedAnswers &e)
{
    e["mma_m16n8k32_s8"] = mma<integers>;
    e["mma_m16n8k16_f16"] = mma<KBIT_F16>;
    e["mma_m16n8k16_bf16"] = mma<KBIT_BF16>;
    e["wgmma_s8"] = wgmma<integers>;
    e["wgmma_f16"] = wgmma<KBIT_F16>;
    e["wgmma_bf16"] = wgmma<KBIT_BF16>;
}
