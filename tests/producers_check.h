/* producers_check.h -- what the tests of the producers share: rows, one operation at a time, and the fused
 * forms against the steps that they are made of. */
#ifndef KBIT_TESTS_PRODUCERS_CHECK_H
#define KBIT_TESTS_PRODUCERS_CHECK_H

#include "kbit_check.h"
#include "kbit_exact.h"
#include "kbit_producers_exact.h"

#define U 0x1p-24

/* One operation of fp32, by way of double: 53 bits are enough that the second rounding changes nothing
 * (Figueroa, SIGNUM Newsletter 30, 1995). */
static inline float add(float a, float b)
{
    return (float)((double)a + (double)b);
}
static inline float mul(float a, float b)
{
    return (float)((double)a * (double)b);
}
static inline float quotient(float a, float b)
{
    return (float)((double)a / (double)b);
}
static inline float root(float a)
{
    return (float)sqrt((double)a);
}

/* Near a normal distribution; every 16th is an outlier. */
static inline float random_activation(void)
{
    float sum = 0;
    for (int i = 0; i < 4; i++)
        sum += (float)(int)random_below(2049) - 1024;
    return (random_below(16) == 0 ? 12 : 1) * sum * 0x1p-10f;
}

/* A parameter of a normalization: an fp16 number from -3 to 3. */
static inline float random_parameter(void)
{
    return kbit_f16_to_f32(kbit_f16_from_f32(((float)random_below(6001) - 3000) * 1e-3f));
}

/* y of a 200-bit oracle, as a double (rounded once). */
static inline double as_double(mpfr_t y)
{
    double value = mpfr_get_d(y, MPFR_RNDN);
    mpfr_clear(y);
    return value;
}

/* h, read back. */
static inline float h_at(kbit_dtype type, const void *h, size_t at)
{
    float value;
    require_status(kbit_widen(1, type, (const char *)h + at * kbit_dtype_size(type), &value),
                   KBIT_OK);
    return value;
}

typedef kbit_status activation(size_t M, size_t K, const float *x, kbit_dtype type, void *h);

static inline float activated(activation *f, float x)
{
    float h;
    require_status(f(1, 1, &x, KBIT_F32, &h), KBIT_OK);
    return h;
}

/* Rounded once to each type; refusals; nothing where there is nothing. */
static inline void check_activation(activation *f)
{
    static const kbit_dtype TYPES[] = {KBIT_F16, KBIT_BF16};
    float x[4] = {1.2345f, -0.7f, 3, 1e6f}, h[4];
    uint16_t half[4];
    for (size_t t = 0; t < COUNT(TYPES); t++) {
        uint16_t expected[4];
        require_status(f(2, 2, x, KBIT_F32, h), KBIT_OK);
        require_status(f(2, 2, x, TYPES[t], half), KBIT_OK);
        require_status(kbit_round(4, h, TYPES[t], expected), KBIT_OK);
        require(memcmp(half, expected, sizeof half) == 0, "type %s", kbit_dtype_name(TYPES[t]));
    }
    require_status(f(2, 2, x, KBIT_I8, h), KBIT_ERR_UNSUPPORTED);
    require_status(f(2, 2, NULL, KBIT_F32, h), KBIT_ERR_NULL);
    require_status(f(2, 2, x, KBIT_F32, NULL), KBIT_ERR_NULL);
    require_status(f(SIZE_MAX / 8, 1000, x, KBIT_F32, h), KBIT_ERR_SHAPE);
    require_status(f(1, (size_t)INT32_MAX + 1, x, KBIT_F32, h), KBIT_ERR_SHAPE);
    require_status(f(0, 7, NULL, KBIT_F32, NULL), KBIT_OK);
    require_status(f(7, 0, NULL, KBIT_F32, NULL), KBIT_OK);
    require(isnan(activated(f, NAN)), "NaN");
    require(activated(f, INFINITY) == INFINITY, "infinity");
    require(activated(f, 0) == 0 && activated(f, -0.0f) == 0, "zero");
}

/* ---- h, O, a and q at once ---- */

enum { FUSED_M = 9, FUSED_K = 40 };

typedef struct {
    uint16_t h[FUSED_M * FUSED_K];
    int32_t outliers[FUSED_K];
    size_t n_outliers;
    float absmax[FUSED_M];
    int8_t q[FUSED_M * FUSED_K];
} fused;

/* What was written is what h (given, of type) and the steps of LLM.int8() on it give. */
static inline void check_fused(const fused *got, const uint16_t *h, kbit_dtype type,
                               float threshold)
{
    fused want;
    float x[FUSED_M * FUSED_K];
    require(memcmp(got->h, h, sizeof got->h) == 0, "h is not the producer's");
    require_status(kbit_widen(COUNT(x), type, h, x), KBIT_OK);
    require_status(
        kbit_outlier_columns(FUSED_M, FUSED_K, x, threshold, want.outliers, &want.n_outliers),
        KBIT_OK);
    require_status(kbit_absmax_rows(FUSED_M, FUSED_K, x, 0, NULL, threshold, want.absmax), KBIT_OK);
    require_status(kbit_quantize_rows(FUSED_M, FUSED_K, x, want.absmax, want.n_outliers,
                                      want.outliers, threshold, want.q),
                   KBIT_OK);
    require(got->n_outliers == want.n_outliers, "%zu outlier columns, not %zu", got->n_outliers,
            want.n_outliers);
    require(memcmp(got->outliers, want.outliers, want.n_outliers * sizeof *want.outliers) == 0,
            "O");
    require(memcmp(got->absmax, want.absmax, sizeof want.absmax) == 0, "absmax");
    require(memcmp(got->q, want.q, sizeof want.q) == 0, "q");
}

static inline void random_rows(float *x)
{
    for (size_t at = 0; at < FUSED_M * FUSED_K; at++)
        x[at] = kbit_f16_to_f32(kbit_f16_from_f32(random_activation()));
}

static const float FUSED_THRESHOLDS[] = {KBIT_THRESHOLD_OFF, 2, 6};

typedef kbit_status fused_activation(size_t M, size_t K, const float *x, float threshold,
                                     kbit_dtype type, void *h, int32_t *outliers,
                                     size_t *n_outliers, float *absmax, int8_t *q);

static inline void check_fused_activation(activation *alone, fused_activation *whole)
{
    float x[FUSED_M * FUSED_K];
    uint16_t h[FUSED_M * FUSED_K];
    fused got;
    for (int round = 0; round < 30; round++) {
        kbit_dtype type = round % 2 ? KBIT_F16 : KBIT_BF16;
        float t = FUSED_THRESHOLDS[round % 3];
        random_rows(x);
        require_status(alone(FUSED_M, FUSED_K, x, type, h), KBIT_OK);
        require_status(whole(FUSED_M, FUSED_K, x, t, type, got.h, got.outliers, &got.n_outliers,
                             got.absmax, got.q),
                       KBIT_OK);
        check_fused(&got, h, type, t);
    }
    require_status(whole(FUSED_M, FUSED_K, x, NAN, KBIT_F16, got.h, got.outliers, &got.n_outliers,
                         got.absmax, got.q),
                   KBIT_ERR_RANGE);
    require_status(whole(FUSED_M, FUSED_K, x, 6, KBIT_I8, got.h, got.outliers, &got.n_outliers,
                         got.absmax, got.q),
                   KBIT_ERR_UNSUPPORTED);
    require_status(whole(FUSED_M, FUSED_K, x, 6, KBIT_F16, got.h, got.outliers, &got.n_outliers,
                         got.absmax, NULL),
                   KBIT_ERR_NULL);
}

#endif
