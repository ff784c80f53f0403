/* race_kernels.h -- kernels with and without races, as the tests of the race runtime call them. */
#ifndef KBIT_TESTS_SIMT_RACE_KERNELS_H
#define KBIT_TESTS_SIMT_RACE_KERNELS_H

#include "../../cuda/prelude.cuh"

/* Each `broken` leaves out what the kernel's comment names. */
cudaError_t exchange_in_warp(bool broken);
cudaError_t reuse_buffer(bool broken);
cudaError_t read_all_slots(bool broken);
cudaError_t copy_and_read(bool broken);
cudaError_t sum_by_last_block(int *partial, unsigned *arrived, int *sum, bool broken);
cudaError_t count(unsigned *counter, bool broken);
cudaError_t mark(int *flag, bool broken);
cudaError_t transpose(const float *in, float *out, bool padded);

#endif
