/* warp.cc -- shuffles, votes, reductions, ldmatrix, and what a block and a stream do, as the manuals
 * of CUDA C++ and PTX say it, lane by lane. */
#include "expected.h"

namespace
{
/* The lane that lane l reads, or l where that lies outside its segment of `width` lanes. */
template <class Source> Words shuffled(const Words &in, Source source)
{
    Words out;
    for (int l = 0; l < 32; l++) {
        const int width = static_cast<int>(in[64]), first = l / width * width;
        out.push_back(in[static_cast<size_t>(
            source(l, static_cast<int>(in[32 + static_cast<size_t>(l)]), width, first))]);
    }
    return out;
}
int plain(int, int other, int width, int first)
{
    return first + other % width;
}
/* Reads its own segment and those before it. */
int exclusive_or(int l, int other, int width, int first)
{
    const int from = l ^ other;
    return from < first + width ? from : l;
}
int up(int l, int other, int, int first)
{
    return l - other >= first ? l - other : l;
}
int down(int l, int other, int width, int first)
{
    return l + other < first + width ? l + other : l;
}

/* One value for all lanes of the mask, from theirs; 0 in the others. */
template <class Combine> Words reduced(const Words &in, Combine combine)
{
    const uint32_t mask = in[65];
    bool first = true;
    uint32_t value = 0;
    for (size_t l = 0; l < 32; l++)
        if (mask >> l & 1) {
            value = first ? in[l] : combine(value, in[l]);
            first = false;
        }
    Words out;
    for (size_t l = 0; l < 32; l++)
        out.push_back(mask >> l & 1 ? value : 0);
    return out;
}
bool less_signed(uint32_t a, uint32_t b)
{
    return (a ^ 0x80000000u) < (b ^ 0x80000000u);
}

/* Votes: how many lanes of the mask have an odd value, and which. */
template <class Answer> Words voted(const Words &in, Answer answer)
{
    const uint32_t mask = in[65];
    uint32_t ballot = 0;
    for (size_t l = 0; l < 32; l++)
        if (mask >> l & 1 && in[l] % 2 == 1)
            ballot += uint32_t{1} << l;
    Words out;
    for (size_t l = 0; l < 32; l++)
        out.push_back(mask >> l & 1 ? answer(ballot, mask) : 0);
    return out;
}

/* ldmatrix: lane l receives of matrix m the 16-bit elements 2 (l % 4) and the next of row l / 4; with
 * .trans, of the transposed matrix. Row r of matrix m is what lane 8 m + r names. */
template <size_t matrices, bool trans> Words loaded(size_t, const Words &in)
{
    const auto element = [&](size_t m, size_t row, size_t column) {
        const size_t named = in[128 + 8 * m + row];
        return in[named * 4 + column / 2] >> column % 2 * 16 & 0xffffu;
    };
    Words out;
    for (size_t l = 0; l < 32; l++)
        for (size_t m = 0; m < matrices; m++) {
            const size_t i = l / 4, j = l % 4 * 2;
            out.push_back(trans ? element(m, j, i) | element(m, j + 1, i) << 16
                                : element(m, i, j) | element(m, i, j + 1) << 16);
        }
    return out;
}

Words tally(size_t, const Words &in)
{
    uint32_t count = 0;
    for (uint32_t p : in)
        count += p != 0;
    Words out;
    for (size_t t = 0; t < in.size(); t++) {
        out.push_back(count);
        out.push_back(count > 0);
        out.push_back(count == in.size());
    }
    return out;
}

template <class Update> Words updated(const Words &in, Update update)
{
    Words bins(16, 0xcdcdcdcdu);
    for (size_t n = 0; n < in.size(); n++)
        bins[n % 16] = update(bins[n % 16], in[n]);
    return bins;
}

Words dependent(size_t, const Words &in)
{
    const size_t items = in.size() - 1;
    Words between, out;
    for (size_t n = 0; n < items; n++) {
        uint32_t value = in[n];
        for (uint32_t i = 0; i < in[items]; i++)
            value = value * 1664525u + 1013904223u;
        between.push_back(value);
    }
    for (size_t n = 0; n < items; n++)
        out.push_back(~between[items - 1 - n]);
    out.insert(out.end(), between.begin(), between.end());
    return out;
}
} // namespace

#define OF_LANES(name, expression) e[name] = [](size_t, const Words &in) { return expression; }
#define COMBINED(name, expression)                                                                 \
    OF_LANES(name, reduced(in, [](uint32_t a, uint32_t b) -> uint32_t { return expression; }))
#define UPDATED(name, expression)                                                                  \
    OF_LANES(name, updated(in, [](uint32_t a, uint32_t b) -> uint32_t { return expression; }))

void expect_warp_instructions(ExpectedAnswers &e)
{
    OF_LANES("shfl_sync", shuffled(in, plain));
    OF_LANES("shfl_xor_sync", shuffled(in, exclusive_or));
    OF_LANES("shfl_up_sync", shuffled(in, up));
    OF_LANES("shfl_down_sync", shuffled(in, down));
    OF_LANES("ballot_sync", voted(in, [](uint32_t ballot, uint32_t) { return ballot; }));
    OF_LANES("any_sync",
             voted(in, [](uint32_t ballot, uint32_t) { return uint32_t{ballot != 0}; }));
    OF_LANES("all_sync",
             voted(in, [](uint32_t ballot, uint32_t mask) { return uint32_t{ballot == mask}; }));
    COMBINED("reduce_add_sync", a + b);
    COMBINED("reduce_min_u32", a < b ? a : b);
    COMBINED("reduce_max_u32", a < b ? b : a);
    COMBINED("reduce_min_s32", less_signed(a, b) ? a : b);
    COMBINED("reduce_max_s32", less_signed(a, b) ? b : a);
    COMBINED("reduce_and_sync", a & b);
    COMBINED("reduce_or_sync", a | b);
    COMBINED("reduce_xor_sync", a ^ b);

    e["ldmatrix_x1"] = loaded<1, false>;
    e["ldmatrix_x2"] = loaded<2, false>;
    e["ldmatrix_x4"] = loaded<4, false>;
    e["ldmatrix_x2_trans"] = loaded<2, true>;
    e["ldmatrix_x4_trans"] = loaded<4, true>;

    e["syncthreads_tally"] = tally;
    UPDATED("atomic_add", a + b);
    UPDATED("atomic_or", a | (b & b >> 5 & b >> 11));
    UPDATED("atomic_max", a > b ? a : b);
    e["griddepcontrol"] = dependent;
}
