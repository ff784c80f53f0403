/* race_hopper.h -- Hopper's units used rightly, and each time with one mistake. */
#ifndef KBIT_TESTS_SIMT_RACE_HOPPER_H
#define KBIT_TESTS_SIMT_RACE_HOPPER_H

#include "../../cuda/prelude.cuh"

enum class Mistake {
    None,
    /* a ring of stages, filled by the copy engine, used by products */
    FullNotWaitedFor,
    WrongParity,
    EmptyNotWaitedFor,
    ReleasedEarly,
    TooFewBytes,
    TooManyBytes,
    ProductNotWaitedFor,
    OperandOverwritten,
    StageHalfFilled,
    BarrierNotShown,
    /* operands by ordinary stores of two warps, which meet at a named barrier */
    NoProxyFence,
    FencedTooEarly,
    NoNamedBarrier,
    /* bulk stores */
    StoredUnwritten,
    StoredWithoutFence,
    SourceOverwritten,
    StoreNotWaitedFor,
    /* a kernel that may overlap the one before */
    ReadBeforeWait,
    WrittenBeforeWait,
    NeverWaited,
};

cudaError_t run_ring(Mistake, const unsigned char *tiles, int *out);
cudaError_t run_gather(Mistake, int *out);
cudaError_t run_store(Mistake, int *out);
cudaError_t run_overlapping(Mistake, int *words);
/* The second of its two kernels. */
cudaError_t run_overlapping_alone(Mistake, int *words);

constexpr int ring_steps = 5;
constexpr int ring_tile_bytes = (64 + 8) * 32; /* A [64,32], B [8,32] */

#endif
