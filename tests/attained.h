/* attained.h -- how close observed errors come to a proved bound. For the tests of bounds.h. */
#ifndef KBIT_TESTS_ATTAINED_H
#define KBIT_TESTS_ATTAINED_H

#include <math.h>
#include <stdint.h>
#include <stdio.h>

typedef struct {
    double lo, hi; /* the least and the greatest value observed */
    uint64_t n;
} attained;

/* A NaN is remembered as an infinite error. */
static inline void attained_note(attained *seen, double value)
{
    if (!(value <= INFINITY))
        value = INFINITY;
    if (!(value >= seen->lo))
        seen->lo = value;
    if (!(value <= seen->hi))
        seen->hi = value;
    seen->n++;
}

/* Prints observed against proved, and the share of the bound that was attained on each side. */
static inline int attained_within(const char *name, const attained *seen, double lo, double hi)
{
    int within = seen->n > 0 && seen->lo >= lo && seen->hi <= hi;

    printf("# %s: %llu cases, observed [%a, %a] = [%.3f, %.3f] of the bound [%a, %a]%s\n", name,
           (unsigned long long)seen->n, seen->lo, seen->hi, lo != 0 ? seen->lo / lo : 0.0,
           hi != 0 ? seen->hi / hi : 0.0, lo, hi, within ? "" : " EXCEEDED");
    fflush(stdout);
    return within;
}

/* splitmix64: well-mixed bits from a counter. */
static inline uint64_t mix(uint64_t *state)
{
    uint64_t z = *state += 0x9e3779b97f4a7c15u;

    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

#endif
