#include "each.h"

kbit_status reference_step(const kbit_call *call)
{
    for (size_t o = 0; o < kbit_n_reference_ops; o++)
        if (strcmp(kbit_reference_ops[o].step, call->step) == 0)
            return kbit_reference_ops[o].run(NULL, call);
    return KBIT_ERR_UNSUPPORTED;
}

float x_at(const kbit_tensor *x, size_t i)
{
    if (x->dtype == KBIT_F32)
        return ((const float *)x->data)[i];
    if (x->dtype == KBIT_F16)
        return kbit_f16_to_f32(((const kbit_f16 *)x->data)[i]);
    return kbit_bf16_to_f32(((const kbit_bf16 *)x->data)[i]);
}

float in_f16(float x)
{
    return kbit_f16_to_f32(kbit_f16_from_f32(x));
}

void put_rounded(kbit_tensor *out, size_t at, float value)
{
    char *element = (char *)out->data + at * kbit_dtype_size((kbit_dtype)out->dtype);
    kbit_round(1, &value, (kbit_dtype)out->dtype, element);
}

void put_reference(kbit_tensor *out, size_t at, float y, const float *bias)
{
    char *element = (char *)out->data + at * kbit_dtype_size((kbit_dtype)out->dtype);
    kbit_store(1, 1, &y, bias, (kbit_dtype)out->dtype, element);
}

kbit_status each_codes(const kbit_call *call, each_code *code)
{
    const float *absmax = call->in[1].data;
    const int32_t *outliers = call->in[2].data;
    int8_t *q = call->out[0].data;
    kbit_status status = reference_step(call); /* its refusals, too */
    bool *excluded = calloc(call->K + 1, sizeof *excluded);
    for (size_t o = 0; o < call->in[2].dim[0]; o++)
        excluded[outliers[o]] = true;
    for (size_t i = 0; status == KBIT_OK && i < call->M; i++)
        for (size_t k = 0; k < call->K; k++) {
            float x = x_at(&call->in[0], i * call->K + k);
            bool masked = excluded[k] || (call->threshold >= 0 && !(fabsf(x) < call->threshold));
            if (!masked && absmax[i] > 0 && isfinite(absmax[i]))
                q[i * call->K + k] = (int8_t)code(x, absmax[i]);
        }
    free(excluded);
    return status;
}

kbit_status each_row(const kbit_call *call, each_absmax *absmax)
{
    const int32_t *outliers = call->in[1].data;
    float *a = call->out[0].data, *x = calloc(call->K + 1, sizeof *x);
    bool *take = calloc(call->K + 1, sizeof *take);
    for (size_t i = 0; i < call->M; i++) {
        for (size_t k = 0; k < call->K; k++) {
            x[k] = fabsf(x_at(&call->in[0], i * call->K + k));
            take[k] = call->threshold < 0 || x[k] < call->threshold;
        }
        for (size_t o = 0; o < call->in[1].dim[0]; o++)
            take[outliers[o]] = false;
        a[i] = absmax(call->K, x, take);
    }
    free(x);
    free(take);
    return KBIT_OK;
}

kbit_status each_product(const kbit_call *call, each_dot *dot)
{
    const int8_t *q = call->in[0].data, *w = call->in[1].data;
    int32_t *c = call->out[0].data;
    kbit_status status = reference_step(call); /* its refusals, too */
    for (size_t i = 0; status == KBIT_OK && i < call->M; i++)
        for (size_t j = 0; j < call->N; j++)
            c[i * call->N + j] = dot(call->K, q + i * call->K, w + j * call->K);
    return status;
}

kbit_status each_dequantized(const kbit_call *call, each_scaled *scaled)
{
    const int32_t *c = call->in[0].data;
    const float *a = call->in[1].data, *s = call->in[2].data;
    float *d = call->out[0].data;
    for (size_t i = 0; i < call->M; i++)
        for (size_t j = 0; j < call->N; j++)
            d[i * call->N + j] = scaled(c[i * call->N + j], a[i], s[j]);
    return KBIT_OK;
}

kbit_status each_outlier_sum(const kbit_call *call, each_sum *sum)
{
    bool w16 = strcmp(call->step, "outlier_matmul_w16") == 0;
    size_t n = call->in[1].dim[0];
    const int32_t *outliers = call->in[1].data;
    const float *d = call->in[w16 ? 3 : 4].data;
    float *y = call->out[0].data;
    float *x = calloc(n + 1, sizeof *x), *w = calloc(n + 1, sizeof *w);
    for (size_t i = 0; i < call->M; i++)
        for (size_t j = 0; j < call->N; j++) {
            for (size_t o = 0; o < n; o++) {
                size_t k = (size_t)outliers[o], at = j * call->K + k;
                x[o] = x_at(&call->in[0], i * call->K + k);
                w[o] = w16 ? x_at(&call->in[2], at) : (float)((const int8_t *)call->in[2].data)[at];
            }
            y[i * call->N + j] =
                sum(n, x, w, w16 ? 1 : ((const float *)call->in[3].data)[j], d[i * call->N + j]);
        }
    free(x);
    free(w);
    return KBIT_OK;
}

kbit_status each_stored(const kbit_call *call, each_put *put)
{
    const float *y = call->in[0].data, *bias = call->in[1].dim[0] ? call->in[1].data : NULL;
    for (size_t i = 0; i < call->M; i++)
        for (size_t j = 0; j < call->N; j++)
            put(&call->out[0], i * call->N + j, y[i * call->N + j], bias ? &bias[j] : NULL);
    return KBIT_OK;
}

/* ---- the layer ---- */

typedef struct {
    const kbit_call *call;
    const char *step;
    kbit_status (*run)(void *bound, const kbit_call *call);
    kbit_status status;
} chain;

static kbit_tensor vector(kbit_dtype type, size_t n)
{
    return (kbit_tensor){calloc(n + 1, kbit_dtype_size(type)), type, 1, {n, 0}};
}

static kbit_tensor matrix(kbit_dtype type, size_t rows, size_t columns)
{
    return (kbit_tensor){
        calloc(rows * columns + 1, kbit_dtype_size(type)), type, 2, {rows, columns}};
}

/* Runs one step of the chain on n tensors; rows: M, or N where the weights are quantized. */
static void link_step(chain *c, const char *step, size_t rows, float threshold,
                      const kbit_tensor *in, kbit_tensor *out)
{
    kbit_call call = {step, rows, c->call->N, c->call->K, threshold, in, out};
    if (c->status == KBIT_OK)
        c->status =
            c->run && strcmp(step, c->step) == 0 ? c->run(NULL, &call) : reference_step(&call);
}

kbit_status composed(const kbit_call *call, const char *step,
                     kbit_status (*run)(void *bound, const kbit_call *call))
{
    chain c = {call, step, run, KBIT_OK};
    bool paper = strcmp(call->step, "llmint8_linear_paper") == 0;
    size_t M = call->M, N = call->N, K = call->K;
    float t = call->threshold, off = KBIT_THRESHOLD_OFF, rest = t >= 0 ? INFINITY : off;
    kbit_tensor x = call->in[0], w = call->in[1], s = call->in[2];
    kbit_tensor o = vector(KBIT_I32, K), none = {NULL, KBIT_I32, 1, {0, 0}};
    kbit_tensor a = vector(KBIT_F32, M), own_s = vector(KBIT_F32, N);
    kbit_tensor q = matrix(KBIT_I8, M, K), own_w = matrix(KBIT_I8, N, K);
    kbit_tensor acc = matrix(KBIT_I32, M, N), d = matrix(KBIT_F32, M, N),
                y = matrix(KBIT_F32, M, N);

    link_step(&c, "outlier_columns", M, t, &x, &o);
    float within = paper ? rest : t;
    link_step(&c, "absmax_rows", M, within, (kbit_tensor[]){x, paper ? o : none}, &a);
    link_step(&c, "quantize_rows", M, within, (kbit_tensor[]){x, a, o}, &q);
    if (paper) {
        link_step(&c, "absmax_rows", N, off, (kbit_tensor[]){w, o}, &own_s);
        link_step(&c, "quantize_rows", N, off, (kbit_tensor[]){w, own_s, o}, &own_w);
        s = own_s;
    }
    link_step(&c, "int8_matmul", M, t, (kbit_tensor[]){q, paper ? own_w : w}, &acc);
    link_step(&c, "dequantize", M, t, (kbit_tensor[]){acc, a, s}, &d);
    if (paper)
        link_step(&c, "outlier_matmul_w16", M, t, (kbit_tensor[]){x, o, w, d}, &y);
    else
        link_step(&c, "outlier_matmul", M, t, (kbit_tensor[]){x, o, w, s, d}, &y);
    link_step(&c, "store", M, t, (kbit_tensor[]){y, call->in[paper ? 2 : 3]}, call->out);

    free(o.data);
    free(a.data);
    free(own_s.data);
    free(q.data);
    free(own_w.data);
    free(acc.data);
    free(d.data);
    free(y.data);
    return c.status;
}
