/* compare_half.cc -- our 16-bit types against the toolkit's, bit by bit: all 2^16 encodings one way
 * and every `step`-th of the 2^32 floats the other (step 1: all of them). */
#include "../../cuda/simt/half.h"

#include <stdio.h>
#include <stdlib.h>

extern "C" unsigned short toolkit_half_bits(float);
extern "C" float toolkit_half_value(unsigned short);
extern "C" unsigned short toolkit_bfloat16_bits(float);
extern "C" float toolkit_bfloat16_value(unsigned short);

static unsigned long differences;

static void compare(const char *what, uint32_t input, uint32_t ours, uint32_t theirs)
{
    if (ours != theirs && differences++ < 10)
        printf("%s of 0x%08x: 0x%08x, the toolkit says 0x%08x\n", what, input, ours, theirs);
}

int main(int argc, char **argv)
{
    uint64_t step = argc > 1 ? strtoull(argv[1], nullptr, 10) : 1, count = 0;
    for (uint32_t bits = 0; bits < 65536; bits++) {
        uint16_t b = (uint16_t)bits;
        compare("half2float", bits, simt::float_bits(simt::half_bits_to_float(b)),
                simt::float_bits(toolkit_half_value(b)));
        compare("bfloat162float", bits, simt::float_bits(simt::bfloat16_bits_to_float(b)),
                simt::float_bits(toolkit_bfloat16_value(b)));
    }
    for (uint64_t bits = 0; bits < (uint64_t)1 << 32; bits += step, count++) {
        float x = simt::float_from_bits((uint32_t)bits);
        compare("float2half_rn", (uint32_t)bits, simt::float_to_half_bits(x), toolkit_half_bits(x));
        compare("float2bfloat16_rn", (uint32_t)bits, simt::float_to_bfloat16_bits(x),
                toolkit_bfloat16_bits(x));
    }
    printf("%lu floats and 65536 encodings of each type, %lu differences\n", (unsigned long)count,
           differences);
    return differences != 0;
}
