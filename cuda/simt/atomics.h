/* atomics.h -- CUDA's atomic functions; real ones, since blocks run on several processors. */
#ifndef KBIT_SIMT_ATOMICS_H
#define KBIT_SIMT_ATOMICS_H

#include "warp.h"

#include <type_traits>

namespace simt
{
template <class T> struct identity {
    typedef T type;
};
/* Not deduced, so that the value converts to the type of the memory as in CUDA. */
template <class T> using value_of = typename identity<T>::type;

template <class T> constexpr bool is_atomic_integer()
{
    return std::is_same<T, int>::value || std::is_same<T, unsigned>::value ||
           std::is_same<T, unsigned long long>::value;
}

/* Replaces *p by update(*p) in one atomic step and returns the old value. */
template <class T, class Update> T atomic_update(T *p, Update update, const Where &where)
{
    before_atomic(p, sizeof *p, where);
    T old, desired;
    __atomic_load(p, &old, __ATOMIC_RELAXED);
    do {
        desired = update(old);
    } while (
        !__atomic_compare_exchange(p, &old, &desired, true, __ATOMIC_RELAXED, __ATOMIC_RELAXED));
    return old;
}
} // namespace simt

template <class T> T atomicAdd(T *p, simt::value_of<T> value, SIMT_CALLER)
{
    static_assert(simt::is_atomic_integer<T>() || std::is_same<T, float>::value ||
                      std::is_same<T, double>::value,
                  "CUDA has no atomicAdd of this type");
    /* Integers wrap around; unsigned arithmetic says so without overflow. */
    typedef typename std::conditional<std::is_same<T, int>::value, unsigned, T>::type sum;
    return simt::atomic_update(
        p, [=](T old) { return (T)((sum)old + (sum)value); }, SIMT_WHERE("atomicAdd"));
}
template <class T> T atomicSub(T *p, simt::value_of<T> value, SIMT_CALLER)
{
    static_assert(std::is_same<T, int>::value || std::is_same<T, unsigned>::value,
                  "CUDA has no atomicSub of this type");
    return simt::atomic_update(
        p, [=](T old) { return (T)((unsigned)old - (unsigned)value); }, SIMT_WHERE("atomicSub"));
}
template <class T> T atomicMax(T *p, simt::value_of<T> value, SIMT_CALLER)
{
    static_assert(simt::is_atomic_integer<T>() || std::is_same<T, long long>::value,
                  "CUDA has no atomicMax of this type");
    return simt::atomic_update(
        p, [=](T old) { return old < value ? value : old; }, SIMT_WHERE("atomicMax"));
}
template <class T> T atomicMin(T *p, simt::value_of<T> value, SIMT_CALLER)
{
    static_assert(simt::is_atomic_integer<T>() || std::is_same<T, long long>::value,
                  "CUDA has no atomicMin of this type");
    return simt::atomic_update(
        p, [=](T old) { return value < old ? value : old; }, SIMT_WHERE("atomicMin"));
}
template <class T> T atomicAnd(T *p, simt::value_of<T> value, SIMT_CALLER)
{
    static_assert(simt::is_atomic_integer<T>(), "CUDA has no atomicAnd of this type");
    return simt::atomic_update(
        p, [=](T old) { return old & value; }, SIMT_WHERE("atomicAnd"));
}
template <class T> T atomicOr(T *p, simt::value_of<T> value, SIMT_CALLER)
{
    static_assert(simt::is_atomic_integer<T>(), "CUDA has no atomicOr of this type");
    return simt::atomic_update(
        p, [=](T old) { return old | value; }, SIMT_WHERE("atomicOr"));
}
template <class T> T atomicXor(T *p, simt::value_of<T> value, SIMT_CALLER)
{
    static_assert(simt::is_atomic_integer<T>(), "CUDA has no atomicXor of this type");
    return simt::atomic_update(
        p, [=](T old) { return old ^ value; }, SIMT_WHERE("atomicXor"));
}
template <class T> T atomicExch(T *p, simt::value_of<T> value, SIMT_CALLER)
{
    static_assert(simt::is_atomic_integer<T>() || std::is_same<T, float>::value,
                  "CUDA has no atomicExch of this type");
    return simt::atomic_update(
        p, [=](T) { return value; }, SIMT_WHERE("atomicExch"));
}
/* Compares encodings, hence integers only: returns the old value. */
template <class T>
T atomicCAS(T *p, simt::value_of<T> expected, simt::value_of<T> value, SIMT_CALLER)
{
    static_assert(simt::is_atomic_integer<T>() || std::is_same<T, unsigned short>::value,
                  "CUDA has no atomicCAS of this type");
    return simt::atomic_update(
        p, [=](T old) { return old == expected ? value : old; }, SIMT_WHERE("atomicCAS"));
}
/* Counts up to limit, then starts again at 0. */
static inline unsigned atomicInc(unsigned *p, unsigned limit, SIMT_CALLER)
{
    return simt::atomic_update(
        p, [=](unsigned old) { return old >= limit ? 0 : old + 1; }, SIMT_WHERE("atomicInc"));
}

static inline void __threadfence()
{
    simt::memory_fence();
}
static inline void __threadfence_block()
{
    __threadfence();
}

#endif
