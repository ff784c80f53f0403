/* hopper_wrappers.h -- one launch of one Hopper instruction on given memory: what a device can be
 * asked, too. */
#ifndef KBIT_TESTS_SIMT_HOPPER_WRAPPERS_H
#define KBIT_TESTS_SIMT_HOPPER_WRAPPERS_H

#include "../../cuda/tensor_map.cuh"

constexpr unsigned dump_bytes = 32768;

/* One box to shared memory, which held 0xee, and from there as it lies, dump_bytes of it. */
cudaError_t run_tma_load(const CUtensorMap &map, int x, int y, unsigned box_bytes,
                         unsigned char *dump);

/* dump_bytes to shared memory as they are, and one box from there to the matrix. */
cudaError_t run_tma_store(const CUtensorMap &map, int x, int y, const unsigned char *contents);

/* in to shared memory and from there to out, both by cp.async.bulk. */
cudaError_t run_bulk(const unsigned char *in, unsigned char *out, unsigned bytes);

/* Where an operand lies in its part of shared memory, as the descriptor says it. */
struct Layout {
    unsigned swizzle, start, stride, leading;
};
constexpr unsigned part_bytes = 32768; /* of each operand */

enum class WgmmaKind { S8, F16, BF16 };

/* a, b: part_bytes each, as they lie; d[128][n / 2], read and written. False if there is no such n.
 */
bool run_wgmma(WgmmaKind kind, int n, const unsigned char *a, Layout a_layout,
               const unsigned char *b, Layout b_layout, bool accumulate, unsigned *d,
               cudaError_t *status);

#endif
