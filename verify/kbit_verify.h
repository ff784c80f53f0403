/* kbit_verify.h -- the referee, callable from C: judge one step's outputs on given inputs.
 *
 * A verdict is EXACT (encodings equal), CERTIFIED (an int8 product checked completely, a wrong one
 * passes with probability at most 2^-66), SET (the value is in a finite admissible set) or ENCLOSED
 * (the value is in the interval that a named theorem gives). No function here takes a number that
 * says how wrong is still right: what may vary is declared by name, and each name selects a
 * theorem.
 */
#ifndef KBIT_VERIFY_H
#define KBIT_VERIFY_H

#include <stdbool.h>

#include "kbit.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum { KBIT_PROVED, KBIT_EXHAUSTED, KBIT_CITED, KBIT_MODEL } kbit_label;

typedef struct {
    const char *id;        /* as printed in reports */
    const char *statement; /* one line */
    const char *source;    /* proof file, or publication */
    kbit_label label;
} kbit_theorem;

typedef enum { KBIT_EXACT, KBIT_CERTIFIED, KBIT_SET, KBIT_ENCLOSED } kbit_kind;
typedef enum { KBIT_ISOLATED, KBIT_CHAINED, KBIT_FUSED } kbit_mode;

typedef enum {
    KBIT_ADMISSIBLE, /* every element is in its admissible set */
    KBIT_MISMATCH,   /* at least one is not, or a call that must be refused was served */
    KBIT_UNDECIDED,  /* nothing is wrong, but something could not be decided */
    KBIT_ABSENT,     /* the candidate does not serve the step, or not for this dtype */
    KBIT_CRASHED,    /* the candidate's process died */
    KBIT_HUNG,       /* it did not answer in time */
    KBIT_DIRTY       /* it wrote outside its outputs, left some unwritten, or changed the machine */
} kbit_result;

const char *kbit_kind_name(kbit_kind kind);
const char *kbit_mode_name(kbit_mode mode);
const char *kbit_result_name(kbit_result result);
const char *kbit_label_name(kbit_label label);

/* The table of theorems; `kbit list --bounds` prints it. */
size_t kbit_theorems(const kbit_theorem **theorems);

/* What a candidate declares: "key=value key=value". `kbit list --declares` prints the keys. */
typedef struct kbit_declared kbit_declared;

#define KBIT_MISMATCHES_KEPT 20

typedef struct {
    const char *tensor; /* the output's name */
    size_t row, column; /* column 0 where the output has one dimension */
    char observed[64];
    char admissible[160];
    char inputs[200]; /* what this element was computed from */
} kbit_mismatch;

typedef struct {
    kbit_kind kind;
    kbit_mode mode;
    kbit_result result;
    const char *theorem; /* id, or "" for EXACT */
    size_t elements;     /* of the outputs */
    size_t checked;      /* those that were decided */
    size_t rejected;
    size_t undecided;
    size_t single; /* of those checked, where SET: the admissible set has one value */
    double
        ratio; /* largest |observed - exact| / bound where ENCLOSED, -1 otherwise; only reported */
    /* Where rows and columns of the output were sampled, how many and of how many; of_rows 0: every
     * element was judged. */
    size_t sampled_rows, of_rows, sampled_columns, of_columns;
    size_t n_kept;
    kbit_mismatch kept[KBIT_MISMATCHES_KEPT];
    char evidence[160]; /* CERTIFIED: the commitment to C, and the key that was drawn after it */
    char note[320];     /* what happened, where it is not about an element */
} kbit_verdict;

/* Judges the outputs `out` that an implementation of call->step computed from `in`.
 * call->in and call->out hold the tensors in the order of kbit_candidate.h, outputs included; they
 * are the caller's and are not written. declares: "" for the reference's own choices.
 * Errors: KBIT_ERR_UNSUPPORTED for an unknown step, KBIT_ERR_FORMAT for an unknown declaration,
 * KBIT_ERR_SHAPE or KBIT_ERR_RANGE where the inputs themselves are not legal. */
kbit_status kbit_judge(const kbit_call *call, const char *declares, kbit_verdict *verdict);

#ifdef __cplusplus
}
#endif

#endif
