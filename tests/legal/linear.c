/* linear.c -- whole layers, composed of other right steps or in another order. */
#include "legal.h"

static kbit_status outlier_step(const kbit_call *call,
                                kbit_status (*run)(void *bound, const kbit_call *call))
{
    bool paper = strcmp(call->step, "llmint8_linear_paper") == 0;
    return composed(call, paper ? "outlier_matmul_w16" : "outlier_matmul", run);
}

/* The same steps, one after the other. */
static kbit_status run_linear_composed(void *bound, const kbit_call *call)
{
    (void)bound;
    return composed(call, "none", NULL);
}

static kbit_status run_linear_mul(void *bound, const kbit_call *call)
{
    (void)bound;
    return composed(call, "quantize_rows", legal_quantize_mul);
}

static kbit_status run_linear_rdiv(void *bound, const kbit_call *call)
{
    (void)bound;
    return composed(call, "quantize_rows", legal_quantize_rdiv);
}

/* Every tie goes away from zero. */
static kbit_status run_linear_any_away(void *bound, const kbit_call *call)
{
    (void)bound;
    return composed(call, "quantize_rows", legal_quantize_away);
}

/* Every tie goes one way or the other by its bits: no rule for a whole row. */
static int quantize_any_mixed(float x, float a)
{
    const double t = 127.0 * (double)x / (double)a, below = floor(t);
    uint32_t bits[2];
    memcpy(&bits[0], &x, sizeof x);
    memcpy(&bits[1], &a, sizeof a);
    if (t - below != 0.5)
        return (int)rint(t);
    return (int)below + (__builtin_popcount(bits[0] ^ (bits[1] >> 3)) & 1);
}

static kbit_status quantize_mixed(void *bound, const kbit_call *call)
{
    (void)bound;
    return each_codes(call, quantize_any_mixed);
}

static kbit_status run_linear_any_mixed(void *bound, const kbit_call *call)
{
    (void)bound;
    return composed(call, "quantize_rows", quantize_mixed);
}

static kbit_status run_linear_scales_first(void *bound, const kbit_call *call)
{
    (void)bound;
    return composed(call, "dequantize", legal_dequantize_scales_first);
}

static kbit_status run_linear_double_dequantize(void *bound, const kbit_call *call)
{
    (void)bound;
    return composed(call, "dequantize", legal_dequantize_double);
}

static kbit_status run_linear_reversed(void *bound, const kbit_call *call)
{
    (void)bound;
    return outlier_step(call, legal_outliers_reversed);
}

static kbit_status run_linear_truncating(void *bound, const kbit_call *call)
{
    (void)bound;
    return outlier_step(call, legal_outliers_truncating);
}

static kbit_status run_linear_faithful(void *bound, const kbit_call *call)
{
    (void)bound;
    return outlier_step(call, legal_outliers_faithful);
}

static kbit_status run_linear_twice(void *bound, const kbit_call *call)
{
    (void)bound;
    return composed(call, "store", legal_store_twice);
}

static kbit_status run_linear_saturated(void *bound, const kbit_call *call)
{
    (void)bound;
    return composed(call, "store", legal_store_saturated);
}

static kbit_status run_linear_f16_weights(void *bound, const kbit_call *call)
{
    (void)bound;
    return composed(call, "outlier_matmul", legal_outliers_f16_weights);
}

static float only_d(size_t n, const float *x, const float *w, float s, float d)
{
    (void)n, (void)x, (void)w, (void)s;
    return d;
}

static float only_outliers(size_t n, const float *x, const float *w, float s, float d)
{
    (void)d;
    float sum = 0;
    for (size_t o = 0; o < n; o++)
        sum += x[o] * w[o];
    return sum * s * INVERSE_127;
}

static kbit_status int8_part(void *bound, const kbit_call *call)
{
    (void)bound;
    return each_outlier_sum(call, only_d);
}

static kbit_status outlier_part(void *bound, const kbit_call *call)
{
    (void)bound;
    return each_outlier_sum(call, only_outliers);
}

kbit_status legal_layer_parts(const kbit_call *call,
                              kbit_status (*outliers)(void *bound, const kbit_call *call), float *d,
                              float *sum)
{
    kbit_tensor in[4] = {call->in[0], call->in[1], call->in[2], call->in[3]};
    kbit_tensor out = {d, KBIT_F32, 2, {call->M, call->N}};
    kbit_call part = *call;
    in[3].dim[0] = 0;
    part.in = in;
    part.out = &out;
    kbit_status status = composed(&part, "outlier_matmul", int8_part);
    out.data = sum;
    return status == KBIT_OK ? composed(&part, "outlier_matmul", outliers) : status;
}

/* Joins the parts; rounds: to the output type in between, too. */
static kbit_status joined(const kbit_call *call, bool rounds)
{
    size_t n = call->M * call->N;
    float *d = calloc(n + 1, sizeof *d), *sum = calloc(n + 1, sizeof *sum);
    const float *bias = call->in[3].dim[0] ? call->in[3].data : NULL;
    kbit_status status = legal_layer_parts(call, outlier_part, d, sum);
    for (size_t i = 0; status == KBIT_OK && i < n; i++) {
        float first = bias ? d[i] + bias[i % call->N] : d[i];
        put_rounded(&call->out[0], i, first);
        if (rounds)
            first = x_at(&call->out[0], i);
        put_rounded(&call->out[0], i, first + sum[i]);
    }
    free(d);
    free(sum);
    return status;
}

/* The int8 part with its bias is rounded to the output type before the outliers are added, as a
 * library has it that calls two kernels. */
static kbit_status run_linear_round_twice(void *bound, const kbit_call *call)
{
    (void)bound;
    return joined(call, true);
}

static kbit_status run_linear_bias_before_outliers(void *bound, const kbit_call *call)
{
    (void)bound;
    return joined(call, false);
}

const legal_variant legal_linear[] = {
    {"linear-composed", "llmint8_linear_bnb", run_linear_composed, ""},
    {"paper-composed", "llmint8_linear_paper", run_linear_composed, ""},
    {"linear-mul", "llmint8_linear_bnb", run_linear_mul, "quant=mul"},
    {"paper-mul", "llmint8_linear_paper", run_linear_mul, "quant=mul"},
    {"linear-rdiv", "llmint8_linear_bnb", run_linear_rdiv, "quant=rdiv"},
    {"paper-rdiv", "llmint8_linear_paper", run_linear_rdiv, "quant=rdiv"},
    {"linear-any-away", "llmint8_linear_bnb", run_linear_any_away, "quant=any"},
    {"paper-any-away", "llmint8_linear_paper", run_linear_any_away, "quant=any"},
    {"linear-any-mixed", "llmint8_linear_bnb", run_linear_any_mixed, "quant=any"},
    {"paper-any-mixed", "llmint8_linear_paper", run_linear_any_mixed, "quant=any"},
    {"linear-scales-first", "llmint8_linear_bnb", run_linear_scales_first, "dequant=any"},
    {"paper-scales-first", "llmint8_linear_paper", run_linear_scales_first, "dequant=any"},
    {"linear-double-dequantize", "llmint8_linear_bnb", run_linear_double_dequantize, ""},
    {"paper-double-dequantize", "llmint8_linear_paper", run_linear_double_dequantize, ""},
    {"linear-reversed", "llmint8_linear_bnb", run_linear_reversed, ""},
    {"paper-reversed", "llmint8_linear_paper", run_linear_reversed, ""},
    {"linear-truncating", "llmint8_linear_bnb", run_linear_truncating, "acc=tc-trunc"},
    {"paper-truncating", "llmint8_linear_paper", run_linear_truncating, "acc=tc-trunc"},
    {"linear-faithful", "llmint8_linear_bnb", run_linear_faithful, "acc=any-faithful"},
    {"paper-faithful", "llmint8_linear_paper", run_linear_faithful, "acc=any-faithful"},
    {"linear-twice", "llmint8_linear_bnb", run_linear_twice, "store=twice"},
    {"paper-twice", "llmint8_linear_paper", run_linear_twice, "store=twice"},
    {"linear-saturated", "llmint8_linear_bnb", run_linear_saturated, "overflow=sat"},
    {"paper-saturated", "llmint8_linear_paper", run_linear_saturated, "overflow=sat"},
    {"linear-f16-weights", "llmint8_linear_bnb", run_linear_f16_weights, "subB=f16"},
    {"linear-round-twice", "llmint8_linear_bnb", run_linear_round_twice,
     "combine=round-twice store=twice"},
    {"linear-bias-before-outliers", "llmint8_linear_bnb", run_linear_bias_before_outliers,
     "store=twice"},
    {NULL, NULL, NULL, NULL},
};
