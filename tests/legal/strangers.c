/* strangers.c -- what right ports do that know kbit_candidate.h alone: processors and compilers that take
 * numbers below 2^-126 for zero, Llama's RMSNorm, exp and quotients of Triton and nvcc -use_fast_math, and
 * the ways in which NumPy and ggml quantize. */
#include "legal.h"
#include "each_produced.h"

#define LEAST_NORMAL 0x1p-126f

static float flushed(float x)
{
    return fabsf(x) < LEAST_NORMAL ? copysignf(0, x) : x;
}

static bool is_float(const kbit_tensor *tensor)
{
    return tensor->dtype == KBIT_F32 || tensor->dtype == KBIT_F16 || tensor->dtype == KBIT_BF16;
}

static size_t elements(const kbit_tensor *tensor)
{
    return tensor->rank == 2 ? tensor->dim[0] * tensor->dim[1] : tensor->dim[0];
}

enum { MOST_INPUTS = 5 };

/* The tensor as floats that were flushed: what a load does. */
static kbit_status load(const kbit_tensor *from, kbit_tensor *to, float **floats)
{
    *to = *from;
    if (!is_float(from) || elements(from) == 0)
        return KBIT_OK;
    *floats = malloc(elements(from) * sizeof **floats);
    if (!*floats)
        return KBIT_ERR_MEMORY;
    for (size_t i = 0; i < elements(from); i++)
        (*floats)[i] = flushed(x_at(from, i));
    to->data = *floats;
    to->dtype = KBIT_F32;
    return KBIT_OK;
}

/* The reference on numbers that count as zero below 2^-126, whose results do, too. */
static kbit_status with_flushed_inputs(const kbit_call *call, size_t n_in,
                                       kbit_status (*run)(void *bound, const kbit_call *call))
{
    kbit_tensor in[MOST_INPUTS];
    float *floats[MOST_INPUTS] = {NULL};
    kbit_call on = *call;
    kbit_status status = KBIT_OK;
    for (size_t i = 0; i < n_in && status == KBIT_OK; i++)
        status = load(&call->in[i], &in[i], &floats[i]);
    on.in = in;
    on.threshold = flushed(call->threshold);
    if (status == KBIT_OK)
        status = run ? run(NULL, &on) : reference_step(&on);
    const kbit_tensor *out = &call->out[0];
    for (size_t i = 0; status == KBIT_OK && is_float(out) && i < elements(out); i++)
        put_rounded(&call->out[0], i, flushed(x_at(out, i)));
    for (size_t i = 0; i < MOST_INPUTS; i++)
        free(floats[i]);
    return status;
}

static kbit_status run_flushed_1(void *bound, const kbit_call *call)
{
    (void)bound;
    return with_flushed_inputs(call, 1, NULL);
}

static kbit_status run_flushed_2(void *bound, const kbit_call *call)
{
    (void)bound;
    return with_flushed_inputs(call, 2, NULL);
}

static kbit_status run_flushed_3(void *bound, const kbit_call *call)
{
    (void)bound;
    return with_flushed_inputs(call, 3, NULL);
}

static kbit_status run_flushed_4(void *bound, const kbit_call *call)
{
    (void)bound;
    return with_flushed_inputs(call, 4, NULL);
}

/* 1 / a is below 2^-126 for a above 2^126, and then each code of the row is 0. */
static int quantize_flushed_inverse(float x, float a)
{
    return (int)rintf(x * (127.0f * flushed(1.0f / a)));
}

static kbit_status quantize_by_flushed_inverse(void *bound, const kbit_call *call)
{
    (void)bound;
    return each_codes(call, quantize_flushed_inverse);
}

static kbit_status run_quantize_flushed_inverse(void *bound, const kbit_call *call)
{
    (void)bound;
    return with_flushed_inputs(call, 3, quantize_by_flushed_inverse);
}

/* h without gamma and beta, rounded to its type; then its product with gamma, and beta, rounded once. */
static kbit_status run_gamma_after_round(void *bound, const kbit_call *call)
{
    const size_t M = call->M, K = call->K;
    const bool centred = strncmp(call->step, "layernorm", 9) == 0;
    kbit_tensor in[4] = {call->in[0], call->in[1], call->in[2]};
    float *ones = malloc((K + 1) * sizeof *ones);
    float *values = malloc((M * K + 1) * sizeof *values);
    kbit_call plain = *call;
    kbit_status status = ones && values ? KBIT_OK : KBIT_ERR_MEMORY;
    (void)bound;
    for (size_t k = 0; k < K && ones; k++)
        ones[k] = 1;
    in[1].data = ones;
    in[1].dtype = KBIT_F32;
    if (centred) {
        in[2].dim[0] = 0;
        in[3] = call->in[3];
    }
    plain.in = in;
    if (status == KBIT_OK)
        status = reference_step(&plain);
    for (size_t i = 0; status == KBIT_OK && i < M * K; i++) {
        values[i] = x_at(&call->out[0], i) * x_at(&call->in[1], i % K);
        if (centred && call->in[2].dim[0])
            values[i] += x_at(&call->in[2], i % K);
    }
    if (status == KBIT_OK)
        status = put_produced(call, values);
    free(ones);
    free(values);
    return status;
}

/* x r - mean r, as PyTorch's CPU kernel had it and oneDNN's scale and shift have. */
static void centred_last(const norm_row *row, float *y)
{
    const float mean = norm_mean(row), r = 1 / sqrtf(norm_variance(row, mean) + row->eps);
    for (size_t k = 0; k < row->K; k++)
        y[k] = fmaf(row->x[k], r, -mean * r) * row->gamma[k] + (row->beta ? row->beta[k] : 0);
}

static kbit_status run_centred_last(void *bound, const kbit_call *call)
{
    (void)bound;
    return each_normalized(call, centred_last);
}

static void scale_and_shift(const norm_row *row, float *y)
{
    const float mean = norm_mean(row), r = 1 / sqrtf(norm_variance(row, mean) + row->eps);
    for (size_t k = 0; k < row->K; k++) {
        const float scale = r * row->gamma[k];
        y[k] = row->x[k] * scale + ((row->beta ? row->beta[k] : 0) - mean * scale);
    }
}

static kbit_status run_scale_and_shift(void *bound, const kbit_call *call)
{
    (void)bound;
    return each_normalized(call, scale_and_shift);
}

/* erfc two ulp off. */
static float gelu_erfc(float x)
{
    float c = erfcf(-x * 0x1.6a09e6p-1f);
    c = c > 0 && c < 2 ? fminf(2, nextafterf(nextafterf(c, 2), 2)) : c;
    return 0.5f * x * c;
}

static kbit_status run_gelu_erfc(void *bound, const kbit_call *call)
{
    (void)bound;
    return each_activated(call, gelu_erfc);
}

#define LOG2_E 0x1.715476p0f

/* The quotient two ulp nearer to 0 than the rounded one is. */
static float fast_quotient(float a, float b)
{
    const float q = a / b;
    return isfinite(q) ? nextafterf(nextafterf(q, 0), 0) : q;
}

static float silu_fast(float x)
{
    return fast_quotient(x, 1 + exp2f(-x * LOG2_E));
}

static kbit_status run_silu_fast(void *bound, const kbit_call *call)
{
    (void)bound;
    return each_activated(call, silu_fast);
}

static float gelu_tanh_fast(float x)
{
    const float z = -2 * 0x1.988454p-1f * (x + 0.044715f * (x * x * x));
    return x * (1 / (1 + exp2f(z * LOG2_E)));
}

static kbit_status run_gelu_tanh_fast(void *bound, const kbit_call *call)
{
    (void)bound;
    return each_activated(call, gelu_tanh_fast);
}

/* ---- layers of quantizers with more than 16 ties a row, which only their rule decides ---- */

static int by_inverse(float x, float a)
{
    return (int)rintf(127.0f * x * (1.0f / a));
}

/* ggml's d = a / 127 and id = 1 / d, rounded half away from zero. */
static int inverse_scale_away(float x, float a)
{
    return (int)roundf(x * (1.0f / (a / 127.0f)));
}

/* NumPy's float64. */
static int double_mul(float x, float a)
{
    return (int)rint((double)x * (127.0 / (double)a));
}

#define RUN_LAYER(name)                                                                            \
    static kbit_status quantize_##name(void *bound, const kbit_call *call)                         \
    {                                                                                              \
        (void)bound;                                                                               \
        return each_codes(call, name);                                                             \
    }                                                                                              \
    static kbit_status run_layer_##name(void *bound, const kbit_call *call)                        \
    {                                                                                              \
        (void)bound;                                                                               \
        return composed(call, "quantize_rows", quantize_##name);                                   \
    }
RUN_LAYER(by_inverse)
RUN_LAYER(inverse_scale_away)
RUN_LAYER(double_mul)

const legal_variant legal_strangers[] = {
    {"columns-flushed", "outlier_columns", run_flushed_1, "ftz32=flush"},
    {"absmax-flushed", "absmax_rows", run_flushed_2, "ftz32=flush"},
    {"quantize-flushed", "quantize_rows", run_flushed_3, "ftz32=flush"},
    {"quantize-flushed-inverse", "quantize_rows", run_quantize_flushed_inverse,
     "quant=reciprocal ftz32=flush"},
    {"w16-flushed-numbers", "outlier_matmul_w16", run_flushed_4, "ftz32=flush"},
    {"store-flushed-numbers", "store", run_flushed_2, "ftz32=flush"},
    {"rmsnorm-flushed", "rmsnorm", run_flushed_3, "ftz32=flush"},
    {"relu-flushed", "relu", run_flushed_1, "ftz32=flush"},
    {"gelu-flushed", "gelu", run_flushed_1, "ftz32=flush"},
    {"gelu-tanh-flushed", "gelu_tanh", run_flushed_1, "ftz32=flush"},
    {"silu-flushed", "silu", run_flushed_1, "ftz32=flush"},
    {"relu-quantize-flushed", "relu_quantize", run_flushed_1, "ftz32=flush"},
    {"rmsnorm-gamma-after-round", "rmsnorm", run_gamma_after_round, "gamma=after-round"},
    {"layernorm-gamma-after-round", "layernorm", run_gamma_after_round, "gamma=after-round"},
    {"rmsnorm-quantize-gamma-after-round", "rmsnorm_quantize", run_gamma_after_round,
     "gamma=after-round"},
    {"layernorm-centred-last", "layernorm", run_centred_last, "centre=last"},
    {"layernorm-scale-and-shift", "layernorm", run_scale_and_shift, "centre=last"},
    {"layernorm-quantize-centred-last", "layernorm_quantize", run_centred_last, "centre=last"},
    {"gelu-erfc", "gelu", run_gelu_erfc, "gelu=erfc"},
    {"silu-fast", "silu", run_silu_fast, "exp=fast"},
    {"gelu-tanh-fast", "gelu_tanh", run_gelu_tanh_fast, "exp=fast"},
    {"silu-quantize-fast", "silu_quantize", run_silu_fast, "exp=fast"},
    {"linear-any-by-inverse", "llmint8_linear_bnb", run_layer_by_inverse, "quant=any"},
    {"paper-any-inverse-scale-away", "llmint8_linear_paper", run_layer_inverse_scale_away,
     "quant=any"},
    {"paper-any-double-mul", "llmint8_linear_paper", run_layer_double_mul, "quant=any"},
    {NULL, NULL, NULL, NULL},
};
