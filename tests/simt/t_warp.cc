/* t_warp.cc -- barriers, shuffles, votes, reductions, atomics and intrinsics against plain loops.
 */
#include "testing.h"

#include "../../cuda/prelude.cuh"

#include <math.h>
#include <string.h>
#include <vector>

static const simt::Order all_orders[] = {simt::Order::Forward, simt::Order::Reverse,
                                         simt::Order::Random, simt::Order::Priority};

/* ---- shuffles: what the CUDA guide's table says, from the values of all lanes ---- */

__global__ void shuffle_kernel(const unsigned *in, unsigned amount, int width, unsigned *out)
{
    unsigned mine = in[threadIdx.x];
    out[threadIdx.x] = __shfl_sync(0xffffffffu, mine, (int)amount, width);
    out[32 + threadIdx.x] = __shfl_xor_sync(0xffffffffu, mine, (int)amount, width);
    out[64 + threadIdx.x] = __shfl_down_sync(0xffffffffu, mine, amount, width);
    out[96 + threadIdx.x] = __shfl_up_sync(0xffffffffu, mine, amount, width);
}

START_TEST(shuffles)
{
    unsigned in[32], out[128];
    for (unsigned i = 0; i < 32; i++)
        in[i] = 1000 + i * i;
    choose(all_orders[_i], simt::Async::Issue, 3);
    for (int width = 1; width <= 32; width *= 2)
        for (int amount = 0; amount < 32; amount++) {
            ck_assert_int_eq(KBIT_LAUNCH(shuffle_kernel, dim3(1), dim3(32), 0, nullptr, in,
                                         (unsigned)amount, width, out),
                             cudaSuccess);
            for (int lane = 0; lane < 32; lane++) {
                int start = lane / width * width, end = start + width;
                int from[4] = {start + amount % width, lane ^ amount, lane + amount, lane - amount};
                if (from[1] >= end)
                    from[1] = lane;
                if (from[2] >= end)
                    from[2] = lane;
                if (from[3] < start)
                    from[3] = lane;
                for (int kind = 0; kind < 4; kind++)
                    ck_assert_msg(out[32 * kind + lane] == in[from[kind]],
                                  "kind %d, width %d, amount %d, lane %d", kind, width, amount,
                                  lane);
            }
        }
}
END_TEST

__global__ void wide_shuffle_kernel(double *d, long long *l, float *f)
{
    unsigned lane = threadIdx.x;
    d[lane] = __shfl_sync(0xffffffffu, lane * 0.5, 31 - (int)lane);
    l[lane] = __shfl_sync(0xffffffffu, (long long)lane << 40, 31 - (int)lane);
    f[lane] = __shfl_xor_sync(0xffffffffu, (float)lane, 1);
}

START_TEST(shuffles_of_other_types)
{
    double d[32];
    long long l[32];
    float f[32];
    choose(simt::Order::Forward, simt::Async::Issue, 1);
    KBIT_LAUNCH(wide_shuffle_kernel, dim3(1), dim3(32), 0, nullptr, d, l, f);
    for (int lane = 0; lane < 32; lane++) {
        ck_assert(d[lane] == (31 - lane) * 0.5);
        ck_assert(l[lane] == (long long)(31 - lane) << 40);
        ck_assert(f[lane] == (float)(lane ^ 1));
    }
}
END_TEST

/* ---- votes and reductions, on any partition of the warp into two masks ---- */

__global__ void reduce_kernel(const unsigned *in, unsigned mask, unsigned *out)
{
    unsigned lane = threadIdx.x, mine = in[lane];
    if (!(mask >> lane & 1u))
        mask = ~mask; /* the other lanes meet among themselves */
    unsigned *o = out + lane;
    o[0 * 32] = __ballot_sync(mask, mine & 1);
    o[1 * 32] = (unsigned)__any_sync(mask, mine == in[0]);
    o[2 * 32] = (unsigned)__all_sync(mask, (mine >> 31) == (in[0] >> 31));
    o[3 * 32] = __reduce_add_sync(mask, mine);
    o[4 * 32] = __reduce_min_sync(mask, mine);
    o[5 * 32] = __reduce_max_sync(mask, mine);
    o[6 * 32] = (unsigned)__reduce_min_sync(mask, (int)mine);
    o[7 * 32] = (unsigned)__reduce_max_sync(mask, (int)mine);
    o[8 * 32] = __reduce_and_sync(mask, mine);
    o[9 * 32] = __reduce_or_sync(mask, mine);
    o[10 * 32] = __reduce_xor_sync(mask, mine);
    o[11 * 32] = (unsigned)__reduce_add_sync(mask, (int)mine);
}

START_TEST(votes_and_reductions)
{
    Data data(9);
    choose(all_orders[_i], simt::Async::Issue, 4);
    for (int trial = 0; trial < 50; trial++) {
        unsigned in[32], out[12][32], mask = trial == 0 ? 0xffffffffu : data.word();
        for (unsigned &v : in)
            v = data.word() | (trial % 3 == 0 ? 0x80000000u : 0);
        KBIT_LAUNCH(reduce_kernel, dim3(1), dim3(32), 0, nullptr, in, mask, out[0]);
        for (unsigned lane = 0; lane < 32; lane++) {
            unsigned mine = mask >> lane & 1u ? mask : ~mask;
            unsigned e[12] = {0,          0, 1, 0, UINT32_MAX, 0, INT32_MAX, (unsigned)INT32_MIN,
                              UINT32_MAX, 0, 0, 0};
            for (unsigned l = 0; l < 32; l++) {
                if (!(mine >> l & 1u))
                    continue;
                unsigned v = in[l];
                e[0] |= (v & 1u) << l;
                e[1] |= v == in[0];
                e[2] &= v >> 31 == in[0] >> 31;
                e[3] += v;
                e[4] = v < e[4] ? v : e[4];
                e[5] = v > e[5] ? v : e[5];
                e[6] = (int)v < (int)e[6] ? v : e[6];
                e[7] = (int)v > (int)e[7] ? v : e[7];
                e[8] &= v;
                e[9] |= v;
                e[10] ^= v;
            }
            e[11] = e[3];
            for (int kind = 0; kind < 12; kind++)
                ck_assert_msg(out[kind][lane] == e[kind], "kind %d, lane %u, mask %08x: %x not %x",
                              kind, lane, mask, out[kind][lane], e[kind]);
        }
    }
}
END_TEST

/* ---- barriers ---- */

struct Slots {
    int slot[1024];
};

__global__ void rotate_kernel(int rounds, int *out)
{
    KBIT_SHARED(Slots, shared);
    int threads = (int)(blockDim.x * blockDim.y * blockDim.z);
    int me = (int)(threadIdx.x + blockDim.x * (threadIdx.y + blockDim.y * threadIdx.z));
    shared.slot[me] = me;
    __syncthreads();
    for (int round = 0; round < rounds; round++) {
        int next = shared.slot[(me + 1) % threads];
        __syncthreads();
        shared.slot[me] = next;
        __syncthreads();
    }
    out[(blockIdx.y * gridDim.x + blockIdx.x) * (unsigned)threads + (unsigned)me] = shared.slot[me];
}

START_TEST(a_barrier_separates_reads_from_writes)
{
    static const dim3 shapes[] = {dim3(1), dim3(31), dim3(64, 2), dim3(5, 7, 3), dim3(1024)};
    for (dim3 shape : shapes) {
        int threads = (int)(shape.x * shape.y * shape.z), rounds = 5;
        std::vector<int> out((size_t)threads * 6);
        for (uint64_t seed = 1; seed <= 4; seed++) {
            choose(all_orders[_i], simt::Async::Issue, seed);
            ck_assert_int_eq(KBIT_LAUNCH(rotate_kernel, dim3(3, 2), shape, sizeof(Slots), nullptr,
                                         rounds, out.data()),
                             cudaSuccess);
            for (size_t i = 0; i < out.size(); i++)
                ck_assert_int_eq(out[i], ((int)i % threads + rounds) % threads);
        }
    }
}
END_TEST

__global__ void tally_kernel(int *out)
{
    int i = (int)threadIdx.x;
    out[0 * 100 + i] = __syncthreads_count(i % 3 == 0);
    out[1 * 100 + i] = __syncthreads_or(i == 77);
    out[2 * 100 + i] = __syncthreads_or(0);
    out[3 * 100 + i] = __syncthreads_and(i < 100);
    out[4 * 100 + i] = __syncthreads_and(i < 99);
    if (i >= 50)
        return; /* those that have exited are not waited for */
    out[5 * 100 + i] = __syncthreads_count(1);
}

START_TEST(barriers_count_votes)
{
    int out[6][100];
    choose(all_orders[_i], simt::Async::Issue, 2);
    ck_assert_int_eq(KBIT_LAUNCH(tally_kernel, dim3(1), dim3(100), 0, nullptr, out[0]),
                     cudaSuccess);
    for (int i = 0; i < 100; i++) {
        ck_assert_int_eq(out[0][i], 34);
        ck_assert_int_eq(out[1][i], 1);
        ck_assert_int_eq(out[2][i], 0);
        ck_assert_int_eq(out[3][i], 1);
        ck_assert_int_eq(out[4][i], 0);
        if (i < 50)
            ck_assert_int_eq(out[5][i], 50);
    }
}
END_TEST

/* A thread that polls lets the one run that it waits for, in any order. */
__global__ void poll_kernel(unsigned *flag, unsigned *seen)
{
    if (threadIdx.x == 0 || threadIdx.x == 63) {
        while (atomicAdd(flag, 0u) != 62)
            __nanosleep(100);
        seen[threadIdx.x != 0] = 1;
    } else {
        atomicAdd(flag, 1u);
    }
}

START_TEST(polling_threads_let_others_run)
{
    unsigned flag = 0, seen[2] = {};
    choose(all_orders[_i], simt::Async::Issue, 2);
    ck_assert_int_eq(KBIT_LAUNCH(poll_kernel, dim3(1), dim3(64), 0, nullptr, &flag, seen),
                     cudaSuccess);
    ck_assert_uint_eq(seen[0] + seen[1], 2);
}
END_TEST

/* ---- atomics, from many blocks at a time ---- */

struct Totals {
    int sum, least, most, exchanged;
    unsigned bits, sum_u, cas, wrapped;
    unsigned long long big;
    float sum_f;
};

__global__ void atomics_kernel(Totals *t)
{
    int i = (int)(blockIdx.x * blockDim.x + threadIdx.x);
    atomicAdd(&t->sum, i % 2 ? i : -i);
    atomicAdd(&t->sum_u, 0x80000001u);
    atomicMin(&t->least, -i);
    atomicMax(&t->most, i);
    atomicOr(&t->bits, 1u << i % 32);
    atomicAdd(&t->big, 1ull << 32);
    atomicAdd(&t->sum_f, 0.5f); /* exact, in any order */
    atomicExch(&t->exchanged, 42);
    atomicInc(&t->wrapped, 9);
    unsigned old = t->cas, seen;
    while ((seen = atomicCAS(&t->cas, old, old + 3)) != old)
        old = seen;
}

START_TEST(atomics)
{
    const int n = 64 * 20;
    Totals t = {};
    choose(all_orders[_i], simt::Async::Issue, 8);
    KBIT_LAUNCH(atomics_kernel, dim3(20), dim3(64), 0, nullptr, &t);
    ck_assert_int_eq(t.sum, n / 2);
    ck_assert_uint_eq(t.sum_u, (unsigned)n * 0x80000001u);
    ck_assert_int_eq(t.least, -(n - 1));
    ck_assert_int_eq(t.most, n - 1);
    ck_assert_uint_eq(t.bits, 0xffffffffu);
    ck_assert(t.big == (unsigned long long)n << 32);
    ck_assert(t.sum_f == n * 0.5f);
    ck_assert_int_eq(t.exchanged, 42);
    ck_assert_uint_eq(t.wrapped, n % 10);
    ck_assert_uint_eq(t.cas, n * 3);
}
END_TEST

/* The pattern of split reductions: the block that comes last sums what the others left. */
struct Flag {
    int last;
};

__global__ void last_block_kernel(const int *in, int *partial, unsigned *arrived, int *total)
{
    KBIT_SHARED(Flag, shared);
    atomicAdd(&partial[blockIdx.x], in[blockIdx.x * blockDim.x + threadIdx.x]);
    __threadfence();
    __syncthreads();
    if (threadIdx.x == 0)
        shared.last = atomicAdd(arrived, 1u) == gridDim.x - 1;
    __syncthreads();
    if (shared.last && threadIdx.x < gridDim.x)
        atomicAdd(total, __ldg(&partial[threadIdx.x]));
}

START_TEST(the_last_block_sees_all_others)
{
    const int blocks = 24, threads = 64;
    std::vector<int> in(blocks * threads), partial(blocks);
    int expected = 0, total = 0;
    unsigned arrived = 0;
    for (int i = 0; i < blocks * threads; i++)
        expected += in[(size_t)i] = i * 7 - 999;
    choose(all_orders[_i], simt::Async::Issue, 6);
    KBIT_LAUNCH(last_block_kernel, dim3(blocks), dim3(threads), sizeof(Flag), nullptr, in.data(),
                partial.data(), &arrived, &total);
    ck_assert_int_eq(total, expected);
}
END_TEST

/* ---- intrinsics ---- */

START_TEST(intrinsics)
{
    ck_assert_uint_eq(__byte_perm(0x33221100u, 0x77665544u, 0x7610u), 0x77661100u);
    ck_assert_uint_eq(__byte_perm(0x00008000u, 0x7f000000u, 0xf980u), 0x00ff0000u);
    ck_assert_int_eq(__dp4a((int)0x80ff017f, (int)0x80027f81, 5),
                     5 + 127 * -127 + 1 * 127 + -1 * 2 + -128 * -128);
    ck_assert_uint_eq(__dp4a(0xff000002u, 0xff000003u, 1u), 1u + 255u * 255u + 6u);
    ck_assert_int_eq(__dp4a(0x01010101, 0x01010101, INT32_MAX), INT32_MIN + 3);
    ck_assert_uint_eq(__brev(0x00000001u), 0x80000000u);
    ck_assert_uint_eq(__brev(0x12345678u), 0x1e6a2c48u);
    ck_assert_int_eq(__popc(0xf0f0u), 8);
    ck_assert_int_eq(__ffs(0), 0);
    ck_assert_int_eq(__ffs(8), 4);
    ck_assert_int_eq(__clz(0), 32);
    ck_assert_int_eq(__clz(1), 31);
    ck_assert_uint_eq(__funnelshift_l(0x80000000u, 1u, 1u), 3u);
    ck_assert_uint_eq(__funnelshift_r(0u, 1u, 1u), 0x80000000u);
    ck_assert_int_eq(__mulhi(INT32_MIN, INT32_MIN), 1 << 30);
    ck_assert_uint_eq(__umulhi(UINT32_MAX, UINT32_MAX), UINT32_MAX - 1);
    ck_assert_int_eq(__float2int_rn(2.5f), 2);
    ck_assert_int_eq(__float2int_rn(-3.5f), -4);
    ck_assert_int_eq(__float2int_rz(-3.9f), -3);
    ck_assert_int_eq(__float2int_rd(-3.1f), -4);
    ck_assert_int_eq(__float2int_ru(3.1f), 4);
    ck_assert_int_eq(__float2int_rn(NAN), 0);
    ck_assert_int_eq(__float2int_rn(3e9f), INT32_MAX);
    ck_assert_int_eq(__float2int_rn(-INFINITY), INT32_MIN);
    ck_assert_uint_eq(__float2uint_rn(-1.0f), 0);
    ck_assert_uint_eq(__float2uint_rn(INFINITY), UINT32_MAX);
    ck_assert(min(1.0f, NAN) == 1.0f && max(NAN, 1.0f) == 1.0f);
    ck_assert(min(-1, 1) == -1 && max(3u, 4u) == 4u && min(3ll, 4) == 3);
    ck_assert(__fmaf_rn(0x1.000002p0f, 0x1.000002p0f, -0x1.000004p0f) == 0x1p-46f);
    ck_assert(__fadd_rn(__fmul_rn(0x1.000002p0f, 0x1.000002p0f), -0x1.000004p0f) == 0.0f);
    ck_assert_uint_eq(__float_as_uint(-0.0f), 0x80000000u);
}
END_TEST

START_TEST(vector_types_are_laid_out_as_in_cuda)
{
    ck_assert(sizeof(float3) == 12 && alignof(float3) == 4);
    ck_assert(sizeof(uint4) == 16 && alignof(uint4) == 16 && alignof(int2) == 8);
    ck_assert(sizeof(char4) == 4 && alignof(char4) == 4 && alignof(short4) == 8);
    ck_assert(sizeof(__half2) == 4 && alignof(__half2) == 4 && alignof(double2) == 16);
    float4 f = make_float4(1, 2, 3, 4);
    ck_assert(f.x == 1 && f.w == 4);
}
END_TEST

int main()
{
    TCase *tests = tcase_create("warp");
    tcase_add_loop_test(tests, shuffles, 0, 4);
    tcase_add_test(tests, shuffles_of_other_types);
    tcase_add_loop_test(tests, votes_and_reductions, 0, 4);
    tcase_add_loop_test(tests, a_barrier_separates_reads_from_writes, 0, 4);
    tcase_add_loop_test(tests, barriers_count_votes, 0, 4);
    tcase_add_loop_test(tests, polling_threads_let_others_run, 0, 4);
    tcase_add_loop_test(tests, atomics, 0, 4);
    tcase_add_loop_test(tests, the_last_block_sees_all_others, 0, 4);
    tcase_add_test(tests, intrinsics);
    tcase_add_test(tests, vector_types_are_laid_out_as_in_cuda);
    return run_suite("simt warp operations", tests);
}
