/* instructions.cu -- the device, and the instructions that every device from 8.0 on has. */
#include "device.cuh"

#include "arithmetic.cuh"
#include "bits.cuh"
#include "block.cuh"
#include "convert.cuh"
#include "cp_async.cuh"
#include "ldmatrix.cuh"
#include "mma.cuh"
#include "warp.cuh"

void conformance::add_instructions(List &list)
{
    add_ldmatrix(list);
    add_mma(list);
    add_cp_async(list);
    add_warp(list);
    add_block(list);
    add_bits(list);
    add_convert(list);
    add_arithmetic(list);
}
