/* kernels.h -- the kernels that test the execution layer, as the tests call them. */
#ifndef KBIT_TESTS_SIMT_KERNELS_H
#define KBIT_TESTS_SIMT_KERNELS_H

#include "../../cuda/prelude.cuh"

/* Bugs that can be planted, one at a time. */
enum Plant {
    NONE,
    /* in quantize_rows */
    NO_BARRIER_BEFORE_READ,
    SLOT_NEVER_WRITTEN,
    DIVERGENT_BARRIER,
    DIVERGED_SHUFFLE,
    READ_OUT_OF_BOUNDS,
    WRITE_OUT_OF_BOUNDS,
    /* in gemm_s8 */
    WAIT_ONE_TOO_FEW,
    NO_BARRIER_AFTER_WAIT,
    NO_BARRIER_BEFORE_REFILL,
};

/* q = RNE(x * (127 / absmax)) by rows, and the absmax; x is fp16, rows by columns. */
cudaError_t quantize_rows(Plant plant, const __half *x, int8_t *q, float *absmax, int rows,
                          int columns);

/* C[M,N] = A[M,K] B[N,K]^T, int8 into int32; K a multiple of 16. */
cudaError_t gemm_s8(Plant plant, const int8_t *a, const int8_t *b, int *c, int m, int n, int k);

#endif
