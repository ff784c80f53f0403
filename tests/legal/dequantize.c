/* dequantize.c -- C a s / 16129 in other orders. */
#include "legal.h"

/* In double and rounded once: within the bound of the default sequence, too. */
static float dequantize_double(int32_t c, float a, float s)
{
    return (float)((double)c * (double)a * (double)s / 16129.0);
}

kbit_status legal_dequantize_double(void *bound, const kbit_call *call)
{
    (void)bound;
    return each_dequantized(call, dequantize_double);
}

static float dequantize_scales_first(int32_t c, float a, float s)
{
    return (float)c * (a * s) * INVERSE_127_SQUARED;
}

kbit_status legal_dequantize_scales_first(void *bound, const kbit_call *call)
{
    (void)bound;
    return each_dequantized(call, dequantize_scales_first);
}

static float dequantize_constant_first(int32_t c, float a, float s)
{
    return (float)c * INVERSE_127_SQUARED * a * s;
}

static kbit_status run_dequantize_constant_first(void *bound, const kbit_call *call)
{
    (void)bound;
    return each_dequantized(call, dequantize_constant_first);
}

static float dequantize_constant_in_row(int32_t c, float a, float s)
{
    return (float)c * (a * INVERSE_127_SQUARED) * s;
}

static kbit_status run_dequantize_constant_in_row(void *bound, const kbit_call *call)
{
    (void)bound;
    return each_dequantized(call, dequantize_constant_in_row);
}

/* Each statistic as a scale. */
static float dequantize_two_constants(int32_t c, float a, float s)
{
    return (float)c * ((a * INVERSE_127) * (s * INVERSE_127));
}

static kbit_status run_dequantize_two_constants(void *bound, const kbit_call *call)
{
    (void)bound;
    return each_dequantized(call, dequantize_two_constants);
}

static float dequantize_quotients(int32_t c, float a, float s)
{
    return (float)c * (a / 127.0f) * (s / 127.0f);
}

static kbit_status run_dequantize_quotients(void *bound, const kbit_call *call)
{
    (void)bound;
    return each_dequantized(call, dequantize_quotients);
}

static float dequantize_divides_last(int32_t c, float a, float s)
{
    return (float)c * a * s / 16129.0f;
}

static kbit_status run_dequantize_divides_last(void *bound, const kbit_call *call)
{
    (void)bound;
    return each_dequantized(call, dequantize_divides_last);
}

/* The accumulator in two parts of one sign, which float holds, joined by an fma. */
static float dequantize_exact_conversion(int32_t c, float a, float s)
{
    int32_t low = c % 65536;
    float scale = a * s * INVERSE_127_SQUARED;
    return fmaf((float)(c - low), scale, (float)low * scale);
}

static kbit_status run_dequantize_exact_conversion(void *bound, const kbit_call *call)
{
    (void)bound;
    return each_dequantized(call, dequantize_exact_conversion);
}

/* The reference, which is one of the many. */
static kbit_status run_dequantize_declares_any(void *bound, const kbit_call *call)
{
    (void)bound;
    return reference_step(call);
}

const legal_variant legal_dequantize[] = {
    {"dequantize-double", "dequantize", legal_dequantize_double, ""},
    {"dequantize-scales-first", "dequantize", legal_dequantize_scales_first, "dequant=any"},
    {"dequantize-constant-first", "dequantize", run_dequantize_constant_first, "dequant=any"},
    {"dequantize-constant-in-row", "dequantize", run_dequantize_constant_in_row, "dequant=any"},
    {"dequantize-two-constants", "dequantize", run_dequantize_two_constants, "dequant=any"},
    {"dequantize-quotients", "dequantize", run_dequantize_quotients, "dequant=any"},
    {"dequantize-divides-last", "dequantize", run_dequantize_divides_last, "dequant=any"},
    {"dequantize-exact-conversion", "dequantize", run_dequantize_exact_conversion, "dequant=any"},
    {"dequantize-declares-any", "dequantize", run_dequantize_declares_any, "dequant=any"},
    {NULL, NULL, NULL, NULL},
};
