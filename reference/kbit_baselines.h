/* kbit_baselines.h -- the baselines of the paper's Table 1, and its outlier analysis, in plain C11.
 *
 * Conventions as in kbit.h: X is [M,K], W is [N,K], row-major; Y = X W^T is [M,N] float. Each
 * function's full comment stands beside its code in reference/baselines/<stem>.c.
 */
#ifndef KBIT_BASELINES_H
#define KBIT_BASELINES_H

#include "kbit.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What all baselines are: an approximation of Y = X W^T, with nothing kept from call to call. */
typedef kbit_status (*kbit_baseline_matmul)(size_t M, size_t N, size_t K, const float *x,
                                            const float *w, float *y);

/* ---- absmax: codes 127 x / absmax; they differ in how many constants there are ---- */

/* max |x| over the whole matrix; +0 for an empty one. */
kbit_status kbit_absmax_tensor(size_t M, size_t K, const float *x, float *absmax);

/* One constant for X, one for W. */
kbit_status kbit_absmax_tensor_matmul(size_t M, size_t N, size_t K, const float *x, const float *w,
                                      float *y);
/* One constant a row of X, one for all of W. */
kbit_status kbit_rowwise_matmul(size_t M, size_t N, size_t K, const float *x, const float *w,
                                float *y);
/* One constant a row of X, one a row of W (the paper's column). */
kbit_status kbit_vectorwise_matmul(size_t M, size_t N, size_t K, const float *x, const float *w,
                                   float *y);

/* ---- zeropoint: the range [min, max] onto the codes -127..127 ---- */

typedef struct {
    float scale;        /* nd of the paper: steps a unit of x */
    int16_t zero_point; /* zp: x is near (code + zero_point) / scale */
} kbit_zeropoint;

/* The scale and zero point of n values. */
kbit_status kbit_zeropoint_fit(size_t n, const float *x, kbit_zeropoint *fit);
/* q = RNE(scale x) - zero_point, clamped to [-127, 127]. */
kbit_status kbit_zeropoint_quantize(size_t n, const float *x, kbit_zeropoint fit, int8_t *q);

/* C_ij = sum_k (a_ik + zp_a) (b_jk + zp_b), as it stands, with 16-bit factors. */
kbit_status kbit_zeropoint_product(size_t M, size_t N, size_t K, const int8_t *a, int16_t zp_a,
                                   const int8_t *b, int16_t zp_b, int32_t *c);
/* The same sum unrolled: int8 product + zp_b rowsum(a) + zp_a rowsum(b) + K zp_a zp_b. */
kbit_status kbit_zeropoint_product_unrolled(size_t M, size_t N, size_t K, const int8_t *a,
                                            int16_t zp_a, const int8_t *b, int16_t zp_b,
                                            int32_t *c);

/* One scale and zero point for X, one for W. */
kbit_status kbit_zeropoint_matmul(size_t M, size_t N, size_t K, const float *x, const float *w,
                                  float *y);

/* n values onto the grid of step (max - min) / 255 through 0, as the authors' code does: x is near
 * step / scale. */
kbit_status kbit_zeropoint_vectorwise_quantize(size_t n, const float *x, float *scale,
                                               int32_t *steps);
/* One grid a row of X, one a row of W. */
kbit_status kbit_zeropoint_vectorwise_matmul(size_t M, size_t N, size_t K, const float *x,
                                             const float *w, float *y);

/* ---- decomposition: any of the above, with the outlier columns multiplied in float ---- */

/* Y = baseline(X, W without the columns in O) + sum_{k in O} X_ik W_jk. */
kbit_status kbit_decomposition_matmul(size_t M, size_t N, size_t K, const float *x, const float *w,
                                      float threshold, kbit_baseline_matmul baseline, float *y);

/* ---- outlier features: the paper's analysis of a model's hidden states (section 4) ---- */

/* When a feature dimension counts as an outlier feature. All three are "at least". */
typedef struct {
    float magnitude;            /* of a value that counts; finite, >= 0 */
    unsigned layers_percent;    /* share of layers that hold such a value in this dimension */
    unsigned positions_percent; /* share of the positions of those layers that hold one */
} kbit_outlier_criteria;

/* The paper's: magnitude 6.0, 25% of layers, 6% of positions. */
#define KBIT_OUTLIER_CRITERIA_OF_THE_PAPER                                                         \
    {                                                                                              \
        6.0f, 25, 6                                                                                \
    }

typedef struct {
    size_t layers;     /* layers with at least one value of the magnitude or more */
    size_t positions;  /* such values over all layers: one a layer and position */
    int is_outlier;    /* 1 if all criteria are met, else 0 */
    int sign;          /* +1 or -1 if all those values have this sign (one-sided), else 0 */
    float quartile[3]; /* of those values: lower quartile, median, upper quartile; 0 if none */
} kbit_outlier_feature;

/* hidden[l] is layer l's hidden state [positions, dims]; features has room for dims.
 * *n_outliers receives how many dimensions are outlier features. */
kbit_status kbit_outlier_features(size_t layers, size_t positions, size_t dims,
                                  const float *const *hidden, kbit_outlier_criteria criteria,
                                  kbit_outlier_feature *features, size_t *n_outliers);

#ifdef __cplusplus
}
#endif

#endif
