/* producers.c -- normalizations and activations computed in other ways that are right as declared. */
#include "legal.h"
#include "each_produced.h"

static float eps_root(const norm_row *row, float variance)
{
    return 1 / sqrtf(variance + row->eps);
}

#define RUN_NORM(name)                                                                             \
    static kbit_status run_##name(void *bound, const kbit_call *call)                              \
    {                                                                                              \
        (void)bound;                                                                               \
        return each_normalized(call, name);                                                        \
    }
#define RUN_ACTIVATION(name)                                                                       \
    static kbit_status run_##name(void *bound, const kbit_call *call)                              \
    {                                                                                              \
        (void)bound;                                                                               \
        return each_activated(call, name);                                                         \
    }

/* From the last column to the first. */
static void reversed(const norm_row *row, float *y)
{
    float sum = 0, squares = 0;
    for (size_t k = row->K; k-- > 0;)
        sum += row->x[k];
    float mean = row->centred ? sum / (float)row->K : 0;
    for (size_t k = row->K; k-- > 0;)
        squares += (row->x[k] - mean) * (row->x[k] - mean);
    norm_apply(row, mean, eps_root(row, squares / (float)row->K), y);
}
RUN_NORM(reversed)

/* Halves, quarters and so on; the term is x - mean, squared or not. */
static float pairwise(size_t n, const float *x, float mean, bool squared)
{
    if (n == 0)
        return 0;
    if (n == 1)
        return squared ? (x[0] - mean) * (x[0] - mean) : x[0] - mean;
    return pairwise(n / 2, x, mean, squared) + pairwise(n - n / 2, x + n / 2, mean, squared);
}

static void tree(const norm_row *row, float *y)
{
    float mean = row->centred ? pairwise(row->K, row->x, 0, false) / (float)row->K : 0;
    norm_apply(row, mean, eps_root(row, pairwise(row->K, row->x, mean, true) / (float)row->K), y);
}
RUN_NORM(tree)

/* 32 lanes, squares fused, RN(1/K), and beta fused. */
static void lanes(const norm_row *row, float *y)
{
    float sum[32] = {0}, squares[32] = {0}, inverse = 1 / (float)row->K;
    for (size_t k = 0; k < row->K; k++)
        sum[k % 32] += row->x[k];
    for (int l = 16; l > 0; l /= 2)
        for (int i = 0; i < l; i++)
            sum[i] += sum[i + l];
    float mean = row->centred ? sum[0] * inverse : 0;
    for (size_t k = 0; k < row->K; k++)
        squares[k % 32] = fmaf(row->x[k] - mean, row->x[k] - mean, squares[k % 32]);
    for (int l = 16; l > 0; l /= 2)
        for (int i = 0; i < l; i++)
            squares[i] += squares[i + l];
    float r = eps_root(row, squares[0] * inverse);
    for (size_t k = 0; k < row->K; k++)
        y[k] = fmaf((row->x[k] - mean) * r, row->gamma[k], row->beta ? row->beta[k] : -0.0f);
}
RUN_NORM(lanes)

/* All in double, h rounded from float. */
static void in_double(const norm_row *row, float *y)
{
    double sum = 0, squares = 0;
    for (size_t k = 0; k < row->K; k++)
        sum += (double)row->x[k];
    double mean = row->centred ? sum / (double)row->K : 0;
    for (size_t k = 0; k < row->K; k++)
        squares += ((double)row->x[k] - mean) * ((double)row->x[k] - mean);
    double r = 1 / sqrt(squares / (double)row->K + (double)row->eps);
    for (size_t k = 0; k < row->K; k++) {
        double value = ((double)row->x[k] - mean) * r * (double)row->gamma[k];
        y[k] = (float)(row->beta ? value + (double)row->beta[k] : value);
    }
}
RUN_NORM(in_double)

/* Divided by the root; and gamma times the reciprocal first. */
static void by_root(const norm_row *row, float *y)
{
    float mean = norm_mean(row), root = sqrtf(norm_variance(row, mean) + row->eps);
    for (size_t k = 0; k < row->K; k++) {
        y[k] = (row->x[k] - mean) / root * row->gamma[k];
        if (row->beta)
            y[k] += row->beta[k];
    }
}
RUN_NORM(by_root)

static void gamma_first(const norm_row *row, float *y)
{
    float mean = norm_mean(row), r = eps_root(row, norm_variance(row, mean));
    for (size_t k = 0; k < row->K; k++) {
        y[k] = (row->x[k] - mean) * (r * row->gamma[k]);
        if (row->beta)
            y[k] += row->beta[k];
    }
}
RUN_NORM(gamma_first)

/* The difference times gamma before anything else, then divided by the root. */
static void gamma_then_root(const norm_row *row, float *y)
{
    float mean = norm_mean(row), root = sqrtf(norm_variance(row, mean) + row->eps);
    for (size_t k = 0; k < row->K; k++) {
        y[k] = (row->x[k] - mean) * row->gamma[k] / root;
        if (row->beta)
            y[k] += row->beta[k];
    }
}
RUN_NORM(gamma_then_root)

/* And times the reciprocal, as CTranslate2's rms_norm does. */
static void gamma_then_inverse(const norm_row *row, float *y)
{
    float mean = norm_mean(row), r = eps_root(row, norm_variance(row, mean));
    for (size_t k = 0; k < row->K; k++) {
        y[k] = (row->x[k] - mean) * row->gamma[k] * r;
        if (row->beta)
            y[k] += row->beta[k];
    }
}
RUN_NORM(gamma_then_inverse)

/* A reciprocal root that is 2 ulp too large, or too small, at most: rsqrtf. */
static void rsqrt_above(const norm_row *row, float *y)
{
    float mean = norm_mean(row),
          r = (float)(1 / sqrt((double)(norm_variance(row, mean) + row->eps)));
    norm_apply(row, mean, r > 0 && isfinite(r) ? nextafterf(r, INFINITY) : r, y);
}
RUN_NORM(rsqrt_above)

static void rsqrt_below(const norm_row *row, float *y)
{
    float mean = norm_mean(row),
          r = (float)(1 / sqrt((double)(norm_variance(row, mean) + row->eps)));
    norm_apply(row, mean, r > 0 && isfinite(r) ? nextafterf(r, 0) : r, y);
}
RUN_NORM(rsqrt_below)

/* Welford's method, element by element. */
typedef struct {
    float n, mean, squares;
} moments;

static moments with(moments m, float x)
{
    m.n += 1;
    float difference = x - m.mean;
    m.mean += difference / m.n;
    m.squares += difference * (x - m.mean);
    return m;
}

static moments merged(moments a, moments b)
{
    if (a.n == 0)
        return b;
    if (b.n == 0)
        return a;
    float n = a.n + b.n, difference = b.mean - a.mean;
    return (moments){n, a.mean + difference * (b.n / n),
                     a.squares + b.squares + difference * difference * (a.n * b.n / n)};
}

static void welford(const norm_row *row, float *y)
{
    moments m = {0, 0, 0};
    for (size_t k = 0; k < row->K; k++)
        m = with(m, row->x[k]);
    norm_apply(row, m.mean, eps_root(row, m.squares / m.n), y);
}
RUN_NORM(welford)

/* 256 lanes of it, merged in a tree, as PyTorch does on a GPU. */
static void welford_lanes(const norm_row *row, float *y)
{
    static moments lane[256];
    memset(lane, 0, sizeof lane);
    for (size_t k = 0; k < row->K; k++)
        lane[k % 256] = with(lane[k % 256], row->x[k]);
    for (int l = 128; l > 0; l /= 2)
        for (int i = 0; i < l; i++)
            lane[i] = merged(lane[i], lane[i + l]);
    norm_apply(row, lane[0].mean, eps_root(row, lane[0].squares / (float)row->K), y);
}
RUN_NORM(welford_lanes)

/* One pass over x and x^2. */
static void one_pass(const norm_row *row, float *y)
{
    float sum = 0, squares = 0;
    for (size_t k = 0; k < row->K; k++) {
        sum += row->x[k];
        squares += row->x[k] * row->x[k];
    }
    float mean = sum / (float)row->K;
    norm_apply(row, mean, eps_root(row, squares / (float)row->K - mean * mean), y);
}
RUN_NORM(one_pass)

/* ---- activations ---- */

static float relu_minus_zero(float x)
{
    return x > 0 || isnan(x) ? x : -0.0f;
}
RUN_ACTIVATION(relu_minus_zero)

static float gelu_double(float x)
{
    return (float)(0.5 * (double)x * (1 + erf((double)(x * 0x1.6a09e6p-1f))));
}
RUN_ACTIVATION(gelu_double)

/* erff 2 ulp too large where that is not beyond 1. */
static float gelu_two_ulps(float x)
{
    float e = erff(x / 0x1.6a09e6p0f), above = nextafterf(nextafterf(e, INFINITY), INFINITY);
    return x * (1 + (above <= 1 && isfinite(x) && fabsf(e) > 0x1p-20f ? above : e)) * 0.5f;
}
RUN_ACTIVATION(gelu_two_ulps)

static float gelu_tanh_fused(float x)
{
    return 0.5f * x * (1 + tanhf(0x1.988454p-1f * fmaf(0.044715f, x * x * x, x)));
}
RUN_ACTIVATION(gelu_tanh_fused)

static float gelu_tanh_grouped(float x)
{
    return 0.5f * x * (1 + tanhf(0x1.988454p-1f * x * (1 + 0.044715f * (x * x))));
}
RUN_ACTIVATION(gelu_tanh_grouped)

/* (1 + tanh z)/2 is the sigmoid of 2z. */
static float gelu_tanh_sigmoid(float x)
{
    return x / (1 + expf(-2 * 0x1.988454p-1f * (x + 0.044715f * (x * x * x))));
}
RUN_ACTIVATION(gelu_tanh_sigmoid)

/* The two constants multiplied beforehand, as ONNX Runtime has it. */
static float gelu_tanh_folded(float x)
{
    return 0.5f * x * (1 + tanhf(x * (0x1.2444f2p-5f * x * x + 0x1.988454p-1f)));
}
RUN_ACTIVATION(gelu_tanh_folded)

static float silu_inverse(float x)
{
    return x * (1 / (1 + expf(-x)));
}
RUN_ACTIVATION(silu_inverse)

static float silu_double(float x)
{
    return (float)((double)x / (1 + exp(-(double)x)));
}
RUN_ACTIVATION(silu_double)

/* ---- with quantization behind them ---- */

/* What the reference computes, but for the codes of h. */
static kbit_status with_codes(const kbit_call *call,
                              kbit_status (*quantize)(void *bound, const kbit_call *call))
{
    kbit_status status = reference_step(call);
    const kbit_tensor in[] = {call->out[0], call->out[2], call->out[1]};
    kbit_call codes = *call;
    codes.step = "quantize_rows";
    codes.in = in;
    codes.out = &call->out[3];
    return status == KBIT_OK ? quantize(NULL, &codes) : status;
}

static kbit_status run_ties_away(void *bound, const kbit_call *call)
{
    (void)bound;
    return with_codes(call, legal_quantize_away);
}

static kbit_status run_codes_mul(void *bound, const kbit_call *call)
{
    (void)bound;
    return with_codes(call, legal_quantize_mul);
}

static kbit_status run_codes_rdiv(void *bound, const kbit_call *call)
{
    (void)bound;
    return with_codes(call, legal_quantize_rdiv);
}

/* NaNs stay in h, and count as 0 behind it. */
static kbit_status run_nan_behind(void *bound, const kbit_call *call)
{
    const kbit_tensor none = {.dtype = KBIT_I32, .rank = 1};
    const kbit_tensor h = call->out[0], for_absmax[] = {h, none};
    kbit_call behind = *call;
    kbit_status status = reference_step(call);
    behind.step = "outlier_columns";
    behind.in = &h;
    behind.out = &call->out[1];
    status = status == KBIT_OK ? legal_laundered(bound, &behind) : status;
    behind.step = "absmax_rows";
    behind.in = for_absmax;
    behind.out = &call->out[2];
    status = status == KBIT_OK ? legal_laundered(bound, &behind) : status;
    const kbit_tensor for_codes[] = {h, call->out[2], call->out[1]};
    behind.step = "quantize_rows";
    behind.in = for_codes;
    behind.out = &call->out[3];
    return status == KBIT_OK ? legal_laundered(bound, &behind) : status;
}

const legal_variant legal_producers[] = {
    {"layernorm-reversed", "layernorm", run_reversed, ""},
    {"rmsnorm-reversed", "rmsnorm", run_reversed, ""},
    {"layernorm-tree", "layernorm", run_tree, ""},
    {"rmsnorm-tree", "rmsnorm", run_tree, ""},
    {"layernorm-lanes", "layernorm", run_lanes, ""},
    {"rmsnorm-lanes", "rmsnorm", run_lanes, ""},
    {"layernorm-double", "layernorm", run_in_double, ""},
    {"rmsnorm-double", "rmsnorm", run_in_double, ""},
    {"layernorm-by-root", "layernorm", run_by_root, ""},
    {"rmsnorm-by-root", "rmsnorm", run_by_root, ""},
    {"layernorm-gamma-first", "layernorm", run_gamma_first, ""},
    {"rmsnorm-gamma-first", "rmsnorm", run_gamma_first, ""},
    {"layernorm-gamma-then-root", "layernorm", run_gamma_then_root, ""},
    {"rmsnorm-gamma-then-root", "rmsnorm", run_gamma_then_root, ""},
    {"layernorm-gamma-then-inverse", "layernorm", run_gamma_then_inverse, ""},
    {"rmsnorm-gamma-then-inverse", "rmsnorm", run_gamma_then_inverse, ""},
    {"layernorm-rsqrt-above", "layernorm", run_rsqrt_above, "rsqrt=cuda"},
    {"layernorm-rsqrt-below", "layernorm", run_rsqrt_below, "rsqrt=cuda"},
    {"rmsnorm-rsqrt-above", "rmsnorm", run_rsqrt_above, "rsqrt=cuda"},
    {"layernorm-welford", "layernorm", run_welford, "variance=welford"},
    {"layernorm-welford-lanes", "layernorm", run_welford_lanes, "variance=welford"},
    {"layernorm-one-pass", "layernorm", run_one_pass, "variance=one-pass"},
    {"relu-minus-zero", "relu", run_relu_minus_zero, ""},
    {"gelu-double", "gelu", run_gelu_double, ""},
    {"gelu-two-ulps", "gelu", run_gelu_two_ulps, ""},
    {"gelu-tanh-fused", "gelu_tanh", run_gelu_tanh_fused, ""},
    {"gelu-tanh-grouped", "gelu_tanh", run_gelu_tanh_grouped, ""},
    {"gelu-tanh-sigmoid", "gelu_tanh", run_gelu_tanh_sigmoid, ""},
    {"gelu-tanh-folded", "gelu_tanh", run_gelu_tanh_folded, ""},
    {"silu-inverse", "silu", run_silu_inverse, ""},
    {"silu-double", "silu", run_silu_double, ""},
    {"layernorm-quantize-tree", "layernorm_quantize", run_tree, ""},
    {"layernorm-quantize-welford", "layernorm_quantize", run_welford_lanes, "variance=welford"},
    {"rmsnorm-quantize-lanes", "rmsnorm_quantize", run_lanes, ""},
    {"relu-quantize-ties-away", "relu_quantize", run_ties_away, "quant=any"},
    {"relu-quantize-mul", "relu_quantize", run_codes_mul, "quant=mul"},
    {"gelu-quantize-rdiv", "gelu_quantize", run_codes_rdiv, "quant=rdiv"},
    {"relu-quantize-launders-nan", "relu_quantize", run_nan_behind, "nan=launder"},
    {"silu-quantize-double", "silu_quantize", run_silu_double, ""},
    {NULL, NULL, NULL, NULL},
};
