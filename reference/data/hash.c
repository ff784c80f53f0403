/* hash.c -- 64 well-mixed bits from a counter: no state, any element at any time.
 *
 * mix() is the output function of SplitMix64 (Steele, Lea and Flood, OOPSLA 2014, with the
 * constants of Stafford's variant 13). For a fixed seed and tensor, index 0, 1, 2, ... walks
 * through the output of SplitMix64 started at a state that depends on both.
 */
#include "kbit_data.h"

#define GOLDEN UINT64_C(0x9e3779b97f4a7c15) /* 2^64 / golden ratio, made odd */

static uint64_t mix(uint64_t z)
{
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

/* Computes: h(h(h(0, seed), tensor), index) with h(state, value) = mix(state + (value + 1) GOLDEN),
 *   all modulo 2^64.
 * Error bound: exact; reference/data/README.md has test vectors.
 */
uint64_t kbit_hash(uint64_t seed, uint64_t tensor, uint64_t index)
{
    uint64_t h = mix((seed + 1) * GOLDEN);

    h = mix(h + (tensor + 1) * GOLDEN);
    return mix(h + (index + 1) * GOLDEN);
}
