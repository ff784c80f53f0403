/* wrappers.h -- one launch of one PTX wrapper on given registers: what a device can be asked, too.
 */
#ifndef KBIT_TESTS_SIMT_WRAPPERS_H
#define KBIT_TESTS_SIMT_WRAPPERS_H

#include "../../cuda/prelude.cuh"

enum Load { LDMATRIX_X1, LDMATRIX_X2, LDMATRIX_X4, LDMATRIX_X2_TRANS, LDMATRIX_X4_TRANS };

/* memory: the 512 bytes of 32 rows; out[32][4]: registers, those that the load leaves alone are 0.
 */
cudaError_t run_ldmatrix(Load load, const unsigned char *memory, unsigned *out);

/* a[32][4], b[32][2], d[32][4], by lane; d is read and written. */
cudaError_t run_mma_s8(const unsigned *a, const unsigned *b, int *d);
cudaError_t run_mma_f16(const unsigned *a, const unsigned *b, float *d);
cudaError_t run_mma_bf16(const unsigned *a, const unsigned *b, float *d);

/* Copies in[0..threads) to out through shared memory with cp.async, 16 bytes a thread, in groups of
 * one; where valid[i] is 0, zeros come out. */
cudaError_t run_cp_async(const uint4 *in, const int *valid, uint4 *out, int threads);

/* Three groups of one copy each, in[0..2]: what one word of each place holds after the last commit,
 * and after waits for all but 2, 1 and 0 groups; seen[4][3]. On a device, only what a wait
 * guarantees is certain. */
cudaError_t run_cp_async_groups(const uint4 *in, unsigned *seen);

#endif
