/* check.h -- is an output right? Asked on the device, before anything is timed, of whole outputs. */
#ifndef KBIT_CUDA_BENCH_CHECK_H
#define KBIT_CUDA_BENCH_CHECK_H

#include <stddef.h>
#include <stdint.h>

#include "kbit_candidate.h"

namespace bench
{

/* A number that a changed, moved or missing byte changes: the sum of a hash of each place and what is
 * there. Not cryptographic. p is aligned to 4 bytes. */
kbit_status digest(const void *p, size_t bytes, uint64_t *value);

/* How many of n bytes differ. */
kbit_status count_different(const void *a, const void *b, size_t bytes, uint64_t *count);

/* C = q w^T, checked completely: C r = q (w^T r) for two random vectors of 64-bit integers, modulo
 * 2^64, drawn from the operating system once C is there. *rows: how many rows differ. A wrong C passes
 * with probability 2^-66 at most (as verify/certificate.h; here it runs on the device). */
kbit_status certify(size_t M, size_t N, size_t K, const int8_t *q, const int8_t *w,
                    const int32_t *c, uint64_t *rows);

/* The layer's output out [M,N], fp16, against what is certain: x fp16, codes' sums c, absmax and
 * w_absmax (fp16-valued), the list O. An element is right if it is an fp16 rounding of a number in
 *     C a s / 16129 + sum over O of x w s / 127, plus or minus the radius of
 * the theorems linear-bnb rests on, for what the kernels declare: dequant=any acc=tc-trunc
 * (verify/linear.c, the same formula; reference/proofs/). *wrong counts the others, NaN too. */
kbit_status check_layer(size_t M, size_t N, size_t K, const void *x, const int8_t *w,
                        const float *w_absmax, size_t n_outliers, const int32_t *outliers,
                        const float *absmax, const int32_t *c, const void *out, uint64_t *wrong);

/* out [M,N] of type, the product of integers as fill_integers() makes them, against the exact sums,
 * rounded: at up to 64 rows and 64 columns drawn by seed. */
struct Sample {
    uint64_t wrong, checked;
};
kbit_status check_integers(uint64_t seed, size_t M, size_t N, size_t K, kbit_dtype type,
                           const void *x, const void *w, const void *out, Sample *sample);

/* out = RN16(C a s / 127^2): what a product of int32 needs after it, unfused; for peers. */
kbit_status apply_scales(size_t M, size_t N, const int32_t *c, const float *absmax,
                         const float *w_absmax, void *out);

} // namespace bench

#endif
