/* statistics.c -- outlier columns and row statistics in other orders, and their declared deviations. */
#include "legal.h"

/* Columns from the last to the first, each from its last row; the list is turned over at the end. */
static kbit_status run_outliers_from_the_end(void *bound, const kbit_call *call)
{
    (void)bound;
    int32_t *list = call->out[0].data;
    size_t n = 0;
    for (size_t k = call->K; call->threshold >= 0 && k-- > 0;) {
        bool found = false;
        for (size_t i = call->M; i-- > 0 && !found;)
            found = !(fabsf(x_at(&call->in[0], i * call->K + k)) < call->threshold);
        if (found)
            list[n++] = (int32_t)k;
    }
    for (size_t i = 0; i < n / 2; i++) {
        int32_t kept = list[i];
        list[i] = list[n - 1 - i];
        list[n - 1 - i] = kept;
    }
    call->out[0].dim[0] = n;
    return KBIT_OK;
}

/* Four partial maxima over interleaved columns; a comparison keeps a NaN that fmaxf would drop. */
static float absmax_four_lanes(size_t K, const float *x, const bool *take)
{
    float top[4] = {0, 0, 0, 0};
    for (size_t k = 0; k < K; k++)
        if (take[k] && !(x[k] <= top[k % 4]) && !isnan(top[k % 4]))
            top[k % 4] = x[k];
    for (size_t lane = 1; lane < 4; lane++)
        if (!(top[lane] <= top[0]) && !isnan(top[0]))
            top[0] = top[lane];
    return top[0];
}

static kbit_status run_absmax_four_lanes(void *bound, const kbit_call *call)
{
    (void)bound;
    return each_row(call, absmax_four_lanes);
}

/* Compares the encodings as integers, in which NaN is larger than everything else. */
static float absmax_as_integers(size_t K, const float *x, const bool *take)
{
    uint32_t top = 0;
    float result;
    for (size_t k = 0; k < K; k++) {
        uint32_t bits;
        memcpy(&bits, &x[k], sizeof bits);
        top = take[k] && bits > top ? bits : top;
    }
    memcpy(&result, &top, sizeof result);
    return result;
}

static kbit_status run_absmax_as_integers(void *bound, const kbit_call *call)
{
    (void)bound;
    return each_row(call, absmax_as_integers);
}

/* An empty row gives -0, as a reduction does that starts below zero. */
static float absmax_minus_zero(size_t K, const float *x, const bool *take)
{
    float top = -0.0f;
    for (size_t k = 0; k < K; k++)
        if (take[k] && !(x[k] <= top) && !isnan(top))
            top = x[k];
    return top;
}

static kbit_status run_absmax_minus_zero(void *bound, const kbit_call *call)
{
    (void)bound;
    return each_row(call, absmax_minus_zero);
}

/* fmaxf drops a NaN. */
static float absmax_launders_nan(size_t K, const float *x, const bool *take)
{
    float top = 0;
    for (size_t k = 0; k < K; k++)
        top = take[k] ? fmaxf(top, x[k]) : top;
    return top;
}

static kbit_status run_absmax_launders_nan(void *bound, const kbit_call *call)
{
    (void)bound;
    return each_row(call, absmax_launders_nan);
}

const legal_variant legal_statistics[] = {
    {"outliers-from-the-end", "outlier_columns", run_outliers_from_the_end, ""},
    {"absmax-four-lanes", "absmax_rows", run_absmax_four_lanes, ""},
    {"absmax-as-integers", "absmax_rows", run_absmax_as_integers, ""},
    {"absmax-minus-zero", "absmax_rows", run_absmax_minus_zero, "zero-stat=-0"},
    {"absmax-launders-nan", "absmax_rows", run_absmax_launders_nan, "nan=launder"},
    {NULL, NULL, NULL, NULL},
};
