/* launch.cc -- a grid of blocks, run by a few operating-system threads that stay for the next one.
 */
#include "cluster.h"
#include "launch_log.h"
#include "monitor.h"
#include "sanitizer.h"
#include "stream.h"

#include <condition_variable>
#include <mutex>
#include <numeric>
#include <sched.h>
#include <stdio.h>
#include <system_error>
#include <thread>
#include <unistd.h>

namespace simt
{
/* The n-th block to run: the order of blocks follows the order of threads. Random orders use
 * n -> (n * step + start) mod blocks, with step prime to blocks: each block once, without a table.
 */
class BlockOrder
{
  public:
    BlockOrder() = default;
    BlockOrder(const Options &o, uint64_t blocks) : order_(o.order), blocks_(blocks)
    {
        Random random;
        random.seed(o.seed, ~uint64_t{0});
        start_ = random.next() % blocks;
        do
            step_ = random.next() % blocks + 1;
        while (std::gcd(step_, blocks) != 1);
    }
    uint64_t block(uint64_t n) const
    {
        __extension__ typedef unsigned __int128 wide;
        if (order_ == Order::Forward)
            return n;
        if (order_ == Order::Reverse)
            return blocks_ - 1 - n;
        return (uint64_t)(((wide)n * step_ + start_) % blocks_);
    }

  private:
    Order order_ = Order::Forward;
    uint64_t blocks_ = 0, start_ = 0, step_ = 1;
};

class Pool
{
  public:
    ~Pool();
    void run(Launch &launch, unsigned workers);

  private:
    struct Worker {
        Cluster cluster;
        std::thread thread;
    };
    void serve(Worker &worker, uint64_t seen);
    void work(Cluster &cluster);

    std::vector<std::unique_ptr<Worker>> workers_; /* the first is the thread that launches */
    std::mutex mutex_;
    std::condition_variable wake_, done_;
    uint64_t generation_ = 0;
    unsigned wanted_ = 0, busy_ = 0;
    bool quit_ = false;
    Launch *launch_ = nullptr;
    BlockOrder order_;
    uint64_t clusters_ = 0, next_ = 0;
};

Pool::~Pool()
{
    {
        std::lock_guard<std::mutex> lock(mutex_);
        quit_ = true;
    }
    wake_.notify_all();
    for (auto &worker : workers_)
        if (worker->thread.joinable())
            worker->thread.join();
}

void Pool::work(Cluster &cluster)
{
    uint64_t n;
    while (!launch_->faulted() && (n = __atomic_fetch_add(&next_, 1, __ATOMIC_RELAXED)) < clusters_)
        if (!cluster.run(*launch_, order_.block(n)))
            return;
}

void Pool::serve(Worker &worker, uint64_t seen)
{
    std::unique_lock<std::mutex> lock(mutex_);
    for (;;) {
        wake_.wait(lock, [&] { return quit_ || (generation_ != seen && wanted_ > 0); });
        if (quit_)
            return;
        seen = generation_;
        wanted_--;
        lock.unlock();
        work(worker.cluster);
        lock.lock();
        if (--busy_ == 0)
            done_.notify_one();
    }
}

void Pool::run(Launch &launch, unsigned workers)
{
    clusters_ = (uint64_t)launch.grid.x * launch.grid.y * launch.grid.z / launch.cluster;
    order_ = BlockOrder(launch.options, clusters_);
    launch_ = &launch;
    next_ = 0;
    if (workers > clusters_)
        workers = (unsigned)clusters_;
    while (workers_.size() < workers) {
        workers_.emplace_back(new Worker);
        Worker &added = *workers_.back();
        if (workers_.size() == 1)
            continue;
        try {
            added.thread = std::thread([this, &added, seen = generation_] { serve(added, seen); });
        } catch (const std::system_error &) { /* no more threads to be had: fewer will do */
            workers_.pop_back();
            workers = (unsigned)workers_.size();
        }
    }
    {
        std::lock_guard<std::mutex> lock(mutex_);
        generation_++;
        wanted_ = busy_ = workers - 1;
    }
    if (workers > 1)
        wake_.notify_all();
    work(workers_[0]->cluster);
    std::unique_lock<std::mutex> lock(mutex_);
    done_.wait(lock, [&] { return busy_ == 0; });
}

/* The pool of this process: a forked child does not inherit the threads, and starts its own. */
static Pool &pool()
{
    static std::unique_ptr<Pool> instance;
    static pid_t owner = 0;
    if (owner != getpid()) {
        (void)instance.release();
        instance.reset(new Pool);
        owner = getpid();
    }
    return *instance;
}

static unsigned processors()
{
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) == 0 && CPU_COUNT(&set) > 0)
        return CPU_COUNT(&set) > 32 ? 32 : (unsigned)CPU_COUNT(&set);
    return 1;
}

void (*on_launch)(void (*kernel)()) = nullptr;

static std::mutex launch_mutex; /* one launch at a time, whichever thread asks */
static std::string last_message;
static cudaError_t last_error = cudaSuccess;

const char *fault_message()
{
    return last_message.c_str();
}

/* "(gemm<128, 64>)", as a macro's argument is spelled, without its parentheses. */
static std::string kernel_name(const char *spelling)
{
    std::string name = spelling;
    if (name.size() > 2 && name.front() == '(' && name.back() == ')')
        name = name.substr(1, name.size() - 2);
    return name;
}

/* What a launch may ask for; "" if it may. */
static std::string complaint(const Launch &l)
{
    char text[200];
    uint64_t threads = (uint64_t)l.block_dim.x * l.block_dim.y * l.block_dim.z;
    const dim3 &g = l.grid;
    if (threads < 1 || threads > max_block_threads || l.block_dim.z > 64)
        snprintf(text, sizeof text,
                 "a block of %u x %u x %u threads: it must have 1 to %u threads, at most 64 in z",
                 l.block_dim.x, l.block_dim.y, l.block_dim.z, max_block_threads);
    else if (g.x < 1 || g.y < 1 || g.z < 1 || g.x > INT32_MAX || g.y > 65535 || g.z > 65535)
        snprintf(text, sizeof text,
                 "a grid of %u x %u x %u blocks: it must be 1 to 2^31 - 1 by 65535 by 65535", g.x,
                 g.y, g.z);
    else if (l.cluster < 1 || l.cluster > max_cluster_blocks || g.x % l.cluster)
        snprintf(
            text, sizeof text,
            "clusters of %u blocks in a grid of %u along x: 1 to %u, and the grid must be whole "
            "clusters",
            l.cluster, g.x, max_cluster_blocks);
    else if (l.shared_bytes > max_shared_bytes)
        snprintf(text, sizeof text, "%zu bytes of shared memory: a block has at most %zu",
                 l.shared_bytes, max_shared_bytes);
    else
        return "";
    return text;
}

/* Whether the next kernel that may overlap has a kernel to overlap: the stream's last work. */
static bool follows_a_kernel = false;

void order_stream()
{
    std::lock_guard<std::mutex> lock(launch_mutex);
    follows_a_kernel = false;
}

cudaError_t run_grid(const char *name, const LaunchSite &site, unsigned cluster, dim3 grid,
                     dim3 block_dim, size_t shared_bytes, void (*body)(void *), void *context,
                     size_t context_bytes)
{
    if (self)
        fault("a kernel launches another: dynamic parallelism is not supported");
    std::lock_guard<std::mutex> lock(launch_mutex);
    Launch launch;
    launch.kernel = kernel_name(name);
    launch.follows = site.follows;
    launch.grid = grid;
    launch.cluster = cluster;
    launch.block_dim = block_dim;
    launch.shared_bytes = shared_bytes;
    launch.body = body;
    launch.context = context;
    launch.options = options();
    if (launch.options.stack_kib == 0)
        launch.options.stack_kib = default_stack_kib;
    log_launch(site, launch.options);

    std::string wrong = complaint(launch);
    if (!wrong.empty()) {
        launch.message =
            "simt: " + wrong + "\nsimt:   in the launch of kernel " + launch.kernel + "\n";
        if (launch.options.on_fault == OnFault::Exit) {
            fputs(launch.message.c_str(), stderr);
            _Exit(exit_status_of_fault);
        }
        last_message = launch.message;
        return last_error = cudaErrorInvalidConfiguration;
    }
    unsigned workers = launch.options.workers ? launch.options.workers : processors();
    if (monitor) {
        workers = 1;
        monitor->launch_begins(context, context_bytes,
                               site.follows == Follows::Overlapping && follows_a_kernel);
    }
    follows_a_kernel = true;
    pool().run(launch, workers);
    if (monitor)
        monitor->launch_ends();
    if (launch.faulted()) {
        last_message = launch.message;
        return last_error = cudaErrorLaunchFailure;
    }
    return cudaSuccess;
}
} // namespace simt

cudaError_t cudaPeekAtLastError()
{
    return simt::last_error;
}

cudaError_t cudaGetLastError()
{
    cudaError_t error = simt::last_error;
    simt::last_error = cudaSuccess;
    return error;
}

const char *cudaGetErrorName(cudaError_t error)
{
    switch (error) {
    case cudaSuccess:
        return "cudaSuccess";
    case cudaErrorInvalidValue:
        return "cudaErrorInvalidValue";
    case cudaErrorMemoryAllocation:
        return "cudaErrorMemoryAllocation";
    case cudaErrorInvalidConfiguration:
        return "cudaErrorInvalidConfiguration";
    case cudaErrorLaunchFailure:
        return "cudaErrorLaunchFailure";
    default:
        return "unrecognized error code";
    }
}

const char *cudaGetErrorString(cudaError_t error)
{
    switch (error) {
    case cudaSuccess:
        return "no error";
    case cudaErrorInvalidValue:
        return "invalid argument";
    case cudaErrorMemoryAllocation:
        return "out of memory";
    case cudaErrorInvalidConfiguration:
        return simt::fault_message();
    case cudaErrorLaunchFailure:
        return simt::fault_message();
    default:
        return "unrecognized error code";
    }
}
