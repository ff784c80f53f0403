/* int8_plan.cuh -- which tile, and into how many slices K is cut, for a shape and a device.
 *
 * The choice is the least of a small model of the time: MODEL, not measured on hardware. It changes
 * speed only, never bits of an int32 sum.
 */
#ifndef KBIT_CUDA_INT8_PLAN_CUH
#define KBIT_CUDA_INT8_PLAN_CUH

#include "int8_ring.cuh"

namespace kbit
{

using Tile32 = SquareTile<32, 128, 32, 32, 5>;
using Tile64 = SquareTile<64, 128, 32, 64, 4>;
using Tile128 = SquareTile<128, 128, 64, 64, 4>;
using Tile256 = SquareTile<128, 256, 64, 64, 3>;

/* The least that a block may have on any of these devices (8.6, 8.9, 12.0) is 99 KiB. */
static_assert(sizeof(Int8Shared<Tile256>) <= 99 << 10 && sizeof(Int8Shared<Tile128>) <= 99 << 10 &&
                  sizeof(Int8Shared<Tile64>) <= 99 << 10 && sizeof(Int8Shared<Tile32>) <= 99 << 10,
              "a tile's shared memory fits every device");

enum Int8TileName { kTile32, kTile64, kTile128, kTile256, kInt8Tiles };

struct Int8Plan {
    Int8TileName tile;
    int splits, steps;
    size_t tiles;
    size_t sums_bytes; /* of workspace, where the sums of slices are kept */
};

/* Calls f with a value of the tile's type; f is a generic lambda. */
template <class F> auto with_tile(Int8TileName name, F f)
{
    switch (name) {
    case kTile32:
        return f(Tile32{});
    case kTile64:
        return f(Tile64{});
    case kTile128:
        return f(Tile128{});
    default:
        return f(Tile256{});
    }
}

constexpr int kMaxSplits = 16;

/* The plan with a given tile and number of splits; fewer, where K has not so many steps. */
inline Int8Plan int8_plan_of(Int8TileName name, int splits, size_t M, size_t N, size_t K)
{
    return with_tile(name, [&](auto tile) {
        using Tile = decltype(tile);
        const size_t steps = ceil_div(K, kRingK);
        const size_t tiles = ceil_div(M, Tile::kM) * ceil_div(N, Tile::kN);
        const size_t each = ceil_div(steps ? steps : 1, static_cast<size_t>(splits));
        const size_t used = steps ? ceil_div(steps, each) : 1;
        return Int8Plan{name, static_cast<int>(used), static_cast<int>(each), tiles,
                        used > 1 ? tiles * used * Tile::kSums * sizeof(int) : 0};
    });
}

/* Clocks that a plan takes on a device of so many multiprocessors. A multiprocessor does 2048 int8
 * products a clock at best (half that share with the small warp tiles, which read shared memory
 * more often), takes 48 bytes a clock from the L2 cache, and spends some 3000 clocks on starting,
 * draining and storing a tile. */
inline double int8_plan_clocks(const Int8Plan &plan, int multiprocessors)
{
    return with_tile(plan.tile, [&](auto tile) {
        using Tile = decltype(tile);
        const double share = Tile::kFragmentsM * Tile::kFragmentsN / 32.0;
        const double products = double{Tile::kSums} * kRingK / (2048 * (0.5 + 0.5 * share));
        const double bytes = double{Tile::kM + Tile::kN} * kRingK / 48;
        const double step = products > bytes ? products : bytes;
        const size_t blocks = plan.tiles * plan.splits;
        const double rounds = static_cast<double>(ceil_div(blocks, multiprocessors));
        const double exchange =
            plan.splits > 1 ? (1.0 + plan.splits) * Tile::kSums * sizeof(int) / 48 : 0;
        return rounds * (plan.steps * step + 3000) + exchange;
    });
}

inline Int8Plan int8_plan(size_t M, size_t N, size_t K, int multiprocessors)
{
    Int8Plan best = int8_plan_of(kTile32, 1, M, N, K);
    for (int name = 0; name < kInt8Tiles; ++name) {
        for (int splits = 1; splits <= kMaxSplits; ++splits) {
            const Int8Plan plan = int8_plan_of(static_cast<Int8TileName>(name), splits, M, N, K);
            if (plan.splits > 1 && plan.tiles * plan.splits > 2 * size_t(multiprocessors))
                break; /* the device is full */
            if (int8_plan_clocks(plan, multiprocessors) < int8_plan_clocks(best, multiprocessors))
                best = plan;
        }
    }
    return best;
}

template <class Tile, bool Aligned, class Output>
kbit_status launch_ring(const Int8Matrices &in, const Int8Plan &plan, const Int8Split &split,
                        const Output &output, bool after, cudaStream_t stream)
{
    const dim3 grid(static_cast<unsigned>(plan.tiles), static_cast<unsigned>(plan.splits));
    const size_t bytes = sizeof(Int8Shared<Tile>);
    return status_of(after
                         ? KBIT_LAUNCH_AFTER((int8_ring_kernel<Tile, Aligned, Output>), grid,
                                             dim3(Tile::kThreads), bytes, stream, in, split, output)
                         : KBIT_LAUNCH((int8_ring_kernel<Tile, Aligned, Output>), grid,
                                       dim3(Tile::kThreads), bytes, stream, in, split, output));
}

/* Launches the kernel of a plan. `after` a kernel of ours: it may begin before that one ends.
 * Operands that are not aligned go by the slow copies of one tile, without a split. */
template <class Output>
kbit_status int8_ring(const Int8Matrices &in, const Int8Plan &plan, bool aligned_operands,
                      int *sums, int *arrivals, const Output &output, bool after,
                      cudaStream_t stream)
{
    const Int8Split split = {plan.splits, plan.steps, sums, arrivals};
    if (plan.tiles > 0x7fffffff)
        return KBIT_ERR_UNSUPPORTED;
    if (!aligned_operands)
        return launch_ring<Tile64, false>(in, plan, split, output, after, stream);
    return with_tile(plan.tile, [&](auto tile) {
        return launch_ring<decltype(tile), true>(in, plan, split, output, after, stream);
    });
}

inline bool int8_aligned(const Int8Matrices &in)
{
    return in.K % 16 == 0 && in.q_ld % 16 == 0 && in.w_ld % 16 == 0 && aligned(in.q, 16) &&
           aligned(in.w, 16);
}

/* The plan for operands as they are: unaligned ones have one tile and no split. */
inline Int8Plan int8_plan_for(const Int8Matrices &in, int multiprocessors)
{
    const size_t M = in.M, N = in.N, K = in.K;
    return int8_aligned(in) ? int8_plan(M, N, K, multiprocessors)
                            : int8_plan_of(kTile64, 1, M, N, K);
}

} // namespace kbit

#endif
