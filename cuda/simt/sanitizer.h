/* sanitizer.h -- tells AddressSanitizer about our stacks and our arena; nothing in other builds. */
#ifndef KBIT_SIMT_SANITIZER_H
#define KBIT_SIMT_SANITIZER_H

#include <stddef.h>

#if defined(__SANITIZE_ADDRESS__)
#define SIMT_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SIMT_ASAN 1
#endif
#endif

#ifdef SIMT_ASAN
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#endif

namespace simt
{
#ifdef SIMT_ASAN
constexpr unsigned default_stack_kib = 256; /* red zones around every local */

/* Before a switch: keep what ASan knows of this stack in *save (null: it will not be used again).
 */
static inline void sanitizer_leave(void **save, const void *next_stack, size_t next_bytes)
{
    __sanitizer_start_switch_fiber(save, next_stack, next_bytes);
}
/* After a switch, on the stack that goes on; learns of the one that was left, unless null. */
static inline void sanitizer_arrive(void *saved, const void **left_stack, size_t *left_bytes)
{
    __sanitizer_finish_switch_fiber(saved, left_stack, left_bytes);
}
/* A stack that is used again still has the red zones of frames that never returned. */
static inline void sanitizer_forget_stack(void *stack, size_t bytes)
{
    __asan_unpoison_memory_region(stack, bytes);
}
static inline void sanitizer_forbid(void *p, size_t bytes)
{
    __asan_poison_memory_region(p, bytes);
}
static inline void sanitizer_allow(void *p, size_t bytes)
{
    __asan_unpoison_memory_region(p, bytes);
}
#else
constexpr unsigned default_stack_kib = 64;

static inline void sanitizer_leave(void **, const void *, size_t) {}
static inline void sanitizer_arrive(void *, const void **, size_t *) {}
static inline void sanitizer_forget_stack(void *, size_t) {}
static inline void sanitizer_forbid(void *, size_t) {}
static inline void sanitizer_allow(void *, size_t) {}
#endif
} // namespace simt

#endif
