/* kbit_data.h -- test tensors that any language can reproduce, with injected outlier features.
 *
 * An element depends on (seed, tensor id, index) alone, by integer arithmetic up to one last
 * scaling, so any sub-range regenerates identically; reference/data/README.md is the specification
 * and carries test vectors.
 */
#ifndef KBIT_DATA_H
#define KBIT_DATA_H

#include "kbit.h"

#ifdef __cplusplus
extern "C" {
#endif

/* 64 well-mixed bits from a counter. */
uint64_t kbit_hash(uint64_t seed, uint64_t tensor, uint64_t index);

/* n values near N(0, 1), all of magnitude below 6: sums of uniform integers times 2^-16. */
void kbit_fill_normal(uint64_t seed, uint64_t tensor, size_t n, float *x);

/* n codes, uniform in [-127, 127]. */
void kbit_fill_codes(uint64_t seed, uint64_t tensor, size_t n, int8_t *q);

/* What the paper's Table 4 and Dettmers' talk report of a model's outlier features. */
typedef struct {
    const char *name;             /* "125m", "1.3b", ..., "175b" */
    const char *source;           /* table or slide; says where a figure is not in the paper */
    unsigned dims;                /* outlier feature dimensions in a hidden state */
    unsigned one_sided;           /* how many of them keep one sign */
    unsigned positions_per_mille; /* share of sequence positions that they affect */
    int quartile[3];              /* of the commonest dimension's values, ascending */
} kbit_outlier_preset;

size_t kbit_outlier_presets(const kbit_outlier_preset **presets);      /* how many; the table */
const kbit_outlier_preset *kbit_outlier_preset_find(const char *name); /* NULL if unknown */

/* X [M,K] near N(0,1) with the preset's outlier feature dimensions injected, each value
 * representable in type. preset NULL: no outliers. min(dims, K) distinct columns are chosen. */
kbit_status kbit_fill_activations(const kbit_outlier_preset *preset, uint64_t seed, uint64_t tensor,
                                  size_t M, size_t K, kbit_dtype type, float *x);

/* W [N,K] near N(0, 2^-2 / K), the variance rounded down to a power of four; each value
 * representable in type. */
kbit_status kbit_fill_weights(uint64_t seed, uint64_t tensor, size_t N, size_t K, kbit_dtype type,
                              float *w);

#ifdef __cplusplus
}
#endif

#endif
