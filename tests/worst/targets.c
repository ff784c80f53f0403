/* targets.c -- the theorems and declared sequences, each with its adversary. */
#include "worst.h"

#include "kbit_accumulation.h"
#include "proofs/bounds.h"

#define INVERSE_127   0x1.020408p-7f
#define INVERSE_16129 0x1.040c2p-14f

/* ---- additions ---- */

static float add_nearest(float sum, float term)
{
    return sum + term;
}

/* What is left of a + b beyond the double s = a + b (Knuth's TwoSum). */
static double remainder_of(double a, double b, double s)
{
    double t = s - a;
    return (a - (s - t)) + (b - t);
}

/* The neighbour above, or the sum itself if float holds it: a faithful addition may take it. */
static float add_up(float sum, float term)
{
    double s = (double)sum + (double)term, rest = remainder_of((double)sum, (double)term, s);
    float r = (float)s;
    return (double)r < s || ((double)r == s && rest > 0) ? nextafterf(r, INFINITY) : r;
}

/* Both terms aligned to the larger exponent with 23 fraction bits, and cut; the sum cut again. For
 * terms >= 0. */
static float add_cut(float sum, float term)
{
    if (sum == 0 || term == 0)
        return sum + term;
    int e = ilogbf(sum) > ilogbf(term) ? ilogbf(sum) : ilogbf(term);
    double unit = ldexp(1, e - 23);
    double s = (floor((double)sum / unit) + floor((double)term / unit)) * unit;
    float r = (float)s;
    return (double)r > s ? nextafterf(r, 0) : r;
}

/* ---- dequantize ---- */

static float scaled_bnb(int32_t c, float a, float s)
{
    float v = (float)c;
    v *= a;
    v *= s;
    return v * INVERSE_16129;
}

/* Five roundings and two rounded constants. */
static float scaled_two_constants(int32_t c, float a, float s)
{
    float row = a * INVERSE_127;
    float column = s * INVERSE_127;
    float both = row * column;
    return (float)c * both;
}

static float dequantize_bnb(size_t K, size_t n, const operands *o)
{
    (void)K, (void)n;
    return scaled_bnb(o->c, o->a, o->s);
}

static float dequantize_any(size_t K, size_t n, const operands *o)
{
    (void)K, (void)n;
    return scaled_two_constants(o->c, o->a, o->s);
}

/* ---- outlier products ---- */

typedef float addition(float sum, float term);

/* Each weight in its units first, then term by term onto what there is. */
static float onto(float sum, size_t n, const operands *o, addition *add)
{
    for (size_t k = 0; k < n; k++) {
        float weight = (float)o->w[k] * o->s;
        weight *= INVERSE_127;
        sum = add(sum, o->x[k] * weight);
    }
    return sum;
}

static float onto_w16(float sum, size_t n, const operands *o, addition *add)
{
    for (size_t k = 0; k < n; k++)
        sum = add(sum, o->x[k] * o->w16[k]);
    return sum;
}

static float in_f16(float x)
{
    return kbit_f16_to_f32(kbit_f16_from_f32(x));
}

static float onto_f16_weights(float sum, size_t n, const operands *o)
{
    for (size_t k = 0; k < n; k++) {
        float weight = (float)o->w[k] * o->s;
        weight *= INVERSE_127;
        sum += o->x[k] * in_f16(weight);
    }
    return sum;
}

static float outlier_nearest(size_t K, size_t n, const operands *o)
{
    (void)K;
    return onto(o->d, n, o, add_nearest);
}

/* The statistic is divided first: where that underflows, the code multiplies what was lost. */
static float outlier_scale_first(size_t K, size_t n, const operands *o)
{
    (void)K;
    float sum = o->d, scale = o->s * INVERSE_127;
    for (size_t k = 0; k < n; k++) {
        float weight = (float)o->w[k] * scale;
        sum += o->x[k] * weight;
    }
    return sum;
}

static float outlier_f16_weights(size_t K, size_t n, const operands *o)
{
    (void)K;
    return onto_f16_weights(o->d, n, o);
}

static float outlier_up(size_t K, size_t n, const operands *o)
{
    (void)K;
    return onto(o->d, n, o, add_up);
}

static float outlier_cut(size_t K, size_t n, const operands *o)
{
    (void)K;
    return onto(o->d, n, o, add_cut);
}

static float w16_nearest(size_t K, size_t n, const operands *o)
{
    (void)K;
    return onto_w16(o->d, n, o, add_nearest);
}

static float w16_up(size_t K, size_t n, const operands *o)
{
    (void)K;
    return onto_w16(o->d, n, o, add_up);
}

static float w16_cut(size_t K, size_t n, const operands *o)
{
    (void)K;
    return onto_w16(o->d, n, o, add_cut);
}

/* ---- sums as a row of the accumulation model has them ---- */

static void encode(size_t n, const operands *o, uint16_t *x, uint16_t *w)
{
    kbit_round(n, o->x, KBIT_F16, x);
    kbit_round(n, o->w16, KBIT_F16, w);
}

/* The chain of steps starts from d. */
static float machine(const char *row, size_t n, const operands *o)
{
    uint16_t x[MOST_COLUMNS], w[MOST_COLUMNS];
    float y = NAN;
    encode(n, o, x, w);
    kbit_accumulate(kbit_accumulation_find(row), KBIT_F16, n, x, w, o->d, &y);
    return y;
}

/* Parts of so many products, added to d. */
static float split(const char *row, kbit_dtype partials, size_t part, size_t n, const operands *o)
{
    uint16_t x[MOST_COLUMNS], w[MOST_COLUMNS];
    float y = NAN;
    encode(n, o, x, w);
    kbit_accumulate_split(kbit_accumulation_find(row), KBIT_F16, n, x, w, o->d, part, partials, &y);
    return y;
}

#define MACHINE(name)                                                                              \
    static float w16_##name(size_t K, size_t n, const operands *o)                                 \
    {                                                                                              \
        (void)K;                                                                                   \
        return machine(#name, n, o);                                                               \
    }
MACHINE(v100)
MACHINE(turing)
MACHINE(a100)
MACHINE(h100)
MACHINE(cdna2)
MACHINE(cdna3)

static float w16_split_f32(size_t K, size_t n, const operands *o)
{
    (void)K;
    return split("a100", KBIT_F32, 1, n, o);
}

static float w16_split_f16(size_t K, size_t n, const operands *o)
{
    (void)K;
    return split("a100", KBIT_F16, 1, n, o);
}

/* ---- layers ---- */

static float absmax(size_t from, size_t to, const float *v)
{
    float a = 0;
    for (size_t k = from; k < to; k++)
        a = fmaxf(a, fabsf(v[k]));
    return a;
}

static int code(float x, float a)
{
    return a > 0 ? (int)nearbyintf(127.0f * x / a) : 0;
}

/* The int8 part of bitsandbytes' layer: its accumulator, scaled. Outliers are the first n columns,
 * and all their elements reach the threshold. */
static float int8_part(size_t K, size_t n, const operands *o,
                       float (*scaled)(int32_t c, float a, float s))
{
    float a = absmax(n, K, o->x);
    int32_t c = 0;
    for (size_t k = n; k < K; k++)
        c += code(o->x[k], a) * o->w[k];
    return scaled(c, a, o->s);
}

static float int8_part_paper(size_t K, size_t n, const operands *o)
{
    float a = absmax(n, K, o->x), s = absmax(n, K, o->w16);
    int32_t c = 0;
    for (size_t k = n; k < K; k++)
        c += code(o->x[k], a) * code(o->w16[k], s);
    return scaled_bnb(c, a, s);
}

static float bnb_nearest(size_t K, size_t n, const operands *o)
{
    return onto(int8_part(K, n, o, scaled_bnb), n, o, add_nearest) + o->bias;
}

static float bnb_any(size_t K, size_t n, const operands *o)
{
    return onto(int8_part(K, n, o, scaled_two_constants), n, o, add_nearest) + o->bias;
}

static float bnb_up(size_t K, size_t n, const operands *o)
{
    return onto(int8_part(K, n, o, scaled_bnb), n, o, add_up) + o->bias;
}

static float bnb_cut(size_t K, size_t n, const operands *o)
{
    return onto(int8_part(K, n, o, scaled_bnb), n, o, add_cut) + o->bias;
}

static float bnb_f16_weights(size_t K, size_t n, const operands *o)
{
    return onto_f16_weights(int8_part(K, n, o, scaled_bnb), n, o) + o->bias;
}

/* The int8 part with its bias is an output of its own; the outlier product is added to it. */
static float bnb_twice(size_t K, size_t n, const operands *o)
{
    float first = int8_part(K, n, o, scaled_bnb) + o->bias;
    return onto(first, n, o, add_nearest);
}

static float paper_nearest(size_t K, size_t n, const operands *o)
{
    return onto_w16(int8_part_paper(K, n, o), n, o, add_nearest) + o->bias;
}

static float paper_up(size_t K, size_t n, const operands *o)
{
    return onto_w16(int8_part_paper(K, n, o), n, o, add_up) + o->bias;
}

static float paper_cut(size_t K, size_t n, const operands *o)
{
    return onto_w16(int8_part_paper(K, n, o), n, o, add_cut) + o->bias;
}

/* ---- quantize ---- */

/* The relative error of a float quotient q of 127x/a: q a has at most 48 bits and 127 x has 31, so
 * their difference is exact in double. */
static double quotient_ratio(float q, const operands *o, double lo, double hi)
{
    double exact = 127.0 * (double)o->x[0];
    double r = ((double)q * (double)o->a - exact) / exact;
    return r < 0 ? r / lo : r / hi;
}

static bool in_row(const operands *o)
{
    return o->x[0] > 0 && o->x[0] <= o->a && 127.0 * (double)o->x[0] >= 0.25 * (double)o->a;
}

#define QUOTIENT(name, type, computed)                                                             \
    static double ratio_##name##_##type(const operands *o)                                         \
    {                                                                                              \
        float x = o->x[0], a = o->a;                                                               \
        return in_row(o) ? quotient_ratio(computed, o, KBIT_BOUND_QUANT_##name##_##type##_LO,      \
                                          KBIT_BOUND_QUANT_##name##_##type##_HI)                   \
                         : -1;                                                                     \
    }
QUOTIENT(EXACT, F16, 127.0f * x / a)
QUOTIENT(MUL, F16, x *(127.0f / a))
QUOTIENT(RDIV, F16, x / (a / 127.0f))
QUOTIENT(EXACT, BF16, 127.0f * x / a)
QUOTIENT(MUL, BF16, x *(127.0f / a))
QUOTIENT(RDIV, BF16, x / (a / 127.0f))
QUOTIENT(EXACT, F32, 127.0f * x / a)
QUOTIENT(MUL, F32, x *(127.0f / a))
QUOTIENT(RDIV, F32, x / (a / 127.0f))

QUOTIENT(RECIPROCAL, F16, x *(127.0f * (1.0f / a)))
QUOTIENT(RECIPROCAL, BF16, x *(127.0f * (1.0f / a)))
QUOTIENT(RECIPROCAL, F32, x *(127.0f * (1.0f / a)))

/* The gap theorem's distance over the one there is between 127x/a and the nearest half-integer. */
static double ratio_gap(const operands *o)
{
    double t = 127.0 * (double)o->x[0] / (double)o->a, half = floor(t) + 0.5;
    double away = fabs(127.0 * (double)o->x[0] - half * (double)o->a) / (127.0 * (double)o->x[0]);
    return in_row(o) && away > 0 ? KBIT_GAP_F16_LO / away : -1;
}

/* ---- producers ---- */

/* The largest float within two ulps of v, an ulp being that of fp32 at v; below: the smallest. */
static float two_ulps_off(double v, bool below)
{
    const double ulp = ldexp(1, ilogb(v) - 23), end = below ? v - 2 * ulp : v + 2 * ulp;
    const float f = (float)end;
    if (below)
        return (double)f < end ? nextafterf(f, INFINITY) : f;
    return (double)f > end ? nextafterf(f, -INFINITY) : f;
}

static float gelu_above(size_t K, size_t n, const operands *o)
{
    (void)K, (void)n;
    const float z = o->x[0] * 0x1.6a09e6p-1f;
    return 0.5f * o->x[0] * (1 + fminf(1, two_ulps_off(erf((double)z), false)));
}

static float gelu_tanh_above(size_t K, size_t n, const operands *o)
{
    (void)K, (void)n;
    const float x = o->x[0], z = 0x1.988454p-1f * (x + 0.044715f * (x * x * x));
    return 0.5f * x * (1 + fminf(1, two_ulps_off(tanh((double)z), false)));
}

static float silu_below(size_t K, size_t n, const operands *o)
{
    (void)K, (void)n;
    return o->x[0] * (1 / (1 + two_ulps_off(exp(-(double)o->x[0]), false)));
}

static float sum_of(size_t K, const float *x, float mean, bool squares)
{
    float sum = 0;
    for (size_t k = 0; k < K; k++)
        sum += squares ? (x[k] - mean) * (x[k] - mean) : x[k];
    return sum;
}

static void scaled_row(size_t K, const operands *o, float mean, float r, float *y)
{
    for (size_t k = 0; k < K; k++)
        y[k] = (o->x[k] - mean) * r * o->w16[k];
}

static float root_of(float variance, const operands *o)
{
    return 1 / sqrtf(variance + o->d);
}

static void rmsnorm_row(size_t K, const operands *o, float *y)
{
    scaled_row(K, o, 0, root_of(sum_of(K, o->x, 0, true) / (float)K, o), y);
}

static void rmsnorm_rsqrt_row(size_t K, const operands *o, float *y)
{
    const float v = sum_of(K, o->x, 0, true) / (float)K + o->d;
    scaled_row(K, o, 0, two_ulps_off(1 / sqrt((double)v), true), y);
}

static void layernorm_row(size_t K, const operands *o, float *y)
{
    const float mean = sum_of(K, o->x, 0, false) / (float)K;
    scaled_row(K, o, mean, root_of(sum_of(K, o->x, mean, true) / (float)K, o), y);
}

static void layernorm_one_pass_row(size_t K, const operands *o, float *y)
{
    const float mean = sum_of(K, o->x, 0, false) / (float)K;
    scaled_row(K, o, mean, root_of(sum_of(K, o->x, 0, true) / (float)K - mean * mean, o), y);
}

/* ---- first guesses ---- */

static void start_produced(size_t K, size_t n, uint64_t h, operands *o)
{
    (void)n;
    for (size_t k = 0; k < K; k++) {
        o->x[k] = 1 + (float)(h >> k % 40 & 255) / 256;
        o->w16[k] = 1;
    }
    o->d = 0x1p-20f;
}

static void start_product(size_t K, size_t n, uint64_t h, operands *o)
{
    (void)K, (void)n;
    o->c = (int32_t)(((uint32_t)1 << 24) + 1 + (uint32_t)(h % 64));
    o->a = 1 + 0x1p-10f * (float)(h >> 8 & 15);
    o->s = 1 + 0x1p-10f * (float)(h >> 16 & 15);
}

/* d just above a power of two, and terms a little above half its ulp. */
static void start_sum(size_t K, size_t n, uint64_t h, operands *o)
{
    (void)h;
    o->d = 1;
    o->s = 127 * 0x1p-10f;
    for (size_t k = 0; k < K; k++) {
        o->x[k] = k < n ? 0x1.004p-7f : 0x1p-14f;
        o->w[k] = 1;
        o->w16[k] = 0x1p-17f;
    }
}

/* A large first term, then small ones; the rest of the columns makes a small int8 part. */
static void start_layer(size_t K, size_t n, uint64_t h, operands *o)
{
    for (size_t k = 0; k < K; k++) {
        o->x[k] = k == 0 ? 0x1p+15f : k < n ? 8.0f + (float)(h % 8) : 0x1p-4f;
        o->w[k] = (int8_t)(k == 0 ? 127 : 1);
        o->w16[k] = k == 0 ? 0x1p+3f : k < n ? 0x1p-9f : 0x1p-10f;
    }
    o->s = 127 * 0x1p-7f;
    o->bias = 1;
}

static void start_layer_dequantized(size_t K, size_t n, uint64_t h, operands *o)
{
    start_layer(K, n, h, o);
    for (size_t k = 0; k < n; k++)
        o->x[k] = 6, o->w[k] = 0, o->w16[k] = 0x1p-24f;
    for (size_t k = n; k < K; k++)
        o->x[k] = 5, o->w[k] = 127, o->w16[k] = 1;
    o->bias = 0x1p-20f;
}

static void start_quotient(size_t K, size_t n, uint64_t h, operands *o)
{
    (void)K, (void)n, (void)h;
    o->a = 2;
    o->x[0] = 1.5f;
}

/* ---- the table ---- */

#define NONE                                                                                       \
    {                                                                                              \
        KBIT_F32, 1, 0                                                                             \
    }
#define IN(type, lo, hi)                                                                           \
    {                                                                                              \
        KBIT_##type, lo, hi                                                                        \
    }
#define OFF KBIT_THRESHOLD_OFF

#define DEQUANTIZE(type, lo, hi, bits)                                                             \
    .step = "dequantize", .K = 1, .threshold = OFF, .x = NONE, .x_rest = NONE, .w16 = NONE,        \
    .a = IN(type, lo, hi), .s = IN(type, lo, hi), .d = NONE, .bias = NONE, .most_c_bits = bits,    \
    .start = start_product
#define OUTLIERS(n, xtype, xlo, xhi, stype, slo, shi)                                              \
    .step = "outlier_matmul", .K = n, .outliers = n, .threshold = 0, .x = IN(xtype, xlo, xhi),     \
    .x_rest = NONE, .w16 = NONE, .a = NONE, .s = IN(stype, slo, shi), .d = IN(F32, slo, shi),      \
    .bias = NONE, .most_code = 127, .x_type = KBIT_##xtype, .start = start_sum
#define OUTLIERS_W16(n, xtype, xlo, xhi, wlo, whi, dlo, dhi)                                       \
    .step = "outlier_matmul_w16", .K = n, .outliers = n, .threshold = 0, .x = IN(xtype, xlo, xhi), \
    .x_rest = NONE, .w16 = IN(xtype, wlo, whi), .a = NONE, .s = NONE, .d = IN(F32, dlo, dhi),      \
    .bias = NONE, .x_type = KBIT_##xtype, .start = start_sum
#define LAYER_BNB                                                                                  \
    .step = "llmint8_linear_bnb", .theorem = "linear-bnb", .K = 20, .outliers = 16,                \
    .threshold = 6, .x = IN(F16, 3, 15), .x_rest = IN(F16, -14, 1), .w16 = NONE, .a = NONE,        \
    .s = IN(F16, -10, 10), .d = NONE, .bias = IN(F32, -20, 20), .most_code = 127,                  \
    .x_type = KBIT_F16
#define LAYER_PAPER                                                                                \
    .step = "llmint8_linear_paper", .theorem = "linear-paper", .K = 20, .outliers = 16,            \
    .threshold = 6, .x = IN(F16, 3, 15), .x_rest = IN(F16, -14, 1), .w16 = IN(F16, -14, 6),        \
    .a = NONE, .s = NONE, .d = NONE, .bias = IN(F32, -20, 20), .x_type = KBIT_F16
#define QUANTIZE(type, lo, hi)                                                                     \
    .step = "quantize_rows", .K = 1, .threshold = OFF, .x = IN(type, lo, hi), .x_rest = NONE,      \
    .w16 = NONE, .s = NONE, .a = IN(type, lo, hi), .d = NONE, .bias = NONE, .x_type = KBIT_##type, \
    .start = start_quotient

#define ACTIVATION(of, lo, hi)                                                                     \
    .step = of, .K = 1, .threshold = OFF, .x = IN(F32, lo, hi), .x_rest = NONE, .w16 = NONE,       \
    .s = NONE, .a = NONE, .d = NONE, .bias = NONE, .x_type = KBIT_F32, .start = start_produced
#define NORM(of, k, lo, hi)                                                                        \
    .step = of, .K = k, .threshold = OFF, .x = IN(F32, lo, hi), .x_rest = NONE,                    \
    .w16 = IN(F32, -1, 1), .s = NONE, .a = NONE, .d = IN(F32, -40, -10), .bias = NONE,             \
    .x_type = KBIT_F32, .start = start_produced

const target TARGETS[] = {
    {.name = "quantize-exact-f16",
     .theorem = "quantize-gap",
     .declares = "quant=exact",
     .adversary = "RN(127 x) / a, fp16",
     QUANTIZE(F16, -4, 4),
     .ratio = ratio_EXACT_F16},
    {.name = "quantize-mul-f16",
     .theorem = "quantize-gap",
     .declares = "quant=mul",
     .adversary = "x * RN(127 / a), fp16",
     QUANTIZE(F16, -4, 4),
     .ratio = ratio_MUL_F16},
    {.name = "quantize-rdiv-f16",
     .theorem = "quantize-gap",
     .declares = "quant=rdiv",
     .adversary = "x / RN(a / 127), fp16",
     QUANTIZE(F16, -4, 4),
     .ratio = ratio_RDIV_F16},
    {.name = "quantize-exact-bf16",
     .theorem = "quantize-gap",
     .declares = "quant=exact",
     .adversary = "RN(127 x) / a, bf16",
     QUANTIZE(BF16, -4, 4),
     .ratio = ratio_EXACT_BF16},
    {.name = "quantize-mul-bf16",
     .theorem = "quantize-gap",
     .declares = "quant=mul",
     .adversary = "x * RN(127 / a), bf16",
     QUANTIZE(BF16, -4, 4),
     .ratio = ratio_MUL_BF16},
    {.name = "quantize-rdiv-bf16",
     .theorem = "quantize-gap",
     .declares = "quant=rdiv",
     .adversary = "x / RN(a / 127), bf16",
     QUANTIZE(BF16, -4, 4),
     .ratio = ratio_RDIV_BF16},
    {.name = "quantize-exact-f32",
     .theorem = "quantize-f32",
     .declares = "quant=exact",
     .adversary = "RN(127 x) / a, fp32",
     QUANTIZE(F32, -4, 4),
     .ratio = ratio_EXACT_F32},
    {.name = "quantize-mul-f32",
     .theorem = "quantize-f32",
     .declares = "quant=mul",
     .adversary = "x * RN(127 / a), fp32",
     QUANTIZE(F32, -4, 4),
     .ratio = ratio_MUL_F32},
    {.name = "quantize-rdiv-f32",
     .theorem = "quantize-f32",
     .declares = "quant=rdiv",
     .adversary = "x / RN(a / 127), fp32",
     QUANTIZE(F32, -4, 4),
     .ratio = ratio_RDIV_F32},
    {.name = "quantize-gap-f16",
     .theorem = "quantize-gap",
     .declares = "quant=any",
     .adversary = "the pair next to a half-integer",
     QUANTIZE(F16, 0, 0),
     .ratio = ratio_gap},
    {.name = "dequantize-bnb",
     .theorem = "dequantize-bnb",
     .declares = "dequant=bnb",
     .adversary = "the sequence itself, fp16 statistics",
     DEQUANTIZE(F16, -14, 15, 31),
     .answer = dequantize_bnb},
    {.name = "dequantize-bnb-f32",
     .theorem = "dequantize-bnb-f32",
     .declares = "dequant=bnb",
     .adversary = "the sequence itself, fp32 statistics",
     DEQUANTIZE(F32, -30, 30, 31),
     .answer = dequantize_bnb},
    {.name = "dequantize-bnb-f32-underflow",
     .theorem = "dequantize-bnb-f32",
     .declares = "dequant=bnb",
     .adversary = "the sequence itself where products underflow",
     DEQUANTIZE(F32, -149, 0, 8),
     .answer = dequantize_bnb},
    {.name = "dequantize-any",
     .theorem = "dequantize-any",
     .declares = "dequant=any",
     .adversary = "both statistics times RN(1/127): 5 roundings, 2 constants",
     DEQUANTIZE(F16, -14, 15, 31),
     .answer = dequantize_any},
    {.name = "dequantize-any-f32",
     .theorem = "dequantize-any",
     .declares = "dequant=any",
     .adversary = "both fp32 statistics times RN(1/127)",
     DEQUANTIZE(F32, -30, 30, 31),
     .answer = dequantize_any},
    {.name = "dequantize-any-f32-underflow",
     .theorem = "dequantize-any",
     .declares = "dequant=any",
     .adversary = "both statistics times RN(1/127) where products underflow",
     DEQUANTIZE(F32, -149, 0, 31),
     .answer = dequantize_any},
    {.name = "outlier_matmul-ieee",
     .theorem = "accumulate-any-order",
     .declares = "acc=ieee",
     .adversary = "weights scaled first, added onto d one by one",
     OUTLIERS(32, F16, -14, 15, F32, -30, 30),
     .answer = outlier_nearest},
    {.name = "outlier_matmul-f16-weights",
     .theorem = "accumulate-any-order",
     .declares = "subB=f16",
     .adversary = "weights in fp16 first, added onto d one by one",
     OUTLIERS(32, F16, -14, 15, F16, -14, 14),
     .answer = outlier_f16_weights},
    {.name = "outlier_matmul-underflow",
     .theorem = "accumulate-any-order",
     .declares = "acc=ieee",
     .adversary = "statistic over 127 first, underflowing",
     OUTLIERS(32, F32, -20, 20, F32, -149, -130),
     .answer = outlier_scale_first},
    {.name = "outlier_matmul-faithful",
     .theorem = "accumulate-faithful",
     .declares = "acc=any-faithful",
     .adversary = "added onto d, each time to the neighbour above",
     OUTLIERS(32, F16, -14, 15, F32, -30, 30),
     .answer = outlier_up},
    {.name = "outlier_matmul-truncating",
     .theorem = "accumulate-truncating",
     .declares = "acc=tc-trunc",
     .adversary = "added onto d, aligned to 23 fraction bits and cut",
     OUTLIERS(32, F16, -14, 15, F32, -30, 30),
     .answer = outlier_cut},
    {.name = "outlier_matmul_w16-ieee",
     .theorem = "accumulate-any-order",
     .declares = "acc=ieee",
     .adversary = "added onto d one by one",
     OUTLIERS_W16(32, F16, -14, 15, -14, 15, -30, 30),
     .answer = w16_nearest},
    {.name = "outlier_matmul_w16-underflow",
     .theorem = "accumulate-any-order",
     .declares = "acc=ieee",
     .adversary = "underflowing products added onto d one by one",
     OUTLIERS_W16(32, F32, -90, -60, -90, -60, -149, -130),
     .answer = w16_nearest},
    {.name = "outlier_matmul_w16-faithful",
     .theorem = "accumulate-faithful",
     .declares = "acc=any-faithful",
     .adversary = "added onto d, each time to the neighbour above",
     OUTLIERS_W16(32, F16, -14, 15, -14, 15, -30, 30),
     .answer = w16_up},
    {.name = "outlier_matmul_w16-truncating",
     .theorem = "accumulate-truncating",
     .declares = "acc=tc-trunc",
     .adversary = "added onto d, aligned to 23 fraction bits and cut",
     OUTLIERS_W16(32, F16, -14, 15, -14, 15, -30, 30),
     .answer = w16_cut},
    {.name = "outlier_matmul_w16-v100",
     .theorem = "accumulate-v100",
     .declares = "acc=v100",
     .adversary = "row v100 of the model, starting from d",
     OUTLIERS_W16(32, F16, -14, 15, -14, 15, -30, 30),
     .answer = w16_v100},
    {.name = "outlier_matmul_w16-turing",
     .theorem = "accumulate-turing",
     .declares = "acc=turing",
     .adversary = "row turing of the model, starting from d",
     OUTLIERS_W16(32, F16, -14, 15, -14, 15, -30, 30),
     .answer = w16_turing},
    {.name = "outlier_matmul_w16-a100",
     .theorem = "accumulate-a100",
     .declares = "acc=a100",
     .adversary = "row a100 of the model, starting from d",
     OUTLIERS_W16(32, F16, -14, 15, -14, 15, -30, 30),
     .answer = w16_a100},
    {.name = "outlier_matmul_w16-h100",
     .theorem = "accumulate-h100",
     .declares = "acc=h100",
     .adversary = "row h100 of the model, starting from d",
     OUTLIERS_W16(32, F16, -14, 15, -14, 15, -30, 30),
     .answer = w16_h100},
    {.name = "outlier_matmul_w16-cdna2",
     .theorem = "accumulate-cdna2",
     .declares = "acc=cdna2 ftz-in16=flush ftz32=flush",
     .adversary = "row cdna2 of the model, starting from d",
     OUTLIERS_W16(32, F16, -14, 15, -14, 15, -30, 30),
     .answer = w16_cdna2},
    {.name = "outlier_matmul_w16-cdna3",
     .theorem = "accumulate-cdna3",
     .declares = "acc=cdna3",
     .adversary = "row cdna3 of the model, starting from d",
     OUTLIERS_W16(32, F16, -14, 15, -14, 15, -30, 30),
     .answer = w16_cdna3},
    {.name = "outlier_matmul_w16-split-f32",
     .theorem = "accumulate-split-f32",
     .declares = "acc=a100 splitk=f32",
     .adversary = "row a100 of the model, a product a part",
     OUTLIERS_W16(32, F16, -14, 15, -14, 15, -30, 30),
     .answer = w16_split_f32},
    {.name = "outlier_matmul_w16-split-f16",
     .theorem = "accumulate-split-f16",
     .declares = "acc=a100 splitk=f16",
     .adversary = "row a100 of the model, a product a part in fp16",
     OUTLIERS_W16(32, F16, -14, 6, -14, 6, -30, 10),
     .answer = w16_split_f16},
    {.name = "linear_bnb",
     .declares = "dequant=bnb acc=ieee",
     .adversary = "outliers added onto the int8 part, then the bias",
     LAYER_BNB,
     .answer = bnb_nearest,
     .start = start_layer},
    {.name = "linear_bnb-int8-part",
     .declares = "dequant=bnb acc=ieee",
     .adversary = "as above, where the int8 part is most of the sum",
     LAYER_BNB,
     .answer = bnb_nearest,
     .start = start_layer_dequantized},
    {.name = "linear_bnb-any",
     .declares = "dequant=any",
     .adversary = "two constants in the int8 part",
     LAYER_BNB,
     .answer = bnb_any,
     .start = start_layer_dequantized},
    {.name = "linear_bnb-faithful",
     .declares = "acc=any-faithful",
     .adversary = "outliers onto the int8 part, each time to the neighbour above",
     LAYER_BNB,
     .answer = bnb_up,
     .start = start_layer},
    {.name = "linear_bnb-truncating",
     .declares = "acc=tc-trunc",
     .adversary = "outliers onto the int8 part, aligned to 23 fraction bits and cut",
     LAYER_BNB,
     .answer = bnb_cut,
     .start = start_layer},
    {.name = "linear_bnb-f16-weights",
     .declares = "subB=f16",
     .adversary = "outlier weights in fp16, added onto the int8 part",
     LAYER_BNB,
     .answer = bnb_f16_weights,
     .start = start_layer},
    {.name = "linear_bnb-round-twice",
     .declares = "combine=round-twice store=twice",
     .adversary = "int8 part and bias first, outliers onto them",
     LAYER_BNB,
     .answer = bnb_twice,
     .start = start_layer},
    {.name = "linear_paper",
     .declares = "dequant=bnb acc=ieee",
     .adversary = "outliers added onto the int8 part, then the bias",
     LAYER_PAPER,
     .answer = paper_nearest,
     .start = start_layer},
    {.name = "linear_paper-faithful",
     .declares = "acc=any-faithful",
     .adversary = "outliers onto the int8 part, each time to the neighbour above",
     LAYER_PAPER,
     .answer = paper_up,
     .start = start_layer},
    {.name = "linear_paper-truncating",
     .declares = "acc=tc-trunc",
     .adversary = "outliers onto the int8 part, aligned to 23 fraction bits and cut",
     LAYER_PAPER,
     .answer = paper_cut,
     .start = start_layer},
    {.name = "quantize-reciprocal-f16",
     .theorem = "quantize-gap",
     .declares = "quant=reciprocal",
     .adversary = "x * RN(127 RN(1 / a)), fp16",
     QUANTIZE(F16, -4, 4),
     .ratio = ratio_RECIPROCAL_F16},
    {.name = "quantize-reciprocal-bf16",
     .theorem = "quantize-gap",
     .declares = "quant=reciprocal",
     .adversary = "x * RN(127 RN(1 / a)), bf16",
     QUANTIZE(BF16, -4, 4),
     .ratio = ratio_RECIPROCAL_BF16},
    {.name = "quantize-reciprocal-f32",
     .theorem = "quantize-f32",
     .declares = "quant=reciprocal",
     .adversary = "x * RN(127 RN(1 / a)), fp32",
     QUANTIZE(F32, -4, 4),
     .ratio = ratio_RECIPROCAL_F32},
    {.name = "gelu",
     .theorem = "gelu",
     .declares = "",
     .adversary = "erf as far above as two ulps let it",
     ACTIVATION("gelu", -10, 2),
     .answer = gelu_above},
    {.name = "gelu_tanh",
     .theorem = "gelu-tanh",
     .declares = "",
     .adversary = "tanh as far above as two ulps let it",
     ACTIVATION("gelu_tanh", -10, 2),
     .answer = gelu_tanh_above},
    {.name = "silu",
     .theorem = "silu",
     .declares = "",
     .adversary = "exp as far above as two ulps let it, then a reciprocal",
     ACTIVATION("silu", -10, 4),
     .answer = silu_below},
    {.name = "rmsnorm",
     .theorem = "rmsnorm",
     .declares = "rsqrt=ieee",
     .adversary = "squares added from the left",
     NORM("rmsnorm", 16, -2, 2),
     .outputs = rmsnorm_row},
    {.name = "rmsnorm-rsqrt",
     .theorem = "norm-rsqrt",
     .declares = "rsqrt=cuda",
     .adversary = "a reciprocal root as far below as two ulps let it",
     NORM("rmsnorm", 4, -2, 2),
     .outputs = rmsnorm_rsqrt_row},
    {.name = "layernorm-two-pass",
     .theorem = "layernorm-two-pass",
     .declares = "variance=two-pass",
     .adversary = "sums from the left",
     NORM("layernorm", 16, -2, 2),
     .outputs = layernorm_row},
    {.name = "layernorm-one-pass",
     .theorem = "layernorm-one-pass",
     .declares = "variance=one-pass",
     .adversary = "sums from the left",
     NORM("layernorm", 16, -2, 2),
     .outputs = layernorm_one_pass_row},
};
const size_t N_TARGETS = sizeof TARGETS / sizeof *TARGETS;
