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

#ifndef KBIT_SIMT_UCONTEXT
/* In context.cc, in assembly. */
extern "C" __attribute__((visibility("hidden"))) void simt_switch_stacks(void **save,
                                                                         void *stack_pointer);
#endif

/* Leaves the running code in *from and goes on where *to was left. The floating-point environment
 * is not switched: kernels do not change it. */
static inline void switch_context(Context *from, Context *to)
{
#ifdef KBIT_SIMT_UCONTEXT
    swapcontext(&from->state, &to->state);
#else
    simt_switch_stacks(&from->stack_pointer, to->stack_pointer);
#endif
}
} // namespace simt

#endif
