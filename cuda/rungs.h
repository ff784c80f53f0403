/* rungs.h -- the ladders: for each step its kernels from the plainest (v1) to the fastest.
 *
 * A rung takes checked arguments with at least one output element. It serves them, or answers
 * KBIT_ERR_UNSUPPORTED before it has launched anything; dispatch then goes one rung down. The first
 * rung of every ladder serves everything. To add a kernel: declare its rung here, list it in
 * dispatch.cu with the least compute capability it runs on. The tests and the candidate find it
 * there.
 */
#ifndef KBIT_CUDA_RUNGS_H
#define KBIT_CUDA_RUNGS_H

#include "kbit_cuda.h"
#include "prelude.cuh"
#include "production.h"

namespace kbit
{

using OutlierColumns = kbit_status(size_t M, size_t K, kbit_dtype x_type, const void *x,
                                   float threshold, int32_t *n_outliers, int32_t *outliers,
                                   void *workspace, cudaStream_t stream);
using AbsmaxRows = kbit_status(size_t M, size_t K, kbit_dtype x_type, const void *x,
                               const int32_t *n_outliers, const int32_t *outliers, float threshold,
                               float *absmax, cudaStream_t stream);
using QuantizeRows = kbit_status(size_t M, size_t K, kbit_dtype x_type, const void *x,
                                 const float *absmax, const int32_t *n_outliers,
                                 const int32_t *outliers, float threshold, int8_t *q,
                                 int32_t *violation, cudaStream_t stream);
/* absmax_rows (O empty) and quantize_rows in one kernel; serves K up to 392,928. */
using AbsmaxQuantizeRows = kbit_status(size_t M, size_t K, kbit_dtype x_type, const void *x,
                                       const int32_t *n_outliers, const int32_t *outliers,
                                       float threshold, float *absmax, int8_t *q,
                                       cudaStream_t stream);
/* outlier_columns, absmax_rows (O empty) and quantize_rows together. The workspace is zero. */
using QuantizeWithOutliers = kbit_status(size_t M, size_t K, kbit_dtype x_type, const void *x,
                                         size_t x_ld, float threshold, int32_t *n_outliers,
                                         int32_t *outliers, float *absmax, int8_t *q, size_t q_ld,
                                         void *zeroed, cudaStream_t stream);
/* A normalization or activation, and outlier_columns, absmax_rows and quantize_rows of its result. What
 * Production names as zeroed is zero. */
using Produce = kbit_status(const Production &call, cudaStream_t stream);
using Int8Matmul = kbit_status(size_t M, size_t N, size_t K, const int8_t *q, const int8_t *w,
                               int32_t *c, cudaStream_t stream);
using Dequantize = kbit_status(size_t M, size_t N, const int32_t *c, const float *absmax,
                               const float *w_absmax, float *d, cudaStream_t stream);
/* Both outlier products: w is int8 with w_absmax, or a float type and w_absmax is NULL. */
using OutlierMatmul = kbit_status(size_t M, size_t N, size_t K, kbit_dtype x_type, const void *x,
                                  const int32_t *n_outliers, const int32_t *outliers,
                                  kbit_dtype w_type, const void *w, const float *w_absmax,
                                  const float *d, float *y, cudaStream_t stream);
using Store = kbit_status(size_t M, size_t N, const float *y, const float *bias,
                          kbit_dtype out_type, void *out, cudaStream_t stream);
using LinearBnb = kbit_status(size_t M, size_t N, size_t K, kbit_dtype x_type, const void *x,
                              const int8_t *w, const float *w_absmax, const float *bias,
                              float threshold, kbit_dtype out_type, void *out, void *workspace,
                              cudaStream_t stream);
using LinearWorkspace = size_t(size_t M, size_t N, size_t K);

OutlierColumns outlier_columns_v1, outlier_columns_v2;
AbsmaxRows absmax_rows_v1, absmax_rows_v2;
QuantizeRows quantize_rows_v1, quantize_rows_v2;
AbsmaxQuantizeRows absmax_quantize_rows;
QuantizeWithOutliers quantize_with_outliers_v1, quantize_with_outliers_v2;
Produce produce_v1, produce_v2;
Int8Matmul int8_matmul_v1, int8_matmul_v2, int8_matmul_v3, int8_matmul_v4, int8_matmul_v5,
    int8_matmul_hopper, int8_matmul_hopper2;
Dequantize dequantize_v1, dequantize_v2;
OutlierMatmul outlier_matmul_v1, outlier_matmul_v2;
Store store_v1, store_v2;
LinearBnb llmint8_linear_bnb_v1, llmint8_linear_bnb_v2, llmint8_linear_bnb_v3,
    llmint8_linear_bnb_v4, llmint8_linear_bnb_hopper, llmint8_linear_bnb_hopper2;
LinearWorkspace llmint8_linear_bnb_v1_workspace, llmint8_linear_bnb_v2_workspace,
    llmint8_linear_bnb_v3_workspace, llmint8_linear_bnb_v4_workspace;

template <class F> struct Rung {
    const char *name;
    int capability; /* least compute capability, major * 10 + minor */
    F *run;
};

constexpr int kMaxRungs = 8;

/* Plainest first; unused places have run == NULL. */
template <class F> struct Ladder {
    Rung<F> rung[kMaxRungs];
};

struct Ladders {
    Ladder<OutlierColumns> outlier_columns;
    Ladder<AbsmaxRows> absmax_rows;
    Ladder<QuantizeRows> quantize_rows;
    Ladder<QuantizeWithOutliers> quantize_with_outliers;
    Ladder<Produce> produce;
    Ladder<Int8Matmul> int8_matmul;
    Ladder<Dequantize> dequantize;
    Ladder<OutlierMatmul> outlier_matmul;
    Ladder<Store> store;
    Ladder<LinearBnb> llmint8_linear_bnb;
};
extern const Ladders ladders;

/* Keeps the calls of this thread at or below a rung while it lives: 1 is the plainest, kMaxRungs
 * what a thread starts with. */
class RungLimit
{
  public:
    explicit RungLimit(int highest);
    ~RungLimit();
    RungLimit(const RungLimit &) = delete;
    RungLimit &operator=(const RungLimit &) = delete;

  private:
    int before_;
};
int highest_rung();

/* Of the tiles that a Hopper kernel may have (hopper_plan.cuh), or by the model there. */
enum HopperTile { kHopperNarrow, kHopperWide, kHopperPair, kHopperTiles, kHopperByModel };

/* Keeps the calls of this thread to one of those tiles, wherever a Hopper kernel serves, while it
 * lives: so that each can be judged on small products, and timed on any. */
class HopperTileChoice
{
  public:
    explicit HopperTileChoice(HopperTile tile);
    ~HopperTileChoice();
    HopperTileChoice(const HopperTileChoice &) = delete;
    HopperTileChoice &operator=(const HopperTileChoice &) = delete;

  private:
    HopperTile before_;
};
HopperTile chosen_hopper_tile();

/* Compute capability of the current device; on the CPU layer as KBIT_SIMT_CAPABILITY says. */
int device_capability();
/* Its number of multiprocessors; on the CPU layer that of an A100, for the same plans. */
int device_multiprocessors();

/* The best rung that serves the arguments runs them. */
template <class F, class... Arguments>
kbit_status climb(const Ladder<F> &ladder, Arguments... arguments)
{
    const int capability = device_capability();
    for (int i = highest_rung() - 1; i >= 0; --i) {
        const Rung<F> &rung = ladder.rung[i];
        if (!rung.run || rung.capability > capability)
            continue;
        const kbit_status status = rung.run(arguments...);
        if (status != KBIT_ERR_UNSUPPORTED)
            return status;
    }
    return KBIT_ERR_NO_DEVICE;
}

} // namespace kbit

#endif
