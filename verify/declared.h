/* declared.h -- what a candidate may do differently from the reference, by name.
 *
 * One row a key: its values, the steps whose judge reads it, what each value means. A value selects
 * a theorem; none takes a number. The same string stands in the ABI, on the command line and in
 * manifests: words "key=value" for all steps, and words "STEP:key=value" for one. */
#ifndef KBIT_VERIFY_DECLARED_H
#define KBIT_VERIFY_DECLARED_H

#include "error.h"
#include "kbit_verify.h"

typedef enum { QUANT_EXACT, QUANT_MUL, QUANT_RDIV, QUANT_RECIPROCAL, QUANT_ANY } kbit_quant;
typedef enum { DEQUANT_BNB, DEQUANT_ANY } kbit_dequant;
typedef enum {
    ACC_IEEE,
    ACC_FAITHFUL,
    ACC_TC_TRUNC,
    ACC_V100,
    ACC_TURING,
    ACC_A100,
    ACC_H100,
    ACC_CDNA2,
    ACC_CDNA3
} kbit_acc;
typedef enum { SPLITK_NONE, SPLITK_F32, SPLITK_F16 } kbit_splitk;
typedef enum { FTZ_KEEP, FTZ_FLUSH } kbit_ftz;
#define KBIT_LEAST_NORMAL 0x1p-126f /* of fp32: what is smaller may count as zero, ftz32=flush */
typedef enum { STORE_ONCE, STORE_TWICE, STORE_ANY } kbit_store_rule;
typedef enum { COMBINE_F32, COMBINE_ROUND_TWICE } kbit_combine;
typedef enum { SUBB_EXACT, SUBB_F16, SUBB_BF16, SUBB_X } kbit_subb;
typedef enum { BIAS_F32, BIAS_AFTER_ROUND } kbit_bias_rule;
typedef enum { VIA_DIRECT, VIA_F16 } kbit_via;
typedef enum { NAN_PROPAGATE, NAN_LAUNDER } kbit_nan_rule;
typedef enum { ZERO_STAT_PLUS, ZERO_STAT_MINUS } kbit_zero_stat;
typedef enum { OVERFLOW_INF, OVERFLOW_SAT } kbit_overflow;
typedef enum { VARIANCE_TWO_PASS, VARIANCE_WELFORD, VARIANCE_ONE_PASS } kbit_variance;
typedef enum { RSQRT_IEEE, RSQRT_CUDA } kbit_rsqrt;
typedef enum { CENTRE_FIRST, CENTRE_LAST } kbit_centre_rule;
typedef enum { GELU_ERF, GELU_ERFC } kbit_gelu_rule;
typedef enum { EXP_IEEE, EXP_FAST } kbit_exp_rule;
typedef enum { GAMMA_F32, GAMMA_AFTER_ROUND } kbit_gamma_rule;

struct kbit_declared {
    int quant, dequant, acc, splitk, ftz_in16, ftz32, ftz_out16;
    int store, combine, bias, via, subB, nan, zero_stat, overflow;
    int variance, rsqrt, gamma, centre, exp, gelu;
};

typedef struct {
    const char *key;
    const char *values;  /* separated by '|', the reference's choice first; index = enum value */
    const char *steps;   /* whose judges read it */
    const char *meaning; /* one line a value, separated by '|' */
    size_t offset;       /* of the int in kbit_declared */
} kbit_declared_row;

size_t kbit_declared_rows(const kbit_declared_row **rows);

/* The pair number `pair` that contradicts itself, "key=value" twice, and why; false: no more. */
bool kbit_declared_forbidden(size_t pair, const char **first, const char **second,
                             const char **why);

/* Whether the step's judge reads this key. */
bool kbit_declared_reads(const kbit_declared_row *row, const char *stem);

enum { KBIT_STEPS_MOST = 32 };

/* What is declared for all steps, and for each one: all steps' words and its own over them. */
typedef struct {
    kbit_declared all, of[KBIT_STEPS_MOST]; /* of: in the order of kbit_steps() */
} kbit_declarations;

/* Parses words separated by blanks or commas; what no word names is the reference's choice.
 * KBIT_ERR_FORMAT, and *declarations as it was: an unknown step, key or value, a key that the step in
 * front of it does not read, a word given twice, a pair that contradicts itself for a step. */
kbit_status kbit_declarations_parse(const char *text, kbit_declarations *declarations,
                                    kbit_error *error);

/* What is declared for a step. */
const kbit_declared *kbit_declared_for(const kbit_declarations *declarations, const char *stem);

/* Writes the words that name the same declarations: those of all steps, the reference's choices left
 * out, then those of single steps that differ. */
void kbit_declarations_print(const kbit_declarations *declarations, char *text, size_t size);

/* The same of one set: the words that the judge of this step reads; stem NULL: all. */
void kbit_declared_print(const kbit_declared *declared, const char *stem, char *text, size_t size);

/* The name of a key's value. */
#define KBIT_VALUE_TEXT 32
const char *kbit_declared_value(const kbit_declared_row *row, const kbit_declared *declared,
                                char text[KBIT_VALUE_TEXT]);

#endif
