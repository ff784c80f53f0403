/* bugs.c -- odd, and wrong: each must be rejected as it declares. */
#include "odd.h"

/* The accumulator's halves as floats; a negative lower half is taken for a large one. */
static kbit_status halves_of_c(void *bound, const kbit_call *call)
{
    const int32_t *c = call->in[0].data;
    const float *a = call->in[1].data, *s = call->in[2].data;
    (void)bound;
    for (size_t i = 0; i < call->M * call->N; i++) {
        const float wide = (float)(c[i] / 65536) * 65536.0f + (float)(uint16_t)(c[i] % 65536);
        ((float *)call->out[0].data)[i] =
            wide * a[i / call->N] * s[i % call->N] * (1.0f / 16129.0f);
    }
    return KBIT_OK;
}

/* Rows and columns the wrong way round where nothing tells them apart. */
static kbit_status square_is_transposed(void *bound, const kbit_call *call)
{
    const int32_t *c = call->in[0].data;
    const float *a = call->in[1].data, *s = call->in[2].data;
    const int square = call->M == call->N;
    (void)bound;
    for (size_t i = 0; i < call->M; i++)
        for (size_t j = 0; j < call->N; j++)
            ((float *)call->out[0].data)[i * call->N + j] = (float)c[i * call->N + j] *
                                                            a[square ? j : i] * s[square ? i : j] *
                                                            (1.0f / 16129.0f);
    return KBIT_OK;
}

/* 1e-6 onto the statistic, against a division by 0. */
static kbit_status guarded_codes(void *bound, const kbit_call *call)
{
    const float *a = call->in[1].data;
    const int32_t *list = call->in[2].data;
    (void)bound;
    for (size_t i = 0; i < call->M; i++)
        for (size_t k = 0; k < call->K; k++) {
            const double x = odd_get(&call->in[0], i * call->K + k), t = (double)call->threshold;
            int listed = !isfinite(x) || !isfinite(a[i]) || (t >= 0 && fabs(x) >= t);
            for (size_t o = 0; o < call->in[2].dim[0]; o++)
                listed |= (size_t)list[o] == k;
            if (!listed && fabs(x) > (double)a[i])
                return KBIT_ERR_RANGE;
            ((int8_t *)call->out[0].data)[i * call->K + k] =
                listed ? 0 : (int8_t)rintf((float)x * (127.0f / (a[i] + 1e-6f)));
        }
    return KBIT_OK;
}

/* One float for each sum: right up to 2^24. */
static kbit_status sgemm_product(void *bound, const kbit_call *call)
{
    const int8_t *q = call->in[0].data, *w = call->in[1].data;
    (void)bound;
    for (size_t i = 0; i < call->M; i++)
        for (size_t j = 0; j < call->N; j++) {
            float sum = 0;
            for (size_t k = 0; k < call->K; k++)
                sum += (float)(q[i * call->K + k] * w[j * call->K + k]);
            ((int32_t *)call->out[0].data)[i * call->N + j] = (int32_t)sum;
        }
    return KBIT_OK;
}

/* The loop over 16 columns at a time has no tail. */
static kbit_status product_without_tail(void *bound, const kbit_call *call)
{
    const int8_t *q = call->in[0].data, *w = call->in[1].data;
    const size_t K = call->K < 16 ? call->K : call->K / 16 * 16;
    (void)bound;
    for (size_t i = 0; i < call->M; i++)
        for (size_t j = 0; j < call->N; j++) {
            int32_t sum = 0;
            for (size_t k = 0; k < K; k++)
                sum += q[i * call->K + k] * w[j * call->K + k];
            ((int32_t *)call->out[0].data)[i * call->N + j] = sum;
        }
    return KBIT_OK;
}

/* Each partial sum goes through fp16, and nothing is declared. */
static kbit_status outliers_in_half(void *bound, const kbit_call *call)
{
    const size_t n = call->in[1].dim[0], K = call->K;
    const int32_t *list = call->in[1].data;
    const int8_t *w = call->in[2].data;
    const float *s = call->in[3].data, *d = call->in[4].data;
    uint16_t half[1];
    const kbit_tensor one = {half, KBIT_F16, 1, {1, 0}};
    (void)bound;
    for (size_t i = 0; i < call->M; i++)
        for (size_t j = 0; j < call->N; j++) {
            double sum = 0;
            for (size_t o = 0; o < n; o++) {
                const size_t k = (size_t)list[o];
                odd_put(&one, 0,
                        sum + odd_get(&call->in[0], i * K + k) * w[j * K + k] * (double)s[j] / 127);
                sum = odd_get(&one, 0);
            }
            ((float *)call->out[0].data)[i * call->N + j] =
                (float)(sum + (double)d[i * call->N + j]);
        }
    return KBIT_OK;
}

/* Halves up, by adding half a bit to the encoding. */
static kbit_status stored_half_up(void *bound, const kbit_call *call)
{
    const float *y = call->in[0].data, *b = call->in[1].dim[0] ? call->in[1].data : NULL;
    (void)bound;
    for (size_t i = 0; i < call->M * call->N; i++) {
        const float sum = b ? y[i] + b[i % call->N] : y[i];
        uint32_t bits;
        memcpy(&bits, &sum, 4);
        if (call->out[0].dtype == KBIT_BF16 && !isnan(sum))
            ((uint16_t *)call->out[0].data)[i] = (uint16_t)((bits + 0x8000) >> 16);
        else
            odd_put(&call->out[0], i, b ? (double)y[i] + (double)b[i % call->N] : (double)y[i]);
    }
    return KBIT_OK;
}

#define LAYER(name, ...)                                                                           \
    static kbit_status name(void *bound, const kbit_call *call)                                    \
    {                                                                                              \
        const odd_layer how = {__VA_ARGS__};                                                       \
        (void)bound;                                                                               \
        return odd_run_layer(call, &how);                                                          \
    }
LAYER(threshold_exceeded, .greater_only = 1)
LAYER(statistic_of_columns, .columns_off = 1)
LAYER(bias_once_more, .bias_without_list = 1)
LAYER(rounded_before_bias, .round_before_bias = 1)
LAYER(first_row_forgotten, .last_row_list = 1)
LAYER(sgemm_layer, .block = 1 << 20)

const odd_port odd_bugs[] = {
    {"halves-of-c", "dequantize", "dequant=any", halves_of_c},
    {"square-is-transposed", "dequantize", "dequant=any", square_is_transposed},
    {"guarded-codes", "quantize_rows", "quant=any", guarded_codes},
    {"sgemm-product", "int8_matmul", "", sgemm_product},
    {"product-without-tail", "int8_matmul", "", product_without_tail},
    {"outliers-in-half", "outlier_matmul", "acc=tc-trunc", outliers_in_half},
    {"stored-half-up", "store", "store=any", stored_half_up},
    {"threshold-exceeded", "llmint8_linear_bnb", "dequant=any", threshold_exceeded},
    {"statistic-of-columns", "llmint8_linear_bnb", "dequant=any quant=any", statistic_of_columns},
    {"bias-once-more", "llmint8_linear_bnb", "dequant=any", bias_once_more},
    {"rounded-before-bias", "llmint8_linear_bnb", "store=any dequant=any", rounded_before_bias},
    {"first-row-forgotten", "llmint8_linear_bnb", "acc=tc-trunc dequant=any", first_row_forgotten},
    {"sgemm-layer", "llmint8_linear_bnb", "dequant=any", sgemm_layer},
    {NULL, NULL, NULL, NULL},
};
