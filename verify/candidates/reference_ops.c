/* reference_ops.c -- libkbit's steps behind the candidate ABI. */
#include "reference_ops.h"

#include <stdlib.h>

#include "kbit.h"

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
};
const size_t kbit_n_reference_ops = sizeof kbit_reference_ops / sizeof *kbit_reference_ops;
