/* quantize.c -- sequences of operations that give the code, or either code of a tie. */
#include "legal.h"

/* x s for a scale that is off by a number of ulps: far less than the gap theorem leaves. */
static int by_scale(float x, float scale, int ulps)
{
    for (int i = 0; i < abs(ulps); i++)
        scale = nextafterf(scale, ulps < 0 ? 0 : INFINITY);
    return (int)rintf(x * scale);
}

/* The quotient in double. */
static int quantize_double(float x, float a)
{
    return (int)rint(127.0 * (double)x / (double)a);
}

static kbit_status run_quantize_double(void *bound, const kbit_call *call)
{
    (void)bound;
    return each_codes(call, quantize_double);
}

/* 127x = q a + r exactly: remainder() rounds q to nearest even. */
static int quantize_by_remainder(float x, float a)
{
    double r = remainder(127.0 * (double)x, (double)a);
    return (int)rint((127.0 * (double)x - r) / (double)a);
}

static kbit_status run_quantize_by_remainder(void *bound, const kbit_call *call)
{
    (void)bound;
    return each_codes(call, quantize_by_remainder);
}

/* The code whose multiple of a lies nearest; the even one of two. */
static int quantize_by_search(float x, float a)
{
    int below = -127;
    while (below < 127 && 254.0 * (double)x > (double)a * (2.0 * below + 1))
        below++;
    return 254.0 * (double)x == (double)a * (2.0 * below + 1) && below % 2 != 0 ? below + 1 : below;
}

static kbit_status run_quantize_by_search(void *bound, const kbit_call *call)
{
    (void)bound;
    return each_codes(call, quantize_by_search);
}

static int quantize_mul(float x, float a)
{
    return (int)rintf(x * (127.0f / a));
}

kbit_status legal_quantize_mul(void *bound, const kbit_call *call)
{
    (void)bound;
    return each_codes(call, quantize_mul);
}

static int quantize_rdiv(float x, float a)
{
    return (int)rintf(x / (a / 127.0f));
}

kbit_status legal_quantize_rdiv(void *bound, const kbit_call *call)
{
    (void)bound;
    return each_codes(call, quantize_rdiv);
}

/* Halves away from zero. */
static int quantize_any_away(float x, float a)
{
    return (int)roundf(127.0f * x / a);
}

kbit_status legal_quantize_away(void *bound, const kbit_call *call)
{
    (void)bound;
    return each_codes(call, quantize_any_away);
}

/* floor(t + 1/2); the sum errs by less than the gap. */
static int quantize_any_half_up(float x, float a)
{
    return (int)floorf(127.0f * x / a + 0.5f);
}

static kbit_status run_quantize_any_half_up(void *bound, const kbit_call *call)
{
    (void)bound;
    return each_codes(call, quantize_any_half_up);
}

/* Multiplication by the reciprocal in double. */
static int quantize_any_double_mul(float x, float a)
{
    return (int)rint((double)x * (127.0 / (double)a));
}

static kbit_status run_quantize_any_double_mul(void *bound, const kbit_call *call)
{
    (void)bound;
    return each_codes(call, quantize_any_double_mul);
}

/* An approximate division whose result is two ulps too large. */
static int quantize_any_two_ulps_more(float x, float a)
{
    return by_scale(x, 127.0f / a, 2);
}

static kbit_status run_quantize_any_two_ulps_more(void *bound, const kbit_call *call)
{
    (void)bound;
    return each_codes(call, quantize_any_two_ulps_more);
}

static int quantize_any_two_ulps_less(float x, float a)
{
    return by_scale(x, 127.0f / a, -2);
}

static kbit_status run_quantize_any_two_ulps_less(void *bound, const kbit_call *call)
{
    (void)bound;
    return each_codes(call, quantize_any_two_ulps_less);
}

/* (x/a) 127: the second rounding leads back to the tie wherever the cases have one. */
static int quantize_any_normalized_first(float x, float a)
{
    return (int)rintf(x / a * 127.0f);
}

static kbit_status run_quantize_any_normalized_first(void *bound, const kbit_call *call)
{
    (void)bound;
    return each_codes(call, quantize_any_normalized_first);
}

/* Rounds by adding and taking off 1.5 2^23. */
static int quantize_any_magic(float x, float a)
{
    volatile float shifted = x * (127.0f / a) + 0x1.8p23f;
    return (int)(shifted - 0x1.8p23f);
}

static kbit_status run_quantize_any_magic(void *bound, const kbit_call *call)
{
    (void)bound;
    return each_codes(call, quantize_any_magic);
}

const legal_variant legal_quantize[] = {
    {"quantize-double", "quantize_rows", run_quantize_double, ""},
    {"quantize-by-remainder", "quantize_rows", run_quantize_by_remainder, ""},
    {"quantize-by-search", "quantize_rows", run_quantize_by_search, ""},
    {"quantize-mul", "quantize_rows", legal_quantize_mul, "quant=mul"},
    {"quantize-rdiv", "quantize_rows", legal_quantize_rdiv, "quant=rdiv"},
    {"quantize-any-away", "quantize_rows", legal_quantize_away, "quant=any"},
    {"quantize-any-half-up", "quantize_rows", run_quantize_any_half_up, "quant=any"},
    {"quantize-any-double-mul", "quantize_rows", run_quantize_any_double_mul, "quant=any"},
    {"quantize-any-two-ulps-more", "quantize_rows", run_quantize_any_two_ulps_more, "quant=any"},
    {"quantize-any-two-ulps-less", "quantize_rows", run_quantize_any_two_ulps_less, "quant=any"},
    {"quantize-any-normalized-first", "quantize_rows", run_quantize_any_normalized_first,
     "quant=any"},
    {"quantize-any-magic", "quantize_rows", run_quantize_any_magic, "quant=any"},
    {"quantize-any-mul", "quantize_rows", legal_quantize_mul, "quant=any"},
    {NULL, NULL, NULL, NULL},
};
