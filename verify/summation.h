/* summation.h -- what adding the outlier products and D may lose, as declared.
 *
 * acc, splitk, ftz-in16 and ftz32 choose the theorem; the pages are reference/proofs/accumulate.md and
 * accumulate_fused.md. Rows of the accumulation model (acc=a100 and the like) are MODELS. */
#ifndef KBIT_VERIFY_SUMMATION_H
#define KBIT_VERIFY_SUMMATION_H

#include "declared.h"
#include "numbers.h"

typedef struct {
    const char *theorem;
    double loss;          /* relative to the magnitude of what the sum starts from, such as D */
    double term_loss;     /* the same for a product: splitk=f16 rounds it once more */
    double product_error; /* of forming a product: u, or 0 where a step takes it exact */
    bool by_encoding;     /* a subnormal operand weighs as the smallest normal number of its type */
    bool flush_operands;  /* subnormal operands are zero */
    bool flush_results;   /* a result below 2^-126 may be zero */
    bool half_partials;   /* partial sums go through fp16 */
    bool codes; /* the weights are codes: who scales x first multiplies by them after it */
    double least_x, least_w; /* smallest normal number of the operands' types; 0: none */
} kbit_summation;

/* For n products of x_type and w_type (KBIT_I8: codes, which subB may turn into fp16), and `later`
 * additions of fp32 beside that of D. */
kbit_summation kbit_summation_of(const kbit_declared *declared, kbit_dtype x_type,
                                 kbit_dtype w_type, size_t n, unsigned later);

/* Adds the product of an x and a weight; scale: what the weight was divided by, 1 for 16 bits. */
void kbit_summation_add(const kbit_summation *how, kbit_sum *sum, double x, double weight);

/* Whether the sum of these terms, D among them, is exact whatever the order. products: without D. */
bool kbit_summation_is_exact(const kbit_summation *how, const kbit_sum *products,
                             const kbit_sum *with_d, bool scaled);

/* What results below the normal numbers may lose, in fp32 and in fp16 partial sums; scale: s or 1. */
double kbit_summation_underflow(const kbit_summation *how, size_t terms, double largest_x,
                                double scale);

/* Adds to the set the infinities that a partial sum or a scaled term beyond the end of fp32 can give.
 * The theorems hold for sums that do not leave it. largest_x: of the finite |x|; a zero code times a product
 * that overflowed is NaN, which a set with both infinities admits. */
void kbit_summation_overflow_f32(const kbit_summation *how, const kbit_sum *products,
                                 const kbit_sum *with_d, double largest_x, double scale,
                                 kbit_admissible *set);

/* Adds to the set the infinities that an fp16 partial sum beyond 65504 can give. */
void kbit_summation_overflow(const kbit_summation *how, const kbit_sum *products, double scale,
                             kbit_admissible *set);

#endif
