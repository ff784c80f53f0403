/* store -- EXACT: y + bias rounded as declared; SET of the two roundings for store=any, and with ftz32=flush
 * of those with zeros in place of what is below 2^-126: y, the bias and their sum.
 *
 * store=once rounds the real sum, store=twice that of fp32. via=f16 rounds to fp16 before the output's
 * type. bias=after-round rounds y by itself, and then its sum with the bias. */
#include "step.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "numbers.h"
#include "stored.h"

static uint32_t encoding(const kbit_tensor *tensor, size_t i)
{
    return tensor->dtype == KBIT_F32 ? ((const uint32_t *)tensor->data)[i]
                                     : ((const uint16_t *)tensor->data)[i];
}

static bool is_nan(uint32_t bits, kbit_dtype type)
{
    return type == KBIT_F32   ? (bits & 0x7fffffffu) > 0x7f800000u
           : type == KBIT_F16 ? (bits & 0x7fffu) > 0x7c00u
                              : (bits & 0x7fffu) > 0x7f80u;
}

/* The largest finite value in place of an infinity that finite operands gave. */
static uint32_t saturated(uint32_t bits, kbit_dtype type)
{
    uint32_t sign = type == KBIT_F32 ? bits & 0x80000000u : bits & 0x8000u;
    uint32_t infinity = type == KBIT_F32 ? 0x7f800000u : type == KBIT_F16 ? 0x7c00u : 0x7f80u;
    return (bits ^ sign) == infinity ? sign | (infinity - 1) : bits;
}

static bool is_subnormal(uint32_t bits, kbit_dtype type)
{
    uint32_t magnitude = bits & 0x7fffu;
    return magnitude != 0 && magnitude < (type == KBIT_F16 ? 0x0400u : 0x0080u);
}

/* Whether ftz-out16=flush may make a zero of this: of a subnormal result, and of the smallest normal
 * number where rounding lifted the sum there, since a machine may look before or after. */
static bool may_flush(uint32_t bits, double sum, kbit_dtype type)
{
    bool lifted = fabs(sum) < (type == KBIT_F16 ? 0x1p-14 : 0x1p-126);
    return is_subnormal(bits, type) || (bits & 0x7fffu) == 0 || lifted;
}

static float widened(uint32_t bits, kbit_dtype type)
{
    float value;
    if (type == KBIT_F16)
        return kbit_f16_to_f32((kbit_f16){(uint16_t)bits});
    if (type == KBIT_BF16)
        return kbit_bf16_to_f32((kbit_bf16){(uint16_t)bits});
    memcpy(&value, &bits, sizeof value);
    return value;
}

/* y + b in this type, by one rounding or two; without a bias there is no sum: adding +0 would turn -0
 * into +0. */
static uint32_t round_sum(float y, const float *b, kbit_dtype type, bool twice, bool saturate)
{
    const float sum = b ? y + *b : y;
    uint32_t bits = !b || twice ? kbit_stored(sum, -0.0f, type) : kbit_stored(y, *b, type);
    return saturate && isfinite(y) && (!b || isfinite(*b)) ? saturated(bits, type) : bits;
}

static uint32_t stored(const kbit_declared *declared, float y, const float *b, kbit_dtype type,
                       bool twice)
{
    const kbit_dtype first = declared->via == VIA_F16 ? KBIT_F16 : type;
    const bool saturate = declared->overflow == OVERFLOW_SAT;
    const bool after = declared->bias == BIAS_AFTER_ROUND && b;
    uint32_t bits = round_sum(y, after ? NULL : b, first, twice, saturate);
    if (after)
        bits = round_sum(widened(bits, first), b, first, twice, saturate);
    return first == type ? bits : round_sum(widened(bits, first), NULL, type, twice, saturate);
}

static bool is_zero(uint32_t bits, kbit_dtype type)
{
    return (bits & (type == KBIT_F32 ? 0x7fffffffu : 0x7fffu)) == 0;
}

/* Whether zeros of fp32 explain what was observed (ftz32=flush). Their signs are not looked at. */
static bool admits_zeros(const kbit_declared *declared, float y, const float *b, kbit_dtype type,
                         uint32_t observed)
{
    const bool y_may = fabsf(y) < KBIT_LEAST_NORMAL, b_may = b && fabsf(*b) < KBIT_LEAST_NORMAL;
    if (fabs((double)y + (b ? (double)*b : 0)) < (double)KBIT_LEAST_NORMAL ||
        (y_may && (!b || b_may)))
        if (is_zero(observed, type))
            return true;
    for (int zeros = 1; zeros < 4; zeros++) {
        const float bias = zeros & 2 || !b ? 0 : *b, at = zeros & 1 ? 0 : y;
        if ((zeros & 1 && !y_may) || (zeros & 2 && !b_may))
            continue;
        if (declared->store != STORE_TWICE &&
            observed == stored(declared, at, b ? &bias : NULL, type, false))
            return true;
        if (declared->store != STORE_ONCE &&
            observed == stored(declared, at, b ? &bias : NULL, type, true))
            return true;
    }
    return false;
}

static kbit_status judge(const kbit_judging *judging, kbit_verdict *verdict, kbit_error *error)
{
    const kbit_call *call = judging->call;
    const kbit_tensor *out = &call->out[0];
    const float *y = call->in[0].data;
    const float *bias = call->in[1].dim[0] ? call->in[1].data : NULL;
    kbit_dtype type = (kbit_dtype)out->dtype;
    int store = judging->declared->store;
    bool flush = judging->declared->ftz_out16 == FTZ_FLUSH && type != KBIT_F32;
    (void)error;
    const bool flush32 = judging->declared->ftz32 == FTZ_FLUSH;
    verdict->kind = store == STORE_ANY || flush || flush32 ? KBIT_SET : KBIT_EXACT;
    verdict->elements = verdict->checked = call->M * call->N;
    for (size_t i = 0; i < call->M; i++)
        for (size_t j = 0; j < call->N; j++) {
            float value = y[i * call->N + j], b = bias ? bias[j] : 0;
            uint32_t once = stored(judging->declared, value, bias ? &b : NULL, type, false);
            uint32_t twice = stored(judging->declared, value, bias ? &b : NULL, type, true);
            uint32_t observed = encoding(out, i * call->N + j);
            bool right = is_nan(once, type) ? is_nan(observed, type)
                                            : (store != STORE_TWICE && observed == once) ||
                                                  (store != STORE_ONCE && observed == twice);
            if (flush) {
                bool zero = (observed & 0x7fffu) == 0;
                double real = (double)value + (double)b;
                bool from_once = store != STORE_TWICE && may_flush(once, real, type);
                bool from_twice = store != STORE_ONCE && may_flush(twice, real, type);
                right =
                    (right && !is_subnormal(observed, type)) || (zero && (from_once || from_twice));
            }
            if (!right && flush32 && !is_nan(once, type) &&
                !(flush && is_subnormal(observed, type)))
                right = admits_zeros(judging->declared, value, bias ? &b : NULL, type, observed);
            verdict->single += once == twice;
            if (right && !kbit_shown(judging, i, j))
                continue;
            kbit_mismatch *m =
                right ? kbit_show(verdict, "out", i, j) : kbit_reject(verdict, "out", i, j);
            kbit_print_value(m->observed, sizeof m->observed, kbit_element(out, i * call->N + j),
                             type);
            if (flush && is_subnormal(store == STORE_TWICE ? twice : once, type))
                snprintf(m->admissible, sizeof m->admissible, "a zero, not 0x%x", observed);
            else if (store == STORE_ANY && once != twice)
                snprintf(m->admissible, sizeof m->admissible, "encoding 0x%x or 0x%x, not 0x%x",
                         once, twice, observed);
            else
                snprintf(m->admissible, sizeof m->admissible, "encoding 0x%x, observed 0x%x",
                         store == STORE_TWICE ? twice : once, observed);
            snprintf(m->inputs, sizeof m->inputs, "y %a, bias %a", (double)value, (double)b);
        }
    return KBIT_OK;
}

const kbit_step kbit_step_store = {
    .stem = "store",
    .in = {{"y", "MN", 1u << KBIT_F32}, {"bias", "B", 1u << KBIT_F32}},
    .n_in = 2,
    .out = {"out", "MN", KBIT_TYPES_FLOAT},
    .judge = judge,
};
