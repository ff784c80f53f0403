/* hopper_plan.cuh -- which of the Hopper kernels takes a product, and on how many blocks.
 *
 * The choice is the least of a small model of the time: MODEL, not measured on hardware; its counts
 * are those of ladders.md. It changes speed, and with outliers the sequence of the layer's
 * arithmetic, never an int32 sum.
 */
#ifndef KBIT_CUDA_HOPPER_PLAN_CUH
#define KBIT_CUDA_HOPPER_PLAN_CUH

#include "int8_tile.cuh"
#include "rungs.h"

namespace kbit
{

/* kHopperNarrow, 128 x 128 (hopper.cu); kHopperWide, 128 x 256 (hopper2.cu); kHopperPair, the same in
 * clusters of two blocks, one below the other. */
struct HopperPlan {
    HopperTile tile;
    unsigned blocks; /* of the grid; whole clusters */
};

constexpr int kHopperStepBytes = 128; /* of k */

struct HopperShape {
    int columns;     /* of a tile; rows are 128 */
    int cluster;     /* blocks */
    double busy;     /* clocks that a step keeps the tensor cores or shared memory busy */
    double l2_bytes; /* of a step and block */
    double epilogue; /* clocks of a tile that are not hidden */
};

inline HopperShape hopper_shape(HopperTile tile)
{
    static const HopperShape shapes[kHopperTiles] = {{128, 1, 640, 32 << 10, 1500},
                                                     {256, 1, 1024, 48 << 10, 3000},
                                                     {256, 2, 1024, 32 << 10, 3000}};
    return shapes[tile];
}

/* Clusters that a product has work for. */
inline size_t hopper_units(HopperTile tile, size_t M, size_t N)
{
    const HopperShape shape = hopper_shape(tile);
    return ceil_div(ceil_div(M, 128), static_cast<size_t>(shape.cluster)) *
           ceil_div(N, static_cast<size_t>(shape.columns));
}

/* One block a multiprocessor. 0 where there is not room for a cluster. */
inline unsigned hopper_blocks(HopperTile tile, size_t M, size_t N, int multiprocessors)
{
    const size_t cluster = static_cast<size_t>(hopper_shape(tile).cluster);
    const size_t room = static_cast<size_t>(multiprocessors) / cluster;
    const size_t units = hopper_units(tile, M, N);
    return static_cast<unsigned>((units < room ? units : room) * cluster);
}

/* Clocks that a product takes. A block has its port to L2, 64 bytes a clock, and all of them
 * together what L2 gives, 28 a clock and multiprocessor. */
inline double hopper_clocks(HopperTile tile, size_t M, size_t N, size_t K, int multiprocessors)
{
    const HopperShape shape = hopper_shape(tile);
    const double blocks = hopper_blocks(tile, M, N, multiprocessors);
    const double port = shape.l2_bytes / 64;
    const double shared = shape.l2_bytes * blocks / (28.0 * multiprocessors);
    double step = shape.busy > port ? shape.busy : port;
    step = step > shared ? step : shared;
    const size_t rounds = ceil_div(hopper_units(tile, M, N) * static_cast<size_t>(shape.cluster),
                                   static_cast<size_t>(blocks));
    return static_cast<double>(rounds) *
           (static_cast<double>(ceil_div(K, kHopperStepBytes)) * step + shape.epilogue);
}

/* Where there is no choice by HopperTileChoice, or no room for it, the least of the model. */
inline HopperPlan hopper_plan(size_t M, size_t N, size_t K, int multiprocessors)
{
    const HopperTile chosen = chosen_hopper_tile();
    if (chosen != kHopperByModel && hopper_blocks(chosen, M, N, multiprocessors) > 0)
        return {chosen, hopper_blocks(chosen, M, N, multiprocessors)};
    HopperTile best = kHopperNarrow;
    for (HopperTile tile : {kHopperWide, kHopperPair})
        if (hopper_blocks(tile, M, N, multiprocessors) > 0 &&
            hopper_clocks(tile, M, N, K, multiprocessors) <
                hopper_clocks(best, M, N, K, multiprocessors))
            best = tile;
    return {best, hopper_blocks(best, M, N, multiprocessors)};
}

/* Multiprocessors, as the plans count them. Two on the CPU, so that each block has more tiles. */
inline int hopper_multiprocessors()
{
#if defined(__CUDACC__)
    return device_multiprocessors();
#else
    return 2;
#endif
}

/* The device, the build and the operands: rows of whole 16 bytes, as the copy engine wants them.
 * Up to 16 rows the weights' stream decides (int8_stream.cuh). Outputs fewer than 8 leave most of a
 * tile empty, and tiles for less than half of the multiprocessors leave the others idle: there a
 * lower rung, which splits K, is taken to be faster (predicted, not measured on hardware). */
inline bool hopper_serves(const Int8Operands &in)
{
#if defined(__CUDACC__) && !defined(KBIT_SM90A)
    return false;
#elif defined(__CUDACC__)
    if (device_capability() != 90)
        return false;
#endif
    return in.K > 0 && int8_aligned(in) && in.M > 16 && in.N >= 8 &&
           2 * hopper_units(kHopperNarrow, static_cast<size_t>(in.M), static_cast<size_t>(in.N)) >=
               static_cast<size_t>(hopper_multiprocessors());
}

} // namespace kbit

#endif
