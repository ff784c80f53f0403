/* family.h -- what the families of cases share. A family is a file: fills, and a table of the cases
 * that they make. What a case is for stands in its `what`. */
#ifndef KBIT_VERIFY_CASES_FAMILY_H
#define KBIT_VERIFY_CASES_FAMILY_H

#include "cases.h"
#include "numbers.h"

typedef struct {
    const kbit_case *cases;
    size_t n;
} kbit_case_family;

#define FAMILY(table)                                                                              \
    {                                                                                              \
        table, sizeof(table) / sizeof *(table)                                                     \
    }

extern const kbit_case_family kbit_cases_ordinary, kbit_cases_ties, kbit_cases_transparent,
    kbit_cases_degenerate, kbit_cases_outliers, kbit_cases_range, kbit_cases_cancelling,
    kbit_cases_structured, kbit_cases_boundaries, kbit_cases_codes, kbit_cases_scale,
    kbit_cases_reach, kbit_cases_bulk, kbit_cases_ports, kbit_cases_paths, kbit_cases_producers,
    kbit_cases_fused, kbit_cases_shapes;

/* Ordinary weights and bias; and with them the activations of the case's preset. */
void kbit_case_fill_weights(kbit_problem *problem);
void kbit_case_fill_random(kbit_problem *problem);

/* For one step: y and bias beside midpoints of the output's type; accumulators and statistics. */
void kbit_case_fill_store(kbit_problem *problem);
void kbit_case_fill_dequantize(kbit_problem *problem);

/* Tensor ids of the hash generator. */
enum { ID_X = 1, ID_W, ID_BIAS, ID_Q, ID_EXTRA };

static inline uint64_t draw(const kbit_problem *p, uint64_t id, size_t i)
{
    return kbit_hash(p->seed, id, i);
}

/* The value of x_type nearest to v. */
static inline float in_type(const kbit_problem *p, double v)
{
    return (float)kbit_nearest(v, p->x_type);
}

/* A case reads {name, what,
 * M, N, K, X's type, output's type, threshold, bias, the only step asked, chained, level, preset,
 * fill, argument}. */
#define F16     KBIT_F16
#define BF16    KBIT_BF16
#define F32     KBIT_F32
#define OFF     KBIT_THRESHOLD_OFF
#define QUICK   KBIT_LEVEL_QUICK
#define DEFAULT KBIT_LEVEL_DEFAULT
#define FULL    KBIT_LEVEL_FULL

#endif
