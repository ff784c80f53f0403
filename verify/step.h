/* step.h -- how the referee describes a step: its schema, when a call must be refused, its judge.
 * One such description a stem, in steps/<stem>.c. */
#ifndef KBIT_VERIFY_STEP_H
#define KBIT_VERIFY_STEP_H

#include "declared.h"
#include "error.h"
#include "kbit_verify.h"

#define KBIT_MAX_INPUTS  5
#define KBIT_MAX_OUTPUTS 4

/* One tensor of a schema. dims is a letter a dimension: M, N, K; O: the outlier list's length;
 * B: N or, for an absent bias, 0; S: K or, for an absent shift, 0; 1: one. */
typedef struct {
    const char *name;
    const char *dims;
    unsigned types; /* set of 1u << kbit_dtype */
} kbit_slot;

#define KBIT_TYPES_FLOAT (1u << KBIT_F32 | 1u << KBIT_F16 | 1u << KBIT_BF16)

/* What a judge works on. */
typedef struct {
    const kbit_call *call;
    const kbit_declared *declared;
    bool one_element; /* print the admissible set of (row, column) even if the element is right */
    size_t row, column;
    const uint8_t *key; /* of KBIT_KEY_BYTES, replayed by the certificate; NULL: drawn */
    size_t first_row;   /* the number that the call's first row has in the whole output */
    size_t from, to;    /* of an output in files: rows [from, to) alone; 0, 0: all */
} kbit_judging;

typedef struct {
    const char *stem;
    kbit_slot in[KBIT_MAX_INPUTS];
    size_t n_in;
    kbit_slot out;
    kbit_slot more[KBIT_MAX_OUTPUTS - 1]; /* outputs behind the first */
    size_t n_more;
    const char *group; /* of producers (produced.h): only cases whose `only` says so ask the step */
    const char *precondition; /* what refuses checks, for reports */
    /* KBIT_OK, or why the step's precondition, as declared, refuses these inputs, with the first element
     * that does named in *why (which may be NULL), or KBIT_ERR_MEMORY where that could not be found out;
     * NULL: never refused. */
    kbit_status (*refuses)(const kbit_call *call, const kbit_declared *declared, kbit_error *why);
    /* Fills kind, theorem, elements, checked, rejected, undecided, ratio and the mismatches. */
    kbit_status (*judge)(const kbit_judging *judging, kbit_verdict *verdict, kbit_error *error);
} kbit_step;

const kbit_step *const *kbit_steps(size_t *count);
const kbit_step *kbit_step_find(const char *stem);

/* Output number i, counted from 0, of 1 + n_more. */
const kbit_slot *kbit_step_output(const kbit_step *step, size_t i);

/* The extent of one schema letter; outliers: length of the list; vector: whether a bias or a shift is
 * there. */
size_t kbit_extent(char letter, size_t M, size_t N, size_t K, size_t outliers, bool vector);

/* Checks a call's tensors against the schema: types, ranks, dims, NULLs. */
kbit_status kbit_step_check(const kbit_step *step, const kbit_call *call, kbit_error *error);

/* Judges with parsed declarations; kbit_judge() of kbit_verify.h ends here too. */
kbit_status kbit_step_judge(const kbit_step *step, const kbit_judging *judging,
                            kbit_verdict *verdict, kbit_error *error);

/* Counts a rejected element and keeps it if there is room; texts are printf-made by the caller. */
kbit_mismatch *kbit_reject(kbit_verdict *verdict, const char *tensor, size_t row, size_t column);

/* Whether the judge is asked to show this element whatever its verdict. */
bool kbit_shown(const kbit_judging *judging, size_t row, size_t column);

/* Element (row, column) judged right, but asked for: keeps it with its admissible set. */
kbit_mismatch *kbit_show(kbit_verdict *verdict, const char *tensor, size_t row, size_t column);

/* Whether an element of x makes its column an outlier column; with nan=launder a NaN does not. */
bool kbit_is_outlier(const kbit_declared *declared, float x, float threshold);

/* nan=launder: every NaN is 0. */
void kbit_launder(size_t n, float *x);

/* A tensor's elements widened to float; free() it. NULL when out of memory. */
float *kbit_widened(const kbit_tensor *tensor);
size_t kbit_tensor_elements(const kbit_tensor *tensor);
bool kbit_has_element(const kbit_tensor *tensor, size_t row, size_t column);

extern const kbit_step kbit_step_outlier_columns, kbit_step_absmax_rows, kbit_step_quantize_rows,
    kbit_step_int8_matmul, kbit_step_dequantize, kbit_step_outlier_matmul,
    kbit_step_outlier_matmul_w16, kbit_step_store, kbit_step_llmint8_linear_bnb,
    kbit_step_llmint8_linear_paper, kbit_step_rmsnorm, kbit_step_layernorm, kbit_step_relu,
    kbit_step_gelu, kbit_step_gelu_tanh, kbit_step_silu, kbit_step_rmsnorm_quantize,
    kbit_step_layernorm_quantize, kbit_step_relu_quantize, kbit_step_gelu_quantize,
    kbit_step_gelu_tanh_quantize, kbit_step_silu_quantize;

#endif
