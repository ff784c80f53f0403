/* t_hopper_faults.cc -- what breaks a rule of Hopper's asynchronous units ends in one clear message.
 * Each is compared word for word; lines are counted from the start of the kernel. */
#include "testing.h"

#include "../../cuda/ptx_wgmma.cuh"
#include "../../cuda/tensor_map.cuh"

#include <string.h>

struct alignas(1024) Shared {
    unsigned char a[8192], b[4096];
    uint64_t bar;
};

/* One mbarrier for `count` arrivals, by the book. */
static void start(Shared &shared, unsigned count)
{
    if (threadIdx.x == 0) {
        ptx::mbarrier_init(&shared.bar, count);
        ptx::mbarrier_fence_init();
    }
    __syncthreads();
}

/* ---- mbarriers ---- */

constexpr int uninitialised_line = __LINE__;
static void uninitialised(int)
{
    KBIT_SHARED(Shared, shared);
    ptx::mbarrier_arrive(&shared.bar);
}

constexpr int overwritten_line = __LINE__;
static void overwritten(int)
{
    KBIT_SHARED(Shared, shared);
    start(shared, 1);
    shared.bar = 0;
    ptx::mbarrier_wait(&shared.bar, 0);
}

constexpr int count_line = __LINE__;
static void count(int)
{
    KBIT_SHARED(Shared, shared);
    ptx::mbarrier_init(&shared.bar, 0);
}

constexpr int misplaced_line = __LINE__;
static void misplaced(int)
{
    KBIT_SHARED(Shared, shared);
    ptx::mbarrier_init(reinterpret_cast<uint64_t *>(shared.a + 4), 1);
}

/* Bytes that are still to come keep the phase open, and a second arrival is one too many. */
constexpr int over_arrival_line = __LINE__;
static void over_arrival(int)
{
    KBIT_SHARED(Shared, shared);
    start(shared, 1);
    ptx::mbarrier_arrive_expect_tx(&shared.bar, 16);
    ptx::mbarrier_arrive(&shared.bar);
}

/* A producer that waits for a stage nobody has used yet must wait for parity 1, not 0. */
constexpr int wrong_parity_line = __LINE__;
static void wrong_parity(int)
{
    KBIT_SHARED(Shared, shared);
    start(shared, 3);
    ptx::mbarrier_wait(&shared.bar, 1);
    ptx::mbarrier_wait(&shared.bar, 0);
    ptx::mbarrier_arrive(&shared.bar);
}

constexpr int too_few_bytes_line = __LINE__;
static void too_few_bytes(const unsigned char *in)
{
    KBIT_SHARED(Shared, shared);
    start(shared, 1);
    ptx::mbarrier_arrive_expect_tx(&shared.bar, 64);
    ptx::bulk_load(shared.a, in, 80, &shared.bar);
    ptx::mbarrier_wait(&shared.bar, 0);
}

constexpr int unwaited_load_line = __LINE__;
static void unwaited_load(const unsigned char *in)
{
    KBIT_SHARED(Shared, shared);
    start(shared, 1);
    ptx::mbarrier_arrive_expect_tx(&shared.bar, 64);
    ptx::bulk_load(shared.a, in, 64, &shared.bar);
}

constexpr int too_many_bytes_line = __LINE__;
static void too_many_bytes(const unsigned char *in)
{
    KBIT_SHARED(Shared, shared);
    start(shared, 1);
    ptx::mbarrier_arrive_expect_tx(&shared.bar, 64);
    ptx::bulk_load(shared.a, in, 48, &shared.bar);
    ptx::mbarrier_wait(&shared.bar, 0);
}

constexpr int unpublished_line = __LINE__;
static void unpublished(const unsigned char *in)
{
    KBIT_SHARED(Shared, shared);
    ptx::mbarrier_init(&shared.bar, 1);
    ptx::mbarrier_arrive_expect_tx(&shared.bar, 64);
    ptx::bulk_load(shared.a, in, 64, &shared.bar);
}

constexpr int polls_line = __LINE__;
static void polls(int)
{
    KBIT_SHARED(Shared, shared);
    start(shared, 1);
    while (!ptx::mbarrier_try_wait(&shared.bar, 0))
        ;
}

/* ---- copies ---- */

constexpr int bulk_size_line = __LINE__;
static void bulk_size(const unsigned char *in)
{
    KBIT_SHARED(Shared, shared);
    start(shared, 1);
    ptx::bulk_load(shared.a, in, 40, &shared.bar);
}

constexpr int bulk_from_line = __LINE__;
static void bulk_from(const unsigned char *in)
{
    KBIT_SHARED(Shared, shared);
    start(shared, 1);
    ptx::bulk_load(shared.a, in + 8, 48, &shared.bar);
}

constexpr int tma_misaligned_line = __LINE__;
static void tma_misaligned(CUtensorMap map)
{
    KBIT_SHARED(Shared, shared);
    start(shared, 1);
    ptx::tma_load_2d(shared.a + 64, &map, 0, 0, &shared.bar);
}

constexpr int tma_outside_line = __LINE__;
static void tma_outside(CUtensorMap map)
{
    KBIT_SHARED(Shared, shared);
    start(shared, 1);
    ptx::tma_load_2d(shared.b + 4096, &map, 0, 0, &shared.bar);
}

constexpr int no_map_line = __LINE__;
static void no_map(int)
{
    KBIT_SHARED(Shared, shared);
    CUtensorMap map = {};
    ptx::tma_load_2d(shared.a, &map, 0, 0, &shared.bar);
}

constexpr int unwaited_store_line = __LINE__;
static void unwaited_store(CUtensorMap map)
{
    KBIT_SHARED(Shared, shared);
    ptx::tma_store_2d(&map, 0, 0, shared.a);
    ptx::bulk_commit();
    ptx::bulk_wait<1>();
}

constexpr int unfenced_store_line = __LINE__;
static void unfenced_store(CUtensorMap map)
{
    KBIT_SHARED(Shared, shared);
    shared.a[130] = 1;
    ptx::tma_store_2d(&map, 0, 0, shared.a);
    ptx::bulk_commit();
    ptx::bulk_wait<0>();
}

/* ---- products ---- */

static uint64_t operand(const void *start)
{
    return ptx::matrix_descriptor(start, ptx::Swizzle::Bytes128, 1024);
}

constexpr int no_fence_line = __LINE__;
static void no_fence(int)
{
    KBIT_SHARED(Shared, shared);
    int d[4] = {};
    ptx::wgmma_s8<8>(d, operand(shared.a), operand(shared.b), true);
}

constexpr int changed_line = __LINE__;
static void changed(int)
{
    KBIT_SHARED(Shared, shared);
    int d[4] = {};
    ptx::wgmma_fence();
    ptx::wgmma_s8<8>(d, operand(shared.a), operand(shared.b), true);
    ptx::wgmma_commit();
    ptx::wgmma_wait<0>();
    d[3] ^= threadIdx.x == 77;
    ptx::wgmma_s8<8>(d, operand(shared.a), operand(shared.b), true);
}

constexpr int unfenced_operand_line = __LINE__;
static void unfenced_operand(int)
{
    KBIT_SHARED(Shared, shared);
    int d[4] = {};
    shared.b[threadIdx.x] = 1;
    __syncthreads();
    ptx::wgmma_fence();
    ptx::wgmma_s8<8>(d, operand(shared.a), operand(shared.b), true);
    ptx::wgmma_commit();
    ptx::wgmma_wait<0>();
}

constexpr int off_period_line = __LINE__;
static void off_period(int)
{
    KBIT_SHARED(Shared, shared);
    int d[4] = {};
    ptx::wgmma_fence();
    ptx::wgmma_s8<8>(d, operand(shared.a), operand(shared.b + 128), true);
}

constexpr int base_line = __LINE__;
static void base(int)
{
    KBIT_SHARED(Shared, shared);
    int d[4] = {};
    ptx::wgmma_fence();
    ptx::wgmma_s8<8>(d, operand(shared.a) | uint64_t{3} << 49, operand(shared.b), true);
}

constexpr int beyond_row_line = __LINE__;
static void beyond_row(int)
{
    KBIT_SHARED(Shared, shared);
    int d[4] = {};
    ptx::wgmma_fence();
    ptx::wgmma_s8<8>(d, operand(shared.a + 112), operand(shared.b), true);
}

constexpr int stray_line = __LINE__;
static void stray(int)
{
    KBIT_SHARED(Shared, shared);
    int d[4] = {};
    ptx::wgmma_fence();
    ptx::wgmma_s8<8>(d, operand(shared.a), operand(shared.b) | uint64_t{1} << 14, true);
}

constexpr int stride_line = __LINE__;
static void stride(int)
{
    KBIT_SHARED(Shared, shared);
    int d[4] = {};
    ptx::wgmma_fence();
    ptx::wgmma_s8<8>(d, ptx::matrix_descriptor(shared.a, ptx::Swizzle::Bytes128, 512),
                     operand(shared.b), true);
}

constexpr int past_end_line = __LINE__;
static void past_end(int)
{
    KBIT_SHARED(Shared, shared);
    int d[32] = {};
    ptx::wgmma_fence();
    ptx::wgmma_s8<64>(d, operand(shared.a), operand(shared.b), true);
}

constexpr int differ_line = __LINE__;
static void differ(int)
{
    KBIT_SHARED(Shared, shared);
    int d[4] = {};
    ptx::wgmma_fence();
    ptx::wgmma_s8<8>(d, operand(shared.a), operand(shared.b + threadIdx.x / 32 * 1024), true);
}

constexpr int apart_line = __LINE__;
static void apart(int)
{
    if (threadIdx.x < 96)
        ptx::wgmma_fence();
    else
        ptx::wgmma_commit();
}

constexpr int unwaited_product_line = __LINE__;
static void unwaited_product(int)
{
    KBIT_SHARED(Shared, shared);
    int d[4] = {};
    ptx::wgmma_fence();
    ptx::wgmma_s8<8>(d, operand(shared.a), operand(shared.b), true);
    ptx::wgmma_commit();
    ptx::wgmma_wait<1>();
}

constexpr int few_threads_line = __LINE__;
static void few_threads(int)
{
    ptx::wgmma_fence();
}

constexpr int leaves_line = __LINE__;
static void leaves(int)
{
    if (threadIdx.x != 127)
        ptx::wgmma_fence();
}

/* ---- roles ---- */

constexpr int registers_line = __LINE__;
static void registers(int)
{
    ptx::registers_increase<236>();
}

constexpr int few_registers_line = __LINE__;
static void few_registers(int)
{
    ptx::registers_decrease<16>();
}

constexpr int registers_differ_line = __LINE__;
static void registers_differ(int)
{
    for (int i = 0; i < 1; i++)
        threadIdx.x < 64 ? ptx::registers_increase<232>() : ptx::registers_increase<240>();
}

constexpr int barrier_id_line = __LINE__;
static void barrier_id(int)
{
    ptx::barrier_sync(16, 128);
}

constexpr int barrier_threads_line = __LINE__;
static void barrier_threads(int)
{
    ptx::barrier_sync(1, 100);
}

constexpr int barrier_counts_line = __LINE__;
static void barrier_counts(int)
{
    if (threadIdx.x < 64)
        ptx::barrier_sync(1, 128);
    else
        ptx::barrier_sync(1, 96);
}

constexpr int barrier_deadlock_line = __LINE__;
static void barrier_deadlock(int)
{
    if (threadIdx.x < 64)
        ptx::barrier_sync(1, 128);
}

static unsigned char *const memory = static_cast<unsigned char *>(aligned_alloc(256, 16384));

static CUtensorMap map_of_memory()
{
    CUtensorMap map;
    ck_assert_int_eq(kbit::make_tensor_map(&map, CU_TENSOR_MAP_DATA_TYPE_UINT8, memory, 64, 128,
                                           128, 16, 128, CU_TENSOR_MAP_SWIZZLE_128B),
                     cudaSuccess);
    return map;
}

#define RUN(kernel, threads, argument)                                                             \
#kernel, kernel##_line,                                                                        \
        [] { return KBIT_LAUNCH(kernel, dim3(1), dim3(threads), sizeof(Shared), nullptr,           \
                                argument); }

static const struct Case {
    const char *name;
    int line;
    cudaError_t (*run)();
    const char *message;
} cases[] = {
    {RUN(uninitialised, 1, 0),
     "simt: mbarrier.arrive: the mbarrier at offset 12288 was never initialised\n"
     "simt:   in kernel uninitialised, block (0,0,0), thread 0 (0,0,0), mbarrier.arrive at L4\n"},
    {RUN(overwritten, 1, 0), "simt: mbarrier.try_wait.parity: the mbarrier at offset 12288 was "
                             "overwritten by ordinary stores\n"
                             "simt:   in kernel overwritten, block (0,0,0), thread 0 (0,0,0), "
                             "mbarrier.try_wait.parity at L6\n"},
    {RUN(count, 1, 0),
     "simt: mbarrier.init: the count 0 is not in [1, 1048575]\n"
     "simt:   in kernel count, block (0,0,0), thread 0 (0,0,0), mbarrier.init at L4\n"},
    {RUN(misplaced, 1, 0),
     "simt: mbarrier.init: the mbarrier at offset 4 is not 8 aligned bytes of shared memory\n"
     "simt:   in kernel misplaced, block (0,0,0), thread 0 (0,0,0), mbarrier.init at L4\n"},
    {RUN(over_arrival, 1, 0),
     "simt: mbarrier.arrive: more than the 1 arrivals that the mbarrier at offset 12288 counts in "
     "a phase\n"
     "simt:   in kernel over_arrival, block (0,0,0), thread 0 (0,0,0), mbarrier.arrive at L6\n"},
    {RUN(wrong_parity, 2, 0), "simt: deadlock: no thread of the block can go on\n"
                              "simt:   in kernel wrong_parity, block (0,0,0)\n"
                              "simt:   threads 0-1 wait in mbarrier.try_wait.parity at L6\n"
                              "simt:   the mbarrier at offset 12288: 2 threads wait for the phase "
                              "of parity 0; 3 of 3 arrivals and 0 bytes are missing\n"},
    {RUN(too_few_bytes, 1, memory),
     "simt: cp.async.bulk load: 16 bytes more than expected came to the mbarrier at offset 12288 "
     "in a phase\n"
     "simt:   in kernel too_few_bytes, block (0,0,0), thread 0 (0,0,0), cp.async.bulk load at L6\n"
     "simt:   the mbarrier at offset 12288: 1 thread waits for the phase of parity 0; 0 of 1 "
     "arrivals and -16 bytes are missing\n"},
    {RUN(unwaited_load, 1, memory),
     "simt: the block ends before 1 bulk loads that nobody waited for\n"
     "simt:   in kernel unwaited_load, block (0,0,0)\n"},
    {RUN(too_many_bytes, 1, memory),
     "simt: deadlock: no thread of the block can go on\n"
     "simt:   in kernel too_many_bytes, block (0,0,0)\n"
     "simt:   thread 0 waits in mbarrier.try_wait.parity at L7\n"
     "simt:   the mbarrier at offset 12288: 1 thread waits for the phase of parity 0; 0 of 1 "
     "arrivals and 16 bytes are missing\n"},
    {RUN(unpublished, 1, memory),
     "simt: cp.async.bulk load: no fence has shown the initialisation of the mbarrier at offset "
     "12288 to the async proxy\n"
     "simt:   in kernel unpublished, block (0,0,0), thread 0 (0,0,0), cp.async.bulk load at L6\n"},
    {RUN(polls, 1, 0), "simt: livelock: threads poll memory that no other thread of the block can "
                       "change (blocks must not wait for one another)\n"
                       "simt:   in kernel polls, block (0,0,0)\n"
                       "simt:   thread 0 waits in mbarrier.try_wait.parity at L5\n"},
    {RUN(bulk_size, 1, memory),
     "simt: cp.async.bulk load: 40 bytes: it must be a multiple of 16\n"
     "simt:   in kernel bulk_size, block (0,0,0), thread 0 (0,0,0), cp.async.bulk load at L5\n"},
    {RUN(bulk_from, 1, memory),
     "simt: cp.async.bulk load: the address in global memory is not 16-byte aligned\n"
     "simt:   in kernel bulk_from, block (0,0,0), thread 0 (0,0,0), cp.async.bulk load at L5\n"},
    {RUN(tma_misaligned, 1, map_of_memory()),
     "simt: cp.async.bulk.tensor load: the offset 64 in shared memory is not 128-byte aligned\n"
     "simt:   in kernel tma_misaligned, block (0,0,0), thread 0 (0,0,0), cp.async.bulk.tensor load "
     "at L5\n"},
    {RUN(tma_outside, 1, map_of_memory()),
     "simt: cp.async.bulk.tensor load: 2048 bytes at offset 12288 are not within the block's 13312 "
     "bytes of shared memory\n"
     "simt:   in kernel tma_outside, block (0,0,0), thread 0 (0,0,0), cp.async.bulk.tensor load at "
     "L5\n"},
    {RUN(no_map, 1, 0), "simt: cp.async.bulk.tensor load: this is no tensor map\n"
                        "simt:   in kernel no_map, block (0,0,0), thread 0 (0,0,0), "
                        "cp.async.bulk.tensor load at L5\n"},
    {RUN(unwaited_store, 1, map_of_memory()),
     "simt: the thread exits with bulk stores that it never waited for (1)\n"
     "simt:   in kernel unwaited_store, block (0,0,0), thread 0 (0,0,0)\n"},
    {RUN(unfenced_store, 1, map_of_memory()),
     "simt: cp.async.bulk.tensor store reads offset 130 of shared memory, which ordinary stores "
     "changed after the last fence.proxy.async\n"
     "simt:   in kernel unfenced_store, block (0,0,0), thread 0 (0,0,0), cp.async.bulk.tensor "
     "store at L5\n"},
    {RUN(no_fence, 128, 0),
     "simt: wgmma: no wgmma.fence before the warpgroup's first product\n"
     "simt:   in kernel no_fence, block (0,0,0), thread 127 (127,0,0), wgmma.s8 at L5\n"
     "simt:   threads 0-126 wait in wgmma.s8 at L5\n"},
    {RUN(changed, 128, 0),
     "simt: wgmma: thread 77 of the warpgroup changed its accumulators, and no wgmma.fence came "
     "after\n"
     "simt:   in kernel changed, block (0,0,0), thread 127 (127,0,0), wgmma.s8 at L10\n"
     "simt:   threads 0-126 wait in wgmma.s8 at L10\n"},
    {RUN(unfenced_operand, 128, 0),
     "simt: wgmma.s8 reads offset 8192 of shared memory, which ordinary stores changed after the "
     "last fence.proxy.async\n"
     "simt:   in kernel unfenced_operand, block (0,0,0), thread 126 (126,0,0), wgmma.s8 at L8\n"
     "simt:   threads 0-125, 127 wait in wgmma.wait_group at L10\n"},
    {RUN(off_period, 128, 0),
     "simt: wgmma: B starts at offset 8320, not in the first row of a 1024-byte period of its "
     "swizzle\n"
     "simt:   in kernel off_period, block (0,0,0), thread 126 (126,0,0), wgmma.s8 at L6\n"
     "simt:   threads 0-125, 127 wait in wgmma.s8 at L6\n"},
    {RUN(base, 128, 0),
     "simt: wgmma: A starts on a period of its swizzle, so its base offset must be 0, not 3\n"
     "simt:   in kernel base, block (0,0,0), thread 126 (126,0,0), wgmma.s8 at L6\n"
     "simt:   threads 0-125, 127 wait in wgmma.s8 at L6\n"},
    {RUN(beyond_row, 128, 0),
     "simt: wgmma: A starts at byte 112 of a 128-byte row: 32 do not fit\n"
     "simt:   in kernel beyond_row, block (0,0,0), thread 126 (126,0,0), wgmma.s8 at L6\n"
     "simt:   threads 0-125, 127 wait in wgmma.s8 at L6\n"},
    {RUN(stray, 128, 0),
     "simt: wgmma: the descriptor of B, 0x4000004000014200, has bits set that mean nothing\n"
     "simt:   in kernel stray, block (0,0,0), thread 126 (126,0,0), wgmma.s8 at L6\n"
     "simt:   threads 0-125, 127 wait in wgmma.s8 at L6\n"},
    {RUN(stride, 128, 0),
     "simt: wgmma: the stride byte offset of A, 512, is not a multiple of the swizzle's period of "
     "1024\n"
     "simt:   in kernel stride, block (0,0,0), thread 126 (126,0,0), wgmma.s8 at L6\n"
     "simt:   threads 0-125, 127 wait in wgmma.s8 at L6\n"},
    {RUN(past_end, 128, 0),
     "simt: wgmma: row 40 of B lies at offset 13312, outside the block's 13312 bytes of shared "
     "memory\n"
     "simt:   in kernel past_end, block (0,0,0), thread 126 (126,0,0), wgmma.s8 at L6\n"
     "simt:   threads 0-125, 127 wait in wgmma.s8 at L6\n"},
    {RUN(differ, 128, 0),
     "simt: wgmma: the descriptors or scale-d of threads 0 and 32 of the warpgroup differ\n"
     "simt:   in kernel differ, block (0,0,0), thread 126 (126,0,0), wgmma.s8 at L6\n"
     "simt:   threads 0-125, 127 wait in wgmma.s8 at L6\n"},
    {RUN(apart, 128, 0),
     "simt: threads of warpgroup 0 meet in different operations: wgmma.commit_group at L6, and "
     "wgmma.fence at L4\n"
     "simt:   in kernel apart, block (0,0,0), thread 96 (96,0,0), wgmma.commit_group at L6\n"
     "simt:   threads 0-95 wait in wgmma.fence at L4\n"},
    {RUN(unwaited_product, 128, 0),
     "simt: the thread exits with wgmma products that its warpgroup never waited for (1)\n"
     "simt:   in kernel unwaited_product, block (0,0,0), thread 126 (126,0,0)\n"},
    {RUN(few_threads, 96, 0),
     "simt: wgmma.fence: warpgroup 0 has only 96 threads\n"
     "simt:   in kernel few_threads, block (0,0,0), thread 0 (0,0,0), wgmma.fence at L3\n"},
    {RUN(leaves, 128, 0),
     "simt: thread 127 of warpgroup 0 exits while others wait for it in wgmma.fence at L4\n"
     "simt:   in kernel leaves, block (0,0,0), thread 127 (127,0,0)\n"
     "simt:   threads 0-126 wait in wgmma.fence at L4\n"},
    {RUN(registers, 128, 0),
     "simt: setmaxnreg: 236 is not a multiple of 8 from 24 to 256\n"
     "simt:   in kernel registers, block (0,0,0), thread 0 (0,0,0), setmaxnreg.inc at L3\n"},
    {RUN(few_registers, 128, 0),
     "simt: setmaxnreg: 16 is not a multiple of 8 from 24 to 256\n"
     "simt:   in kernel few_registers, block (0,0,0), thread 0 (0,0,0), setmaxnreg.dec at L3\n"},
    {RUN(registers_differ, 128, 0),
     "simt: setmaxnreg: the threads of a warpgroup ask for 232 and for 240\n"
     "simt:   in kernel registers_differ, block (0,0,0), thread 127 (127,0,0), setmaxnreg.inc at "
     "L4\n"
     "simt:   threads 0-126 wait in setmaxnreg.inc at L4\n"},
    {RUN(barrier_id, 128, 0),
     "simt: bar.sync: the barrier 16 is not in [1, 15]; 0 is that of __syncthreads\n"
     "simt:   in kernel barrier_id, block (0,0,0), thread 0 (0,0,0), bar.sync at L3\n"},
    {RUN(barrier_threads, 128, 0),
     "simt: bar.sync: 100 threads: it must be a multiple of 32 within the block\n"
     "simt:   in kernel barrier_threads, block (0,0,0), thread 0 (0,0,0), bar.sync at L3\n"},
    {RUN(barrier_counts, 128, 0),
     "simt: bar.sync: barrier 1 is for 96 threads here, and for 128 at L4\n"
     "simt:   in kernel barrier_counts, block (0,0,0), thread 64 (64,0,0), bar.sync at L6\n"
     "simt:   threads 0-63 wait in bar.sync at L4\n"},
    {RUN(barrier_deadlock, 128, 0), "simt: deadlock: no thread of the block can go on\n"
                                    "simt:   in kernel barrier_deadlock, block (0,0,0)\n"
                                    "simt:   threads 0-63 wait in bar.sync at L4\n"},
};

START_TEST(messages)
{
    const Case &c = cases[_i];
    choose(simt::Order::Forward, simt::Async::Late, 1);
    ck_assert_int_eq(c.run(), cudaErrorLaunchFailure);
    const std::string message = with_relative_lines(simt::fault_message(), __FILE__, c.line);
    ck_assert_msg(message == c.message, "%s says\n%s, expected\n%s", c.name, message.c_str(),
                  c.message);
    ck_assert_int_eq(cudaGetLastError(), cudaErrorLaunchFailure);
}
END_TEST

int main()
{
    TCase *tests = tcase_create("hopper faults");
    tcase_add_loop_test(tests, messages, 0, (int)(sizeof cases / sizeof cases[0]));
    return run_suite("simt hopper faults", tests);
}
