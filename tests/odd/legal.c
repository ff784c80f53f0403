/* legal.c -- odd, and right: each must be admitted as it declares. */
#include <pthread.h>

#include "odd.h"

/* Two columns of C in one 64-bit accumulator. */
static kbit_status packed_product(void *bound, const kbit_call *call)
{
    const int8_t *q = call->in[0].data, *w = call->in[1].data;
    int32_t *c = call->out[0].data;
    int64_t largest = 0;
    (void)bound;
    for (size_t i = 0; i < call->N * call->K; i++)
        largest = abs(w[i]) > largest ? abs(w[i]) : largest;
    for (size_t i = 0; i < call->M; i++) {
        int64_t sum = 0;
        for (size_t k = 0; k < call->K; k++)
            sum += abs(q[i * call->K + k]);
        if (sum * largest > INT32_MAX)
            return KBIT_ERR_RANGE;
        for (size_t j = 0; j < call->N; j += 2) {
            const int8_t *first = w + j * call->K,
                         *second = j + 1 < call->N ? first + call->K : first;
            uint64_t both = 0;
            for (size_t k = 0; k < call->K; k++)
                both += (uint64_t)(int64_t)q[i * call->K + k] *
                        ((uint64_t)(int64_t)first[k] + ((uint64_t)(int64_t)second[k] << 32));
            const int32_t low = (int32_t)(uint32_t)both;
            c[i * call->N + j] = low;
            if (j + 1 < call->N)
                c[i * call->N + j + 1] = (int32_t)(uint32_t)((both - (uint64_t)(int64_t)low) >> 32);
        }
    }
    return KBIT_OK;
}

/* C a s / 16129 in 80 bits or more, divided, rounded once. */
static kbit_status divided_once(void *bound, const kbit_call *call)
{
    const int32_t *c = call->in[0].data;
    const float *a = call->in[1].data, *s = call->in[2].data;
    (void)bound;
    for (size_t i = 0; i < call->M * call->N; i++)
        ((float *)call->out[0].data)[i] = (float)((long double)c[i] * (long double)a[i / call->N] *
                                                  (long double)s[i % call->N] / 16129.0L);
    return KBIT_OK;
}

/* Each statistic as the scale that the library stores. */
static kbit_status by_scales(void *bound, const kbit_call *call)
{
    const int32_t *c = call->in[0].data;
    const float *a = call->in[1].data, *s = call->in[2].data;
    (void)bound;
    for (size_t i = 0; i < call->M * call->N; i++) {
        const float row = a[i / call->N] / 127.0f, column = s[i % call->N] / 127.0f;
        ((float *)call->out[0].data)[i] = (float)c[i] * row * column;
    }
    return KBIT_OK;
}

static int smaller(const void *left, const void *right)
{
    const double a = fabs(*(const double *)left), b = fabs(*(const double *)right);
    return a < b ? -1 : a > b;
}

enum { SORTED, COMPENSATED, FIXED, HALVES };

/* The terms of one element in float: by size; with the rounding errors carried along; in double; every
 * second one first. */
static float sum_of(int how, size_t n, double *t, float d)
{
    float sum = 0, lost = 0;
    double wide = 0;
    switch (how) {
    case SORTED:
        qsort(t, n, sizeof *t, smaller);
        for (size_t o = 0; o < n; o++)
            sum += (float)t[o];
        return sum + d;
    case COMPENSATED:
        for (size_t o = 0; o <= n; o++) {
            const float next = o < n ? (float)t[o] : d;
            volatile float y = next - lost, u = sum + y, back = u - sum;
            lost = isfinite(u) ? back - y : 0;
            sum = u;
        }
        return sum;
    case FIXED:
        for (size_t o = 0; o < n; o++)
            wide += t[o];
        return (float)(wide + (double)d);
    default:
        for (size_t start = 0; start < 2; start++)
            for (size_t o = start; o < n; o += 2)
                d += (float)t[o];
        return d;
    }
}

static kbit_status outliers(const kbit_call *call, int how)
{
    const size_t n = call->in[1].dim[0], K = call->K;
    const int32_t *list = call->in[1].data;
    const int8_t *w = call->in[2].data;
    const float *s = call->in[3].data, *d = call->in[4].data;
    double *t = malloc((n + 1) * sizeof *t);
    for (size_t i = 0; t && i < call->M; i++)
        for (size_t j = 0; j < call->N; j++) {
            for (size_t o = 0; o < n; o++) {
                const size_t k = (size_t)list[o];
                const double x = odd_get(&call->in[0], i * K + k), code = w[j * K + k];
                t[o] = how == FIXED ? x * code * (double)s[j] / 127
                                    : (double)((float)x * ((float)code * s[j] / 127.0f));
            }
            ((float *)call->out[0].data)[i * call->N + j] = sum_of(how, n, t, d[i * call->N + j]);
        }
    free(t);
    return t ? KBIT_OK : KBIT_ERR_MEMORY;
}

static kbit_status outliers_sorted(void *bound, const kbit_call *call)
{
    (void)bound;
    return outliers(call, SORTED);
}

static kbit_status outliers_compensated(void *bound, const kbit_call *call)
{
    (void)bound;
    return outliers(call, COMPENSATED);
}

static kbit_status outliers_double(void *bound, const kbit_call *call)
{
    (void)bound;
    return outliers(call, FIXED);
}

static kbit_status outliers_every_second(void *bound, const kbit_call *call)
{
    (void)bound;
    return outliers(call, HALVES);
}

/* The code that an integer comparison chooses. */
static kbit_status codes_compared(void *bound, const kbit_call *call)
{
    const float *a = call->in[1].data;
    const int32_t *list = call->in[2].data;
    int8_t *q = call->out[0].data;
    (void)bound;
    for (size_t i = 0; i < call->M; i++)
        for (size_t k = 0; k < call->K; k++) {
            const double x = odd_get(&call->in[0], i * call->K + k), t = (double)call->threshold;
            int listed = t >= 0 && !(fabs(x) < t);
            for (size_t o = 0; o < call->in[2].dim[0]; o++)
                listed |= (size_t)list[o] == k;
            if (!listed && isfinite(a[i]) && !(fabs(x) <= (double)a[i]))
                return KBIT_ERR_RANGE;
            listed |= !isfinite(a[i]) || a[i] == 0;
            q[i * call->K + k] = listed ? 0 : (int8_t)odd_code(x, (double)a[i]);
        }
    return KBIT_OK;
}

static kbit_status stored_from_double(void *bound, const kbit_call *call)
{
    const float *y = call->in[0].data, *b = call->in[1].dim[0] ? call->in[1].data : NULL;
    (void)bound;
    for (size_t i = 0; i < call->M * call->N; i++) {
        /* A sum of two floats that double cannot hold is moved off its tie (round to odd). */
        double high = (double)y[i], low = b ? (double)b[i % call->N] : 0;
        double sum = high + low,
               rest = fabs(high) > fabs(low) ? low - (sum - high) : high - (sum - low);
        uint64_t bits;
        memcpy(&bits, &sum, 8);
        if (b && isfinite(sum) && rest != 0 && !(bits & 1)) {
            bits += (rest > 0) == (sum > 0) ? 1 : (uint64_t)-1;
            memcpy(&sum, &bits, 8);
        }
        odd_put(&call->out[0], i, b ? sum : high);
    }
    return KBIT_OK;
}

/* Float products of 64 codes at a time: what a BLAS sgemm gives, exactly. */
static kbit_status layer_by_sgemm(void *bound, const kbit_call *call)
{
    const odd_layer how = {.block = 64};
    (void)bound;
    return odd_run_layer(call, &how);
}

typedef struct {
    const kbit_call *call;
    size_t first, last;
} share;

/* Some rows of the output, with the outlier columns that all rows have. */
static void *some_rows(void *argument)
{
    const share *s = argument;
    kbit_call call = *s->call;
    const size_t wide = call.K, narrow = call.N;
    float *y = malloc((call.M * narrow + 1) * sizeof *y);
    kbit_tensor out = {y, KBIT_F32, 2, {call.M, narrow}};
    kbit_tensor in[4] = {call.in[0], call.in[1], call.in[2], call.in[3]};
    (void)wide;
    in[3].dim[0] = 0;
    call.in = in;
    call.out = &out;
    const odd_layer how = {0};
    if (!y || odd_run_layer(&call, &how) != KBIT_OK)
        return argument;
    const float *b = s->call->in[3].dim[0] ? s->call->in[3].data : NULL;
    for (size_t i = s->first * narrow; i < s->last * narrow; i++)
        odd_put(&s->call->out[0], i, b ? (double)(y[i] + b[i % narrow]) : (double)y[i]);
    free(y);
    return NULL;
}

/* Two threads; the bias is added in float at the end, and float rounded to the output: store=twice. */
static kbit_status layer_by_threads(void *bound, const kbit_call *call)
{
    share halves[2] = {{call, 0, call->M / 2}, {call, call->M / 2, call->M}};
    pthread_t other;
    void *failed = NULL, *failed_too;
    (void)bound;
    const int started = pthread_create(&other, NULL, some_rows, &halves[0]) == 0;
    if (!started)
        failed = some_rows(&halves[0]);
    failed_too = some_rows(&halves[1]);
    if (started)
        pthread_join(other, &failed);
    return failed || failed_too ? KBIT_ERR_MEMORY : KBIT_OK;
}

const odd_port odd_legal[] = {
    {"packed-product", "int8_matmul", "", packed_product},
    {"divided-once", "dequantize", "", divided_once},
    {"by-scales", "dequantize", "dequantize:dequant=any", by_scales},
    {"outliers-sorted", "outlier_matmul", "", outliers_sorted},
    {"outliers-compensated", "outlier_matmul", "", outliers_compensated},
    {"outliers-double", "outlier_matmul", "", outliers_double},
    {"outliers-every-second", "outlier_matmul", "outlier_matmul:acc=ieee acc=h100",
     outliers_every_second},
    {"codes-compared", "quantize_rows", "llmint8_linear_bnb:quant=any", codes_compared},
    {"stored-from-double", "store", "", stored_from_double},
    {"layer-by-sgemm", "llmint8_linear_bnb", "", layer_by_sgemm},
    {"layer-by-threads", "llmint8_linear_bnb", "store=twice", layer_by_threads},
    {NULL, NULL, NULL, NULL},
};
