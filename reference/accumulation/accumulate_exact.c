/* accumulate_exact.c -- oracle: one step of a row, from the words of kbit_accumulation.h, in MPFR.
 *
 * Products of two bf16 are multiples of 2^-266 below 2^256: 640 bits hold every sum here exactly, and
 * each cut and rounding is made on the real number.
 */
#include <assert.h>
#include <limits.h>
#include <string.h>

#include "kbit_accumulation.h"
#include "kbit_exact.h"

#define EXACT_BITS 640

/* The number that an encoding with `fraction` fraction bits stands for; the exponent of the encoding,
 * where that of a zero is the smallest. */
static long decode(mpfr_t x, uint32_t bits, int width, int fraction)
{
    long top = (1L << (width - 1 - fraction)) - 1, field = (long)(bits >> fraction) & top;
    long rest = (long)(bits & ((UINT32_C(1) << fraction) - 1));
    long exponent = (field != 0 ? field : 1) - (top >> 1);

    if (field == top && rest != 0)
        mpfr_set_nan(x);
    else if (field == top)
        mpfr_set_inf(x, 1);
    else
        mpfr_set_si_2exp(x, field != 0 ? rest + (1L << fraction) : rest, exponent - fraction,
                         MPFR_RNDN);
    mpfr_setsign(x, x, (int)(bits >> (width - 1)), MPFR_RNDN);
    return exponent;
}

static long decode_16(mpfr_t x, kbit_dtype type, uint16_t bits)
{
    return decode(x, bits, 16, type == KBIT_F16 ? 10 : 7);
}

/* x to a multiple of 2^unit. */
static void cut(mpfr_t x, long unit, mpfr_rnd_t rnd)
{
    if (!mpfr_regular_p(x))
        return;
    mpfr_div_2si(x, x, unit, MPFR_RNDN);
    mpfr_rint(x, x, rnd);
    mpfr_mul_2si(x, x, unit, MPFR_RNDN);
}

/* To fp32 and back. */
static void round_f32(mpfr_t x)
{
    uint32_t bits = kbit_exact_encode(x, KBIT_F32, MPFR_RNDN);

    decode(x, bits, 32, 23);
}

/* Below 2^smallest: zero, and +0 unless the sign is kept. */
static void flush(mpfr_t x, long smallest, bool keep_sign)
{
    if (mpfr_zero_p(x) || (mpfr_regular_p(x) && mpfr_get_exp(x) - 1 < smallest))
        mpfr_set_zero(x, keep_sign && mpfr_signbit(x) ? -1 : 1);
}

typedef struct {
    const kbit_accumulation *row;
    kbit_dtype type;
    size_t count;
    const uint16_t *a, *b;
} products;

/* Product k, exact; its exponent. */
static long product(mpfr_t p, const products *in, size_t k, bool flushes)
{
    mpfr_t b;
    long smallest = in->type == KBIT_F16 ? -14 : -126, exponent;

    mpfr_init2(b, EXACT_BITS);
    exponent = decode_16(p, in->type, in->a[k]) + decode_16(b, in->type, in->b[k]);
    if (flushes) {
        flush(p, smallest, false);
        flush(b, smallest, false);
    }
    mpfr_mul(p, p, b, MPFR_RNDN);
    mpfr_clear(b);
    return exponent;
}

/* The places [first, first + size) of the tree; those from count on are +0. */
static void pair_sum(mpfr_t sum, const products *in, size_t first, size_t size)
{
    bool flushes = in->row->flushes;

    mpfr_set_zero(sum, 1);
    if (first >= in->count)
        return;
    if (size == 1) {
        product(sum, in, first, flushes);
    } else {
        mpfr_t right;

        mpfr_init2(right, EXACT_BITS);
        pair_sum(sum, in, first, (size + 1) / 2);
        pair_sum(right, in, first + (size + 1) / 2, size / 2);
        mpfr_add(sum, sum, right, MPFR_RNDN);
        mpfr_clear(right);
    }
    round_f32(sum);
    if (flushes)
        flush(sum, -126, true);
}

/* The largest exponent among the products, where a zero one has `zero`. */
static long largest_exponent(const products *in, long zero)
{
    long largest = in->count < in->row->products ? zero : LONG_MIN;
    mpfr_t p;

    mpfr_init2(p, EXACT_BITS);
    for (size_t k = 0; k < in->count; k++) {
        long exponent = product(p, in, k, false);

        if (mpfr_zero_p(p))
            exponent = zero;
        largest = exponent > largest ? exponent : largest;
    }
    mpfr_clear(p);
    return largest;
}

/* Adds the products, each cut toward zero to a multiple of 2^unit; those of 2^limit and more count as
 * infinite. */
static void add_cut(mpfr_t sum, const products *in, long unit, long limit)
{
    mpfr_t p;

    mpfr_init2(p, EXACT_BITS);
    for (size_t k = 0; k < in->count; k++) {
        product(p, in, k, false);
        if (mpfr_regular_p(p) && mpfr_get_exp(p) > limit)
            mpfr_set_inf(p, mpfr_sgn(p));
        cut(p, unit, MPFR_RNDZ);
        mpfr_add(sum, sum, p, MPFR_RNDN);
    }
    mpfr_clear(p);
}

static uint32_t align_all(const products *in, mpfr_t c, long c_exponent)
{
    const kbit_accumulation *row = in->row;
    long largest = largest_exponent(in, row->zero_exponent);

    if (mpfr_zero_p(c))
        c_exponent = row->zero_exponent;
    largest = c_exponent > largest ? c_exponent : largest;
    cut(c, largest - row->fraction_bits, MPFR_RNDZ);
    add_cut(c, in, largest - row->fraction_bits, LONG_MAX);
    if (mpfr_nan_p(c))
        return 0x7fffffff;
    if (mpfr_regular_p(c) && mpfr_get_exp(c) > 128)
        mpfr_set_inf(c, mpfr_sgn(c));
    uint32_t bits = kbit_exact_encode(c, KBIT_F32, MPFR_RNDZ);
    return bits << 1 == 0 ? 0 : bits;
}

static uint32_t align_twice(const products *in, mpfr_t c, long c_exponent)
{
    const kbit_accumulation *row = in->row;
    long e = largest_exponent(in, LONG_MIN), g = c_exponent > e ? c_exponent : e;
    mpfr_t dot;

    mpfr_init2(dot, EXACT_BITS);
    mpfr_set_zero(dot, 1);
    if (e != LONG_MIN)
        add_cut(dot, in, e - row->fraction_bits, 128);
    else
        add_cut(dot, in, 0, 128); /* zeros, and NaN */
    cut(dot, g - row->sum_fraction_bits - 1, MPFR_RNDD);
    cut(c, g - row->fraction_bits, MPFR_RNDD);
    mpfr_add(c, c, dot, MPFR_RNDN);
    mpfr_clear(dot);
    if (mpfr_regular_p(c)) {
        long exponent = mpfr_get_exp(c) - 1;

        cut(c, (exponent < -126 ? -126 : exponent) - row->sum_fraction_bits, MPFR_RNDD);
    }
    uint32_t bits = kbit_exact_encode(c, KBIT_F32, MPFR_RNDN);
    return mpfr_zero_p(c) ? 0 : bits;
}

static uint32_t align_nothing(const products *in, mpfr_t c)
{
    mpfr_t p;

    if (in->count < in->row->products && mpfr_zero_p(c))
        mpfr_set_zero(c, 1); /* -0 plus the +0 of a place that is not filled */
    mpfr_init2(p, EXACT_BITS);
    for (size_t k = 0; k < in->count; k++) {
        product(p, in, k, false);
        mpfr_add(c, c, p, MPFR_RNDN);
    }
    mpfr_clear(p);
    return kbit_exact_encode(c, KBIT_F32, MPFR_RNDN);
}

static uint32_t align_pairs(const products *in, mpfr_t c)
{
    mpfr_t tree;

    if (in->row->flushes)
        flush(c, -126, false);
    mpfr_init2(tree, EXACT_BITS);
    pair_sum(tree, in, 0, in->row->products != 0 ? in->row->products : in->count);
    mpfr_add(c, c, tree, MPFR_RNDN);
    mpfr_clear(tree);
    round_f32(c);
    if (in->row->flushes)
        flush(c, -126, true);
    return kbit_exact_encode(c, KBIT_F32, MPFR_RNDN);
}

uint32_t kbit_exact_accumulate_step(const kbit_accumulation *row, kbit_dtype type, size_t count,
                                    const uint16_t *a, const uint16_t *b, float c)
{
    products in = {row, type, count, a, b};
    uint32_t c_bits, result = 0;
    mpfr_t sum;

    assert(type == KBIT_F16 || type == KBIT_BF16);
    memcpy(&c_bits, &c, sizeof c_bits);
    mpfr_init2(sum, EXACT_BITS);
    long c_exponent = decode(sum, c_bits, 32, 23);
    switch (row->alignment) {
    case KBIT_ALIGN_PAIRS:
        result = count == 0 && row->products == 0 ? c_bits : align_pairs(&in, sum);
        break;
    case KBIT_ALIGN_NOTHING:
        result = align_nothing(&in, sum);
        break;
    case KBIT_ALIGN_ALL:
        result = align_all(&in, sum, c_exponent);
        break;
    case KBIT_ALIGN_TWICE:
        result = align_twice(&in, sum, c_exponent);
        break;
    }
    mpfr_clear(sum);
    return result;
}
