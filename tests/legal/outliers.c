/* outliers.c -- the outlier columns' product in other orders and arithmetics. */
#include "legal.h"

/* The scaled sum and d: one way for codes and for 16-bit weights, whose s is 1. */
static float finished(float sum, float s, float d, bool codes)
{
    return d + (codes ? sum * s * INVERSE_127 : sum);
}

/* v rounded towards zero, as tensor cores align their terms. */
static float cut(double v)
{
    float r = (float)v;
    return fabs((double)r) > fabs(v) ? nextafterf(r, 0) : r;
}

/* v rounded up or down: both are faithful. */
static float either(double v, bool up)
{
    float r = (float)v;
    if ((double)r == v || !isfinite(r))
        return r;
    return up ? ((double)r > v ? r : nextafterf(r, INFINITY))
              : ((double)r < v ? r : nextafterf(r, -INFINITY));
}

static float tree(size_t n, const float *x, const float *w)
{
    if (n <= 1)
        return n ? x[0] * w[0] : 0;
    return tree(n / 2, x, w) + tree(n - n / 2, x + n / 2, w + n / 2);
}

static float outliers_reversed_of(size_t n, const float *x, const float *w, float s, float d,
                                  bool codes)
{
    float sum = 0;
    for (size_t o = n; o-- > 0;)
        sum += x[o] * w[o];
    return finished(sum, s, d, codes);
}

static float outliers_reversed_codes(size_t n, const float *x, const float *w, float s, float d)
{
    return outliers_reversed_of(n, x, w, s, d, true);
}

static float outliers_reversed_w16(size_t n, const float *x, const float *w, float s, float d)
{
    return outliers_reversed_of(n, x, w, s, d, false);
}

kbit_status legal_outliers_reversed(void *bound, const kbit_call *call)
{
    (void)bound;
    bool codes = strcmp(call->step, "outlier_matmul") == 0;
    return each_outlier_sum(call, codes ? outliers_reversed_codes : outliers_reversed_w16);
}

static float outliers_tree_of(size_t n, const float *x, const float *w, float s, float d,
                              bool codes)
{
    return finished(tree(n, x, w), s, d, codes);
}

static float outliers_tree_codes(size_t n, const float *x, const float *w, float s, float d)
{
    return outliers_tree_of(n, x, w, s, d, true);
}

static float outliers_tree_w16(size_t n, const float *x, const float *w, float s, float d)
{
    return outliers_tree_of(n, x, w, s, d, false);
}

static kbit_status outliers_tree(void *bound, const kbit_call *call)
{
    (void)bound;
    bool codes = strcmp(call->step, "outlier_matmul") == 0;
    return each_outlier_sum(call, codes ? outliers_tree_codes : outliers_tree_w16);
}

static float outliers_fma_of(size_t n, const float *x, const float *w, float s, float d, bool codes)
{
    float sum = 0;
    for (size_t o = 0; o < n; o++)
        sum = fmaf(x[o], w[o], sum);
    return finished(sum, s, d, codes);
}

static float outliers_fma_codes(size_t n, const float *x, const float *w, float s, float d)
{
    return outliers_fma_of(n, x, w, s, d, true);
}

static float outliers_fma_w16(size_t n, const float *x, const float *w, float s, float d)
{
    return outliers_fma_of(n, x, w, s, d, false);
}

static kbit_status outliers_fma(void *bound, const kbit_call *call)
{
    (void)bound;
    bool codes = strcmp(call->step, "outlier_matmul") == 0;
    return each_outlier_sum(call, codes ? outliers_fma_codes : outliers_fma_w16);
}

/* Kahan's sum; where it overflows or meets a NaN, the plain one. */
static float outliers_compensated_of(size_t n, const float *x, const float *w, float s, float d,
                                     bool codes)
{
    float sum = 0, lost = 0, plain = 0;
    for (size_t o = 0; o < n; o++) {
        float term = x[o] * w[o] - lost, next = sum + term;
        lost = (next - sum) - term;
        sum = next;
        plain += x[o] * w[o];
    }
    sum = isfinite(sum) ? sum : plain;
    return finished(sum, s, d, codes);
}

static float outliers_compensated_codes(size_t n, const float *x, const float *w, float s, float d)
{
    return outliers_compensated_of(n, x, w, s, d, true);
}

static float outliers_compensated_w16(size_t n, const float *x, const float *w, float s, float d)
{
    return outliers_compensated_of(n, x, w, s, d, false);
}

static kbit_status outliers_compensated(void *bound, const kbit_call *call)
{
    (void)bound;
    bool codes = strcmp(call->step, "outlier_matmul") == 0;
    return each_outlier_sum(call, codes ? outliers_compensated_codes : outliers_compensated_w16);
}

static float outliers_four_lanes_of(size_t n, const float *x, const float *w, float s, float d,
                                    bool codes)
{
    float part[4] = {0, 0, 0, 0};
    for (size_t o = 0; o < n; o++)
        part[o % 4] += x[o] * w[o];
    float sum = (part[0] + part[1]) + (part[2] + part[3]);
    return finished(sum, s, d, codes);
}

static float outliers_four_lanes_codes(size_t n, const float *x, const float *w, float s, float d)
{
    return outliers_four_lanes_of(n, x, w, s, d, true);
}

static float outliers_four_lanes_w16(size_t n, const float *x, const float *w, float s, float d)
{
    return outliers_four_lanes_of(n, x, w, s, d, false);
}

static kbit_status outliers_four_lanes(void *bound, const kbit_call *call)
{
    (void)bound;
    bool codes = strcmp(call->step, "outlier_matmul") == 0;
    return each_outlier_sum(call, codes ? outliers_four_lanes_codes : outliers_four_lanes_w16);
}

/* Every addition cuts off. */
static float outliers_truncating_of(size_t n, const float *x, const float *w, float s, float d,
                                    bool codes)
{
    float sum = 0;
    for (size_t o = 0; o < n; o++)
        sum = cut((double)sum + (double)(x[o] * w[o]));
    return finished(sum, s, d, codes);
}

static float outliers_truncating_codes(size_t n, const float *x, const float *w, float s, float d)
{
    return outliers_truncating_of(n, x, w, s, d, true);
}

static float outliers_truncating_w16(size_t n, const float *x, const float *w, float s, float d)
{
    return outliers_truncating_of(n, x, w, s, d, false);
}

kbit_status legal_outliers_truncating(void *bound, const kbit_call *call)
{
    (void)bound;
    bool codes = strcmp(call->step, "outlier_matmul") == 0;
    return each_outlier_sum(call, codes ? outliers_truncating_codes : outliers_truncating_w16);
}

/* Additions go up and down in turn. */
static float outliers_faithful_of(size_t n, const float *x, const float *w, float s, float d,
                                  bool codes)
{
    float sum = 0;
    for (size_t o = 0; o < n; o++)
        sum = either((double)sum + (double)(x[o] * w[o]), o % 2);
    return finished(sum, s, d, codes);
}

static float outliers_faithful_codes(size_t n, const float *x, const float *w, float s, float d)
{
    return outliers_faithful_of(n, x, w, s, d, true);
}

static float outliers_faithful_w16(size_t n, const float *x, const float *w, float s, float d)
{
    return outliers_faithful_of(n, x, w, s, d, false);
}

kbit_status legal_outliers_faithful(void *bound, const kbit_call *call)
{
    (void)bound;
    bool codes = strcmp(call->step, "outlier_matmul") == 0;
    return each_outlier_sum(call, codes ? outliers_faithful_codes : outliers_faithful_w16);
}

/* Each weight in its units before it is multiplied. */
static float outliers_weights_first(size_t n, const float *x, const float *w, float s, float d)
{
    float sum = 0;
    for (size_t o = 0; o < n; o++)
        sum += x[o] * (w[o] * s * INVERSE_127);
    return d + sum;
}

static kbit_status run_outliers_weights_first(void *bound, const kbit_call *call)
{
    (void)bound;
    return each_outlier_sum(call, outliers_weights_first);
}

/* Starts with d and adds term by term. */
static float outliers_onto_d(size_t n, const float *x, const float *w, float s, float d)
{
    for (size_t o = 0; o < n; o++)
        d += x[o] * (w[o] * (s * INVERSE_127));
    return d;
}

static kbit_status run_outliers_onto_d(void *bound, const kbit_call *call)
{
    (void)bound;
    return each_outlier_sum(call, outliers_onto_d);
}

static float outliers_double(size_t n, const float *x, const float *w, float s, float d)
{
    double sum = 0;
    for (size_t o = 0; o < n; o++)
        sum += (double)x[o] * (double)w[o];
    return (float)((double)d + sum * (double)s / 127.0);
}

static kbit_status run_outliers_double(void *bound, const kbit_call *call)
{
    (void)bound;
    return each_outlier_sum(call, outliers_double);
}

/* Weights rounded to fp16, as a library that dequantizes them first has them. */
static float outliers_f16_weights(size_t n, const float *x, const float *w, float s, float d)
{
    float sum = 0;
    for (size_t o = 0; o < n; o++)
        sum += x[o] * in_f16(w[o] * s * INVERSE_127);
    return d + sum;
}

kbit_status legal_outliers_f16_weights(void *bound, const kbit_call *call)
{
    (void)bound;
    return each_outlier_sum(call, outliers_f16_weights);
}

static float w16_onto_d(size_t n, const float *x, const float *w, float s, float d)
{
    (void)s;
    for (size_t o = n; o-- > 0;)
        d += x[o] * w[o];
    return d;
}

static kbit_status run_w16_onto_d(void *bound, const kbit_call *call)
{
    (void)bound;
    return each_outlier_sum(call, w16_onto_d);
}

static float w16_double(size_t n, const float *x, const float *w, float s, float d)
{
    (void)s;
    double sum = (double)d;
    for (size_t o = 0; o < n; o++)
        sum += (double)x[o] * (double)w[o];
    return (float)sum;
}

static kbit_status run_w16_double(void *bound, const kbit_call *call)
{
    (void)bound;
    return each_outlier_sum(call, w16_double);
}

const legal_variant legal_outliers[] = {
    {"outliers-reversed", "outlier_matmul", legal_outliers_reversed, ""},
    {"w16-reversed", "outlier_matmul_w16", legal_outliers_reversed, ""},
    {"outliers-tree", "outlier_matmul", outliers_tree, ""},
    {"w16-tree", "outlier_matmul_w16", outliers_tree, ""},
    {"outliers-fma", "outlier_matmul", outliers_fma, ""},
    {"w16-fma", "outlier_matmul_w16", outliers_fma, ""},
    {"outliers-compensated", "outlier_matmul", outliers_compensated, ""},
    {"w16-compensated", "outlier_matmul_w16", outliers_compensated, ""},
    {"outliers-four-lanes", "outlier_matmul", outliers_four_lanes, ""},
    {"w16-four-lanes", "outlier_matmul_w16", outliers_four_lanes, ""},
    {"outliers-truncating", "outlier_matmul", legal_outliers_truncating, "acc=tc-trunc"},
    {"w16-truncating", "outlier_matmul_w16", legal_outliers_truncating, "acc=tc-trunc"},
    {"outliers-faithful", "outlier_matmul", legal_outliers_faithful, "acc=any-faithful"},
    {"w16-faithful", "outlier_matmul_w16", legal_outliers_faithful, "acc=any-faithful"},
    {"outliers-weights-first", "outlier_matmul", run_outliers_weights_first, ""},
    {"outliers-onto-d", "outlier_matmul", run_outliers_onto_d, ""},
    {"outliers-double", "outlier_matmul", run_outliers_double, ""},
    {"outliers-f16-weights", "outlier_matmul", legal_outliers_f16_weights, "subB=f16"},
    {"w16-onto-d", "outlier_matmul_w16", run_w16_onto_d, ""},
    {"w16-double", "outlier_matmul_w16", run_w16_double, ""},
    {NULL, NULL, NULL, NULL},
};
