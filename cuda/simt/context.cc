/* context.cc -- the switch: save what the calling convention says a callee must, change stacks. */
#include "context.h"

#include <stdint.h>
#include <string.h>

#ifdef KBIT_SIMT_UCONTEXT

/* The portable form. Slow: each switch makes two system calls to keep the signal mask (measured
 * 60 to 70 times the cost of the forms below). */
void simt::prepare_context(Context *context, char *stack, size_t bytes, void (*entry)())
{
    getcontext(&context->state);
    context->state.uc_stack.ss_sp = stack;
    context->state.uc_stack.ss_size = bytes;
    context->state.uc_link = nullptr;
    makecontext(&context->state, entry, 0);
}

#else

#if defined(__x86_64__)

/* System V: rbx, rbp, r12-r15 and the stack pointer survive a call. */
asm(R"(
        .text
        .p2align 4
        .globl simt_switch_stacks
        .hidden simt_switch_stacks
        .type simt_switch_stacks, @function
simt_switch_stacks:
        pushq %rbp
        pushq %rbx
        pushq %r12
        pushq %r13
        pushq %r14
        pushq %r15
        movq %rsp, (%rdi)
        movq %rsi, %rsp
        popq %r15
        popq %r14
        popq %r13
        popq %r12
        popq %rbx
        popq %rbp
        ret
        .size simt_switch_stacks, .-simt_switch_stacks
)");

/* What the switch pops, and where it returns to. */
static void *initial_frame(char *top, void (*entry)())
{
    void **p = reinterpret_cast<void **>(top);
    *--p = nullptr; /* the return address of entry: ends a backtrace, and aligns the stack */
    *--p = reinterpret_cast<void *>(entry);
    for (int saved = 0; saved < 6; saved++)
        *--p = nullptr;
    return p;
}

#elif defined(__aarch64__)

/* AAPCS64: x19-x30, d8-d15 and the stack pointer survive a call. */
asm(R"(
        .text
        .p2align 4
        .globl simt_switch_stacks
        .hidden simt_switch_stacks
        .type simt_switch_stacks, %function
simt_switch_stacks:
        sub sp, sp, #160
        stp x19, x20, [sp, #0]
        stp x21, x22, [sp, #16]
        stp x23, x24, [sp, #32]
        stp x25, x26, [sp, #48]
        stp x27, x28, [sp, #64]
        stp x29, x30, [sp, #80]
        stp d8, d9, [sp, #96]
        stp d10, d11, [sp, #112]
        stp d12, d13, [sp, #128]
        stp d14, d15, [sp, #144]
        mov x9, sp
        str x9, [x0]
        mov sp, x1
        ldp x19, x20, [sp, #0]
        ldp x21, x22, [sp, #16]
        ldp x23, x24, [sp, #32]
        ldp x25, x26, [sp, #48]
        ldp x27, x28, [sp, #64]
        ldp x29, x30, [sp, #80]
        ldp d8, d9, [sp, #96]
        ldp d10, d11, [sp, #112]
        ldp d12, d13, [sp, #128]
        ldp d14, d15, [sp, #144]
        add sp, sp, #160
        ret
        .size simt_switch_stacks, .-simt_switch_stacks
)");

/* What the switch loads; x30 is where it returns to. */
static void *initial_frame(char *top, void (*entry)())
{
    void **frame = reinterpret_cast<void **>(top - 160);
    memset(static_cast<void *>(frame), 0, 160);
    frame[11] = reinterpret_cast<void *>(entry);
    return frame;
}

#endif

void simt::prepare_context(Context *context, char *stack, size_t bytes, void (*entry)())
{
    char *top = stack + bytes;
    top -= reinterpret_cast<uintptr_t>(top) & 15;
    context->stack_pointer = initial_frame(top, entry);
}

#endif
