/* accumulation.c -- outlier products summed by the rows of the accumulation model, split sums, and
 * machines that flush subnormal numbers. */
#include "legal.h"

#include "by_row.h"

#define RUN(run, ...)                                                                              \
    static kbit_status run(void *bound, const kbit_call *call)                                     \
    {                                                                                              \
        (void)bound;                                                                               \
        const by_row how = {__VA_ARGS__};                                                          \
        return each_sum_by_row(call, &how);                                                        \
    }
#define ROW(name) .row = kbit_accumulation_find(name)

RUN(by_v100, ROW("v100"))
RUN(by_a100, ROW("a100"))
RUN(by_a100_onto_d, ROW("a100"), .onto_d = true)
RUN(by_a100_spread, ROW("a100"), .spread = true)
RUN(by_h100, ROW("h100"))
RUN(by_h100_onto_d, ROW("h100"), .onto_d = true)
RUN(by_cdna2, ROW("cdna2"), .flush_operands = true)
RUN(by_cdna2_onto_d, ROW("cdna2"), .onto_d = true, .flush_operands = true)
RUN(by_cdna3, ROW("cdna3"))
RUN(by_cdna3_onto_d, ROW("cdna3"), .onto_d = true, .spread = true)
RUN(by_pairwise, ROW("pairwise"))
RUN(flushed_operands, ROW("ieee"), .flush_operands = true)
RUN(scaled_h100, ROW("h100"), .f16_weights = true)
RUN(split_h100, ROW("h100"), .part = 3, .partials = KBIT_F32)
RUN(split_f16, ROW("ieee"), .part = 4, .partials = KBIT_F16)

/* Only fp16 activations meet such weights in a tensor core. */
static kbit_status f16_weights_h100(void *bound, const kbit_call *call)
{
    return call->in[0].dtype == KBIT_F16 ? scaled_h100(bound, call)
                                         : legal_outliers_f16_weights(bound, call);
}

static float flushed(float x)
{
    return fabsf(x) < 0x1p-126f ? 0 : x;
}

/* Every operation of a machine without subnormal fp32 numbers. */
static float sum_flushed(size_t n, const float *x, const float *w, float s, float d)
{
    float sum = 0;
    for (size_t o = 0; o < n; o++)
        sum = flushed(sum + flushed(x[o] * w[o]));
    (void)s;
    return flushed(flushed(d) + sum);
}

static float codes_flushed(size_t n, const float *x, const float *w, float s, float d)
{
    float sum = 0;
    for (size_t o = 0; o < n; o++)
        sum = flushed(sum + flushed(x[o] * w[o]));
    return flushed(flushed(d) + flushed(flushed(sum * flushed(s)) * INVERSE_127));
}

static kbit_status w16_flushed_results(void *bound, const kbit_call *call)
{
    (void)bound;
    return each_outlier_sum(call, sum_flushed);
}

static kbit_status codes_flushed_results(void *bound, const kbit_call *call)
{
    (void)bound;
    return each_outlier_sum(call, codes_flushed);
}

static float dequantized_flushed(int32_t c, float absmax, float w_absmax)
{
    float value = flushed(flushed((float)c * flushed(absmax)) * flushed(w_absmax));
    return flushed(value * INVERSE_127_SQUARED);
}

static kbit_status dequantize_flushed(void *bound, const kbit_call *call)
{
    (void)bound;
    return each_dequantized(call, dequantized_flushed);
}

/* Rounds first, looks then. */
static void put_flushed(kbit_tensor *out, size_t at, float y, const float *bias)
{
    put_reference(out, at, y, bias);
    float least = out->dtype == KBIT_F16 ? 0x1p-14f : 0x1p-126f, value = x_at(out, at);
    if (out->dtype != KBIT_F32 && value != 0 && fabsf(value) < least)
        put_rounded(out, at, copysignf(0, value));
}

/* Looks first: what rounding would lift to the smallest normal number is zero too. */
static void put_flushed_before(kbit_tensor *out, size_t at, float y, const float *bias)
{
    float least = out->dtype == KBIT_F16 ? 0x1p-14f : 0x1p-126f;
    double sum = (double)y + (bias ? (double)*bias : 0);
    put_reference(out, at, y, bias);
    if (out->dtype != KBIT_F32 && fabs(sum) < (double)least)
        put_rounded(out, at, 0);
}

static kbit_status store_flushed(void *bound, const kbit_call *call)
{
    (void)bound;
    return each_stored(call, put_flushed);
}

static kbit_status store_flushed_before(void *bound, const kbit_call *call)
{
    (void)bound;
    return each_stored(call, put_flushed_before);
}

static kbit_status layer(const kbit_call *call,
                         kbit_status (*run)(void *bound, const kbit_call *call))
{
    bool paper = strcmp(call->step, "llmint8_linear_paper") == 0;
    return composed(call, paper ? "outlier_matmul_w16" : "outlier_matmul", run);
}

static kbit_status layer_h100(void *bound, const kbit_call *call)
{
    (void)bound;
    return layer(call, by_h100);
}

static kbit_status layer_cdna3(void *bound, const kbit_call *call)
{
    (void)bound;
    return layer(call, by_cdna3);
}

static kbit_status layer_split_f16(void *bound, const kbit_call *call)
{
    (void)bound;
    return layer(call, split_f16);
}

static kbit_status layer_store_flushed(void *bound, const kbit_call *call)
{
    (void)bound;
    return composed(call, "store", store_flushed);
}

const legal_variant legal_accumulation[] = {
    {"w16-v100", "outlier_matmul_w16", by_v100, "acc=v100"},
    {"w16-a100", "outlier_matmul_w16", by_a100, "acc=a100"},
    {"w16-a100-onto-d", "outlier_matmul_w16", by_a100_onto_d, "acc=a100"},
    {"w16-a100-spread", "outlier_matmul_w16", by_a100_spread, "acc=a100"},
    {"w16-h100", "outlier_matmul_w16", by_h100, "acc=h100"},
    {"w16-h100-onto-d", "outlier_matmul_w16", by_h100_onto_d, "acc=h100"},
    {"w16-h100-as-truncating", "outlier_matmul_w16", by_h100_onto_d, "acc=tc-trunc"},
    {"w16-cdna2", "outlier_matmul_w16", by_cdna2, "acc=cdna2 ftz-in16=flush ftz32=flush"},
    {"w16-cdna2-onto-d", "outlier_matmul_w16", by_cdna2_onto_d,
     "acc=cdna2 ftz-in16=flush ftz32=flush"},
    {"w16-cdna3", "outlier_matmul_w16", by_cdna3, "acc=cdna3"},
    {"w16-cdna3-onto-d", "outlier_matmul_w16", by_cdna3_onto_d, "acc=cdna3"},
    {"w16-pairwise", "outlier_matmul_w16", by_pairwise, ""},
    {"w16-flushed-operands", "outlier_matmul_w16", flushed_operands, "ftz-in16=flush"},
    {"w16-flushed-results", "outlier_matmul_w16", w16_flushed_results, "ftz32=flush"},
    {"w16-split-h100", "outlier_matmul_w16", split_h100, "acc=h100 splitk=f32"},
    {"w16-split-f16", "outlier_matmul_w16", split_f16, "splitk=f16"},
    {"outliers-h100", "outlier_matmul", by_h100, "acc=h100"},
    {"outliers-cdna2", "outlier_matmul", by_cdna2, "acc=cdna2 ftz-in16=flush ftz32=flush"},
    {"outliers-cdna3", "outlier_matmul", by_cdna3, "acc=cdna3"},
    {"outliers-f16-weights-h100", "outlier_matmul", f16_weights_h100, "acc=h100 subB=f16"},
    {"outliers-split-f16", "outlier_matmul", split_f16, "splitk=f16"},
    {"outliers-flushed-results", "outlier_matmul", codes_flushed_results, "ftz32=flush"},
    {"dequantize-flushed-results", "dequantize", dequantize_flushed, "ftz32=flush"},
    {"store-flushed", "store", store_flushed, "ftz-out16=flush"},
    {"store-flushed-before", "store", store_flushed_before, "ftz-out16=flush"},
    {"linear-h100", "llmint8_linear_bnb", layer_h100, "acc=h100"},
    {"paper-h100", "llmint8_linear_paper", layer_h100, "acc=h100"},
    {"paper-cdna3", "llmint8_linear_paper", layer_cdna3, "acc=cdna3"},
    {"linear-split-f16", "llmint8_linear_bnb", layer_split_f16, "splitk=f16"},
    {"linear-store-flushed", "llmint8_linear_bnb", layer_store_flushed, "ftz-out16=flush"},
    {NULL, NULL, NULL, NULL},
};
