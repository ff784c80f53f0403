/* kbit_accumulation.h -- how a machine adds the products of a dot product: one model, a row a machine.
 *
 * IEEE 754 fixes an addition, not a sum. A tensor core adds several products at once, and each
 * generation does so differently; those rows are MODELS, fitted by others to devices: no vendor
 * promises them, and none has been compared with a device here. accumulation/README.md is the guide.
 */
#ifndef KBIT_ACCUMULATION_H
#define KBIT_ACCUMULATION_H

#include <stdbool.h>

#include "kbit.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What one step does with L products and the running sum c. */
typedef enum {
    /* The products, each rounded, are added as a balanced binary tree, then the tree to c; each
     * addition rounds to nearest. L = 1 is the loop c += a b. */
    KBIT_ALIGN_PAIRS,
    /* The exact sum, rounded once to nearest. L = 1 is the fused multiply-add. */
    KBIT_ALIGN_NOTHING,
    /* Products and c are aligned to the largest exponent among them, each is truncated to F fraction
     * bits, the sum is exact and is truncated to fp32. */
    KBIT_ALIGN_ALL,
    /* The products alone are aligned and truncated so; their exact sum and c are aligned again and
     * rounded down, the sum to F2 bits and c to F; what they add up to is rounded down to F2 fraction
     * bits and then to nearest. */
    KBIT_ALIGN_TWICE
} kbit_alignment;

typedef struct {
    const char *name;
    const char *machine; /* whose it is, or its definition */
    const char *source;
    bool model; /* MODEL: fitted to hardware; else exact by definition */
    kbit_alignment alignment;
    size_t products;       /* L, in one step; 0: all of the dot product's */
    int fraction_bits;     /* F: kept below the largest exponent; 0 where nothing is aligned */
    int sum_fraction_bits; /* F2 of KBIT_ALIGN_TWICE, else 0 */
    int zero_exponent;     /* KBIT_ALIGN_ALL: what a zero term counts as in the largest exponent */
    bool flushes;          /* subnormal operands, products, sums and c count as zero */
} kbit_accumulation;

/* The rows, and the row of a name or NULL. */
size_t kbit_accumulations(const kbit_accumulation **rows);
const kbit_accumulation *kbit_accumulation_find(const char *name);

/* A 16-bit operand, taken apart. Where it is finite, value = significand 2^unit, and `exponent` is
 * that of its encoding: a subnormal or zero has the smallest one, -14 or -126. */
typedef struct {
    float value;
    int significand, unit, exponent;
} kbit_operand;

/* type: KBIT_F16 or KBIT_BF16; bits: the encoding. */
kbit_operand kbit_operand_of(kbit_dtype type, uint16_t bits);

/* One step: c and a_k b_k for k < count, count <= L. Fewer than L are filled up with zeros. The
 * operands are of one type. KBIT_ALIGN_ALL: a NaN is 0x7fffffff and a zero +0. */
float kbit_accumulate_step(const kbit_accumulation *row, size_t count, const kbit_operand *a,
                           const kbit_operand *b, float c);

/* A dot product: c, then n products in steps of L, each step starting from the last one's result. */
kbit_status kbit_accumulate(const kbit_accumulation *row, kbit_dtype type, size_t n,
                            const uint16_t *a, const uint16_t *b, float c, float *result);

/* The same cut into parts of `part` products, each summed from +0, stored as `partials` (KBIT_F32 or
 * KBIT_F16, rounded to nearest), and added to c in fp32, first to last. */
kbit_status kbit_accumulate_split(const kbit_accumulation *row, kbit_dtype type, size_t n,
                                  const uint16_t *a, const uint16_t *b, float c, size_t part,
                                  kbit_dtype partials, float *result);

#ifdef __cplusplus
}
#endif

#endif
