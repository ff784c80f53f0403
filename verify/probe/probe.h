/* probe.h -- crafted operands that may refute what a candidate declares.
 *
 * A question is one call of one step, about one key. Its answer is held against every value of that
 * key, the other declarations being as they are. A probe refutes, or finds nothing to object to; it
 * proves nothing, and no judge reads it: a bug must not choose the theorem that it is judged by. */
#ifndef KBIT_VERIFY_PROBE_H
#define KBIT_VERIFY_PROBE_H

#include <stdio.h>

#include "kbit_accumulation.h"
#include "sandbox.h"
#include "step.h"

enum {
    KBIT_PROBE_PRODUCTS = 16,
    KBIT_PROBE_ANSWERS_MOST = 48,
    KBIT_PROBE_ROWS_MOST = 32,
    KBIT_PROBE_VALUES_MOST = 12
};

/* A dot product of fp16 or bf16 operands and D, for a question about accumulation. */
typedef struct {
    kbit_dtype type;
    size_t n;
    uint16_t a[KBIT_PROBE_PRODUCTS], b[KBIT_PROBE_PRODUCTS];
    float d;
} kbit_products;

typedef struct {
    const char *key, *name;
    const kbit_step *step;
    size_t M, N, K;
    float threshold;
    kbit_tensor in[KBIT_MAX_INPUTS], out; /* data are the question's */
    char operands[400];
    bool sums;              /* `products` holds what the step is asked to add */
    kbit_products products; /* the same in every element */
} kbit_question;

typedef enum { KBIT_ANSWERED, KBIT_NOT_SERVED, KBIT_NO_ANSWER } kbit_answering;

typedef struct {
    const char *key, *name, *step;
    char operands[400], observed[96], note[320];
    char allowed[200]; /* by the declared value, where that does not allow what was observed */
    kbit_answering answering;
    const char *own; /* the step's name, if its value of the key is not that of all steps */
    char value[KBIT_VALUE_TEXT]; /* the declared one */
    bool refutes;                /* it */
    unsigned allows;             /* set of the key's values, by index */
} kbit_answer;

typedef struct {
    size_t M, N, K;
    size_t n_answers;
    kbit_answer answers[KBIT_PROBE_ANSWERS_MOST];
    size_t n_rows_asked;             /* answered questions about sums; 0: rows says nothing */
    bool rows[KBIT_PROBE_ROWS_MOST]; /* of the accumulation model: nothing speaks against it */
} kbit_probe;

/* Asks everything at one shape; K >= 16, M, N >= 1. Fails only where the referee itself does, and
 * with KBIT_ERR_NO_DEVICE. */
kbit_status kbit_probe_run(kbit_sandbox *sandbox, const kbit_declarations *declarations,
                           kbit_probe *probe, kbit_error *error);

typedef enum { KBIT_FLAG_NOT_PROBED, KBIT_FLAG_CONSISTENT, KBIT_FLAG_REFUTED } kbit_flag_state;
/* Of a key as declared for all steps, or (own) for one. */
kbit_flag_state kbit_probe_flag(const kbit_probe *probe, const char *key, const char *own);
/* Whether the answer is about that. */
bool kbit_probe_about(const kbit_answer *answer, const char *key, const char *own);
/* Whether anything was refuted, or died instead of answering. */
bool kbit_probe_objects(const kbit_probe *probe);

/* The questions, by number; false when there are no more. Takes p->M, N, K and makes the rest; *made
 * says whether memory was enough. */
bool kbit_question_make(size_t number, kbit_question *p, bool *made);
void kbit_question_free(kbit_question *p);

/* Questions about sums: y = D + the products, in every element. */
size_t kbit_sum_questions(void);
bool kbit_sum_question(size_t number, kbit_question *p);
/* A new tensor of zeros of the question's; NULL data: no memory. */
kbit_tensor kbit_question_tensor(kbit_dtype type, uint32_t rank, size_t rows, size_t columns);

/* What a row may give on these products in any order, in groups of 16 places that are filled up with
 * zeros, the chain starting from 0 (then D is added) or from D. */
typedef struct {
    size_t n;
    float value[64];
    bool complete; /* false: there are more than fit */
} kbit_sum_set;
void kbit_sum_set_of(const kbit_accumulation *row, const kbit_products *products,
                     bool flush_operands, kbit_sum_set *set);
bool kbit_sum_set_has(const kbit_sum_set *set, float observed, bool flush_results);
/* Whether some value of the set errs at least as much: a sum of more bits than the row has. */
bool kbit_sum_set_reaches(const kbit_sum_set *set, const kbit_products *products,
                          bool flush_operands, float observed);

void kbit_probe_text(const kbit_probe *probe, const kbit_declarations *declarations,
                     const char *name, const char *declares, FILE *stream);
bool kbit_probe_json(const kbit_probe *probe, const kbit_declarations *declarations,
                     const char *name, const char *declares, FILE *stream);

#endif
