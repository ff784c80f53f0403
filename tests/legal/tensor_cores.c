/* tensor_cores.c -- outlier products as tensor cores sum them, and other orders of accumulation. */
#include "legal.h"

#define RUNS(run, each, operation)                                                                 \
    static kbit_status run(void *bound, const kbit_call *call)                                     \
    {                                                                                              \
        (void)bound;                                                                               \
        return each(call, operation);                                                              \
    }

/* One fused step: c and n <= 16 products, each cut off at 2^-bits of the largest one's power of two;
 * the sum is exact and then cut off to float. Infinities and NaN are added as they are. */
static float fused_step(float c, size_t n, const float *x, const float *w, int bits)
{
    double term[17] = {(double)c}, largest = fabs((double)c), sum = 0;
    for (size_t o = 0; o < n; o++) {
        term[o + 1] = (double)x[o] * (double)w[o];
        largest = term[o + 1] == 0 ? largest : fmax(largest, fabs(term[o + 1]));
        sum += term[o + 1];
    }
    sum += (double)c;
    if (!isfinite(sum) || largest == 0)
        return (float)sum;
    double unit = ldexp(1, ilogb(largest) - bits);
    sum = 0;
    for (size_t o = 0; o <= n; o++)
        sum += trunc(term[o] / unit) * unit;
    float nearest = (float)sum;
    return fabs((double)nearest) > fabs(sum) ? nextafterf(nearest, 0) : nearest;
}

static float fused_sum(size_t n, const float *x, const float *w, size_t length, int bits)
{
    float sum = 0;
    for (size_t o = 0; o < n; o += length)
        sum = fused_step(sum, n - o < length ? n - o : length, x + o, w + o, bits);
    return sum;
}

/* Volta: 4 products, 23 bits; Ampere: 8, 24; Hopper: 16, 25. */
static float volta(size_t n, const float *x, const float *w, float s, float d)
{
    return d + fused_sum(n, x, w, 4, 23) * s * INVERSE_127;
}

static float ampere(size_t n, const float *x, const float *w, float s, float d)
{
    return d + fused_sum(n, x, w, 8, 24) * s * INVERSE_127;
}

static float hopper(size_t n, const float *x, const float *w, float s, float d)
{
    return d + fused_sum(n, x, w, 16, 25) * s * INVERSE_127;
}

/* Two halves of O on two streams, added in float. */
static float ampere_split(size_t n, const float *x, const float *w, float s, float d)
{
    size_t half = n / 2;
    float sum = fused_sum(half, x, w, 8, 24) + fused_sum(n - half, x + half, w + half, 8, 24);
    return d + sum * s * INVERSE_127;
}

static float volta_w16(size_t n, const float *x, const float *w, float s, float d)
{
    (void)s;
    return d + fused_sum(n, x, w, 4, 23);
}

static float ampere_w16(size_t n, const float *x, const float *w, float s, float d)
{
    (void)s;
    return d + fused_sum(n, x, w, 8, 24);
}

/* d is what the sum begins with. */
static float hopper_w16_onto_d(size_t n, const float *x, const float *w, float s, float d)
{
    (void)s;
    for (size_t o = 0; o < n; o += 16)
        d = fused_step(d, n - o < 16 ? n - o : 16, x + o, w + o, 25);
    return d;
}

RUNS(run_volta, each_outlier_sum, volta)
RUNS(run_ampere, each_outlier_sum, ampere)
RUNS(run_hopper, each_outlier_sum, hopper)
RUNS(run_ampere_split, each_outlier_sum, ampere_split)
RUNS(run_volta_w16, each_outlier_sum, volta_w16)
RUNS(run_ampere_w16, each_outlier_sum, ampere_w16)
RUNS(run_hopper_w16_onto_d, each_outlier_sum, hopper_w16_onto_d)

/* The last bit is set where the sum is not exact: round to odd, which is faithful. */
static float to_odd(double v)
{
    float r = (float)v;
    if ((double)r == v || !isfinite(r))
        return r;
    float below = (double)r < v ? r : nextafterf(r, -INFINITY), above = nextafterf(below, INFINITY);
    uint32_t bits;
    memcpy(&bits, &below, sizeof bits);
    return bits & 1 ? below : above;
}

static float sum_to_odd(size_t n, const float *x, const float *w, float s, float d)
{
    float sum = 0;
    for (size_t o = 0; o < n; o++)
        sum = to_odd((double)sum + (double)(x[o] * w[o]));
    return d + sum * s * INVERSE_127;
}

/* Every addition goes up. */
static float sum_upwards(size_t n, const float *x, const float *w, float s, float d)
{
    float sum = 0;
    for (size_t o = 0; o < n; o++) {
        double v = (double)sum + (double)(x[o] * w[o]);
        sum = (float)v;
        if ((double)sum < v && isfinite(sum))
            sum = nextafterf(sum, INFINITY);
    }
    return d + sum * s * INVERSE_127;
}

RUNS(run_sum_to_odd, each_outlier_sum, sum_to_odd)
RUNS(run_sum_upwards, each_outlier_sum, sum_upwards)

/* Groups of 16, padded with zeros, one fma after the other in each; the groups added as a tree of
 * three, as blocks of a grid that finish in some order. */
static float groups(size_t n, const float *x, const float *w)
{
    float part[3] = {0, 0, 0};
    for (size_t g = 0; 16 * g < n; g++) {
        float sum = 0;
        for (size_t o = 16 * g; o < 16 * g + 16; o++)
            sum = o < n ? fmaf(x[o], w[o], sum) : fmaf(0, 0, sum);
        part[g % 3] += sum;
    }
    return part[2] + (part[1] + part[0]);
}

static float sum_groups(size_t n, const float *x, const float *w, float s, float d)
{
    return d + groups(n, x, w) * s * INVERSE_127;
}

static float sum_groups_w16(size_t n, const float *x, const float *w, float s, float d)
{
    (void)s;
    return groups(n, x, w) + d;
}

/* The positive terms, then the negative ones. */
static float sum_by_sign(size_t n, const float *x, const float *w, float s, float d)
{
    float above = 0, below = 0;
    for (size_t o = 0; o < n; o++) {
        float term = x[o] * w[o];
        if (term < 0)
            below += term;
        else
            above += term;
    }
    return (above + below) * s * INVERSE_127 + d;
}

/* Two floats hold the sum (Dot2). */
static float sum_dot2(size_t n, const float *x, const float *w, float s, float d)
{
    float high = 0, low = 0, plain = 0;
    for (size_t o = 0; o < n; o++) {
        float term = x[o] * w[o], term_error = fmaf(x[o], w[o], -term), next = high + term;
        float part = next - high;
        low += ((high - (next - part)) + (term - part)) + term_error;
        high = next;
        plain += term;
    }
    return d + (isfinite(high + low) ? high + low : plain) * s * INVERSE_127;
}

/* The scale belongs to x. */
static float sum_scaled_x(size_t n, const float *x, const float *w, float s, float d)
{
    float sum = 0, scale = s / 127.0f;
    for (size_t o = 0; o < n; o++)
        sum = fmaf(x[o] * scale, w[o], sum);
    return d + sum;
}

RUNS(run_sum_groups, each_outlier_sum, sum_groups)
RUNS(run_sum_groups_w16, each_outlier_sum, sum_groups_w16)
RUNS(run_sum_by_sign, each_outlier_sum, sum_by_sign)
RUNS(run_sum_dot2, each_outlier_sum, sum_dot2)
RUNS(run_sum_scaled_x, each_outlier_sum, sum_scaled_x)

static kbit_status run_linear_ampere(void *bound, const kbit_call *call)
{
    (void)bound;
    bool paper = strcmp(call->step, "llmint8_linear_paper") == 0;
    return paper ? composed(call, "outlier_matmul_w16", run_ampere_w16)
                 : composed(call, "outlier_matmul", run_ampere);
}

static kbit_status run_linear_groups(void *bound, const kbit_call *call)
{
    (void)bound;
    bool paper = strcmp(call->step, "llmint8_linear_paper") == 0;
    return paper ? composed(call, "outlier_matmul_w16", run_sum_groups_w16)
                 : composed(call, "outlier_matmul", run_sum_groups);
}

const legal_variant legal_tensor_cores[] = {
    {"outliers-volta", "outlier_matmul", run_volta, "acc=tc-trunc"},
    {"outliers-ampere", "outlier_matmul", run_ampere, "acc=tc-trunc"},
    {"outliers-hopper", "outlier_matmul", run_hopper, "acc=tc-trunc"},
    {"outliers-ampere-split", "outlier_matmul", run_ampere_split, "acc=tc-trunc"},
    {"w16-volta", "outlier_matmul_w16", run_volta_w16, "acc=tc-trunc"},
    {"w16-ampere", "outlier_matmul_w16", run_ampere_w16, "acc=tc-trunc"},
    {"w16-hopper-onto-d", "outlier_matmul_w16", run_hopper_w16_onto_d, "acc=tc-trunc"},
    {"outliers-to-odd", "outlier_matmul", run_sum_to_odd, "acc=any-faithful"},
    {"outliers-upwards", "outlier_matmul", run_sum_upwards, "acc=any-faithful"},
    {"outliers-groups", "outlier_matmul", run_sum_groups, ""},
    {"w16-groups", "outlier_matmul_w16", run_sum_groups_w16, ""},
    {"outliers-by-sign", "outlier_matmul", run_sum_by_sign, ""},
    {"outliers-dot2", "outlier_matmul", run_sum_dot2, ""},
    {"outliers-scaled-x", "outlier_matmul", run_sum_scaled_x, ""},
    {"linear-ampere", "llmint8_linear_bnb", run_linear_ampere, "acc=tc-trunc"},
    {"paper-ampere", "llmint8_linear_paper", run_linear_ampere, "acc=tc-trunc"},
    {"linear-groups", "llmint8_linear_bnb", run_linear_groups, ""},
    {"paper-groups", "llmint8_linear_paper", run_linear_groups, ""},
    {NULL, NULL, NULL, NULL},
};
