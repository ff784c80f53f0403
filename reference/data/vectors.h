/* vectors.h -- test vectors of the generator, the same as in README.md; values in units of 2^-16.
 *
 * They were printed by the Python program in README.md; tests/t_data.c holds the library against
 * them, tests/data.sh holds README.md and the Python program against this file.
 */
#ifndef KBIT_DATA_VECTORS_H
#define KBIT_DATA_VECTORS_H

#include <stdint.h>

static const struct {
    uint64_t seed, tensor, index, hash;
} KBIT_HASH_VECTORS[] = {
    {UINT64_C(0), UINT64_C(0), UINT64_C(0), UINT64_C(0x238275bc38fcbe91)},
    {UINT64_C(1), UINT64_C(2), UINT64_C(3), UINT64_C(0x27d1dade99ddf6a4)},
    {UINT64_C(18446744073709551615), UINT64_C(72057594037927935), UINT64_C(4611686018427387903),
     UINT64_C(0xc788721421f4f1b4)},
};

typedef struct {
    uint64_t seed, tensor, index;
    int32_t value;
} kbit_value_vector;

static const kbit_value_vector KBIT_NORMAL_VECTORS[] = {
    {0, 0, 0, -34904},
    {1, 2, 3, -56283},
    {42, 7, 999, -190944},
};

static const kbit_value_vector KBIT_CODE_VECTORS[] = {
    {0, 0, 0, -92},
    {1, 2, 3, -88},
    {42, 7, 999, 50},
};

/* kbit_fill_activations(preset, 1, 2, ...): 13b, f16, [4,8]; gpt2-762m, bf16, [4,4]. */
static const int32_t KBIT_ACTIVATIONS_13B_F16[4 * 8] = {
    3556,     -2617344, -119104,  -56288,   -4308992, -52864,   -4110336, 25328,
    -2318336, -4012032, -2381824, -3778560, -2646016, -3846144, -21408,   48960,
    -3919872, 4399104,  -87808,   -4048896, -4259840, -4292608, -4085760, -126784,
    -3158016, 4161536,  -2232320, -4081664, -4202496, -2269184, -2899968, -97472};

static const int32_t KBIT_ACTIVATIONS_GPT2_762M_BF16[4 * 4] = {
    3552,   94720,  -119296, -56320, -76800, -52736, -937984, 25344,
    -32640, -14144, 52736,   565248, -28672, 10624,  -21376,  647168};

#endif
