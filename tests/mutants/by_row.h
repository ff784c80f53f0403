/* by_row.h -- the outlier product as a row of the accumulation model sums it, for legal variants and
 * mutants. Operands of float, which no such machine takes, are summed by the reference. */
#ifndef KBIT_TESTS_BY_ROW_H
#define KBIT_TESTS_BY_ROW_H

#include "each.h"
#include "kbit_accumulation.h"

typedef struct {
    const kbit_accumulation *row;
    bool onto_d;         /* the chain starts from D; else D is added at its end (codes: always) */
    bool reversed;       /* the last column of O first */
    bool f16_weights;    /* codes are scaled and rounded to fp16 before the product */
    bool flush_operands; /* subnormal operands become zero first */
    bool spread; /* each group of 16 is filled in the order 0, 8, 4, 12, ... of its places */
    size_t part; /* products in a part of a split sum; 0: one part */
    kbit_dtype partials; /* what a part's sum is stored as */
} by_row;

kbit_status each_sum_by_row(const kbit_call *call, const by_row *how);

#endif
