/* t_bounds_dequantize.c -- the dequantize and outlier-scale bounds against what fp32 does.
 *
 * The pairs and triples are too many to exhaust: random ones, and ones whose products fall just
 * above powers of two, where a rounding is relatively largest.
 */
#include <check.h>
#include <stdbool.h>
#include <stdlib.h>

#include <mpfr.h>

#include "attained.h"
#include "proofs/bounds.h"

/* Enough bits for every exact product below: 31 + 24 + 24 and the constants. */
enum { BITS = 320, TRIPLES = 150000 };

static const float k127 = 0x1.020408p-7f, k16129 = 0x1.040c2p-14f;

/* error = v - c a s / divisor, relative to the latter if asked, rounded once to double. */
static double error_of(double v, double c, double a, double s, unsigned divisor, bool relative)
{
    mpfr_t computed, exact;
    double error;

    mpfr_inits2(BITS, computed, exact, (mpfr_ptr)NULL);
    mpfr_set_d(exact, c, MPFR_RNDN);
    mpfr_mul_d(exact, exact, a, MPFR_RNDN);
    mpfr_mul_d(exact, exact, s, MPFR_RNDN);
    mpfr_set_d(computed, v, MPFR_RNDN);
    mpfr_mul_ui(computed, computed, divisor, MPFR_RNDN);
    mpfr_sub(computed, computed, exact, MPFR_RNDN);
    if (relative)
        mpfr_div(computed, computed, exact, MPFR_RNDN);
    else
        mpfr_div_ui(computed, computed, divisor, MPFR_RNDN);
    error = mpfr_get_d(computed, MPFR_RNDN);
    mpfr_clears(computed, exact, (mpfr_ptr)NULL);
    return error;
}

/* A p-bit significand, near a power of two half the time, times 2^e with lo <= e <= hi. */
static double random_number(uint64_t *state, int p, int lo, int hi)
{
    uint64_t bits = mix(state), mask = ((uint64_t)1 << (p - 1)) - 1;
    uint64_t significand = (mask + 1) | (bits & mask & (bits >> 63 ? mask : mask >> (p / 2)));

    return ldexp((double)significand, lo - (p - 1) + (int)((bits >> 32) % (uint64_t)(hi - lo + 1)));
}

static int32_t random_accumulator(uint64_t *state, bool small)
{
    uint64_t bits = mix(state);
    int32_t c = (int32_t)(bits >> 1 & 0x7fffffff) >> (small ? 7 + bits % 10 : bits % 12);

    if (bits >> 63)
        c = (int32_t)0x40000000 >> (small ? 7 : 0) | (c & 0xff);
    return c == 0 ? 1 : c;
}

/* ((float)C * a) * s, and the whole sequence. */
static float products(int32_t c, float a, float s)
{
    volatile float converted = (float)c;
    volatile float row = converted * a;

    return row * s;
}

static float bnb(int32_t c, float a, float s)
{
    volatile float both = products(c, a, s);

    return both * k16129;
}

START_TEST(constants)
{
    ck_assert(k127 == 1.0f / 127.0f);
    ck_assert(k16129 == 1.0f / 16129.0f);
}
END_TEST

START_TEST(fp16_statistics)
{
    uint64_t state = 1;
    attained all = {0}, small = {0}, fma_all = {0}, fma_small = {0};

    for (int i = 0; i < TRIPLES; i++) {
        bool is_small = i % 2 == 0;
        int32_t c = random_accumulator(&state, is_small);
        float a = (float)random_number(&state, 11, -14, 14);
        float s = (float)random_number(&state, 11, -14, 14);
        double r = error_of(bnb(c, a, s), c, a, s, 16129, true);
        double e = error_of((double)products(c, a, s) * k16129, c, a, s, 16129, true);

        ck_assert(c > 0 && (!is_small || c <= 1 << 24));
        attained_note(&all, r);
        attained_note(&fma_all, e);
        if (is_small) {
            attained_note(&small, r);
            attained_note(&fma_small, e);
        }
    }
    ck_assert(
        attained_within("DEQUANT_BNB", &all, KBIT_BOUND_DEQUANT_BNB_LO, KBIT_BOUND_DEQUANT_BNB_HI));
    ck_assert(attained_within("DEQUANT_BNB24", &small, KBIT_BOUND_DEQUANT_BNB24_LO,
                              KBIT_BOUND_DEQUANT_BNB24_HI));
    ck_assert(attained_within("DEQUANT_BNB_FMA", &fma_all, KBIT_BOUND_DEQUANT_BNB_FMA_LO,
                              KBIT_BOUND_DEQUANT_BNB_FMA_HI));
    ck_assert(attained_within("DEQUANT_BNB24_FMA", &fma_small, KBIT_BOUND_DEQUANT_BNB24_FMA_LO,
                              KBIT_BOUND_DEQUANT_BNB24_FMA_HI));
    ck_assert_msg(all.lo < 0.6 * KBIT_BOUND_DEQUANT_BNB_LO &&
                      all.hi > 0.6 * KBIT_BOUND_DEQUANT_BNB_HI,
                  "the search is too weak to say anything");
    /* What the theorem excludes must be visible: another constant leaves the interval. */
    ck_assert(!(error_of((double)(1000.0f * 6.200124e-05f), 1000, 1, 1, 16129, true) <=
                KBIT_BOUND_DEQUANT_BNB_HI));
}
END_TEST

START_TEST(fp32_statistics)
{
    uint64_t state = 2;
    attained all = {0}, small = {0}, absolute = {0};

    for (int i = 0; i < TRIPLES; i++) {
        bool is_small = i % 2 == 0, to_zero = i % 3 == 0;
        int32_t c = random_accumulator(&state, is_small);
        float a = (float)random_number(&state, 24, -149, 20);
        double s_exponent = to_zero ? -137 - ilogb((double)c * a) + (int)(mix(&state) % 24)
                                    : -60 - ilogb((double)c * a) + (int)(mix(&state) % 120);
        float s = (float)random_number(&state, 24, (int)s_exponent, (int)s_exponent);
        double product = (double)c * a * s; /* two roundings; the limits are kept at a distance */

        if (!(s > 0) || !(s < INFINITY) || !((double)c * a <= 0x1p+127))
            continue;
        if (product > 1.01 * KBIT_RANGE_DEQUANT_BNB_F32_LO &&
            product < 0.99 * KBIT_RANGE_DEQUANT_BNB_F32_HI) {
            double r = error_of(bnb(c, a, s), c, a, s, 16129, true);

            attained_note(&all, r);
            if (is_small)
                attained_note(&small, r);
        } else if (product < 0.99 * KBIT_RANGE_DEQUANT_BNB_F32_LO) {
            attained_note(&absolute, error_of(bnb(c, a, s), c, a, s, 16129, false));
        }
    }
    ck_assert(attained_within("DEQUANT_BNB_F32", &all, KBIT_BOUND_DEQUANT_BNB_F32_LO,
                              KBIT_BOUND_DEQUANT_BNB_F32_HI));
    ck_assert(attained_within("DEQUANT_BNB24_F32", &small, KBIT_BOUND_DEQUANT_BNB24_F32_LO,
                              KBIT_BOUND_DEQUANT_BNB24_F32_HI));
    ck_assert(attained_within("DEQUANT_BNB_F32_SMALL", &absolute,
                              KBIT_BOUND_DEQUANT_BNB_F32_SMALL_LO,
                              KBIT_BOUND_DEQUANT_BNB_F32_SMALL_HI));
    ck_assert_uint_gt(absolute.n, 10000);
}
END_TEST

/* Four other sequences in use, each within six operations and two constants. */
START_TEST(any_sequence)
{
    uint64_t state = 3;
    attained seen[4] = {{0}};

    for (int i = 0; i < TRIPLES / 4; i++) {
        int32_t c = random_accumulator(&state, false);
        float a = (float)random_number(&state, 24, -14, 14);
        float s = (float)random_number(&state, 24, -14, 14);
        volatile float f = (float)c, as = a * s, a127 = a * k127, s127 = s * k127, a_div = a / 127;
        volatile float first = f * as, second = f * a127, third = f * s, fourth = f / (127 / a);

        attained_note(&seen[0], error_of(first * k16129, c, a, s, 16129, true));
        attained_note(&seen[1], error_of(second * s127, c, a, s, 16129, true));
        attained_note(&seen[2], error_of(third * a_div / 127, c, a, s, 16129, true));
        attained_note(&seen[3], error_of(fourth / (127 / s), c, a, s, 16129, true));
    }
    for (int i = 0; i < 4; i++)
        ck_assert(attained_within("DEQUANT_ANY", &seen[i], KBIT_BOUND_DEQUANT_ANY_LO,
                                  KBIT_BOUND_DEQUANT_ANY_HI));
}
END_TEST

START_TEST(outlier_scale)
{
    uint64_t state = 4;
    attained all = {0}, absolute = {0};

    for (int i = 0; i < TRIPLES; i++) {
        float sum = (float)random_number(&state, 24, -100, 60);
        int e = (i % 3 == 0 ? -142 + (int)(mix(&state) % 22) : -118 + (int)(mix(&state) % 240)) -
                ilogbf(sum);
        float s = (float)random_number(&state, 24, e, e);
        double product = (double)sum * s; /* exact */
        volatile float scaled = sum * s;

        if (!(s > 0) || !(s < INFINITY))
            continue;
        if (product >= KBIT_RANGE_OUTLIER_SCALE_LO && product <= KBIT_RANGE_OUTLIER_SCALE_HI)
            attained_note(&all, error_of(scaled * k127, sum, s, 1, 127, true));
        else if (product < KBIT_RANGE_OUTLIER_SCALE_LO)
            attained_note(&absolute, error_of(scaled * k127, sum, s, 1, 127, false));
    }
    ck_assert(attained_within("OUTLIER_SCALE", &all, KBIT_BOUND_OUTLIER_SCALE_LO,
                              KBIT_BOUND_OUTLIER_SCALE_HI));
    ck_assert(attained_within("OUTLIER_SCALE_SMALL", &absolute, KBIT_BOUND_OUTLIER_SCALE_SMALL_LO,
                              KBIT_BOUND_OUTLIER_SCALE_SMALL_HI));
    ck_assert(all.lo < 0.8 * KBIT_BOUND_OUTLIER_SCALE_LO &&
              all.hi > 0.8 * KBIT_BOUND_OUTLIER_SCALE_HI);
    ck_assert_uint_gt(absolute.n, 10000);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("bounds_dequantize");
    TCase *cases = tcase_create("all");
    SRunner *runner;
    int failed;

    tcase_add_test(cases, constants);
    tcase_add_test(cases, fp16_statistics);
    tcase_add_test(cases, fp32_statistics);
    tcase_add_test(cases, any_sequence);
    tcase_add_test(cases, outlier_scale);
    suite_add_tcase(suite, cases);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
