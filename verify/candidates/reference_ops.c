/* reference_ops.c -- libkbit's steps behind the candidate ABI. */
#include "reference_ops.h"

#include <stdlib.h>
#include <string.h>

#include "kbit.h"
#include "kbit_producers.h"

static size_t elements(const kbit_tensor *t)
{
    return t->rank == 2 ? t->dim[0] * t->dim[1] : t->dim[0];
}

/* x or w16 as float; the caller frees it. */
static float *widened(const kbit_tensor *t)
{
    size_t n = elements(t);
    float *x = malloc((n ? n : 1) * sizeof *x);
    if (x && kbit_widen(n, (kbit_dtype)t->dtype, t->data, x) != KBIT_OK) {
        free(x);
        x = NULL;
    }
    return x;
}

static kbit_status outlier_columns(void *bound, const kbit_call *c)
{
    (void)bound;
    float *x = widened(&c->in[0]);
    kbit_status status = KBIT_ERR_MEMORY;
    if (x)
        status =
            kbit_outlier_columns(c->M, c->K, x, c->threshold, c->out[0].data, &c->out[0].dim[0]);
    free(x);
    return status;
}

static kbit_status absmax_rows(void *bound, const kbit_call *c)
{
    (void)bound;
    float *x = widened(&c->in[0]);
    kbit_status status = KBIT_ERR_MEMORY;
    if (x)
        status = kbit_absmax_rows(c->M, c->K, x, c->in[1].dim[0], c->in[1].data, c->threshold,
                                  c->out[0].data);
    free(x);
    return status;
}

static kbit_status quantize_rows(void *bound, const kbit_call *c)
{
    (void)bound;
    float *x = widened(&c->in[0]);
    kbit_status status = KBIT_ERR_MEMORY;
    if (x)
        status = kbit_quantize_rows(c->M, c->K, x, c->in[1].data, c->in[2].dim[0], c->in[2].data,
                                    c->threshold, c->out[0].data);
    free(x);
    return status;
}

static kbit_status int8_matmul(void *bound, const kbit_call *c)
{
    (void)bound;
    return kbit_int8_matmul(c->M, c->N, c->K, c->in[0].data, c->in[1].data, c->out[0].data);
}

static kbit_status dequantize(void *bound, const kbit_call *c)
{
    (void)bound;
    return kbit_dequantize(c->M, c->N, c->in[0].data, c->in[1].data, c->in[2].data, c->out[0].data);
}

static kbit_status outlier_matmul(void *bound, const kbit_call *c)
{
    (void)bound;
    float *x = widened(&c->in[0]);
    kbit_status status = KBIT_ERR_MEMORY;
    if (x)
        status = kbit_outlier_matmul(c->M, c->N, c->K, x, c->in[1].dim[0], c->in[1].data,
                                     c->in[2].data, c->in[3].data, c->in[4].data, c->out[0].data);
    free(x);
    return status;
}

static kbit_status outlier_matmul_w16(void *bound, const kbit_call *c)
{
    (void)bound;
    float *x = widened(&c->in[0]), *w16 = widened(&c->in[2]);
    kbit_status status = KBIT_ERR_MEMORY;
    if (x && w16)
        status = kbit_outlier_matmul_w16(c->M, c->N, c->K, x, c->in[1].dim[0], c->in[1].data, w16,
                                         c->in[3].data, c->out[0].data);
    free(x);
    free(w16);
    return status;
}

static const float *bias(const kbit_tensor *t)
{
    return t->dim[0] ? t->data : NULL;
}

static kbit_status store(void *bound, const kbit_call *c)
{
    (void)bound;
    return kbit_store(c->M, c->N, c->in[0].data, bias(&c->in[1]), (kbit_dtype)c->out[0].dtype,
                      c->out[0].data);
}

static kbit_status linear_bnb(void *bound, const kbit_call *c)
{
    (void)bound;
    float *x = widened(&c->in[0]);
    kbit_status status = KBIT_ERR_MEMORY;
    if (x)
        status = kbit_llmint8_linear_bnb(c->M, c->N, c->K, x, c->in[1].data, c->in[2].data,
                                         bias(&c->in[3]), c->threshold, (kbit_dtype)c->out[0].dtype,
                                         c->out[0].data);
    free(x);
    return status;
}

static kbit_status linear_paper(void *bound, const kbit_call *c)
{
    (void)bound;
    float *x = widened(&c->in[0]), *w16 = widened(&c->in[1]);
    kbit_status status = KBIT_ERR_MEMORY;
    if (x && w16)
        status = kbit_llmint8_linear_paper(c->M, c->N, c->K, x, w16, bias(&c->in[2]), c->threshold,
                                           (kbit_dtype)c->out[0].dtype, c->out[0].data);
    free(x);
    free(w16);
    return status;
}

/* ---- producers; with more than one output they quantize h as well ---- */

static kbit_status rmsnorm(void *bound, const kbit_call *c)
{
    (void)bound;
    float *x = widened(&c->in[0]), *gamma = widened(&c->in[1]);
    const float eps = *(const float *)c->in[2].data;
    const kbit_dtype type = (kbit_dtype)c->out[0].dtype;
    kbit_status status = KBIT_ERR_MEMORY;
    if (x && gamma)
        status = strcmp(c->step, "rmsnorm") == 0
                     ? kbit_rmsnorm(c->M, c->K, x, gamma, eps, type, c->out[0].data)
                     : kbit_rmsnorm_quantize(c->M, c->K, x, gamma, eps, c->threshold, type,
                                             c->out[0].data, c->out[1].data, &c->out[1].dim[0],
                                             c->out[2].data, c->out[3].data);
    free(x);
    free(gamma);
    return status;
}

static kbit_status layernorm(void *bound, const kbit_call *c)
{
    (void)bound;
    float *x = widened(&c->in[0]), *gamma = widened(&c->in[1]), *shift = widened(&c->in[2]);
    const float *beta = c->in[2].dim[0] ? shift : NULL, eps = *(const float *)c->in[3].data;
    const kbit_dtype type = (kbit_dtype)c->out[0].dtype;
    kbit_status status = KBIT_ERR_MEMORY;
    if (x && gamma && shift)
        status = strcmp(c->step, "layernorm") == 0
                     ? kbit_layernorm(c->M, c->K, x, gamma, beta, eps, type, c->out[0].data)
                     : kbit_layernorm_quantize(c->M, c->K, x, gamma, beta, eps, c->threshold, type,
                                               c->out[0].data, c->out[1].data, &c->out[1].dim[0],
                                               c->out[2].data, c->out[3].data);
    free(x);
    free(gamma);
    free(shift);
    return status;
}

static kbit_status activation(void *bound, const kbit_call *c)
{
    static const struct {
        const char *stem, *quantized;
        kbit_status (*alone)(size_t, size_t, const float *, kbit_dtype, void *);
        kbit_status (*whole)(size_t, size_t, const float *, float, kbit_dtype, void *, int32_t *,
                             size_t *, float *, int8_t *);
    } OF[] = {{"relu", "relu_quantize", kbit_relu, kbit_relu_quantize},
              {"gelu", "gelu_quantize", kbit_gelu, kbit_gelu_quantize},
              {"gelu_tanh", "gelu_tanh_quantize", kbit_gelu_tanh, kbit_gelu_tanh_quantize},
              {"silu", "silu_quantize", kbit_silu, kbit_silu_quantize}};
    (void)bound;
    float *x = widened(&c->in[0]);
    const kbit_dtype type = (kbit_dtype)c->out[0].dtype;
    kbit_status status = x ? KBIT_ERR_UNSUPPORTED : KBIT_ERR_MEMORY;
    for (size_t a = 0; x && a < sizeof OF / sizeof *OF; a++)
        if (strcmp(c->step, OF[a].stem) == 0)
            status = OF[a].alone(c->M, c->K, x, type, c->out[0].data);
        else if (strcmp(c->step, OF[a].quantized) == 0)
            status = OF[a].whole(c->M, c->K, x, c->threshold, type, c->out[0].data, c->out[1].data,
                                 &c->out[1].dim[0], c->out[2].data, c->out[3].data);
    free(x);
    return status;
}

const kbit_op kbit_reference_ops[] = {
    {"outlier_columns", outlier_columns, NULL, NULL},
    {"absmax_rows", absmax_rows, NULL, NULL},
    {"quantize_rows", quantize_rows, NULL, NULL},
    {"int8_matmul", int8_matmul, NULL, NULL},
    {"dequantize", dequantize, NULL, NULL},
    {"outlier_matmul", outlier_matmul, NULL, NULL},
    {"outlier_matmul_w16", outlier_matmul_w16, NULL, NULL},
    {"store", store, NULL, NULL},
    {"llmint8_linear_bnb", linear_bnb, NULL, NULL},
    {"llmint8_linear_paper", linear_paper, NULL, NULL},
    {"rmsnorm", rmsnorm, NULL, NULL},
    {"layernorm", layernorm, NULL, NULL},
    {"relu", activation, NULL, NULL},
    {"gelu", activation, NULL, NULL},
    {"gelu_tanh", activation, NULL, NULL},
    {"silu", activation, NULL, NULL},
    {"rmsnorm_quantize", rmsnorm, NULL, NULL},
    {"layernorm_quantize", layernorm, NULL, NULL},
    {"relu_quantize", activation, NULL, NULL},
    {"gelu_quantize", activation, NULL, NULL},
    {"gelu_tanh_quantize", activation, NULL, NULL},
    {"silu_quantize", activation, NULL, NULL},
};
const size_t kbit_n_reference_ops = sizeof kbit_reference_ops / sizeof *kbit_reference_ops;
