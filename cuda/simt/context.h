/* context.h -- switching between stacks: a dozen instructions, or ucontext where we have none. */
#ifndef KBIT_SIMT_CONTEXT_H
#define KBIT_SIMT_CONTEXT_H

#include <stddef.h>

#if !defined(__x86_64__) && !defined(__aarch64__)
#define KBIT_SIMT_UCONTEXT 1
#endif
#ifdef KBIT_SIMT_UCONTEXT
#include <ucontext.h>
#endif

namespace simt
{
struct Context {
#ifdef KBIT_SIMT_UCONTEXT
    ucontext_t state;
#else
    void *stack_pointer;
#endif
};

/* Makes `context` one that starts entry() on the stack [stack, stack + bytes). entry never returns,
 * and finds what it needs through simt::self. */
void prepare_context(Context *context, char *stack, size_t bytes, void (*entry)());

/* Leaves the running code in *from and goes on where *to was left. The floating-point environment
 * is not switched: kernels do not change it. */
void switch_context(Context *from, Context *to);
} // namespace simt

#endif
