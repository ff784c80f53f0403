/* cases.h -- what the referee asks: a table of cases, and the tensors of one of them. */
#ifndef KBIT_VERIFY_CASES_H
#define KBIT_VERIFY_CASES_H

#include "error.h"
#include "kbit_data.h"
#include "step.h"

typedef struct kbit_problem kbit_problem;

typedef enum {
    KBIT_LEVEL_QUICK,
    KBIT_LEVEL_DEFAULT,
    KBIT_LEVEL_FULL,
    KBIT_LEVEL_NAMED /* run only where it is named: gigabytes, or one library's shapes */
} kbit_level;

typedef struct {
    char name[40];
    const char *what; /* one line for `kbit list --cases` */
    size_t M, N, K;
    kbit_dtype x_type; /* of X and, for the paper's profile, of W */
    kbit_dtype out_type;
    float threshold;
    bool bias;
    const char
        *only;    /* only this step, or group of steps, is asked, on inputs that fill makes; NULL:
                         all that are in no group */
    bool chained; /* run also as a chain on the candidate's own tensors */
    kbit_level level;
    const kbit_outlier_preset *preset;
    void (*fill)(kbit_problem *problem); /* X, W and bias; the inputs of `only` */
    int argument;                        /* for fill */
} kbit_case;

/* All tensors of a case. w16, x hold floats that are representable in x_type. */
struct kbit_problem {
    const kbit_case *of;
    uint64_t seed;
    size_t M, N, K, n_outliers;
    kbit_dtype x_type, out_type;
    kbit_dtype parameter_type; /* of gamma and beta: x_type where fill does not say otherwise */
    float threshold;
    float *x, *w16, *w_absmax, *bias, *absmax, *d, *y;
    int8_t *w, *q;
    int32_t *outliers, *c;
    void *x_typed, *w16_typed; /* the same values in x_type */
    float *gamma, *beta, eps;  /* of producers: representable in parameter_type; eps is a float */
    void *gamma_typed, *beta_typed;
    bool no_list; /* the steps get an empty list of outlier columns */
};

/* The table; built once. */
const kbit_case *kbit_cases(size_t *count);

/* Writes rows [first, first + n) of X [M,K] (matrix 'x') or W [N,K] ('w'), for who cannot hold them
 * all. Rows do not depend on each other. */
typedef void kbit_case_rows(const kbit_case *of, uint64_t seed, char matrix, size_t first, size_t n,
                            float *values);

/* NULL where the case is only made whole. Where it is not, the bias is 0. */
kbit_case_rows *kbit_case_row_maker(const kbit_case *of);

/* Fills and derives the tensors. Inputs of later steps come from the reference: they need only be
 * legal, since every expectation comes from the oracles. */
kbit_status kbit_problem_make(const kbit_case *of, uint64_t seed, kbit_problem *problem,
                              kbit_error *error);
/* The same around a given X [M,K] or NULL (then made from `of`) and W [N,K], representable in
 * of->x_type; the arrays are copied. */
kbit_status kbit_problem_from(const kbit_case *of, uint64_t seed, const float *x, const float *w16,
                              kbit_problem *problem, kbit_error *error);
void kbit_problem_free(kbit_problem *problem);

/* Whether the case asks this step. */
bool kbit_case_asks(const kbit_case *of, const kbit_step *step);

/* The tensor of a schema slot; its data belong to the problem. */
kbit_tensor kbit_problem_tensor(const kbit_problem *problem, const kbit_slot *slot);

/* The shape and type of a step's output, without data; a list has its largest length, K. at: of output
 * number i. */
kbit_tensor kbit_problem_output(const kbit_problem *problem, const kbit_step *step);
kbit_tensor kbit_problem_output_at(const kbit_problem *problem, const kbit_step *step, size_t i);

#endif
