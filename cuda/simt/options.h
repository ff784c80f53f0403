/* options.h -- how kernels are executed on the CPU. Every option may be set from the environment
 * (KBIT_SIMT_ORDER=priority and so on) or through set_options(). */
#ifndef KBIT_SIMT_OPTIONS_H
#define KBIT_SIMT_OPTIONS_H

#include "kbit_accumulation.h"

#include <stdint.h>

namespace simt
{
/* Which of the threads that can run does run: whoever comes first or last in the block, any one at
 * random, or the one of the highest priority, with random priorities that change now and then (odd
 * seeds: one priority a warp; even seeds: one a thread). Blocks follow the same order. */
enum class Order { Forward, Reverse, Random, Priority };

/* When a cp.async copy happens: at its issue, in the wait that guarantees it, or either by a coin.
 */
enum class Async { Issue, Late, Random };

/* Whose tensor core the fp16 and bf16 products follow: a row of the accumulation model. */
using Mma = const kbit_accumulation *;

/* What a fault in a kernel does: exit with status 86 after the message, or make the launch return
 * cudaErrorLaunchFailure and keep the message for fault_message(). */
enum class OnFault { Exit, Return };

struct Options {
    Order order = Order::Forward;
    uint64_t seed = 1; /* of everything random here; the same seed is the same run */
    Async async = Async::Issue;
    Mma mma = kbit_accumulation_find("a100");
    int capability = 80;  /* of the device that dispatch sees: major * 10 + minor */
    unsigned workers = 0; /* operating-system threads; 0: the processors we may use, at most 32 */
    /* What fills shared memory before a block: a byte, or random ones if -1. The default is a large
     * number in every type, so that a maximum or a sum that takes it in goes wrong. */
    int poison = 0x7b;
    unsigned stack_kib = 0; /* stack of a CUDA thread; 0: 64, or 256 under AddressSanitizer */
    OnFault on_fault = OnFault::Exit; /* not in the environment */
};

constexpr int exit_status_of_fault = 86;

/* The options in force: those of the environment until set_options() replaces them. An unknown
 * KBIT_SIMT_ name, or a value that an option does not know, is one line on stderr and exit 86. */
Options options();
void set_options(const Options &);

/* The message of the last launch that returned cudaErrorLaunchFailure; "" if none did. */
const char *fault_message();
} // namespace simt

#endif
