/* runtime.h -- what a kernel sees of the execution layer: its indices, its shared memory, launch.
 */
#ifndef KBIT_SIMT_RUNTIME_H
#define KBIT_SIMT_RUNTIME_H

#include "options.h"
#include "types.h"

#include <tuple>
#include <utility>

typedef int cudaError_t;
typedef void *cudaStream_t;

namespace simt
{
/* A place in a kernel: the operation, and the file and line that call it. */
struct Where {
    const char *operation;
    const char *file;
    int line;
};

/* As the last parameters of a function, these record where it was called. */
#define SIMT_CALLER const char *simt_file = __builtin_FILE(), int simt_line = __builtin_LINE()
#define SIMT_WHERE(operation)                                                                      \
    simt::Where                                                                                    \
    {                                                                                              \
        operation, simt_file, simt_line                                                            \
    }

constexpr unsigned warp_size = 32;
constexpr unsigned max_block_threads = 1024;
constexpr unsigned max_cluster_blocks = 8;      /* what every device with clusters has */
constexpr size_t max_shared_bytes = 227 * 1024; /* what a block may have on an H100 */

/* The part of a running block that kernels read. */
struct BlockState {
    uint3 index{};
    dim3 block_dim, grid_dim;
    unsigned char *shared = nullptr;
    size_t shared_bytes = 0;
    unsigned cluster_rank = 0;
};

/* The part of a CUDA thread that kernels read. */
struct ThreadState {
    uint3 index{};
    unsigned linear = 0, warp = 0, lane = 0;
    const BlockState *block = nullptr;
    struct WarpRegisters *registers = nullptr; /* of its warp, where tensor operations meet */
};

/* The CUDA thread that runs now on this operating-system thread; null outside kernels. Initial-exec
 * TLS, since each threadIdx reads it: 8 bytes of the room that the C library keeps for plug-ins. */
extern __thread const ThreadState *self __attribute__((tls_model("initial-exec")));

/* Reports a fault of the running kernel (a printf format) and never returns to it. */
[[noreturn]] __attribute__((format(printf, 1, 2))) void fault(const char *format, ...);

/* The same, and says where. */
[[noreturn]] __attribute__((format(printf, 2, 3))) void fault_at(const Where &where,
                                                                 const char *format, ...);

void check_shared_request(size_t bytes);

template <class Struct> Struct &shared_memory()
{
    check_shared_request(sizeof(Struct));
    return *reinterpret_cast<Struct *>(self->block->shared);
}

/* How a kernel follows the one before it in the stream: Overlapping (programmatic dependent launch)
 * may start before that one is done, and each of its threads waits for it. */
enum class Follows { Plain, Overlapping };

/* A kernel, with its template arguments, that the program can launch in one of these ways. Each is
 * in the list from the program's start, launched or not: KBIT_SIMT_LAUNCHES writes down both. */
struct LaunchSite {
    LaunchSite(const char *signature, Follows);
    const char *signature; /* the compiler's spelling of launch_site_signature() */
    Follows follows;
    const LaunchSite *next;
};

template <auto kernel, Follows> const char *launch_site_signature()
{
    return __PRETTY_FUNCTION__;
}
template <auto kernel, Follows follows> struct LaunchSiteOf {
    static LaunchSite site;
};
template <auto kernel, Follows follows>
LaunchSite LaunchSiteOf<kernel, follows>::site(launch_site_signature<kernel, follows>(), follows);

template <auto kernel, Follows follows> const LaunchSite &launch_site()
{
    return LaunchSiteOf<kernel, follows>::site;
}

/* Runs `body(context)` once for each thread of each block, and returns when all have ended. Each
 * `cluster` neighbours along x are a cluster, which runs at a time. The context, which holds the
 * kernel's parameters, has that many bytes. */
cudaError_t run_grid(const char *kernel_name, const LaunchSite &, unsigned cluster, dim3 grid,
                     dim3 block, size_t shared_bytes, void (*body)(void *context), void *context,
                     size_t context_bytes);

/* griddepcontrol.wait, by the running thread. */
void wait_for_predecessor();
/* A copy, a memset or a wait of the host: what comes after it in the stream overlaps nothing before.
 */
void order_stream();

/* Called with the kernel's address before each launch, unless NULL: so that a test can tell which
 * kernels ran. */
extern void (*on_launch)(void (*kernel)());

template <class... Parameter, class... Argument>
cudaError_t launch(const LaunchSite &site, unsigned cluster, const char *kernel_name,
                   void (*kernel)(Parameter...), dim3 grid, dim3 block, size_t shared_bytes,
                   cudaStream_t, Argument &&...argument)
{
    struct Call {
        void (*kernel)(Parameter...);
        std::tuple<Parameter...> parameters;
    } call{kernel, std::tuple<Parameter...>(static_cast<Parameter>(argument)...)};
    if (on_launch)
        on_launch(reinterpret_cast<void (*)()>(kernel));
    return run_grid(
        kernel_name, site, cluster, grid, block, shared_bytes,
        [](void *context) {
            const Call &c = *static_cast<const Call *>(context);
            std::apply(c.kernel, c.parameters);
        },
        &call, sizeof call);
}
} // namespace simt

#define threadIdx (simt::self->index)
#define blockIdx  (simt::self->block->index)
#define blockDim  (simt::self->block->block_dim)
#define gridDim   (simt::self->block->grid_dim)

#endif
