/* wider.c -- steps and layers in wider arithmetic, rounded at the end; and what is free elsewhere: the
 * order of integer sums, a NaN's payload, other ways to a code. */
#include "legal.h"

#define RUNS(run, each, operation)                                                                 \
    static kbit_status run(void *bound, const kbit_call *call)                                     \
    {                                                                                              \
        (void)bound;                                                                               \
        return each(call, operation);                                                              \
    }

/* ---- statistics ---- */

/* Bits of 32 columns at a time, as ballots give them, then counted. */
static kbit_status run_outliers_by_bits(void *bound, const kbit_call *call)
{
    (void)bound;
    size_t words = call->K / 32 + 1, found = 0;
    uint32_t *word = calloc(words, sizeof *word);
    int32_t *list = call->out[0].data;
    for (size_t i = 0; call->threshold >= 0 && i < call->M; i++)
        for (size_t k = 0; k < call->K; k++)
            if (!(fabsf(x_at(&call->in[0], i * call->K + k)) < call->threshold))
                word[k / 32] |= UINT32_C(1) << k % 32;
    for (size_t k = 0; k < call->K; k++)
        if (word[k / 32] >> k % 32 & 1)
            list[found++] = (int32_t)k;
    call->out[0].dim[0] = found;
    free(word);
    return KBIT_OK;
}

static float larger(float a, float b)
{
    return isnan(a) || a > b ? a : b;
}

static float absmax_tree(size_t K, const float *x, const bool *take)
{
    if (K <= 1)
        return K && take[0] ? x[0] : 0;
    return larger(absmax_tree(K / 2, x, take), absmax_tree(K - K / 2, x + K / 2, take + K / 2));
}

RUNS(run_absmax_tree, each_row, absmax_tree)

/* ---- codes ---- */

static int code_long_double(float x, float a)
{
    return (int)rintl(127.0L * (long double)x / (long double)a);
}

/* Add half, cut off. */
static int code_add_half(float x, float a)
{
    float t = x * 127.0f / a;
    return (int)(t + copysignf(0.5f, t));
}

static int code_half_down(float x, float a)
{
    return (int)ceilf(x * 127.0f / a - 0.5f);
}

static int code_inverse_first(float x, float a)
{
    return (int)rintf(x * 127.0f * (1.0f / a));
}

static int code_fused_half(float x, float a)
{
    return (int)floorf(fmaf(x, 127.0f / a, 0.5f));
}

/* With a single row a column of the list is masked already: its one element is an outlier. */
static kbit_status run_codes_of_one_row(void *bound, const kbit_call *call)
{
    (void)bound;
    kbit_tensor in[3] = {call->in[0], call->in[1], call->in[2]};
    kbit_call changed = *call;
    changed.in = in;
    if (call->M == 1)
        in[2].dim[0] = 0;
    return reference_step(&changed);
}

RUNS(run_code_long_double, each_codes, code_long_double)
RUNS(run_code_add_half, each_codes, code_add_half)
RUNS(run_code_half_down, each_codes, code_half_down)
RUNS(run_code_inverse_first, each_codes, code_inverse_first)
RUNS(run_code_fused_half, each_codes, code_fused_half)

/* ---- integer products ---- */

/* Three parts of K, wrapped modulo 2^32 in between. */
static int32_t product_split(size_t K, const int8_t *q, const int8_t *w)
{
    uint32_t part[3] = {UINT32_MAX, 0, 1};
    for (size_t k = 0; k < K; k++)
        part[3 * k / K] += (uint32_t)(int32_t)(q[k] * w[k]);
    return (int32_t)(part[0] + part[1] + part[2]);
}

/* One bit of q at a time, the top one with weight -128. */
static int32_t product_bit_planes(size_t K, const int8_t *q, const int8_t *w)
{
    int32_t sum = 0;
    for (int bit = 0; bit < 8; bit++) {
        int32_t plane = 0;
        for (size_t k = 0; k < K; k++)
            plane += ((uint8_t)q[k] >> bit & 1) * w[k];
        sum += plane * (bit == 7 ? -128 : 1 << bit);
    }
    return sum;
}

/* a b = ((a + b)^2 - (a - b)^2) / 4. */
static int32_t product_quarter_squares(size_t K, const int8_t *q, const int8_t *w)
{
    int64_t sum = 0;
    for (size_t k = 0; k < K; k++)
        sum += (q[k] + w[k]) * (q[k] + w[k]) - (q[k] - w[k]) * (q[k] - w[k]);
    return (int32_t)(sum / 4);
}

/* One column of q times one of w after the other, onto all of C. */
static kbit_status run_product_outer(void *bound, const kbit_call *call)
{
    (void)bound;
    kbit_status status = reference_step(call); /* its refusals, too */
    const int8_t *q = call->in[0].data, *w = call->in[1].data;
    int32_t *c = call->out[0].data;
    if (status == KBIT_OK && call->M && call->N)
        memset(c, 0, call->M * call->N * sizeof *c);
    for (size_t k = 0; status == KBIT_OK && k < call->K; k++)
        for (size_t i = call->M; i-- > 0;)
            for (size_t j = 0; j < call->N; j++)
                c[i * call->N + j] += q[i * call->K + k] * w[j * call->K + k];
    return status;
}

RUNS(run_product_split, each_product, product_split)
RUNS(run_product_bit_planes, each_product, product_bit_planes)
RUNS(run_product_quarter_squares, each_product, product_quarter_squares)

/* ---- dequantized elements: the exact value, rounded in any direction ---- */

static long double exact(int32_t c, float a, float s)
{
    return (long double)c * (long double)a * (long double)s / 16129.0L;
}

static float scaled_nearest(int32_t c, float a, float s)
{
    return (float)exact(c, a, s);
}

static float scaled_up(int32_t c, float a, float s)
{
    float r = (float)exact(c, a, s);
    return (long double)r < exact(c, a, s) ? nextafterf(r, INFINITY) : r;
}

static float scaled_towards_zero(int32_t c, float a, float s)
{
    float r = (float)exact(c, a, s);
    return fabsl((long double)r) > fabsl(exact(c, a, s)) ? nextafterf(r, 0) : r;
}

static float scaled_divides_first(int32_t c, float a, float s)
{
    return (float)c / 127.0f * a * (s / 127.0f);
}

/* With the reciprocal that the quantization left; 127/0 is infinity, and C is 0 then. */
static float scaled_by_inverse(int32_t c, float a, float s)
{
    return (float)c / (127.0f / a) * (s / 127.0f);
}

RUNS(run_scaled_by_inverse, each_dequantized, scaled_by_inverse)
RUNS(run_scaled_nearest, each_dequantized, scaled_nearest)
RUNS(run_scaled_up, each_dequantized, scaled_up)
RUNS(run_scaled_towards_zero, each_dequantized, scaled_towards_zero)
RUNS(run_scaled_divides_first, each_dequantized, scaled_divides_first)

/* ---- stores ---- */

/* v rounded once to the type of the output: to odd in float first, which 16 bits do not see. */
static void put_double(kbit_tensor *out, size_t at, double v)
{
    float r = (float)v;
    if (out->dtype != KBIT_F32 && (double)r != v && isfinite(r)) {
        uint32_t bits;
        memcpy(&bits, &r, sizeof bits);
        if (!(bits & 1))
            r = nextafterf(r, (double)r < v ? INFINITY : -INFINITY);
    }
    put_rounded(out, at, r);
}

/* The sum in double is rounded, too: the second rounding of two, in the rare case. */
static void store_double(kbit_tensor *out, size_t at, float y, const float *bias)
{
    put_double(out, at, bias ? (double)y + (double)*bias : (double)y);
}

/* Another NaN for a NaN. */
static void store_other_nan(kbit_tensor *out, size_t at, float y, const float *bias)
{
    put_reference(out, at, y, bias);
    float value = x_at(out, at);
    if (isnan(value)) {
        const uint32_t NAN_32 = 0xffc12345;
        const uint16_t NAN_16 = out->dtype == KBIT_F16 ? 0xfe01 : 0xffc1;
        if (out->dtype == KBIT_F32)
            memcpy((char *)out->data + 4 * at, &NAN_32, sizeof NAN_32);
        else
            memcpy((char *)out->data + 2 * at, &NAN_16, sizeof NAN_16);
    }
}

RUNS(run_store_double, each_stored, store_double)
RUNS(run_store_other_nan, each_stored, store_other_nan)

/* ---- layers ---- */

/* Takes the place of `dequantize` and of what follows: D exact in double, kept beside the float. */
static double fp64_element(const kbit_call *call, size_t i, size_t j, const kbit_tensor *part)
{
    bool paper = strcmp(call->step, "llmint8_linear_paper") == 0;
    const int32_t *outliers = part[0].data, *c = part[1].data;
    const float *a = part[2].data, *s = part[3].data;
    const kbit_tensor *bias = &call->in[paper ? 2 : 3];
    double y = (double)c[i * call->N + j] * (double)a[i] * (double)s[j] / 16129.0;
    for (size_t o = part[0].dim[0]; o-- > 0;) {
        size_t k = (size_t)outliers[o];
        double x = (double)x_at(&call->in[0], i * call->K + k);
        y += paper ? x * (double)x_at(&call->in[1], j * call->K + k)
                   : x * (double)((const int8_t *)call->in[1].data)[j * call->K + k] *
                         (double)s[j] / 127.0;
    }
    return bias->dim[0] ? y + (double)((const float *)bias->data)[j] : y;
}

/* What composed() hands to the steps of the layer, to be used behind it. */
static kbit_tensor seen[4];

static kbit_status copies_operands(void *bound, const kbit_call *call)
{
    (void)bound;
    bool dequantize = strcmp(call->step, "dequantize") == 0;
    for (int t = 0; t < (dequantize ? 3 : 1); t++) {
        kbit_tensor *copy = &seen[dequantize ? t + 1 : 0];
        const kbit_tensor *from = dequantize ? &call->in[t] : &call->in[1];
        size_t n = from->rank == 2 ? from->dim[0] * from->dim[1] : from->dim[0];
        free(copy->data);
        *copy = *from;
        copy->data = malloc(4 * n + 1);
        memcpy(copy->data, from->data, 4 * n);
    }
    return reference_step(call);
}

/* The codes and the accumulator are what they are; everything behind them is done in double and
 * rounded once. */
static kbit_status run_linear_fp64(void *bound, const kbit_call *call)
{
    (void)bound;
    bool paper = strcmp(call->step, "llmint8_linear_paper") == 0;
    kbit_status status = composed(call, "dequantize", copies_operands);
    if (status == KBIT_OK)
        status = composed(call, paper ? "outlier_matmul_w16" : "outlier_matmul", copies_operands);
    for (size_t i = 0; status == KBIT_OK && i < call->M; i++)
        for (size_t j = 0; j < call->N; j++)
            put_double(&call->out[0], i * call->N + j, fp64_element(call, i, j, seen));
    return status;
}

/* fma(C a s, 1/127^2, bias), then the outliers: the epilogue of bitsandbytes, without its rounding to
 * half in between. */
static kbit_status run_linear_fma_bias(void *bound, const kbit_call *call)
{
    (void)bound;
    kbit_status status = composed(call, "dequantize", copies_operands);
    if (status == KBIT_OK)
        status = composed(call, "outlier_matmul", copies_operands);
    const float *bias = call->in[3].dim[0] ? call->in[3].data : NULL;
    const int32_t *outliers = seen[0].data, *c = seen[1].data;
    const float *a = seen[2].data, *s = seen[3].data;
    const int8_t *w = call->in[1].data;
    for (size_t i = 0; status == KBIT_OK && i < call->M; i++)
        for (size_t j = 0; j < call->N; j++) {
            float in_steps = (float)c[i * call->N + j] * a[i] * s[j];
            float y = bias ? fmaf(in_steps, INVERSE_127_SQUARED, bias[j])
                           : in_steps * INVERSE_127_SQUARED;
            for (size_t o = 0; o < seen[0].dim[0]; o++) {
                size_t k = (size_t)outliers[o];
                y = fmaf(x_at(&call->in[0], i * call->K + k),
                         (float)w[j * call->K + k] * s[j] * INVERSE_127, y);
            }
            put_rounded(&call->out[0], i * call->N + j, y);
        }
    return status;
}

const legal_variant legal_wider[] = {
    {"outliers-by-bits", "outlier_columns", run_outliers_by_bits, ""},
    {"absmax-tree", "absmax_rows", run_absmax_tree, ""},
    {"quantize-long-double", "quantize_rows", run_code_long_double, ""},
    {"quantize-one-row", "quantize_rows", run_codes_of_one_row, ""},
    {"quantize-any-add-half", "quantize_rows", run_code_add_half, "quant=any"},
    {"quantize-any-half-down", "quantize_rows", run_code_half_down, "quant=any"},
    {"quantize-any-inverse-first", "quantize_rows", run_code_inverse_first, "quant=any"},
    {"quantize-any-fused-half", "quantize_rows", run_code_fused_half, "quant=any"},
    {"product-split", "int8_matmul", run_product_split, ""},
    {"product-bit-planes", "int8_matmul", run_product_bit_planes, ""},
    {"product-quarter-squares", "int8_matmul", run_product_quarter_squares, ""},
    {"product-outer", "int8_matmul", run_product_outer, ""},
    {"dequantize-long-double", "dequantize", run_scaled_nearest, ""},
    {"dequantize-up", "dequantize", run_scaled_up, ""},
    {"dequantize-towards-zero", "dequantize", run_scaled_towards_zero, ""},
    {"dequantize-by-inverse", "dequantize", run_scaled_by_inverse, "dequant=any"},
    {"dequantize-divides-first", "dequantize", run_scaled_divides_first, "dequant=any"},
    {"store-double", "store", run_store_double, "store=any"},
    {"store-other-nan", "store", run_store_other_nan, ""},
    {"linear-fp64", "llmint8_linear_bnb", run_linear_fp64, ""},
    {"paper-fp64", "llmint8_linear_paper", run_linear_fp64, ""},
    {"linear-fma-bias", "llmint8_linear_bnb", run_linear_fma_bias, "store=twice"},
    {NULL, NULL, NULL, NULL},
};
