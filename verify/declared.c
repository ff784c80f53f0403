/* declared.c -- the table of declared variations, its parser and printer.
 *
 * A word is key=value, for all steps whose judge reads the key, or STEP:key=value, for one; the latter stands
 * over the former wherever both are written. The first value of each key is the reference's choice, which an
 * undeclared key has. What each value means is the text of its row, and `kbit list --declares` prints it:
 * - of codes: quant=exact|mul|rdiv|reciprocal|any; of the statistics that they rest on, nan= and zero-stat=;
 * - of the int8 part: dequant=bnb|any;
 * - of the outlier product: acc=, splitk=, ftz-in16=, and subB=exact|f16|bf16|x for its weights;
 * - of the output: store=, overflow=, ftz-out16=, bias=f32|after-round, via=direct|f16, and of a layer
 *   combine=f32|round-twice;
 * - of normalizations: variance=two-pass|welford|one-pass, rsqrt=ieee|cuda,
 *   gamma=f32|after-round and centre=first|last;
 * - of activations: exp=ieee|fast and gelu=erf|erfc;
 * - of fp32 throughout: ftz32=keep|flush.
 *
 * Not in it, on purpose:
 * - stat=a/127 or 127/a, for who stores a scale in place of the absmax: a port makes the scale out of the
 *   absmax that it is handed, by the operation that the library has for it, and that is quant=rdiv,
 *   quant=mul or quant=reciprocal, and dequant=any. From the scale of 16-bit rows the absmax comes back
 *   exactly: it is the only 16-bit number within half of its last bit of the scale times 127.
 * - layout=kn, for who takes W transposed: a copy rounds nothing, so there is no theorem to choose; a port
 *   transposes, and what it gets wrong is rejected. It would also give the step another schema.
 * - bias=fma and bias=last: whether the bias joins the last product by FMA or the sum at its end, the
 *   enclosure is the same, that of bias=f32. */
#include "declared.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "step.h"

#define AT(field) offsetof(kbit_declared, field)

#define OUTLIERS "outlier_matmul outlier_matmul_w16 llmint8_linear_bnb llmint8_linear_paper"

#define ACTIVATED "relu_quantize gelu_quantize gelu_tanh_quantize silu_quantize"
#define FUSED     "rmsnorm_quantize layernorm_quantize " ACTIVATED
#define NORMS     "rmsnorm layernorm rmsnorm_quantize layernorm_quantize"

static const kbit_declared_row ROWS[] = {
    {"quant", "exact|mul|rdiv|reciprocal|any",
     "quantize_rows llmint8_linear_bnb llmint8_linear_paper " FUSED,
     "RNE(127x/a); at a tie the even code|rint(x * RN(127/a)) in fp32; gives no code where that is "
     "infinite, for a below 2^-121 (bf16, fp32), and those are UNDECIDED|rint(x / RN(a/127)) in "
     "fp32; no code for an fp32 a so small that a/127 has hardly a bit|rint(x * RN(127 RN(1/a))) "
     "in fp32, which x * (127 / a) is in torch; no code for a below 2^-121|any sequence within "
     "the gap theorem, at a tie either neighbour, in a layer one choice for a whole row of X or W; "
     "fp32 x: a division or reciprocal to 2.5 ulp and "
     "two more roundings",
     AT(quant)},
    {"dequant", "bnb|any", "dequantize llmint8_linear_bnb llmint8_linear_paper",
     "((C*a)*s)*RN(1/16129) in fp32, or closer to C a s/16129|at most 6 roundings and 2 rounded "
     "constants, in any order; where an order may overflow, the infinity too",
     AT(dequant)},
    {"acc", "ieee|any-faithful|tc-trunc|v100|turing|a100|h100|cdna2|cdna3", OUTLIERS,
     "fp32 additions rounded to nearest, any order, FMA or not|each addition faithful: either "
     "neighbour|a tree of fp32 additions and fused steps that truncate, 23 or more fraction bits|"
     "MODEL: steps of 4 truncated to 23 fraction bits; all columns of O in dense groups of 16, the "
     "last filled up with zeros, any order within and among them (a tail by FMA is "
     "acc=tc-trunc)|MODEL: of 8, to 24; dense groups as of v100|MODEL: of 8, to 24; dense groups; "
     "Ada too|MODEL: of 16, to 25; dense groups; Blackwell too|MODEL: trees of 4, subnormals "
     "flushed; dense groups|MODEL: of 8, to 24, aligned again with the running sum and rounded to "
     "nearest; dense groups",
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
     "outlier_columns absmax_rows quantize_rows dequantize store " OUTLIERS " " NORMS
     " relu gelu gelu_tanh silu " ACTIVATED,
     "fp32 numbers below 2^-126 are kept: operands, 16-bit ones that were widened too, results and "
     "statistics|any of them may count as zero",
     AT(ftz32)},
    {"ftz-out16", "keep|flush", "store llmint8_linear_bnb llmint8_linear_paper",
     "subnormal fp16 and bf16 outputs are kept|they become zero", AT(ftz_out16)},
    {"store", "once|twice|any", "store llmint8_linear_bnb llmint8_linear_paper",
     "sum with bias rounded once to the output type|rounded to fp32, then to the output "
     "type|either; what is added in double and then rounded is one or the other",
     AT(store)},
    {"combine", "f32|round-twice", "llmint8_linear_bnb llmint8_linear_paper",
     "outlier product added in fp32 before the store|int8 part with bias rounded to the output "
     "type first, the outlier product added and rounded again",
     AT(combine)},
    {"bias", "f32|after-round", "store llmint8_linear_bnb llmint8_linear_paper",
     "added in fp32, before or after the outlier product, by FMA or not|the rest is rounded to the "
     "output type first, the bias added and the sum rounded again",
     AT(bias)},
    {"via", "direct|f16", "store llmint8_linear_bnb llmint8_linear_paper",
     "what is rounded to the output type is rounded once|it is rounded to fp16 first, then to the "
     "output type (with bias=after-round: the rest to fp16, its sum with the bias to fp16, and "
     "that to "
     "the output type)",
     AT(via)},
    {"subB", "exact|f16|bf16|x", "outlier_matmul llmint8_linear_bnb",
     "outlier weights w s/127 unrounded or scaled after|w s/127 rounded to fp16 before the "
     "product|rounded to bf16|rounded to the 16-bit type of x; unrounded where x is fp32",
     AT(subB)},
    {"nan", "propagate|launder",
     "outlier_columns absmax_rows quantize_rows llmint8_linear_bnb " FUSED,
     "a NaN is an outlier, its row's absmax, and refused beside an absmax that is a number|a NaN "
     "activation is 0, in all that is made of x: a deviation",
     AT(nan)},
    {"zero-stat", "+0|-0", "absmax_rows", "absmax of an empty row is +0|is -0", AT(zero_stat)},
    {"overflow", "inf|sat", "store llmint8_linear_bnb llmint8_linear_paper",
     "values beyond the largest finite output become inf|become the largest finite value, but what "
     "an infinite or NaN operand made stays so; UNDECIDED in a layer where one may do so in fp32, "
     "before the end",
     AT(overflow)},
    {"variance", "two-pass|welford|one-pass", "layernorm layernorm_quantize",
     "mean first, then the mean of (x - mean)^2; sums in any order|running means and sums of "
     "squared "
     "differences, merged at most 16 times|the mean of x^2 less the mean's square; UNDECIDED where "
     "they may cancel",
     AT(variance)},
    {"rsqrt", "ieee|cuda", NORMS,
     "root and quotient rounded to nearest|a reciprocal root within 2 ulp, as CUDA documents "
     "rsqrtf",
     AT(rsqrt)},
    {"gamma", "f32|after-round", NORMS,
     "multiplies the normalized x in fp32|the normalized x is rounded to the type of h first, as "
     "Llama's RMSNorm has it; its product with gamma, and beta added in fp32, once more",
     AT(gamma)},
    {"centre", "first|last", "layernorm layernorm_quantize",
     "x - mean is formed first|x r - mean r with r = 1/sqrt(variance + eps), then gamma and beta, "
     "or x (r gamma) + (beta - mean (r gamma)): what cancels is in the interval",
     AT(centre)},
    {"gelu", "erf|erfc", "gelu gelu_quantize",
     "by 1 + erf(x / sqrt 2), erf within 2 ulp|by erfc(-x / sqrt 2), within 4 ulp, as JAX has it",
     AT(gelu)},
    {"exp", "ieee|fast", "gelu_tanh silu gelu_tanh_quantize silu_quantize",
     "within 2 ulp, as expf; quotients rounded to nearest|2^(x RN(log2 e)) and quotients, each "
     "within 2 ulp, as of Triton and nvcc -use_fast_math; in gelu_tanh where a sigmoid is formed",
     AT(exp)},
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
    {"bias=after-round", "store=once",
     "the bias is added to what was rounded already, so the store cannot round once; say "
     "store=twice"},
    {"via=f16", "store=once",
     "the sum is rounded to fp16 first, so the store cannot round once; say store=twice"},
    {"via=f16", "ftz-out16=flush", "which of the two results is flushed, no theorem says"},
    {"gamma=after-round", "centre=last",
     "what is rounded before gamma multiplies it is centred by then; say centre=first"},
    {"bias=after-round", "ftz-out16=flush", "which of the two results is flushed, no theorem says"},
    {"acc=v100", "subB=bf16", "Volta has no bf16 products"},
    {"acc=turing", "subB=bf16", "Turing has no bf16 products"},
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

bool kbit_declared_forbidden(size_t pair, const char **first, const char **second, const char **why)
{
    if (pair >= sizeof FORBIDDEN / sizeof *FORBIDDEN)
        return false;
    *first = FORBIDDEN[pair].first;
    *second = FORBIDDEN[pair].second;
    *why = FORBIDDEN[pair].why;
    return true;
}

bool kbit_declared_reads(const kbit_declared_row *row, const char *stem)
{
    const size_t length = strlen(stem);
    for (const char *p = row->steps; *p; p += strspn(p, " ")) {
        const size_t n = strcspn(p, " ");
        if (n == length && memcmp(p, stem, n) == 0)
            return true;
        p += n;
    }
    return false;
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

static int value_of(const kbit_declared *declared, const kbit_declared_row *row)
{
    return *(const int *)(const void *)((const char *)declared + row->offset);
}

static const kbit_declared_row *row_of(const char *key, size_t length)
{
    for (size_t r = 0; r < N_ROWS; r++)
        if (strlen(ROWS[r].key) == length && memcmp(ROWS[r].key, key, length) == 0)
            return &ROWS[r];
    return NULL;
}

/* Whether the step reads the key of "key=value", and that value is declared for it. */
static bool holds(const kbit_declared *declared, const char *stem, const char *pair)
{
    size_t key = strcspn(pair, "=");
    const kbit_declared_row *row = row_of(pair, key);
    return row && kbit_declared_reads(row, stem) &&
           value_of(declared, row) == index_of(row->values, pair + key + 1, strlen(pair + key + 1));
}

/* The number of a step among kbit_steps(), or how many there are. */
static size_t step_number(const char *stem, size_t length)
{
    size_t n, s = 0;
    const kbit_step *const *steps = kbit_steps(&n);
    while (s < n &&
           !(strlen(steps[s]->stem) == length && memcmp(steps[s]->stem, stem, length) == 0))
        s++;
    return s;
}

/* One word, "key=value" or "STEP:key=value". */
typedef struct {
    size_t step; /* its number; that of steps where the word is for all */
    const kbit_declared_row *row;
    int value;
} word;

static kbit_status parse_word(const char *text, size_t length, word *w, kbit_error *error)
{
    size_t n;
    const kbit_step *const *steps = kbit_steps(&n);
    const char *colon = memchr(text, ':', length), *pair = text;
    if (colon) {
        w->step = step_number(text, (size_t)(colon - text));
        if (w->step == n)
            return kbit_fail(error, KBIT_ERR_FORMAT,
                             "declaration '%.*s': no step '%.*s' (see kbit list --steps)",
                             (int)length, text, (int)(colon - text), text);
        pair = colon + 1;
    }
    const size_t size = length - (size_t)(pair - text), key = strcspn(pair, "=");
    if (key >= size)
        return kbit_fail(error, KBIT_ERR_FORMAT, "declaration '%.*s' is not key=value", (int)length,
                         text);
    w->row = row_of(pair, key);
    if (!w->row)
        return kbit_fail(error, KBIT_ERR_FORMAT,
                         "declaration '%.*s': no key '%.*s' (see kbit list --declares)",
                         (int)length, text, (int)key, pair);
    if (colon && !kbit_declared_reads(w->row, steps[w->step]->stem))
        return kbit_fail(error, KBIT_ERR_FORMAT,
                         "declaration '%.*s': %s does not depend on %s, which is read by: %s",
                         (int)length, text, steps[w->step]->stem, w->row->key, w->row->steps);
    w->value = index_of(w->row->values, pair + key + 1, size - key - 1);
    if (w->value < 0)
        return kbit_fail(error, KBIT_ERR_FORMAT, "declaration '%.*s': %s is one of %s", (int)length,
                         text, w->row->key, w->row->values);
    return KBIT_OK;
}

static kbit_status contradiction(const kbit_declarations *declarations, kbit_error *error)
{
    size_t n;
    const kbit_step *const *steps = kbit_steps(&n);
    for (size_t s = 0; s < n; s++)
        for (size_t f = 0; f < sizeof FORBIDDEN / sizeof *FORBIDDEN; f++)
            if (holds(&declarations->of[s], steps[s]->stem, FORBIDDEN[f].first) &&
                holds(&declarations->of[s], steps[s]->stem, FORBIDDEN[f].second))
                return kbit_fail(error, KBIT_ERR_FORMAT,
                                 "declarations %s and %s contradict for %s: %s", FORBIDDEN[f].first,
                                 FORBIDDEN[f].second, steps[s]->stem, FORBIDDEN[f].why);
    return KBIT_OK;
}

kbit_status kbit_declarations_parse(const char *text, kbit_declarations *declarations,
                                    kbit_error *error)
{
    size_t n;
    bool seen[KBIT_STEPS_MOST + 1][N_ROWS] = {{false}};
    kbit_declarations result = {.all = {0}};
    kbit_steps(&n);
    /* Words of all steps first: a step's own stand over them, wherever they are written. */
    for (int own = 0; own <= 1; own++)
        for (const char *p = text; *(p += strspn(p, " ,\t"));) {
            const size_t length = strcspn(p, " ,\t");
            word w = {n, NULL, 0};
            kbit_status status = parse_word(p, length, &w, error);
            if (status != KBIT_OK)
                return status;
            if (own == (w.step < n)) {
                if (seen[w.step][w.row - ROWS])
                    return kbit_fail(error, KBIT_ERR_FORMAT,
                                     "declaration '%.*s': %s is given twice", (int)length, p,
                                     w.row->key);
                seen[w.step][w.row - ROWS] = true;
                for (size_t s = own ? w.step : 0; s < (own ? w.step + 1 : n); s++)
                    *field(&result.of[s], w.row) = w.value;
                if (!own)
                    *field(&result.all, w.row) = w.value;
            }
            p += length;
        }
    kbit_status status = contradiction(&result, error);
    if (status == KBIT_OK)
        *declarations = result;
    return status;
}

const kbit_declared *kbit_declared_for(const kbit_declarations *declarations, const char *stem)
{
    size_t n, s = step_number(stem, strlen(stem));
    kbit_steps(&n);
    return s < n ? &declarations->of[s] : &declarations->all;
}

const char *kbit_declared_value(const kbit_declared_row *row, const kbit_declared *declared,
                                char text[KBIT_VALUE_TEXT])
{
    const char *p = row->values;
    for (int skip = value_of(declared, row); skip > 0; skip--)
        p += strcspn(p, "|") + 1;
    snprintf(text, KBIT_VALUE_TEXT, "%.*s", (int)strcspn(p, "|"), p);
    return text;
}

static void append(char *text, size_t size, const char *stem, const kbit_declared_row *row,
                   const kbit_declared *declared)
{
    char value[KBIT_VALUE_TEXT];
    const size_t used = strlen(text);
    if (used < size)
        snprintf(text + used, size - used, "%s%s%s%s=%s", used ? " " : "", stem, *stem ? ":" : "",
                 row->key, kbit_declared_value(row, declared, value));
}

void kbit_declared_print(const kbit_declared *declared, const char *stem, char *text, size_t size)
{
    if (size)
        text[0] = '\0';
    for (size_t r = 0; r < N_ROWS && size; r++)
        if (value_of(declared, &ROWS[r]) != 0 && (!stem || kbit_declared_reads(&ROWS[r], stem)))
            append(text, size, "", &ROWS[r], declared);
}

void kbit_declarations_print(const kbit_declarations *declarations, char *text, size_t size)
{
    size_t n;
    const kbit_step *const *steps = kbit_steps(&n);
    kbit_declared_print(&declarations->all, NULL, text, size);
    for (size_t s = 0; s < n && size; s++)
        for (size_t r = 0; r < N_ROWS; r++)
            if (value_of(&declarations->of[s], &ROWS[r]) != value_of(&declarations->all, &ROWS[r]))
                append(text, size, steps[s]->stem, &ROWS[r], &declarations->of[s]);
}
