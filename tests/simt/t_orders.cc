/* t_orders.cc -- the options do what they say: who runs when, and what shared memory holds. */
#include "testing.h"

#include "../../cuda/prelude.cuh"

#include <algorithm>
#include <vector>

struct Bytes {
    unsigned char byte[4096];
};

/* Threads switch only where they wait, so a plain counter shows the order in which they start. */
__global__ void arrivals_kernel(unsigned *count, unsigned *order)
{
    order[(*count)++] = blockIdx.x * blockDim.x + threadIdx.x;
}

static std::vector<unsigned> arrivals(simt::Order order, uint64_t seed, unsigned blocks,
                                      unsigned threads)
{
    unsigned count = 0;
    std::vector<unsigned> out((size_t)blocks * threads);
    choose(order, simt::Async::Issue, seed);
    simt::Options o = simt::options();
    o.workers = 1;
    simt::set_options(o);
    KBIT_LAUNCH(arrivals_kernel, dim3(blocks), dim3(threads), 0, nullptr, &count, out.data());
    ck_assert_uint_eq(count, blocks * threads);
    return out;
}

static std::vector<unsigned> sorted(std::vector<unsigned> v)
{
    std::sort(v.begin(), v.end());
    return v;
}

START_TEST(forward_and_reverse)
{
    const unsigned blocks = 3, threads = 100;
    std::vector<unsigned> forward = arrivals(simt::Order::Forward, 1, blocks, threads);
    ck_assert(forward == sorted(forward));
    std::vector<unsigned> reverse = arrivals(simt::Order::Reverse, 1, blocks, threads);
    std::reverse(reverse.begin(), reverse.end());
    ck_assert(reverse == forward);
}
END_TEST

/* How often the next to start is of another warp. */
static unsigned warp_changes(const std::vector<unsigned> &order)
{
    unsigned changes = 0;
    for (size_t i = 1; i < order.size(); i++)
        changes += order[i] / 32 != order[i - 1] / 32;
    return changes;
}

START_TEST(random_orders)
{
    const unsigned threads = 256, warps = threads / 32;
    std::vector<unsigned> forward = arrivals(simt::Order::Forward, 1, 1, threads);
    unsigned most_changes = 0;
    for (uint64_t seed = 1; seed <= 8; seed++) {
        std::vector<unsigned> random = arrivals(simt::Order::Random, seed, 1, threads);
        std::vector<unsigned> priority = arrivals(simt::Order::Priority, seed, 1, threads);
        ck_assert(sorted(random) == forward && sorted(priority) == forward);
        ck_assert(random == arrivals(simt::Order::Random, seed, 1, threads));
        ck_assert(priority == arrivals(simt::Order::Priority, seed, 1, threads));
        ck_assert(random != arrivals(simt::Order::Random, seed + 1, 1, threads));
        ck_assert(priority != arrivals(simt::Order::Priority, seed + 2, 1, threads));
        /* threads drawn one by one change warps nearly always; of warps that stay together, one
         * follows the other but for a few changes of priority */
        ck_assert_uint_gt(warp_changes(random), threads / 2);
        if (seed % 2 == 0)
            ck_assert_uint_gt(warp_changes(priority), threads / 2);
        else
            ck_assert_uint_lt(warp_changes(priority), 4 * warps);
        if (seed % 2 == 1)
            most_changes = std::max(most_changes, warp_changes(priority));
    }
    ck_assert_uint_gt(most_changes, warps - 1); /* priorities do change now and then */
}
END_TEST

START_TEST(each_block_runs_once_in_any_order)
{
    for (unsigned blocks = 1; blocks <= 40; blocks++)
        for (int order = 0; order < 4; order++) {
            std::vector<unsigned> out = arrivals((simt::Order)order, blocks, blocks, 1);
            std::vector<unsigned> all = sorted(out);
            for (unsigned b = 0; b < blocks; b++)
                ck_assert_uint_eq(all[b], b);
            if (blocks == 40 && order >= 2)
                ck_assert(out != all);
        }
}
END_TEST

/* A barrier's release follows the order, too. */
__global__ void after_barrier_kernel(unsigned *count, unsigned *order)
{
    __syncthreads();
    order[(*count)++] = threadIdx.x;
}

START_TEST(released_threads_follow_the_order)
{
    unsigned count = 0, out[70];
    choose(simt::Order::Forward, simt::Async::Issue, 1);
    KBIT_LAUNCH(after_barrier_kernel, dim3(1), dim3(70), 0, nullptr, &count, out);
    for (unsigned i = 0; i < 70; i++)
        ck_assert_uint_eq(out[i], i);
    count = 0;
    choose(simt::Order::Reverse, simt::Async::Issue, 1);
    KBIT_LAUNCH(after_barrier_kernel, dim3(1), dim3(70), 0, nullptr, &count, out);
    for (unsigned i = 0; i < 70; i++)
        ck_assert_uint_eq(out[i], 69 - i);
}
END_TEST

/* Who came last to a meeting, and who left it first. */
__global__ void meeting_kernel(unsigned *last, unsigned *first)
{
    *last = threadIdx.x;
    __syncwarp();
    if (*first == 32)
        *first = threadIdx.x;
}

START_TEST(the_last_to_come_is_not_always_the_first_to_leave)
{
    static const simt::Order order[] = {simt::Order::Random, simt::Order::Priority};
    int same = 0;
    const int seeds = 20;
    for (uint64_t seed = 1; seed <= seeds; seed++) {
        unsigned last = 0, first = 32;
        choose(order[_i], simt::Async::Issue, seed);
        KBIT_LAUNCH(meeting_kernel, dim3(1), dim3(32), 0, nullptr, &last, &first);
        same += last == first;
    }
    ck_assert_int_lt(same, seeds / 2);
}
END_TEST

/* Reports what a block finds, then soils it for the next block. */
__global__ void read_poison_kernel(unsigned char *out)
{
    KBIT_SHARED(Bytes, shared);
    for (unsigned i = threadIdx.x; i < sizeof shared.byte; i += blockDim.x) {
        out[blockIdx.x * sizeof shared.byte + i] = shared.byte[i];
        shared.byte[i] = 1;
    }
}

static std::vector<unsigned char> found(int poison, uint64_t seed)
{
    std::vector<unsigned char> out(3 * sizeof(Bytes));
    choose(simt::Order::Forward, simt::Async::Issue, seed, poison);
    KBIT_LAUNCH(read_poison_kernel, dim3(3), dim3(64), sizeof(Bytes), nullptr, out.data());
    return out;
}

START_TEST(shared_memory_starts_poisoned)
{
    for (int poison = 0; poison < 256; poison += 51)
        for (unsigned char byte : found(poison, 1))
            ck_assert_int_eq(byte, poison);
    std::vector<unsigned char> random = found(-1, 1);
    unsigned times[256] = {};
    for (unsigned char byte : random)
        times[byte]++;
    for (unsigned n : times) /* 48 expected; fixed seed */
        ck_assert(n > 10 && n < 150);
    ck_assert(random == found(-1, 1) && random != found(-1, 2));
    ck_assert(!std::equal(random.begin(), random.begin() + sizeof(Bytes),
                          random.begin() + sizeof(Bytes)));
}
END_TEST

struct Aligned {
    uint64_t address;
};
__global__ void address_kernel(uint64_t *out)
{
    KBIT_SHARED(Aligned, shared);
    *out = (uint64_t)&shared;
}

START_TEST(shared_memory_is_1024_byte_aligned)
{
    uint64_t address = 1;
    choose(simt::Order::Forward, simt::Async::Issue, 1);
    KBIT_LAUNCH(address_kernel, dim3(1), dim3(1), 227 * 1024, nullptr, &address);
    ck_assert_uint_eq(address % 1024, 0);
}
END_TEST

int main()
{
    TCase *tests = tcase_create("orders");
    tcase_add_test(tests, forward_and_reverse);
    tcase_add_test(tests, random_orders);
    tcase_add_test(tests, each_block_runs_once_in_any_order);
    tcase_add_test(tests, released_threads_follow_the_order);
    tcase_add_loop_test(tests, the_last_to_come_is_not_always_the_first_to_leave, 0, 2);
    tcase_add_test(tests, shared_memory_starts_poisoned);
    tcase_add_test(tests, shared_memory_is_1024_byte_aligned);
    return run_suite("simt orders and poison", tests);
}
