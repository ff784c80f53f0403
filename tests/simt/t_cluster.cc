/* t_cluster.cc -- clusters on the execution layer: the barrier, arrivals at other blocks, multicast; a
 * kernel that is right under every schedule, each mistake in it caught, and what breaks a rule said in
 * one clear message. */
#include "testing.h"
#include "cluster_kernels.h"

#include <stdio.h>
#include <string.h>
#include <vector>

static const simt::Order orders[] = {simt::Order::Forward, simt::Order::Reverse,
                                     simt::Order::Random, simt::Order::Priority};
static const simt::Async asyncs[] = {simt::Async::Issue, simt::Async::Late, simt::Async::Random};

START_TEST(all_threads_of_a_cluster_meet)
{
    unsigned call = 0;
    for (unsigned cluster : {1u, 2u, 3u, 8u})
        for (bool exits : {false, true}) {
            choose(orders[call % 4], asyncs[call % 3], call);
            ++call;
            const unsigned blocks = cluster * 3;
            std::vector<unsigned> counter(3, 0), out(blocks * share_threads, ~0u);
            ck_assert_int_eq(meet(cluster, 3, exits, counter.data(), out.data()), cudaSuccess);
            for (unsigned i = 0; i < out.size(); i++) {
                const unsigned rank = i / share_threads % cluster;
                const unsigned all = cluster * share_threads / (exits ? 2 : 1);
                const unsigned want = exits && i % 2 ? ~0u : rank << 16 | all;
                ck_assert_msg(out[i] == want, "cluster of %u, thread %u: %x, not %x", cluster, i,
                              out[i], want);
            }
        }
}
END_TEST

/* Boxes of 16 rows of 128 bytes, for the most that a test asks for. */
constexpr unsigned rows = 16 * 8 * 9;

struct Matrix {
    unsigned char *at = nullptr;
    alignas(64) CUtensorMap map;
    Matrix()
    {
        Data data(5);
        cudaMalloc(&at, rows * 128);
        for (unsigned i = 0; i < rows * 128; i++)
            at[i] = (unsigned char)data.word();
        ck_assert_int_eq(kbit::make_tensor_map(&map, CU_TENSOR_MAP_DATA_TYPE_UINT8, at, rows, 128,
                                               128, 16, 128, CU_TENSOR_MAP_SWIZZLE_NONE),
                         cudaSuccess);
    }
    ~Matrix() { cudaFree(at); }
    Matrix(const Matrix &) = delete;
    Matrix &operator=(const Matrix &) = delete;
};

/* Whether all blocks have the right sums. */
static bool shares(const Matrix &matrix, unsigned cluster, unsigned clusters, int steps,
                   ClusterBug bug)
{
    std::vector<unsigned> out(cluster * clusters * 32, 0), want(32, 0);
    if (share_rows(matrix.map, cluster, clusters, steps, bug, out.data()) != cudaSuccess)
        return false;
    for (unsigned i = 0; i < (unsigned)steps * cluster * share_part; i++)
        want[i % 32] += (1 + i / (cluster * share_part)) * matrix.at[i];
    for (unsigned i = 0; i < out.size(); i++)
        if (out[i] != want[i % 32])
            return false;
    return true;
}

START_TEST(multicast_under_every_schedule)
{
    const Matrix matrix;
    for (unsigned i = 0; i < 48; i++) {
        const unsigned cluster = i % 5 == 4 ? 8 : 1 + i % 4;
        choose(orders[i % 4], asyncs[i / 4 % 3], i / 12, i % 2 ? 0x7b : -1);
        ck_assert_msg(shares(matrix, cluster, 2, 9, kNoBug), "run %u: %s", i,
                      simt::fault_message());
    }
}
END_TEST

static const char *const bug_names[kClusterBugs] = {"",
                                                    "a stage released in the own block only",
                                                    "no cluster barrier before the end",
                                                    "no cluster barrier at the start",
                                                    "the mask of one block",
                                                    "every block copies the first part",
                                                    "fewer bytes expected than come",
                                                    "a stage released before it is read"};

/* Each is caught in some run with order priority and async random, out of 16. */
START_TEST(planted_bugs_are_caught)
{
    const Matrix matrix;
    unsigned caught = 0;
    for (unsigned seed = 1; seed <= 16; seed++) {
        choose(simt::Order::Priority, simt::Async::Random, seed);
        caught += !shares(matrix, 2, 1, 9, (ClusterBug)_i);
    }
    printf("# %-42s caught in %2u of 16 runs\n", bug_names[_i], caught);
    ck_assert_msg(caught >= 8, "%s: caught in %u of 16 runs", bug_names[_i], caught);
}
END_TEST

/* ---- messages ---- */

struct alignas(1024) Shared {
    unsigned char a[2048];
    uint64_t bar;
};

static void start(Shared &shared)
{
    if (threadIdx.x == 0) {
        ptx::mbarrier_init(&shared.bar, 1);
        ptx::mbarrier_fence_init();
    }
    __syncthreads();
}

constexpr int arrives_twice_line = __LINE__;
static void arrives_twice(CUtensorMap)
{
    ptx::cluster_arrive();
    ptx::cluster_arrive();
}

constexpr int has_not_arrived_line = __LINE__;
static void has_not_arrived(CUtensorMap)
{
    ptx::cluster_wait();
}

constexpr int no_such_rank_line = __LINE__;
static void no_such_rank(CUtensorMap)
{
    KBIT_SHARED(Shared, shared);
    start(shared);
    ptx::mbarrier_arrive_at(&shared.bar, 2);
}

constexpr int ended_line = __LINE__;
static void ended(CUtensorMap)
{
    KBIT_SHARED(Shared, shared);
    start(shared);
    if (ptx::cluster_rank() == 1)
        ptx::mbarrier_arrive_at(&shared.bar, 0);
}

constexpr int no_mask_line = __LINE__;
static void no_mask(CUtensorMap map)
{
    KBIT_SHARED(Shared, shared);
    start(shared);
    ptx::tma_load_2d_multicast(shared.a, &map, 0, 0, &shared.bar, 0);
}

constexpr int never_waited_line = __LINE__;
static void never_waited(CUtensorMap map)
{
    KBIT_SHARED(Shared, shared);
    start(shared);
    ptx::cluster_arrive();
    ptx::cluster_wait();
    if (ptx::cluster_rank() == 0)
        ptx::tma_load_2d_multicast(shared.a, &map, 0, 0, &shared.bar, 2);
    ptx::cluster_arrive();
    ptx::cluster_wait();
}

constexpr int peers_wait_line = __LINE__;
static void peers_wait(CUtensorMap)
{
    KBIT_SHARED(Shared, shared);
    start(shared);
    if (ptx::cluster_rank() == 0)
        ptx::mbarrier_wait(&shared.bar, 0);
    ptx::cluster_arrive();
    ptx::cluster_wait();
}

/* Blocks of a cluster have one thread each. */
#define RUN(kernel, grid)                                                                          \
#kernel, kernel##_line, [](const CUtensorMap &map) {                                           \
        return KBIT_LAUNCH_CLUSTERS((kernel), 2, false, dim3(grid), dim3(1), sizeof(Shared),       \
                                    nullptr, map);                                                 \
    }

static const struct Case {
    const char *name;
    int line;
    cudaError_t (*run)(const CUtensorMap &map);
    cudaError_t error;
    const char *message;
} cases[] = {
    {RUN(arrives_twice, 2), cudaErrorLaunchFailure,
     "simt: barrier.cluster.arrive: the thread arrives for the second time and has not waited\n"
     "simt:   in kernel arrives_twice, block (0,0,0), thread 0 (0,0,0), barrier.cluster.arrive at "
     "L4\n"},
    {RUN(has_not_arrived, 2), cudaErrorLaunchFailure,
     "simt: barrier.cluster.wait: the thread has not arrived\n"
     "simt:   in kernel has_not_arrived, block (0,0,0), thread 0 (0,0,0), barrier.cluster.wait at "
     "L3\n"},
    {RUN(no_such_rank, 2), cudaErrorLaunchFailure,
     "simt: mbarrier.arrive.shared::cluster: there is no block of rank 2 in a cluster of 2\n"
     "simt:   in kernel no_such_rank, block (0,0,0), thread 0 (0,0,0), "
     "mbarrier.arrive.shared::cluster at L5\n"},
    {RUN(ended, 2), cudaErrorLaunchFailure,
     "simt: mbarrier.arrive.shared::cluster: the block of rank 0 in the cluster has ended, and its "
     "shared memory with it\n"
     "simt:   in kernel ended, block (1,0,0), thread 0 (0,0,0), mbarrier.arrive.shared::cluster at "
     "L6\n"},
    {RUN(no_mask, 2), cudaErrorLaunchFailure,
     "simt: cp.async.bulk.tensor multicast: the mask of blocks is 0x0, not in [1, 0xffff]\n"
     "simt:   in kernel no_mask, block (0,0,0), thread 0 (0,0,0), cp.async.bulk.tensor multicast "
     "at L5\n"},
    {RUN(never_waited, 2), cudaErrorLaunchFailure,
     "simt: the block ends before 1 bulk loads that nobody waited for\n"
     "simt:   in kernel never_waited, block (1,0,0)\n"},
    {RUN(peers_wait, 2), cudaErrorLaunchFailure,
     "simt: deadlock: no thread of the cluster can go on\n"
     "simt:   in kernel peers_wait, block (1,0,0)\n"
     "simt:   thread 0 waits in barrier.cluster.wait at L8\n"
     "simt:   in the cluster's block of rank 0:\n"
     "simt:   thread 0 waits in mbarrier.try_wait.parity at L6\n"
     "simt:   the mbarrier at offset 2048: 1 thread waits for the phase of parity 0; 1 of 1 "
     "arrivals and 0 bytes are missing\n"},
    {RUN(ended, 3), cudaErrorInvalidConfiguration,
     "simt: clusters of 2 blocks in a grid of 3 along x: 1 to 8, and the grid must be whole "
     "clusters\n"
     "simt:   in the launch of kernel ended\n"},
};

START_TEST(messages)
{
    const Matrix matrix;
    const Case &c = cases[_i];
    choose(simt::Order::Forward, simt::Async::Late, 1);
    ck_assert_int_eq(c.run(matrix.map), c.error);
    const std::string message = with_relative_lines(simt::fault_message(), __FILE__, c.line);
    ck_assert_msg(message == c.message, "%s says\n%s, expected\n%s", c.name, message.c_str(),
                  c.message);
    ck_assert_int_eq(cudaGetLastError(), c.error);
}
END_TEST

int main()
{
    TCase *tests = tcase_create("clusters");
    tcase_set_timeout(tests, 120);
    tcase_add_test(tests, all_threads_of_a_cluster_meet);
    tcase_add_test(tests, multicast_under_every_schedule);
    tcase_add_loop_test(tests, planted_bugs_are_caught, 1, kClusterBugs);
    tcase_add_loop_test(tests, messages, 0, (int)(sizeof cases / sizeof cases[0]));
    return run_suite("simt clusters", tests);
}
