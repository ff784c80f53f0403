/* tma.cuh -- copies by the engine: boxes of a matrix in each swizzle, inside and at every corner, and
 * plain bytes. */
#ifndef KBIT_CUDA_CONFORMANCE_TMA_CUH
#define KBIT_CUDA_CONFORMANCE_TMA_CUH

#include "conformance.h"
#include "../tensor_map.cuh"

namespace conformance
{
constexpr unsigned tma_rows = 21, tma_row_bytes = 176, tma_used_bytes = 163; /* of a row */
constexpr unsigned tma_box_rows = 12, tma_matrix_words = tma_rows * tma_row_bytes / 4;
constexpr unsigned tma_place_words = 128 * tma_box_rows / 4; /* of the widest box */

struct alignas(1024) TmaPlace {
    uint32_t word[tma_place_words];
    uint64_t full;
};

/* The box, and from there all of its place as it lies. */
__global__ void tma_load_kernel(const __grid_constant__ CUtensorMap map, int x, int y,
                                unsigned box_bytes, uint32_t *out)
{
    KBIT_SHARED(TmaPlace, shared);
    for (unsigned i = threadIdx.x; i < tma_place_words; i += blockDim.x)
        shared.word[i] = 0xeeeeeeeeu;
    if (threadIdx.x == 0) {
        ptx::mbarrier_init(&shared.full, 1);
        ptx::mbarrier_fence_init();
    }
    ptx::fence_proxy_async();
    __syncthreads();
    if (threadIdx.x == 0) {
        ptx::tma_prefetch_map(&map);
        ptx::mbarrier_arrive_expect_tx(&shared.full, box_bytes);
        ptx::tma_load_2d(shared.word, &map, x, y, &shared.full);
    }
    ptx::mbarrier_wait(&shared.full, 0);
    for (unsigned i = threadIdx.x; i < tma_place_words; i += blockDim.x)
        out[i] = shared.word[i];
}

/* Words as they lie, stored as a box. */
__global__ void tma_store_kernel(const __grid_constant__ CUtensorMap map, int x, int y,
                                 const uint32_t *in)
{
    KBIT_SHARED(TmaPlace, shared);
    for (unsigned i = threadIdx.x; i < tma_place_words; i += blockDim.x)
        shared.word[i] = in[i];
    ptx::fence_proxy_async();
    __syncthreads();
    if (threadIdx.x == 0) {
        ptx::tma_store_2d(&map, x, y, shared.word);
        ptx::bulk_commit();
        ptx::bulk_wait<0>();
    }
}

/* Element type, swizzle and corner of case c. Bytes at all corners; wider elements at two. */
struct TmaCase {
    CUtensorMapDataType type;
    unsigned element;
    CUtensorMapSwizzle swizzle;
    int x, y;
    unsigned span() const { return swizzle == CU_TENSOR_MAP_SWIZZLE_NONE ? 48 : 16u << swizzle; }
    unsigned columns() const { return tma_used_bytes / element; }
};
constexpr size_t tma_corners = 10, tma_cases = 4 * (tma_corners + 4);

inline TmaCase tma_case(size_t c)
{
    static const CUtensorMapSwizzle modes[] = {CU_TENSOR_MAP_SWIZZLE_NONE,
                                               CU_TENSOR_MAP_SWIZZLE_32B, CU_TENSOR_MAP_SWIZZLE_64B,
                                               CU_TENSOR_MAP_SWIZZLE_128B};
    const size_t turn = c / 4;
    TmaCase t = {CU_TENSOR_MAP_DATA_TYPE_UINT8, 1, modes[c % 4], 0, 0};
    if (turn >= tma_corners) {
        const bool half = turn < tma_corners + 2;
        t.type = half ? CU_TENSOR_MAP_DATA_TYPE_FLOAT16 : CU_TENSOR_MAP_DATA_TYPE_INT32;
        t.element = half ? 2 : 4;
    }
    /* before, within and beyond in each direction, and far away */
    const int columns = static_cast<int>(t.columns());
    const int box = static_cast<int>(t.span() / t.element);
    const int xs[] = {16 / static_cast<int>(t.element), -3, columns - box / 2 - 1};
    const int ys[] = {5, -7, static_cast<int>(tma_rows) - 4};
    const size_t corner = turn < tma_corners ? turn : (turn - tma_corners) % 2 * 8;
    t.x = corner < 9 ? xs[corner % 3] : columns + 1000;
    t.y = corner < 9 ? ys[corner / 3] : -5000;
    return t;
}

inline std::string tma_title(size_t c)
{
    const TmaCase t = tma_case(c);
    return text("%u-byte elements, rows of %u bytes%s, box at (%d, %d)", t.element, t.span(),
                t.swizzle == CU_TENSOR_MAP_SWIZZLE_NONE ? " without swizzle" : " swizzled", t.x,
                t.y);
}

inline int tma_map(const TmaCase &t, const uint32_t *matrix, CUtensorMap *map)
{
    return kbit::make_tensor_map(map, t.type, matrix, tma_rows, t.columns(), tma_row_bytes,
                                 tma_box_rows, t.span() / t.element, t.swizzle);
}

constexpr unsigned bulk_words = 256;

struct alignas(128) BulkPlace {
    uint32_t word[bulk_words];
    uint64_t full;
};

/* There and back. */
__global__ void bulk_kernel(const uint32_t *in, unsigned bytes, uint32_t *out)
{
    KBIT_SHARED(BulkPlace, shared);
    ptx::mbarrier_init(&shared.full, 1);
    ptx::mbarrier_fence_init();
    ptx::mbarrier_arrive_expect_tx(&shared.full, bytes);
    ptx::bulk_load(shared.word, in, bytes, &shared.full);
    ptx::mbarrier_wait(&shared.full, 0);
    ptx::bulk_store(out, shared.word, bytes);
    ptx::bulk_commit();
    ptx::bulk_wait_read<0>();
    ptx::bulk_wait<0>();
}

inline void add_tma(List &list)
{
    list.push_back({"tma_load_2d", "cp.async.bulk.tensor.2d to shared memory, as it lies there",
                    Devices::Hopper, Answer::Bits, tma_cases, tma_title,
                    [](size_t, Generator &g, Words &in) {
                        for (unsigned i = 0; i < tma_matrix_words; ++i)
                            in.push_back(g.word());
                    },
                    [](size_t) -> size_t { return tma_place_words; },
                    [](size_t c, const uint32_t *in, uint32_t *out) -> int {
                        const TmaCase t = tma_case(c);
                        alignas(64) CUtensorMap map;
                        const int status = tma_map(t, in, &map);
                        return status != cudaSuccess
                                   ? status
                                   : KBIT_LAUNCH(tma_load_kernel, dim3(1), dim3(64),
                                                 sizeof(TmaPlace), nullptr, map, t.x, t.y,
                                                 t.span() * tma_box_rows, out);
                    },
                    /* behind the box nothing is written: that is kept once, as one word */
                    [](size_t c, const Words &out) {
                        const size_t box = tma_case(c).span() * tma_box_rows / 4;
                        Words kept(out.begin(), out.begin() + static_cast<ptrdiff_t>(box));
                        uint32_t behind = 0xeeeeeeeeu;
                        for (size_t i = box; i < out.size(); ++i)
                            if (out[i] != 0xeeeeeeeeu)
                                behind = out[i];
                        kept.push_back(behind);
                        return kept;
                    },
                    [](size_t c, size_t word, const Words &) {
                        const TmaCase t = tma_case(c);
                        return word * 4 == t.span() * tma_box_rows
                                   ? std::string("behind the box")
                                   : text("byte %zu of the box: line %zu, chunk %zu as it lies",
                                          word * 4, word * 4 / t.span(), word * 4 % t.span() / 16);
                    }});
    list.push_back(
        {"tma_store_2d", "cp.async.bulk.tensor.2d from shared memory to a matrix", Devices::Hopper,
         Answer::Bits, tma_cases, tma_title,
         [](size_t, Generator &g, Words &in) {
             for (unsigned i = 0; i < tma_place_words; ++i)
                 in.push_back(g.word());
         },
         [](size_t) -> size_t { return tma_matrix_words; },
         [](size_t c, const uint32_t *in, uint32_t *out) -> int {
             const TmaCase t = tma_case(c);
             alignas(64) CUtensorMap map;
             const int status = tma_map(t, out, &map);
             return status != cudaSuccess
                        ? status
                        : KBIT_LAUNCH(tma_store_kernel, dim3(1), dim3(64), sizeof(TmaPlace),
                                      nullptr, map, t.x, t.y, in);
         },
         /* a digest of each row of the matrix, of which most stay as they were */
         [](size_t, const Words &out) {
             Words kept;
             for (size_t row = 0; row < tma_rows; ++row) {
                 const auto at = out.begin() + static_cast<ptrdiff_t>(row * tma_row_bytes / 4);
                 const uint64_t h = digest_of(Words(at, at + tma_row_bytes / 4));
                 kept.push_back(static_cast<uint32_t>(h ^ h >> 32));
             }
             return kept;
         },
         [](size_t, size_t word, const Words &) { return text("digest of row %zu", word); }});
    list.push_back(
        {"bulk_copy", "cp.async.bulk to shared memory and back", Devices::Hopper, Answer::Bits, 3,
         [](size_t c) { return text("%zu bytes", size_t{16} << 3 * c); },
         [](size_t, Generator &g, Words &in) {
             for (unsigned i = 0; i < bulk_words; ++i)
                 in.push_back(g.word());
         },
         [](size_t) -> size_t { return bulk_words; },
         [](size_t c, const uint32_t *in, uint32_t *out) -> int {
             return KBIT_LAUNCH(bulk_kernel, dim3(1), dim3(1), sizeof(BulkPlace), nullptr, in,
                                16u << 3 * c, out);
         },
         nullptr, [](size_t, size_t word, const Words &) { return text("word %zu", word); }});
}
} // namespace conformance

#endif
