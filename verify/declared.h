/* declared.h -- what a candidate may do differently from the reference, by name.
 *
 * One row a key: its values, the steps whose judge reads it, what each value means. A value selects
 * a theorem; none takes a number. The same string stands in the ABI, on the command line and in
 * manifests. */
#ifndef KBIT_VERIFY_DECLARED_H
#define KBIT_VERIFY_DECLARED_H

#include "error.h"
#include "kbit_verify.h"

typedef enum { QUANT_EXACT, QUANT_MUL, QUANT_RDIV, QUANT_ANY } kbit_quant;
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
typedef enum { STORE_ONCE, STORE_TWICE, STORE_ANY } kbit_store_rule;
typedef enum { COMBINE_F32, COMBINE_ROUND_TWICE } kbit_combine;
typedef enum { SUBB_EXACT, SUBB_F16 } kbit_subb;
typedef enum { NAN_PROPAGATE, NAN_LAUNDER } kbit_nan_rule;
typedef enum { ZERO_STAT_PLUS, ZERO_STAT_MINUS } kbit_zero_stat;
typedef enum { OVERFLOW_INF, OVERFLOW_SAT } kbit_overflow;
typedef enum { VARIANCE_TWO_PASS, VARIANCE_WELFORD, VARIANCE_ONE_PASS } kbit_variance;
typedef enum { RSQRT_IEEE, RSQRT_CUDA } kbit_rsqrt;

struct kbit_declared {
    int quant, dequant, acc, splitk, ftz_in16, ftz32, ftz_out16;
    int store, combine, subB, nan, zero_stat, overflow;
    int variance, rsqrt;
};

typedef struct {
    const char *key;
    const char *values;  /* separated by '|', the reference's choice first; index = enum value */
    const char *steps;   /* whose judges read it */
    const char *meaning; /* one line a value, separated by '|' */
    size_t offset;       /* of the int in kbit_declared */
} kbit_declared_row;

size_t kbit_declared_rows(const kbit_declared_row **rows);

/* Parses "key=value key=value" (separated by blanks or commas) over *declared's present content.
 * An unknown key or value, a key given twice or a forbidden pair is KBIT_ERR_FORMAT. */
kbit_status kbit_declared_parse(const char *text, kbit_declared *declared, kbit_error *error);

/* Writes every key=value into text, the reference's choices left out. */
void kbit_declared_print(const kbit_declared *declared, char *text, size_t size);

#endif
