/* copies.cc -- cp.async, the copy engine, mbarriers and the roles of warps. */
#include "expected.h"

namespace
{
Words cp_async16(size_t, const Words &in)
{
    Words out;
    for (size_t word = 0; word < 256; word++)
        out.push_back(in[256 + word / 4] ? in[word] : 0);
    return out;
}
Words cp_async_groups(size_t, const Words &in)
{
    return {in[0], in[4], in[8]};
}

/* A phase ends after `count` arrivals; try_wait of a parity is true when the phase of that parity has
 * ended, and is the one before the current phase. */
Words mbarrier(size_t, const Words &in)
{
    uint32_t arrived = 0, ended = 0;
    Words out;
    for (size_t i = 1; i < in.size(); i++) {
        if (in[i] == 0) {
            if (++arrived == in[0]) {
                arrived = 0;
                ended++;
            }
            out.push_back(2);
        } else {
            /* Phases count from 0; before any has ended, that of parity 1 counts as ended. */
            const uint32_t parity = in[i] - 1;
            out.push_back((ended + 1) % 2 == parity);
        }
    }
    return out;
}

Words mbarrier_tx(size_t, const Words &in)
{
    Words out;
    for (size_t round = 0; round < 3; round++) {
        for (size_t word = 0; word < 64; word++)
            out.push_back(in[4 + round * 64 + word]);
        out.push_back(0);
        out.push_back(0);
    }
    return out;
}

/* ---- boxes of a matrix of 21 rows of 176 bytes, of which 163 count ---- */

struct Box {
    size_t element, span;
    long x, y;
};
Box box_of(size_t c)
{
    static const size_t spans[] = {48, 32, 64, 128};
    const size_t turn = c / 4;
    Box b = {turn < 10 ? size_t{1} : turn < 12 ? size_t{2} : size_t{4}, spans[c % 4], 0, 0};
    const size_t corner = turn < 10 ? turn : turn % 2 ? 8 : 0;
    const long columns = static_cast<long>(163 / b.element);
    const long wide = static_cast<long>(b.span / b.element);
    if (corner == 9) {
        b.x = columns + 1000;
        b.y = -5000;
    } else {
        b.x = corner % 3 == 0   ? 16 / static_cast<long>(b.element)
              : corner % 3 == 1 ? -3
                                : columns - wide / 2 - 1;
        b.y = corner / 3 == 0 ? 5 : corner / 3 == 1 ? -7 : 21 - 4;
    }
    return b;
}
/* Where chunk number `chunk` of line r of a box lies. */
size_t chunk_place(size_t span, size_t r, size_t chunk)
{
    return span == 128  ? chunk ^ r % 8
           : span == 64 ? chunk ^ r / 2 % 4
           : span == 32 ? chunk ^ r / 4 % 2
                        : chunk;
}
uint8_t byte_of(const Words &words, size_t at)
{
    return static_cast<uint8_t>(words[at / 4] >> at % 4 * 8);
}
void put(Words &words, size_t at, uint8_t value)
{
    words[at / 4] = (words[at / 4] & ~(0xffu << at % 4 * 8)) | uint32_t{value} << at % 4 * 8;
}

/* Calls visit(byte of the box as it lies, byte of the matrix) for what lies inside the matrix. */
template <class Visit> void inside(const Box &b, Visit visit)
{
    for (size_t r = 0; r < 12; r++)
        for (size_t byte = 0; byte < b.span; byte++) {
            const long row = b.y + static_cast<long>(r);
            const long column = b.x + static_cast<long>(byte / b.element);
            if (row < 0 || row >= 21 || column < 0 || column >= static_cast<long>(163 / b.element))
                continue;
            visit(r * b.span + chunk_place(b.span, r, byte / 16) * 16 + byte % 16,
                  static_cast<size_t>(row) * 176 + static_cast<size_t>(column) * b.element +
                      byte % b.element);
        }
}

Words tma_load(size_t c, const Words &in)
{
    const Box b = box_of(c);
    Words out(b.span * 12 / 4, 0);
    inside(b, [&](size_t in_box, size_t in_matrix) { put(out, in_box, byte_of(in, in_matrix)); });
    out.push_back(0xeeeeeeeeu);
    return out;
}
Words tma_store(size_t c, const Words &in)
{
    Words matrix(21 * 176 / 4, 0xcdcdcdcdu), kept;
    inside(box_of(c),
           [&](size_t in_box, size_t in_matrix) { put(matrix, in_matrix, byte_of(in, in_box)); });
    for (size_t row = 0; row < 21; row++) {
        const uint64_t h = conformance::digest_of(Words(&matrix[row * 44], &matrix[row * 44] + 44));
        kept.push_back(static_cast<uint32_t>(h ^ h >> 32));
    }
    return kept;
}
Words bulk_copy(size_t c, const Words &in)
{
    Words out(256, 0xcdcdcdcdu);
    for (size_t word = 0; word < (size_t{4} << 3 * c); word++)
        out[word] = in[word];
    return out;
}

/* ---- two blocks ---- */

/* Row r of a box of 128-byte rows has its chunks at places (chunk ^ r); a block's place p holds the
 * rows that block p loaded, where they were meant for it. */
Words tma_multicast(size_t c, const Words &in)
{
    Words out;
    for (size_t block = 0; block < 2; block++)
        for (size_t p = 0; p < 2; p++) {
            Words box(256, 0xeeeeeeeeu);
            for (size_t byte = 0; byte < 1024; byte++) {
                const size_t r = byte / 128, chunk = byte / 16 % 8;
                if (c == 1 || p != block)
                    put(box, r * 128 + chunk_place(128, r, chunk) * 16 + byte % 16,
                        byte_of(in, p * 1024 + byte));
            }
            out.insert(out.end(), box.begin(), box.end());
        }
    return out;
}
Words mbarrier_arrive_at(size_t, const Words &)
{
    Words out;
    for (uint32_t block = 0; block < 2; block++)
        for (int thread = 0; thread < 64; thread++)
            out.insert(out.end(), {block, 0, 0});
    return out;
}

/* ---- roles ---- */

Words named_barrier(size_t, const Words &in)
{
    Words out(in);
    for (size_t t = 0; t < 64; t++) {
        out[64 + t] = in[63 - t]; /* read backwards */
        out[t] = ~in[t];          /* what was read, inverted, and read backwards again */
    }
    return out;
}
Words elect_one(size_t, const Words &)
{
    return Words(64, 1);
}
Words unchanged(size_t, const Words &in)
{
    return in;
}
} // namespace

void expect_copies(ExpectedAnswers &e)
{
    e["cp_async16"] = cp_async16;
    e["cp_async16_hinted"] = cp_async16;
    e["cp_async_groups"] = cp_async_groups;
    e["tma_multicast"] = tma_multicast;
    e["mbarrier_arrive_at"] = mbarrier_arrive_at;
    e["mbarrier"] = mbarrier;
    e["mbarrier_tx"] = mbarrier_tx;
    e["tma_load_2d"] = tma_load;
    e["tma_store_2d"] = tma_store;
    e["bulk_copy"] = bulk_copy;
    e["named_barrier"] = named_barrier;
    e["elect_one"] = elect_one;
    e["setmaxnreg"] = unchanged;
}
