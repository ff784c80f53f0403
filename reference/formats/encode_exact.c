/* encode_exact.c -- oracle: a real number to the encoding of a floating type, rounded once.
 *
 * Nothing of fp16.c or bf16.c is used. The finite encodings of a sign, 0, 1, 2, ..., stand for
 * numbers n x 2^(smallest + j): at j = 0 every n < 2^p (the subnormals and the first binade), at
 * j > 0 only n in [2^(p-1), 2^p). The encoding is j x 2^(p-1) + n, and n = 2^p, which rounding up
 * can produce, falls on the next binade's first encoding by the same formula.
 */
#include <assert.h>

#include "kbit_exact.h"

typedef struct {
    int precision;     /* p: significant bits, the hidden one included */
    int smallest;      /* exponent of the smallest subnormal */
    uint32_t infinity; /* its encoding; every larger one without sign is NaN */
    uint32_t quiet;    /* a quiet NaN */
    uint32_t sign;
} format;

static format format_of(kbit_dtype type)
{
    switch (type) {
    case KBIT_F16:
        return (format){11, -24, 0x7c00, 0x7e00, 0x8000};
    case KBIT_BF16:
        return (format){8, -133, 0x7f80, 0x7fc0, 0x8000};
    default:
        assert(type == KBIT_F32);
        return (format){24, -149, 0x7f800000, 0x7fc00000, 0x80000000};
    }
}

uint32_t kbit_exact_encode(mpfr_srcptr y, kbit_dtype type, mpfr_rnd_t rnd)
{
    format f = format_of(type);
    uint32_t sign = mpfr_signbit(y) ? f.sign : 0;

    if (mpfr_nan_p(y))
        return f.quiet;
    if (mpfr_inf_p(y))
        return sign | f.infinity;
    if (mpfr_zero_p(y))
        return sign;

    /* mpfr: 2^(e-1) <= |y| < 2^e, so p significant bits reach down to 2^(e-p). */
    long unit = mpfr_get_exp(y) - f.precision;
    if (unit < f.smallest)
        unit = f.smallest;
    uint64_t binade = (uint64_t)(unit - f.smallest);

    mpfr_t n; /* |y| / 2^unit, rounded to an integer in the direction that rnd means for y */
    mpfr_init2(n, mpfr_get_prec(y) > 32 ? mpfr_get_prec(y) : 32);
    mpfr_div_2si(n, y, unit, MPFR_RNDN); /* exact: only the exponent moves */
    mpfr_rint(n, n, rnd);
    mpfr_abs(n, n, MPFR_RNDN);
    uint64_t significand = mpfr_get_ui(n, MPFR_RNDN);
    mpfr_clear(n);

    uint32_t past_largest = f.infinity;
    if (rnd == MPFR_RNDZ || (rnd == MPFR_RNDU && sign) || (rnd == MPFR_RNDD && !sign))
        past_largest = f.infinity - 1; /* rounding towards zero stops at the largest finite */
    if (binade >= f.infinity ||
        (binade << (f.precision - 1)) + significand > (uint64_t)f.infinity - 1)
        return sign | past_largest;
    return sign | (uint32_t)((binade << (f.precision - 1)) + significand);
}
