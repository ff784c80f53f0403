/* linear_epilogue.cuh -- what the layer does with an int8 sum: the operations of the separate steps,
 * in their order. */
#ifndef KBIT_CUDA_LINEAR_EPILOGUE_CUH
#define KBIT_CUDA_LINEAR_EPILOGUE_CUH

#include "int8_few.cuh"
#include "outlier_tile.cuh"

namespace kbit
{

struct LinearEpilogue {
    OutlierOperands outliers; /* x, and w as codes */
    const float *absmax;      /* [M] */
    const float *w_absmax;    /* [N] */
    const float *bias;        /* [N] or NULL */
    kbit_dtype type;
    void *out; /* [M,N] */

    __device__ __forceinline__ void put(int row, int col, int c, float outlier_sum) const
    {
        const float s = w_absmax[col];
        const float y = with_outliers(dequantized(c, absmax[row], s), outlier_sum, s);
        const size_t at = static_cast<size_t>(row) * outliers.N + col;
        if (bias)
            put_sum(type, out, at, y, bias[col]);
        else
            kbit::put(type, out, at, y);
    }
};

/* On Hopper (hopper.cu): x of 16 bits, operands aligned. */
bool linear_hopper_serves(const Int8Operands &in, kbit_dtype x_type);
kbit_status linear_hopper(const Int8Operands &in, const LinearEpilogue &epilogue,
                          cudaStream_t stream);

} // namespace kbit

#endif
