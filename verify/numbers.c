#include "numbers.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "proofs/bounds.h"

static uint64_t bits_of(double v)
{
    uint64_t bits;
    memcpy(&bits, &v, sizeof bits);
    return bits;
}

static double of_bits(uint64_t bits)
{
    double v;
    memcpy(&v, &bits, sizeof v);
    return v;
}

/* The value of the lowest set bit of a finite nonzero double. */
static double lowest_bit(double v)
{
    uint64_t fraction = bits_of(v) & 0xfffffffffffff, exponent = bits_of(v) >> 52 & 2047;
    if (exponent > 52) /* a power of two whose encoding is an exponent alone */
        return of_bits((exponent - (fraction ? 52 - (uint64_t)__builtin_ctzll(fraction) : 0))
                       << 52);
    int power;
    uint64_t significand = (uint64_t)ldexp(fabs(frexp(v, &power)), 53);
    return ldexp((double)(significand & -significand), power - 53);
}

void kbit_sum_add(kbit_sum *sum, double term)
{
    if (isnan(term))
        sum->nan = true;
    else if (isinf(term)) {
        if (term > 0)
            sum->plus_inf = true;
        else
            sum->minus_inf = true;
    } else {
        sum->value += term;
        sum->magnitude += fabs(term);
        sum->encoded += fabs(term);
        if (term != 0) {
            double bit = lowest_bit(term);
            if (sum->terms == 0 || bit < sum->quantum)
                sum->quantum = bit;
            sum->terms++;
        }
    }
}

bool kbit_sum_is_exact(const kbit_sum *sum)
{
    return sum->terms == 0 || (sum->encoded <= 0x1p24 * sum->quantum && sum->quantum >= 0x1p-149);
}

double kbit_sum_error(const kbit_sum *sum)
{
    return (double)(sum->terms + 4) * 0x1p-52 * sum->magnitude + 0x1p-1000;
}

double kbit_growth(double a, double m, double u)
{
    double s = a + m * u;
    return (s <= KBIT_GROWTH_LIMIT ? s + s * s : pow(3, ceil(s))) * (1 + 0x1p-40);
}

double kbit_largest(kbit_dtype type)
{
    return type == KBIT_F16 ? 65504.0 : type == KBIT_BF16 ? 0x1.fep+127 : 0x1.fffffep+127;
}

/* The last bits of the significand rounded away; a carry goes into the exponent, which is right. */
static double without_bits(double v, int bits)
{
    uint64_t encoding = bits_of(v), half = (uint64_t)1 << (bits - 1);
    encoding += half - 1 + (encoding >> bits & 1);
    return of_bits(encoding & ~(2 * half - 1));
}

double kbit_nearest(double v, kbit_dtype type)
{
    if (!isfinite(v) || v == 0 || type == KBIT_F32)
        return (double)(float)v;
    double least = type == KBIT_F16 ? 0x1p-14 : 0x1p-126;
    double ulp = type == KBIT_F16 ? 0x1p-24 : 0x1p-133; /* of a subnormal number */
    double r;
    if (fabs(v) >= least) {
        r = without_bits(v, type == KBIT_F16 ? 53 - 11 : 53 - 8);
    } else {
        double shift = 0x1.8p52 * ulp; /* a double there is a multiple of ulp */
        r = v + shift - shift;
    }
    if (fabs(r) > kbit_largest(type))
        r = copysign(INFINITY, v);
    return r == 0 ? copysign(0.0, v) : r;
}

static double nearest_saturating(double v, kbit_dtype type, bool saturate)
{
    double r = kbit_nearest(v, type);
    return saturate && isinf(r) ? copysign(kbit_largest(type), r) : r;
}

/* The real numbers that sum and radius enclose. */
static void enclose(const kbit_sum *sum, double radius, double *lo, double *hi)
{
    /* The two roundings of value +- radius are covered by one more double ulp each. */
    double r = radius == 0 && kbit_sum_is_exact(sum) ? 0 : radius + kbit_sum_error(sum);
    *lo = sum->value - r;
    *hi = sum->value + r;
    if (r > 0) {
        *lo = nextafter(*lo, -INFINITY);
        *hi = nextafter(*hi, INFINITY);
    }
}

kbit_admissible kbit_admissible_round(const kbit_sum *sum, double radius, kbit_dtype type,
                                      bool saturate)
{
    kbit_admissible set = {.lo = 0};
    if (sum->nan || (sum->plus_inf && sum->minus_inf)) {
        set.nan = true;
    } else if (sum->plus_inf || sum->minus_inf) {
        /* An operand is infinite: nothing overflowed, so nothing saturates. */
        set.lo = set.hi = sum->plus_inf ? INFINITY : -INFINITY;
    } else {
        double lo, hi;
        enclose(sum, radius, &lo, &hi);
        set.lo = nearest_saturating(lo, type, saturate);
        set.hi = nearest_saturating(hi, type, saturate);
    }
    return set;
}

kbit_admissible kbit_admissible_within(const kbit_sum *sum, double radius)
{
    kbit_admissible set = kbit_admissible_round(sum, radius, KBIT_F32, false);
    double lo, hi;
    enclose(sum, radius, &lo, &hi);
    if (isfinite(set.lo) && set.lo < lo)
        set.lo = (double)nextafterf((float)set.lo, INFINITY);
    if (isfinite(set.hi) && set.hi > hi)
        set.hi = (double)nextafterf((float)set.hi, -INFINITY);
    return set;
}

bool kbit_admits(const kbit_admissible *set, double observed)
{
    if (set->nan)
        return isnan(observed);
    if (isnan(observed))
        return set->plus_inf && set->minus_inf;
    if (isinf(observed) && (observed > 0 ? set->plus_inf : set->minus_inf))
        return true;
    /* Rounding fp16 to bf16 gives numbers of fp16, but for what goes beyond the largest: an end. */
    if (set->through_f16 && observed != set->lo && observed != set->hi &&
        kbit_nearest(observed, KBIT_F16) != observed)
        return false;
    return observed >= set->lo && observed <= set->hi &&
           !(observed != 0 && fabs(observed) < set->least);
}

kbit_admissible kbit_admissible_through_f16(kbit_admissible set, kbit_dtype type, bool saturate)
{
    if (!set.nan) {
        set.lo = nearest_saturating(set.lo, type, saturate && isfinite(set.lo));
        set.hi = nearest_saturating(set.hi, type, saturate && isfinite(set.hi));
        set.through_f16 = true;
    }
    return set;
}

kbit_admissible kbit_admissible_kept(kbit_admissible set, kbit_admissible later)
{
    later.plus_inf |= set.plus_inf;
    later.minus_inf |= set.minus_inf;
    return later;
}

kbit_admissible kbit_admissible_flushed(kbit_admissible set, kbit_dtype type)
{
    double least = type == KBIT_F16 ? 0x1p-14 : 0x1p-126;
    if (!set.nan && set.lo < least && set.hi > -least) {
        set.lo = fmin(set.lo, 0);
        set.hi = fmax(set.hi, 0);
        set.least = least;
    }
    return set;
}

void kbit_print_value(char *text, size_t size, double value, kbit_dtype type)
{
    switch (type) {
    case KBIT_F32: {
        float f = (float)value;
        uint32_t bits;
        memcpy(&bits, &f, sizeof bits);
        snprintf(text, size, "%a (%.9g, 0x%08x)", value, value, bits);
        break;
    }
    case KBIT_F16:
        snprintf(text, size, "%a (%.5g)", value, value);
        break;
    case KBIT_BF16:
        snprintf(text, size, "%a (%.4g)", value, value);
        break;
    default:
        snprintf(text, size, "%.0f", value);
    }
}

void kbit_print_admissible(char *text, size_t size, const kbit_admissible *set, kbit_dtype type)
{
    (void)type;
    if (set->nan)
        snprintf(text, size, "NaN");
    else if (set->lo == set->hi)
        snprintf(text, size, "{%a} (%.9g)", set->lo, set->lo);
    else
        snprintf(text, size, "[%a, %a] (%.9g .. %.9g)", set->lo, set->hi, set->lo, set->hi);
}

double kbit_element(const kbit_tensor *tensor, size_t i)
{
    switch (tensor->dtype) {
    case KBIT_F32:
        return (double)((const float *)tensor->data)[i];
    case KBIT_F16:
        return (double)kbit_f16_to_f32(((const kbit_f16 *)tensor->data)[i]);
    case KBIT_BF16:
        return (double)kbit_bf16_to_f32(((const kbit_bf16 *)tensor->data)[i]);
    case KBIT_I8:
        return ((const int8_t *)tensor->data)[i];
    case KBIT_I32:
        return ((const int32_t *)tensor->data)[i];
    }
    return NAN;
}
