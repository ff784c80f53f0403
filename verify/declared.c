/* declared.c -- the table of declared variations (semantics, section 4), its parser and printer. */
#include "declared.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

#define AT(field) offsetof(kbit_declared, field)

#define OUTLIERS "outlier_matmul outlier_matmul_w16 llmint8_linear_bnb llmint8_linear_paper"

#define FUSED                                                                                      \
    "rmsnorm_quantize layernorm_quantize relu_quantize gelu_quantize gelu_tanh_quantize "          \
    "silu_quantize"
#define NORMS "rmsnorm layernorm rmsnorm_quantize layernorm_quantize"

static const kbit_declared_row ROWS[] = {
    {"quant", "exact|mul|rdiv|any", "quantize_rows llmint8_linear_bnb llmint8_linear_paper " FUSED,
     "RNE(127x/a); at a tie the even code|rint(x * RN(127/a)) in fp32|rint(x / RN(a/127)) in "
     "fp32|any sequence within the gap theorem, at a tie either neighbour; fp32 x: a division or "
     "reciprocal to 2.5 ulp and two more roundings",
     AT(quant)},
    {"dequant", "bnb|any", "dequantize llmint8_linear_bnb llmint8_linear_paper",
     "((C*a)*s)*RN(1/16129) in fp32|at most 6 roundings and 2 rounded constants", AT(dequant)},
    {"acc", "ieee|any-faithful|tc-trunc|v100|turing|a100|h100|cdna2|cdna3", OUTLIERS,
     "fp32 additions rounded to nearest, any order, FMA or not|each addition faithful: either "
     "neighbour|a tree of fp32 additions and fused steps that truncate, 23 or more fraction bits|"
     "MODEL: steps of 4 truncated to 23 fraction bits|MODEL: of 8, to 24|MODEL: of 8, to 24; Ada "
     "too|MODEL: of 16, to 25; Blackwell too|MODEL: trees of 4, subnormals flushed|MODEL: of 8, "
     "to 24, aligned again with the running sum and rounded to nearest",
     AT(acc)},
    {"splitk", "none|f32|f16", OUTLIERS,
     "the outlier product is one chain of steps (additions of acc=ieee may take any order)|it is "
     "summed in parts, the partial sums added in fp32|the partial sums are rounded to fp16 before "
     "they are added in fp32",
     AT(splitk)},
    {"ftz-in16", "keep|flush", OUTLIERS,
     "subnormal fp16 and bf16 operands of the outlier product count in full|they count as zero",
     AT(ftz_in16)},
    {"ftz32", "keep|flush",
     "dequantize outlier_matmul outlier_matmul_w16 llmint8_linear_bnb llmint8_linear_paper " NORMS,
     "fp32 results below 2^-126 are kept|any of them may become zero", AT(ftz32)},
    {"ftz-out16", "keep|flush", "store llmint8_linear_bnb llmint8_linear_paper",
     "subnormal fp16 and bf16 outputs are kept|they become zero", AT(ftz_out16)},
    {"store", "once|twice|any", "store llmint8_linear_bnb llmint8_linear_paper",
     "sum with bias rounded once to the output type|rounded to fp32, then to the output "
     "type|either",
     AT(store)},
    {"combine", "f32|round-twice", "llmint8_linear_bnb",
     "outlier product added in fp32 before the store|int8 part with bias rounded to the output "
     "type first, the outlier product added and rounded again",
     AT(combine)},
    {"subB", "exact|f16", "outlier_matmul llmint8_linear_bnb",
     "outlier weights w s/127 unrounded or scaled after|w s/127 rounded to fp16 before the product",
     AT(subB)},
    {"nan", "propagate|launder", "quantize_rows absmax_rows llmint8_linear_bnb",
     "a NaN stays one|a NaN activation becomes 0: a deviation, printed as such", AT(nan)},
    {"zero-stat", "+0|-0", "absmax_rows", "absmax of an empty row is +0|is -0", AT(zero_stat)},
    {"overflow", "inf|sat", "store llmint8_linear_bnb llmint8_linear_paper",
     "values beyond the largest finite output become inf|become the largest finite value",
     AT(overflow)},
    {"variance", "two-pass|welford|one-pass", "layernorm layernorm_quantize",
     "mean first, then the mean of (x - mean)^2; sums in any order|running means and sums of "
     "squared "
     "differences, merged at most 16 times|the mean of x^2 less the mean's square",
     AT(variance)},
    {"rsqrt", "ieee|cuda", NORMS,
     "root and quotient rounded to nearest|a reciprocal root within 2 ulp, as CUDA documents "
     "rsqrtf",
     AT(rsqrt)},
};
#define N_ROWS (sizeof ROWS / sizeof *ROWS)

#define KEEPS "this machine keeps subnormal operands"

/* Pairs that contradict each other; each names why. */
static const struct {
    const char *first, *second, *why;
} FORBIDDEN[] = {
    {"combine=round-twice", "store=once",
     "the sum is rounded to the output type twice, so the store cannot round once; say "
     "store=twice"},
    {"acc=cdna2", "ftz-in16=keep", "CDNA2 flushes subnormal operands; say ftz-in16=flush"},
    {"acc=cdna2", "ftz32=keep", "CDNA2 flushes subnormal sums; say ftz32=flush"},
    {"acc=v100", "ftz-in16=flush", KEEPS},
    {"acc=turing", "ftz-in16=flush", KEEPS},
    {"acc=a100", "ftz-in16=flush", KEEPS},
    {"acc=h100", "ftz-in16=flush", KEEPS},
    {"acc=cdna3", "ftz-in16=flush", KEEPS},
};

size_t kbit_declared_rows(const kbit_declared_row **rows)
{
    *rows = ROWS;
    return N_ROWS;
}

/* The index of value among the '|'-separated values, or -1. */
static int index_of(const char *values, const char *value, size_t length)
{
    int index = 0;
    for (const char *p = values;; p++, index++) {
        size_t n = strcspn(p, "|");
        if (n == length && memcmp(p, value, n) == 0)
            return index;
        p += n;
        if (!*p)
            return -1;
    }
}

static int *field(kbit_declared *declared, const kbit_declared_row *row)
{
    return (int *)(void *)((char *)declared + row->offset);
}

static bool holds(const kbit_declared *declared, const char *pair)
{
    size_t key = strcspn(pair, "=");
    for (size_t r = 0; r < N_ROWS; r++)
        if (strlen(ROWS[r].key) == key && memcmp(ROWS[r].key, pair, key) == 0) {
            kbit_declared copy = *declared;
            return *field(&copy, &ROWS[r]) ==
                   index_of(ROWS[r].values, pair + key + 1, strlen(pair + key + 1));
        }
    return false;
}

kbit_status kbit_declared_parse(const char *text, kbit_declared *declared, kbit_error *error)
{
    bool seen[N_ROWS] = {false};
    kbit_declared result = *declared;
    for (const char *p = text; *(p += strspn(p, " ,\t"));) {
        size_t length = strcspn(p, " ,\t"), key = strcspn(p, "=");
        if (key >= length)
            return kbit_fail(error, KBIT_ERR_FORMAT, "declaration '%.*s' is not key=value",
                             (int)length, p);
        size_t r = 0;
        while (r < N_ROWS && !(strlen(ROWS[r].key) == key && memcmp(ROWS[r].key, p, key) == 0))
            r++;
        if (r == N_ROWS)
            return kbit_fail(error, KBIT_ERR_FORMAT,
                             "declaration '%.*s': no key '%.*s' (see kbit list --declares)",
                             (int)length, p, (int)key, p);
        if (seen[r])
            return kbit_fail(error, KBIT_ERR_FORMAT, "declaration '%s' is given twice",
                             ROWS[r].key);
        int value = index_of(ROWS[r].values, p + key + 1, length - key - 1);
        if (value < 0)
            return kbit_fail(error, KBIT_ERR_FORMAT, "declaration '%.*s': %s is one of %s",
                             (int)length, p, ROWS[r].key, ROWS[r].values);
        seen[r] = true;
        *field(&result, &ROWS[r]) = value;
        p += length;
    }
    for (size_t f = 0; f < sizeof FORBIDDEN / sizeof *FORBIDDEN; f++)
        if (holds(&result, FORBIDDEN[f].first) && holds(&result, FORBIDDEN[f].second))
            return kbit_fail(error, KBIT_ERR_FORMAT, "declarations %s and %s contradict: %s",
                             FORBIDDEN[f].first, FORBIDDEN[f].second, FORBIDDEN[f].why);
    *declared = result;
    return KBIT_OK;
}

void kbit_declared_print(const kbit_declared *declared, char *text, size_t size)
{
    kbit_declared copy = *declared;
    size_t used = 0;
    if (size)
        text[0] = '\0';
    for (size_t r = 0; r < N_ROWS; r++) {
        int value = *field(&copy, &ROWS[r]);
        const char *p = ROWS[r].values;
        for (int skip = value; skip > 0; skip--)
            p += strcspn(p, "|") + 1;
        if (value != 0 && used < size)
            used += (size_t)snprintf(text + used, size - used, "%s%s=%.*s", used ? " " : "",
                                     ROWS[r].key, (int)strcspn(p, "|"), p);
    }
}
