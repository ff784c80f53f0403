/* declared.c -- what real libraries do otherwise, one declaration each. */
#include "legal.h"

/* x * (127 / a) as torch has it: a number divided by a tensor is its reciprocal times the number. */
static int quantize_reciprocal(float x, float a)
{
    return (int)rintf(x * (127.0f * (1.0f / a)));
}

static kbit_status run_quantize_reciprocal(void *bound, const kbit_call *call)
{
    (void)bound;
    return each_codes(call, quantize_reciprocal);
}

static kbit_status run_layer_reciprocal(void *bound, const kbit_call *call)
{
    (void)bound;
    return composed(call, "quantize_rows", run_quantize_reciprocal);
}

static float in_bf16(float x)
{
    return kbit_bf16_to_f32(kbit_bf16_from_f32(x));
}

static float outliers_bf16_weights(size_t n, const float *x, const float *w, float s, float d)
{
    float sum = 0;
    for (size_t o = 0; o < n; o++)
        sum += x[o] * in_bf16(w[o] * s * INVERSE_127);
    return d + sum;
}

static kbit_status run_outliers_bf16_weights(void *bound, const kbit_call *call)
{
    (void)bound;
    return each_outlier_sum(call, outliers_bf16_weights);
}

/* The constant times s first: at a midpoint of bf16 this may round the other way. */
static float outliers_bf16_scale_first(size_t n, const float *x, const float *w, float s, float d)
{
    const float scale = s * INVERSE_127;
    float sum = 0;
    for (size_t o = 0; o < n; o++)
        sum += x[o] * in_bf16(w[o] * scale);
    return d + sum;
}

static kbit_status run_outliers_bf16_scale_first(void *bound, const kbit_call *call)
{
    (void)bound;
    return each_outlier_sum(call, outliers_bf16_scale_first);
}

/* The weights in the type of x, as a matrix of them is made for a 16-bit product. */
static kbit_status run_outliers_x_weights(void *bound, const kbit_call *call)
{
    return call->in[0].dtype == KBIT_F16    ? legal_outliers_f16_weights(bound, call)
           : call->in[0].dtype == KBIT_BF16 ? run_outliers_bf16_weights(bound, call)
                                            : reference_step(call);
}

static kbit_status run_layer_x_weights(void *bound, const kbit_call *call)
{
    (void)bound;
    return composed(call, "outlier_matmul", run_outliers_x_weights);
}

static void store_via_f16(kbit_tensor *out, size_t at, float y, const float *bias)
{
    put_rounded(out, at, in_f16(bias ? y + *bias : y));
}

static kbit_status run_store_via_f16(void *bound, const kbit_call *call)
{
    (void)bound;
    return each_stored(call, store_via_f16);
}

static void store_bias_after(kbit_tensor *out, size_t at, float y, const float *bias)
{
    put_rounded(out, at, y);
    if (bias)
        put_rounded(out, at, x_at(out, at) + *bias);
}

static kbit_status run_store_bias_after(void *bound, const kbit_call *call)
{
    (void)bound;
    return each_stored(call, store_bias_after);
}

static void store_bias_after_via_f16(kbit_tensor *out, size_t at, float y, const float *bias)
{
    const float first = in_f16(y);
    put_rounded(out, at, bias ? in_f16(first + *bias) : first);
}

static kbit_status run_store_bias_after_via_f16(void *bound, const kbit_call *call)
{
    (void)bound;
    return each_stored(call, store_bias_after_via_f16);
}

static kbit_status run_layer_via_f16(void *bound, const kbit_call *call)
{
    (void)bound;
    return composed(call, "store", run_store_via_f16);
}

static kbit_status run_layer_bias_after(void *bound, const kbit_call *call)
{
    (void)bound;
    return composed(call, "store", run_store_bias_after);
}

static float x_weights_alone(size_t n, const float *x, const float *w, float s, bool bf16)
{
    float sum = 0;
    for (size_t o = 0; o < n; o++) {
        const float weight = w[o] * s * INVERSE_127;
        sum += x[o] * (bf16 ? in_bf16(weight) : in_f16(weight));
    }
    return sum;
}

static float f16_weights_alone(size_t n, const float *x, const float *w, float s, float d)
{
    (void)d;
    return x_weights_alone(n, x, w, s, false);
}

static float bf16_weights_alone(size_t n, const float *x, const float *w, float s, float d)
{
    (void)d;
    return x_weights_alone(n, x, w, s, true);
}

static kbit_status outliers_alone(void *bound, const kbit_call *call)
{
    (void)bound;
    return each_outlier_sum(call, call->in[0].dtype == KBIT_BF16 ? bf16_weights_alone
                                                                 : f16_weights_alone);
}

/* bitsandbytes on CUDA: the int8 part goes through fp16 whatever the layer's type; a bias that is not
 * fp16 (`after`) is added to what was rounded; then the outliers, in the layer's type. */
static kbit_status two_kernels(const kbit_call *call, bool after)
{
    const size_t n = call->M * call->N;
    if (call->in[0].dtype == KBIT_F32)
        return KBIT_ERR_UNSUPPORTED;
    float *d = calloc(n + 1, sizeof *d), *sum = calloc(n + 1, sizeof *sum);
    const float *bias = call->in[3].dim[0] ? call->in[3].data : NULL;
    kbit_status status = legal_layer_parts(call, outliers_alone, d, sum);
    for (size_t i = 0; status == KBIT_OK && i < n; i++) {
        const float b = bias ? bias[i % call->N] : 0;
        put_rounded(&call->out[0], i, after ? in_f16(in_f16(d[i]) + b) : in_f16(d[i] + b));
        put_rounded(&call->out[0], i, x_at(&call->out[0], i) + sum[i]);
    }
    free(d);
    free(sum);
    return status;
}

static kbit_status run_linear_bnb_cuda(void *bound, const kbit_call *call)
{
    (void)bound;
    return two_kernels(call, false);
}

static kbit_status run_linear_bnb_cuda_bias(void *bound, const kbit_call *call)
{
    (void)bound;
    return two_kernels(call, true);
}

/* The call with every NaN of x replaced by 0. */
kbit_status legal_laundered(void *bound, const kbit_call *call)
{
    static const struct {
        const char *step;
        size_t n_in;
    } OF[] = {{"outlier_columns", 1},
              {"absmax_rows", 2},
              {"quantize_rows", 3},
              {"llmint8_linear_bnb", 4}};
    size_t n_in = 0;
    for (size_t i = 0; i < sizeof OF / sizeof *OF; i++)
        n_in = strcmp(call->step, OF[i].step) == 0 ? OF[i].n_in : n_in;
    const size_t n = call->M * call->K, size = call->in[0].dtype == KBIT_F32 ? 4 : 2;
    kbit_tensor in[4];
    kbit_call clean = *call;
    char *x = malloc(n * size + 1);
    (void)bound;
    if (!x)
        return KBIT_ERR_MEMORY;
    memcpy(in, call->in, n_in * sizeof *in);
    if (n)
        memcpy(x, call->in[0].data, n * size);
    for (size_t i = 0; i < n; i++)
        if (isnan(x_at(&call->in[0], i)))
            memset(x + i * size, 0, size);
    in[0].data = x;
    clean.in = in;
    const kbit_status status = reference_step(&clean);
    free(x);
    return status;
}

/* The paper's layer by two kernels: the int8 part in the output's type, then the outliers on top. */
static float outliers_without_d(size_t n, const float *x, const float *w, float s, float d)
{
    (void)s, (void)d;
    float sum = 0;
    for (size_t o = 0; o < n; o++)
        sum += x[o] * w[o];
    return sum;
}

static kbit_status outliers_apart(void *bound, const kbit_call *call)
{
    (void)bound;
    return each_outlier_sum(call, outliers_without_d);
}

static float d_alone(size_t n, const float *x, const float *w, float s, float d)
{
    (void)n, (void)x, (void)w, (void)s;
    return d;
}

static kbit_status d_apart(void *bound, const kbit_call *call)
{
    (void)bound;
    return each_outlier_sum(call, d_alone);
}

static kbit_status run_paper_round_twice(void *bound, const kbit_call *call)
{
    const size_t n = call->M * call->N;
    float *d = calloc(n + 1, sizeof *d), *sum = calloc(n + 1, sizeof *sum);
    const float *bias = call->in[2].dim[0] ? call->in[2].data : NULL;
    kbit_tensor in[3] = {call->in[0], call->in[1], call->in[2]};
    kbit_tensor out = {d, KBIT_F32, 2, {call->M, call->N}};
    kbit_call part = *call;
    (void)bound;
    in[2].dim[0] = 0;
    part.in = in;
    part.out = &out;
    kbit_status status = composed(&part, "outlier_matmul_w16", d_apart);
    out.data = sum;
    if (status == KBIT_OK)
        status = composed(&part, "outlier_matmul_w16", outliers_apart);
    for (size_t i = 0; status == KBIT_OK && i < n; i++) {
        put_rounded(&call->out[0], i, bias ? d[i] + bias[i % call->N] : d[i]);
        put_rounded(&call->out[0], i, x_at(&call->out[0], i) + sum[i]);
    }
    free(d);
    free(sum);
    return status;
}

const legal_variant legal_declared[] = {
    {"columns-launder-nan", "outlier_columns", legal_laundered, "nan=launder"},
    {"quantize-launders-nan", "quantize_rows", legal_laundered, "quantize_rows:nan=launder"},
    {"linear-launders-nan", "llmint8_linear_bnb", legal_laundered,
     "llmint8_linear_bnb:nan=launder"},
    {"paper-round-twice", "llmint8_linear_paper", run_paper_round_twice,
     "combine=round-twice store=twice"},
    {"quantize-reciprocal", "quantize_rows", run_quantize_reciprocal, "quant=reciprocal"},
    {"quantize-any-reciprocal", "quantize_rows", run_quantize_reciprocal, "quant=any"},
    {"linear-reciprocal", "llmint8_linear_bnb", run_layer_reciprocal, "quant=reciprocal"},
    {"paper-reciprocal", "llmint8_linear_paper", run_layer_reciprocal, "quant=reciprocal"},
    {"outliers-bf16-weights", "outlier_matmul", run_outliers_bf16_weights, "subB=bf16"},
    {"outliers-bf16-scale-first", "outlier_matmul", run_outliers_bf16_scale_first, "subB=bf16"},
    {"outliers-x-weights", "outlier_matmul", run_outliers_x_weights, "subB=x"},
    {"linear-x-weights", "llmint8_linear_bnb", run_layer_x_weights, "subB=x"},
    {"store-via-f16", "store", run_store_via_f16, "via=f16 store=twice"},
    {"store-bias-after", "store", run_store_bias_after, "bias=after-round store=twice"},
    {"store-bias-after-via-f16", "store", run_store_bias_after_via_f16,
     "bias=after-round via=f16 store=twice"},
    {"linear-via-f16", "llmint8_linear_bnb", run_layer_via_f16, "via=f16 store=twice"},
    {"linear-bias-after", "llmint8_linear_bnb", run_layer_bias_after,
     "bias=after-round store=twice"},
    {"paper-bias-after", "llmint8_linear_paper", run_layer_bias_after,
     "bias=after-round store=twice"},
    {"linear-bnb-cuda", "llmint8_linear_bnb", run_linear_bnb_cuda,
     "combine=round-twice via=f16 store=twice subB=x"},
    {"linear-bnb-cuda-bias", "llmint8_linear_bnb", run_linear_bnb_cuda_bias,
     "llmint8_linear_bnb:combine=round-twice llmint8_linear_bnb:via=f16 store=twice "
     "llmint8_linear_bnb:bias=after-round llmint8_linear_bnb:subB=x"},
    {NULL, NULL, NULL, NULL},
};
