#include "summation.h"

#include <math.h>

#include "enclosure.h"
#include "kbit_accumulation.h"

/* The row that acc names, or NULL: ieee, any-faithful, tc-trunc. */
static const kbit_accumulation *row_of(int acc)
{
    switch (acc) {
    case ACC_V100:
        return kbit_accumulation_find("v100");
    case ACC_TURING:
        return kbit_accumulation_find("turing");
    case ACC_A100:
        return kbit_accumulation_find("a100");
    case ACC_H100:
        return kbit_accumulation_find("h100");
    case ACC_CDNA2:
        return kbit_accumulation_find("cdna2");
    case ACC_CDNA3:
        return kbit_accumulation_find("cdna3");
    default:
        return NULL;
    }
}

static const char *theorem_of(const kbit_declared *declared, const kbit_accumulation *row)
{
    static const char *const OF_ACC[] = {
        [ACC_IEEE] = "accumulate-any-order",      [ACC_FAITHFUL] = "accumulate-faithful",
        [ACC_TC_TRUNC] = "accumulate-truncating", [ACC_V100] = "accumulate-v100",
        [ACC_TURING] = "accumulate-turing",       [ACC_A100] = "accumulate-a100",
        [ACC_H100] = "accumulate-h100",           [ACC_CDNA2] = "accumulate-cdna2",
        [ACC_CDNA3] = "accumulate-cdna3",
    };
    if (declared->splitk == SPLITK_F16)
        return "accumulate-split-f16";
    if (declared->splitk == SPLITK_F32 && row)
        return "accumulate-split-f32";
    if (!row && declared->acc > ACC_TC_TRUNC)
        return OF_ACC[ACC_IEEE];
    return OF_ACC[declared->acc];
}

/* accumulate_fused.md: n products in groups of 16 that are filled up with zeros, each group 16 / L
 * steps; a step without a product that is not zero loses nothing. Split sums may have a product each,
 * and n - 1 additions more. */
static double row_loss(const kbit_accumulation *row, double n, bool split)
{
    double L = (double)row->products, groups = ceil(n / 16);
    double steps = split ? n : fmin(n, groups * (16 / L));
    double cut = ldexp(1, -row->fraction_bits), joins = split ? n * KBIT_U : 0;

    switch (row->alignment) {
    case KBIT_ALIGN_ALL:
        return n * cut + steps * KBIT_CUT + joins;
    case KBIT_ALIGN_TWICE:
        return n * cut + steps * (KBIT_CUT_CDNA3 + KBIT_U) + joins;
    default: /* a tree of L, then one addition a step */
        return (ceil(log2(L)) + steps) * KBIT_U + joins;
    }
}

/* Smallest normal number; 0 for types whose operands no machine here treats apart. */
static double least(kbit_dtype type)
{
    return type == KBIT_F16 ? 0x1p-14 : type == KBIT_BF16 ? 0x1p-126 : 0;
}

kbit_summation kbit_summation_of(const kbit_declared *declared, kbit_dtype x_type,
                                 kbit_dtype w_type, size_t n, unsigned later)
{
    kbit_summation how = {0};
    const kbit_accumulation *row = row_of(declared->acc);

    if (w_type == KBIT_I8 && declared->subB != SUBB_EXACT)
        w_type = declared->subB == SUBB_F16    ? KBIT_F16
                 : declared->subB == SUBB_BF16 ? KBIT_BF16
                 : x_type != KBIT_F32          ? x_type
                                               : KBIT_I8;
    how.codes = w_type == KBIT_I8;
    how.least_x = least(x_type);
    how.least_w = least(w_type);
    /* fp32 operands, and operands of two types, do not go through a tensor core. */
    if (how.least_x == 0 || (w_type != KBIT_I8 && w_type != x_type))
        row = NULL;
    how.theorem = theorem_of(declared, row);
    how.by_encoding = declared->acc != ACC_IEEE && declared->acc != ACC_FAITHFUL;
    how.flush_operands = declared->ftz_in16 == FTZ_FLUSH;
    how.flush_results = declared->ftz32 == FTZ_FLUSH;
    how.half_partials = declared->splitk == SPLITK_F16;
    if (row) {
        how.loss = row_loss(row, (double)n, declared->splitk != SPLITK_NONE) +
                   (1 + (double)later) * KBIT_U;
    } else {
        double addition = declared->acc == ACC_FAITHFUL   ? KBIT_U_FAITHFUL
                          : declared->acc == ACC_TC_TRUNC ? KBIT_U_TRUNCATING
                                                          : KBIT_U;
        how.loss = ((double)n + (double)later) * addition;
        how.product_error = KBIT_U;
    }
    how.term_loss = how.loss + (how.half_partials ? KBIT_U_F16 : 0);
    return how;
}

/* Below the smallest normal number: zero, on machines that flush. */
static double flushed(double x, double least, bool flush)
{
    return flush && fabs(x) < least ? 0 : x;
}

void kbit_summation_add(const kbit_summation *how, kbit_sum *sum, double x, double weight)
{
    x = flushed(x, how->least_x, how->flush_operands);
    weight = flushed(weight, how->least_w, how->flush_operands);
    double term = x * weight;
    kbit_sum_add(sum, term);
    if (how->flush_results && isfinite(term) &&
        fmin(fabs(x), fabs(weight)) < (double)KBIT_LEAST_NORMAL)
        sum->doubt += fabs(term); /* an operand may count as zero */
    if (how->by_encoding && isfinite(term) && term != 0)
        sum->encoded += fmax(fabs(x), how->least_x) * fmax(fabs(weight), how->least_w) - fabs(term);
}

bool kbit_summation_is_exact(const kbit_summation *how, const kbit_sum *products,
                             const kbit_sum *with_d, bool scaled)
{
    double lowest = how->flush_results ? 0x1p-126 : 0x1p-149;
    if (with_d->terms != 0 && with_d->quantum < lowest)
        return false;
    if (products->terms == 0)
        return true;
    if (how->half_partials && (scaled || products->magnitude > 0x1p11 * products->quantum ||
                               products->quantum < 0x1p-24 || products->magnitude > 65504))
        return false;
    return kbit_sum_is_exact(with_d);
}

double kbit_summation_underflow(const kbit_summation *how, size_t terms, double largest_x,
                                double scale)
{
    double n = (double)terms, factors = fmax(1, largest_x) * fmax(1, scale);
    double product = KBIT_LOSS_OUTLIER * (how->flush_results ? KBIT_ETA_FLUSH : KBIT_ETA);
    double addition = how->flush_results ? KBIT_ETA_FLUSH : 0;
    double lost = (product + addition) * (n + 1) * factors * (how->codes ? 127 : 1);
    if (how->by_encoding)
        lost += 2 * n * KBIT_LOSS_FUSED * fmax(1, scale); /* no more steps than products */
    if (how->half_partials)
        lost += n * KBIT_ETA_F16 * fmax(1, scale);
    /* What is lost early goes through everything that comes later. */
    lost *= 1 + kbit_growth(how->product_error + KBIT_OUTLIER_SCALE_ERROR, 1, how->term_loss);
    return isfinite(factors) ? lost : 0;
}

/* Of the positive or of the negative terms: they bound every partial sum. */
static double of_one_sign(const kbit_sum *sum, double sign)
{
    return (sum->magnitude + sign * sum->value) / 2;
}

void kbit_summation_overflow(const kbit_summation *how, const kbit_sum *products, double scale,
                             kbit_admissible *set)
{
    if (!how->half_partials)
        return;
    /* The sums of the positive and of the negative terms bound every partial sum, before and after
     * the scale s / 127 of codes; 65520 is where rounding to fp16 gives infinity.
     * The last factor covers the roundings of this line, as in kbit_growth(). */
    double growth = 1 + kbit_growth(how->product_error, 1, how->loss);
    double factor = fmax(1, scale == 1 ? 1 : 128 / scale) * growth * (1 + 0x1p-40);
    set->plus_inf |= of_one_sign(products, 1) * factor >= 65520;
    set->minus_inf |= of_one_sign(products, -1) * factor >= 65520;
}

void kbit_summation_overflow_f32(const kbit_summation *how, const kbit_sum *products,
                                 const kbit_sum *with_d, double largest_x, double scale,
                                 kbit_admissible *set)
{
    const double growth =
        (1 + kbit_growth(how->product_error + KBIT_OUTLIER_SCALE_ERROR, 1, how->loss)) *
        (1 + 0x1p-40);
    const double end = 0x1p128 * (1 - 0x1p-25) / growth;  /* what rounds to infinity */
    const double unscaled = how->codes ? 128 / scale : 1; /* codes may be added before s / 127 */
    /* x, the code, s and 1 / 127 in any order; or a weight that is formed before it is rounded */
    const bool a_term =
        isfinite(scale) && fmax(1, how->codes ? largest_x : 0) * fmax(1, scale) * 127 >= end;
    const bool plus = of_one_sign(products, 1) * unscaled >= end;
    const bool minus = of_one_sign(products, -1) * unscaled >= end;
    /* s / 127 may be zero, and infinity times it is NaN. */
    const double least_scale = how->flush_results ? 0x1p-126 : 0x1p-149;
    const bool a_nan = how->codes && scale / 127 < least_scale && (plus || minus);

    set->plus_inf |= a_term || a_nan || plus || of_one_sign(with_d, 1) >= end;
    set->minus_inf |= a_term || a_nan || minus || of_one_sign(with_d, -1) >= end;
    /* beside an operand that is infinite, the other infinity makes a NaN */
    set->plus_inf |= with_d->plus_inf && set->minus_inf;
    set->minus_inf |= with_d->minus_inf && set->plus_inf;
}
