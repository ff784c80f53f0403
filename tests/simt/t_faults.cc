/* t_faults.cc -- what breaks a rule ends in one clear message. Each is compared word for word;
 * lines are counted from the start of the kernel, so that they are checked, too. */
#include "testing.h"

#include "../../cuda/ptx.cuh"

#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define FULL_WARP 0xffffffffu

struct Small {
    alignas(16) unsigned char byte[64];
};
struct Large {
    unsigned char byte[4096];
};

constexpr int mixed_line = __LINE__;
__global__ void mixed(int *out)
{
    if (threadIdx.x < 16)
        out[threadIdx.x] = __shfl_sync(FULL_WARP, (int)threadIdx.x, 0);
    else
        __syncwarp();
}

constexpr int masks_line = __LINE__;
__global__ void masks(int)
{
    if (threadIdx.x < 4)
        __syncwarp(0xfu);
    else
        __syncwarp(0xf8u);
    if (threadIdx.x < 4)
        __syncwarp(0x7u); /* lane 3 is not in it */
}

constexpr int exited_line = __LINE__;
__global__ void exited(int)
{
    if (threadIdx.x < 3)
        return;
    __syncwarp();
}

constexpr int absent_line = __LINE__;
__global__ void absent(int *out)
{
    out[threadIdx.x] = (int)__ballot_sync(FULL_WARP, 1);
}

constexpr int leaves_line = __LINE__;
__global__ void leaves(int)
{
    if (threadIdx.x == 7 && threadIdx.y == 3)
        return;
    __syncwarp();
}

constexpr int outside_line = __LINE__;
__global__ void outside(int *out)
{
    if (threadIdx.x < 8)
        out[threadIdx.x] = __shfl_sync(0xffu, (int)threadIdx.x, 9);
}

constexpr int width_line = __LINE__;
__global__ void width(int *out)
{
    out[threadIdx.x] = __shfl_sync(FULL_WARP, 1, 0, 12);
}

constexpr int divergent_line = __LINE__;
__global__ void divergent(int)
{
    if (threadIdx.x < 40)
        __syncthreads();
    else
        __syncthreads();
}

constexpr int deadlock_line = __LINE__;
__global__ void deadlock(int)
{
    if (threadIdx.x < 32 || threadIdx.x == 40)
        __syncthreads();
    else
        __syncwarp(threadIdx.x < 64 ? FULL_WARP : 0xffffu);
}

constexpr int livelock_line = __LINE__;
__global__ void livelock(volatile int *flag)
{
    if (threadIdx.x == 1)
        while (!*flag)
            __nanosleep(10);
    __syncthreads();
}

constexpr int aligned_line = __LINE__;
__global__ void aligned(int)
{
    KBIT_SHARED(Small, shared);
    unsigned r[1];
    if (threadIdx.x % 2)
        ptx::ldmatrix_x1(r, shared.byte);
    else
        ptx::ldmatrix_x1(r, shared.byte);
}

constexpr int misaligned_line = __LINE__;
__global__ void misaligned(int)
{
    KBIT_SHARED(Small, shared);
    unsigned r[4];
    ptx::ldmatrix_x4(r, shared.byte + threadIdx.x);
}

constexpr int beyond_line = __LINE__;
__global__ void beyond(int)
{
    KBIT_SHARED(Small, shared);
    unsigned r[4];
    ptx::ldmatrix_x4(r, shared.byte + 16 * threadIdx.x);
}

constexpr int copy_to_line = __LINE__;
__global__ void copy_to(const unsigned char *in)
{
    KBIT_SHARED(Small, shared);
    ptx::cp_async16(shared.byte + 16 * threadIdx.x, in);
    ptx::cp_async_commit();
    ptx::cp_async_wait<0>();
}

constexpr int copy_from_line = __LINE__;
__global__ void copy_from(const unsigned char *in)
{
    KBIT_SHARED(Small, shared);
    ptx::cp_async16(shared.byte, in + threadIdx.x, threadIdx.x != 1);
    ptx::cp_async16(shared.byte, in + 4, threadIdx.x != 2);
    ptx::cp_async_wait<0>();
}

constexpr int unwaited_line = __LINE__;
__global__ void unwaited(const unsigned char *in)
{
    KBIT_SHARED(Small, shared);
    ptx::cp_async16(shared.byte, in, threadIdx.x < 2);
    ptx::cp_async_commit();
    if (threadIdx.x != 5)
        ptx::cp_async_wait<0>();
    else
        ptx::cp_async_wait<1>();
}

constexpr int too_small_line = __LINE__;
__global__ void too_small(int)
{
    KBIT_SHARED(Large, shared);
    shared.byte[0] = 1;
}

constexpr int not_shared_line = __LINE__;
__global__ void not_shared(const unsigned char *in)
{
    __cvta_generic_to_shared(in);
}

constexpr int nested_line = __LINE__;
__global__ void nested(int)
{
    KBIT_LAUNCH(nested, dim3(1), dim3(1), 0, nullptr, 0);
}

static unsigned char *const memory = static_cast<unsigned char *>(aligned_alloc(256, 1024));
static int words[1024];

static const struct Case {
    const char *name;
    int line;
    cudaError_t (*run)();
    const char *message;
} cases[] = {
    {"mixed", mixed_line, [] { return KBIT_LAUNCH(mixed, dim3(1), dim3(32), 0, nullptr, words); },
     "simt: lanes of warp 0 meet in different operations: __syncwarp with mask 0xffffffff at L6, "
     "and __shfl_sync with mask 0xffffffff at L4\n"
     "simt:   in kernel mixed, block (0,0,0), thread 16 (16,0,0), __syncwarp at L6\n"
     "simt:   threads 0-15 wait in __shfl_sync at L4\n"},
    {"masks", masks_line, [] { return KBIT_LAUNCH(masks, dim3(1), dim3(8), 0, nullptr, 0); },
     "simt: __syncwarp: the calling lane 3 is not in its mask 0x00000007\n"
     "simt:   in kernel masks, block (0,0,0), thread 3 (3,0,0), __syncwarp at L8\n"},
    {"exited", exited_line, [] { return KBIT_LAUNCH(exited, dim3(1), dim3(32), 0, nullptr, 0); },
     "simt: __syncwarp: the mask 0xffffffff names lanes 0x00000007 of warp 0, which have exited or "
     "never were\n"
     "simt:   in kernel exited, block (0,0,0), thread 3 (3,0,0), __syncwarp at L5\n"},
    {"absent", absent_line,
     [] { return KBIT_LAUNCH(absent, dim3(1), dim3(32 + 4), 0, nullptr, words); },
     "simt: __ballot_sync: the mask 0xffffffff names lanes 0xfffffff0 of warp 1, which have exited "
     "or never were\n"
     "simt:   in kernel absent, block (0,0,0), thread 32 (32,0,0), __ballot_sync at L3\n"},
    {"leaves", leaves_line, [] { return KBIT_LAUNCH(leaves, dim3(1), dim3(8, 4), 0, nullptr, 0); },
     "simt: lane 31 of warp 0 exits while other lanes wait for it in __syncwarp with mask "
     "0xffffffff at L5\n"
     "simt:   in kernel leaves, block (0,0,0), thread 31 (7,3,0)\n"
     "simt:   threads 0-30 wait in __syncwarp at L5\n"},
    {"outside", outside_line,
     [] { return KBIT_LAUNCH(outside, dim3(1), dim3(32), 0, nullptr, words); },
     "simt: shuffle: lane 0 reads lane 9, which is not in the mask 0x000000ff\n"
     "simt:   in kernel outside, block (0,0,0), thread 7 (7,0,0), __shfl_sync at L4\n"
     "simt:   threads 0-6 wait in __shfl_sync at L4\n"},
    {"width", width_line, [] { return KBIT_LAUNCH(width, dim3(1), dim3(32), 0, nullptr, words); },
     "simt: shuffle: the width 12 is not a power of two from 1 to 32\n"
     "simt:   in kernel width, block (0,0,0), thread 0 (0,0,0), __shfl_sync at L3\n"},
    {"divergent", divergent_line,
     [] { return KBIT_LAUNCH(divergent, dim3(1), dim3(64), 0, nullptr, 0); },
     "simt: divergent barrier: this thread is in __syncthreads at L6 while others wait in "
     "__syncthreads at L4\n"
     "simt:   in kernel divergent, block (0,0,0), thread 40 (40,0,0), __syncthreads at L6\n"
     "simt:   threads 0-39 wait in __syncthreads at L4\n"},
    {"deadlock", deadlock_line,
     [] { return KBIT_LAUNCH(deadlock, dim3(1), dim3(80), 0, nullptr, 0); },
     "simt: deadlock: no thread of the block can go on\n"
     "simt:   in kernel deadlock, block (0,0,0)\n"
     "simt:   threads 0-31, 40 wait in __syncthreads at L4\n"
     "simt:   threads 32-39, 41-63 wait in __syncwarp at L6\n"},
    {"livelock", livelock_line,
     [] {
         words[0] = 0;
         return KBIT_LAUNCH(livelock, dim3(1), dim3(3), 0, nullptr, words);
     },
     "simt: livelock: threads poll memory that no other thread of the block can change (blocks "
     "must "
     "not wait for one another)\n"
     "simt:   in kernel livelock, block (0,0,0)\n"
     "simt:   threads 0, 2 wait in __syncthreads at L6\n"
     "simt:   thread 1 waits in __nanosleep at L5\n"},
    {"aligned", aligned_line,
     [] { return KBIT_LAUNCH(aligned, dim3(1), dim3(32), sizeof(Small), nullptr, 0); },
     "simt: ldmatrix.x1 needs all lanes of warp 0 at one instruction, but they are at L6 and L8\n"
     "simt:   in kernel aligned, block (0,0,0), thread 1 (1,0,0), ldmatrix.x1 at L6\n"
     "simt:   thread 0 waits in ldmatrix.x1 at L8\n"},
    {"misaligned", misaligned_line,
     [] { return KBIT_LAUNCH(misaligned, dim3(1), dim3(32), sizeof(Small), nullptr, 0); },
     "simt: ldmatrix reads a row at offset 1 of shared memory, which is not 16-byte aligned\n"
     "simt:   in kernel misaligned, block (0,0,0), thread 1 (1,0,0), ldmatrix.x4 at L5\n"
     "simt:   thread 0 waits in ldmatrix.x4 at L5\n"},
    {"beyond", beyond_line,
     [] { return KBIT_LAUNCH(beyond, dim3(1), dim3(32), sizeof(Small), nullptr, 0); },
     "simt: ldmatrix reads a row at offset 64, outside the block's 64 bytes of shared memory\n"
     "simt:   in kernel beyond, block (0,0,0), thread 4 (4,0,0), ldmatrix.x4 at L5\n"
     "simt:   threads 0-3 wait in ldmatrix.x4 at L5\n"},
    {"copy_to", copy_to_line,
     [] { return KBIT_LAUNCH(copy_to, dim3(1), dim3(32), sizeof(Small), nullptr, memory); },
     "simt: cp.async writes a row at offset 64, outside the block's 64 bytes of shared memory\n"
     "simt:   in kernel copy_to, block (0,0,0), thread 4 (4,0,0), cp.async at L4\n"},
    {"copy_from", copy_from_line,
     [] { return KBIT_LAUNCH(copy_from, dim3(1), dim3(1), sizeof(Small), nullptr, memory); },
     "simt: cp.async reads from an address that is not 16-byte aligned (it ends in 0x4)\n"
     "simt:   in kernel copy_from, block (0,0,0), thread 0 (0,0,0), cp.async at L5\n"},
    {"unwaited", unwaited_line,
     [] { return KBIT_LAUNCH(unwaited, dim3(1), dim3(32), sizeof(Small), nullptr, memory); },
     "simt: the thread exits with cp.async copies that it never waited for (1)\n"
     "simt:   in kernel unwaited, block (0,0,0), thread 5 (5,0,0)\n"},
    {"too_small", too_small_line,
     [] { return KBIT_LAUNCH(too_small, dim3(1), dim3(2), 100, nullptr, 0); },
     "simt: the kernel uses 4096 bytes of shared memory, but was launched with 100\n"
     "simt:   in kernel too_small, block (0,0,0), thread 0 (0,0,0)\n"},
    {"not_shared", not_shared_line,
     [] { return KBIT_LAUNCH(not_shared, dim3(1), dim3(1), 64, nullptr, memory); },
     "simt: __cvta_generic_to_shared: the address is not in the block's shared memory\n"
     "simt:   in kernel not_shared, block (0,0,0), thread 0 (0,0,0)\n"},
    {"nested", nested_line, [] { return KBIT_LAUNCH(nested, dim3(1), dim3(1), 0, nullptr, 0); },
     "simt: a kernel launches another: dynamic parallelism is not supported\n"
     "simt:   in kernel nested, block (0,0,0), thread 0 (0,0,0)\n"},
};

START_TEST(messages)
{
    const Case &c = cases[_i];
    choose(simt::Order::Forward, simt::Async::Issue, 1);
    ck_assert_int_eq(c.run(), cudaErrorLaunchFailure);
    std::string message = with_relative_lines(simt::fault_message(), __FILE__, c.line);
    ck_assert_msg(strncmp(message.c_str(), c.message, strlen(c.message)) == 0,
                  "%s says\n%s, expected\n%s", c.name, message.c_str(), c.message);
    ck_assert_int_eq(cudaGetLastError(), cudaErrorLaunchFailure);
    ck_assert_int_eq(cudaGetLastError(), cudaSuccess);
    /* The layer is whole again: the next launch works. */
    words[5] = 0;
    ck_assert_int_eq(KBIT_LAUNCH(outside, dim3(1), dim3(1), 0, nullptr, words) == cudaSuccess,
                     false); /* a block of one thread: seven lanes of the mask are absent */
    choose(simt::Order::Reverse, simt::Async::Issue, 1);
    ck_assert_int_eq(KBIT_LAUNCH(absent, dim3(4), dim3(32), 0, nullptr, words), cudaSuccess);
    ck_assert_int_eq(words[5], -1);
}
END_TEST

START_TEST(launches_out_of_bounds)
{
    static const struct {
        dim3 grid, block;
        size_t shared;
        const char *message;
    } wrong[] = {
        {dim3(1), dim3(1025), 0,
         "simt: a block of 1025 x 1 x 1 threads: it must have 1 to 1024 threads, at most 64 in z\n"
         "simt:   in the launch of kernel absent\n"},
        {dim3(1), dim3(1, 1, 65), 0, "simt: a block of 1 x 1 x 65 threads"},
        {dim3(1), dim3(0), 0, "simt: a block of 0 x 1 x 1 threads"},
        {dim3(0), dim3(32), 0, "simt: a grid of 0 x 1 x 1 blocks"},
        {dim3(1, 65536), dim3(32), 0, "simt: a grid of 1 x 65536 x 1 blocks"},
        {dim3(1), dim3(32), 227 * 1024 + 1,
         "simt: 232449 bytes of shared memory: a block has at most 232448\n"},
    };
    choose(simt::Order::Forward, simt::Async::Issue, 1);
    for (const auto &w : wrong) {
        ck_assert_int_eq(KBIT_LAUNCH(absent, w.grid, w.block, w.shared, nullptr, words),
                         cudaErrorInvalidConfiguration);
        ck_assert_msg(strncmp(simt::fault_message(), w.message, strlen(w.message)) == 0, "%s",
                      simt::fault_message());
    }
}
END_TEST

/* By default a fault ends the process: the message on stderr, status 86. */
START_TEST(a_fault_exits_with_86)
{
    int pipe_ends[2], status;
    ck_assert_int_eq(pipe(pipe_ends), 0);
    fflush(stdout);
    pid_t child = fork();
    ck_assert_int_ge(child, 0);
    if (child == 0) {
        dup2(pipe_ends[1], 2);
        simt::set_options(simt::Options());
        KBIT_LAUNCH(exited, dim3(1), dim3(32), 0, nullptr, 0);
        _exit(0);
    }
    close(pipe_ends[1]);
    std::string text;
    char part[256];
    for (ssize_t n; (n = read(pipe_ends[0], part, sizeof part)) > 0;)
        text.append(part, (size_t)n);
    close(pipe_ends[0]);
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert(WIFEXITED(status) && WEXITSTATUS(status) == 86);
    ck_assert_msg(text.find("in kernel exited, block (0,0,0), thread 3") != std::string::npos, "%s",
                  text.c_str());
}
END_TEST

/* Many blocks fail at a time: one is told, and the launch ends. */
START_TEST(many_faults_make_one_message)
{
    choose(simt::Order::Priority, simt::Async::Issue, 1);
    simt::Options o = simt::options();
    o.workers = 4;
    simt::set_options(o);
    ck_assert_int_eq(KBIT_LAUNCH(exited, dim3(100), dim3(64), 0, nullptr, 0),
                     cudaErrorLaunchFailure);
    std::string message = simt::fault_message();
    ck_assert_msg(message.find("in kernel exited") == message.rfind("in kernel exited"), "%s",
                  message.c_str());
}
END_TEST

int main()
{
    TCase *tests = tcase_create("faults");
    tcase_add_loop_test(tests, messages, 0, (int)(sizeof cases / sizeof cases[0]));
    tcase_add_test(tests, launches_out_of_bounds);
    tcase_add_test(tests, a_fault_exits_with_86);
    tcase_add_test(tests, many_faults_make_one_message);
    return run_suite("simt faults", tests);
}
