/* t_numbers.c -- the judges' double arithmetic against MPFR: rounding to a type, enclosures that
 * are never too narrow, and the exactness test for sums. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <check.h>
#include <mpfr.h>

#include "kbit_data.h"
#include "kbit_exact.h"
#include "numbers.h"
#include "stored.h"

enum { SEED = 20221101 };

static const kbit_dtype TYPES[] = {KBIT_F32, KBIT_F16, KBIT_BF16};

/* The number that kbit_exact_encode gives for v. */
static double by_mpfr(double v, kbit_dtype type)
{
    mpfr_t y;
    mpfr_init2(y, 53);
    mpfr_set_d(y, v, MPFR_RNDN);
    uint32_t bits = kbit_exact_encode(y, type, MPFR_RNDN);
    mpfr_clear(y);
    if (type == KBIT_F16)
        return (double)kbit_f16_to_f32((kbit_f16){(uint16_t)bits});
    if (type == KBIT_BF16)
        return (double)kbit_bf16_to_f32((kbit_bf16){(uint16_t)bits});
    float f;
    memcpy(&f, &bits, sizeof f);
    return (double)f;
}

static uint64_t bits_of(double x)
{
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

START_TEST(nearest_is_mpfr)
{
    for (size_t t = 0; t < sizeof TYPES / sizeof *TYPES; t++)
        for (uint64_t i = 0; i < 60000; i++) {
            uint64_t h = kbit_hash(SEED, t, i);
            /* exponents around the type's range, and every third value next to a tie */
            int exponent =
                (int)(h % (TYPES[t] == KBIT_F16 ? 60 : 300)) - (TYPES[t] == KBIT_F16 ? 35 : 160);
            double v = ldexp(1 + (double)(h >> 12) * 0x1p-52, exponent);
            if (i % 3 == 0)
                v = ldexp(nearbyint(ldexp(v, 12 - exponent)), exponent - 12);
            if (i % 6 == 0)
                v = nextafter(v, h & 1 ? INFINITY : 0);
            if (h & 2)
                v = -v;
            ck_assert_msg(bits_of(kbit_nearest(v, TYPES[t])) == bits_of(by_mpfr(v, TYPES[t])),
                          "type %d: %a gives %a, MPFR %a", TYPES[t], v, kbit_nearest(v, TYPES[t]),
                          by_mpfr(v, TYPES[t]));
        }
}
END_TEST

/* Multiples of a quarter of the smallest subnormal number, so that one in four is a tie, and beside
 * them; and the halves between normal numbers of 24, 11 and 8 bits. */
START_TEST(nearest_at_ties)
{
    for (size_t t = 0; t < sizeof TYPES / sizeof *TYPES; t++) {
        int lowest = TYPES[t] == KBIT_F16 ? -24 : TYPES[t] == KBIT_BF16 ? -133 : -149;
        int bits = TYPES[t] == KBIT_F16 ? 11 : TYPES[t] == KBIT_BF16 ? 8 : 24;
        for (int i = 0; i < 60000; i++) {
            uint64_t h = kbit_hash(SEED, 30 + t, (uint64_t)i);
            double v =
                i % 2 ? ldexp(i / 2, lowest - 2)
                      : ldexp((double)(2 * (h >> 50) + 1) + ldexp(2, bits), (int)(h % 20) - 10);
            v = i % 3 == 0 ? v : nextafter(v, i % 3 == 1 ? 0 : INFINITY);
            v = h & 32 ? -v : v;
            ck_assert_msg(bits_of(kbit_nearest(v, TYPES[t])) == bits_of(by_mpfr(v, TYPES[t])),
                          "type %d: %a gives %a, MPFR %a", TYPES[t], v, kbit_nearest(v, TYPES[t]),
                          by_mpfr(v, TYPES[t]));
        }
    }
}
END_TEST

static bool is_nan(uint32_t bits, kbit_dtype type)
{
    return type == KBIT_F32   ? (bits & 0x7fffffffu) > 0x7f800000u
           : type == KBIT_F16 ? (bits & 0x7fffu) > 0x7c00u
                              : (bits & 0x7fffu) > 0x7f80u;
}

/* y anywhere, often next to a midpoint of the type; a bias from far below its ulp to beside it, of
 * either sign, exact opposites, zeros, infinities, NaN. */
START_TEST(stored_is_the_oracle)
{
    const float SPECIAL[] = {0.0f,  -0.0f, INFINITY,  -INFINITY,      NAN,
                             65504, 65520, 0x1p-149f, 0x1.fffffep127f};
    enum { N_SPECIAL = sizeof SPECIAL / sizeof *SPECIAL };
    size_t rounded_twice = 0;
    for (size_t t = 0; t < sizeof TYPES / sizeof *TYPES; t++)
        for (uint64_t i = 0; i < 200000; i++) {
            uint64_t h = kbit_hash(SEED, 40 + t, i), g = kbit_hash(SEED, 50 + t, i);
            int bits = TYPES[t] == KBIT_F16 ? 11 : TYPES[t] == KBIT_BF16 ? 8 : 23;
            int exponent =
                (int)(h % (TYPES[t] == KBIT_F16 ? 50 : 270)) - (TYPES[t] == KBIT_F16 ? 30 : 140);
            double v = ldexp(1 + ldexp((double)(g >> 20), -44), exponent);
            if (i % 4) /* a midpoint, or a float beside it */
                v = ldexp(nearbyint(ldexp(v, bits - exponent)), exponent - bits);
            float y = (float)v, b = ldexpf(1, exponent - (int)(g % 70));
            if (i % 8 == 5)
                y = nextafterf(y, g & 256 ? INFINITY : 0);
            b = i % 16 == 6 ? -y : b * (1 + (float)(g >> 40 & 7) / 4);
            y = h & 1024 ? -y : y;
            b = h & 2048 ? -b : b;
            if (i < N_SPECIAL * N_SPECIAL) {
                y = SPECIAL[i / N_SPECIAL];
                b = SPECIAL[i % N_SPECIAL];
            }
            uint32_t fast = kbit_stored(y, b, TYPES[t]), exact = kbit_exact_store(y, b, TYPES[t]);
            rounded_twice += exact != kbit_stored(y + b, -0.0f, TYPES[t]);
            ck_assert_msg(is_nan(exact, TYPES[t]) ? is_nan(fast, TYPES[t]) : fast == exact,
                          "type %d: %a + %a gives 0x%x, MPFR 0x%x", TYPES[t], (double)y, (double)b,
                          fast, exact);
        }
    ck_assert_msg(rounded_twice > 1000, "only %zu sums tell one rounding from two", rounded_twice);
}
END_TEST

/* The quantum of a sum of one term is its lowest bit. */
START_TEST(quantum_is_the_lowest_bit)
{
    for (uint64_t i = 0; i < 100000; i++) {
        uint64_t h = kbit_hash(SEED, 60, i);
        int exponent = (int)(h % 2098) - 1074, zeros = (int)(h >> 12 & 63) % 53;
        double v = ldexp((double)((h >> 11 | 1) >> zeros << zeros), exponent - 52);
        if (v == 0 || !isfinite(v))
            continue;
        kbit_sum sum = {0};
        kbit_sum_add(&sum, h & 1024 ? -v : v);
        mpfr_t exact;
        mpfr_init2(exact, 53);
        mpfr_set_d(exact, v, MPFR_RNDN);
        mpfr_exp_t scale = mpfr_get_exp(exact) - (mpfr_exp_t)mpfr_min_prec(exact);
        mpfr_clear(exact);
        ck_assert_msg(sum.quantum == ldexp(1, (int)scale), "%a: quantum %a", v, sum.quantum);
    }
}
END_TEST

START_TEST(overflow_limits)
{
    ck_assert(kbit_nearest(65519.996, KBIT_F16) == 65504);
    ck_assert(isinf(kbit_nearest(65520, KBIT_F16)));
    ck_assert(isinf(kbit_nearest(-65520, KBIT_F16)));
    ck_assert(kbit_nearest(0x1p-25, KBIT_F16) == 0);
    ck_assert(kbit_nearest(nextafter(0x1p-25, 1), KBIT_F16) == 0x1p-24);
    ck_assert(isnan(kbit_nearest(NAN, KBIT_F16)));
}
END_TEST

/* n random terms: their exact sum lies within kbit_sum_error of the double one. */
START_TEST(sum_error_encloses)
{
    mpfr_t exact, term, difference;
    mpfr_init2(exact, 2000);
    mpfr_init2(term, 200);
    mpfr_init2(difference, 2000);
    double worst = 0;
    for (uint64_t trial = 0; trial < 400; trial++) {
        kbit_sum sum = {0};
        size_t n = 1 + kbit_hash(SEED, 10, trial) % 200;
        mpfr_set_zero(exact, 1);
        for (size_t i = 0; i < n; i++) {
            uint64_t h = kbit_hash(SEED, 11 + trial, i);
            double x = (double)(int64_t)(h >> 40) * 0x1p-12 * (h & 1 ? -1 : 1);
            double w = (double)((int)(h >> 8 & 255) - 127), s = (double)(h >> 16 & 2047) * 0x1p-9;
            kbit_sum_add(&sum, x * (w * s / 127.0));
            mpfr_set_d(term, x * w, MPFR_RNDN); /* exact: 24 + 8 bits */
            mpfr_mul_d(term, term, s, MPFR_RNDN);
            mpfr_div_ui(term, term, 127, MPFR_RNDN);
            mpfr_add(exact, exact, term, MPFR_RNDN);
        }
        mpfr_sub_d(difference, exact, sum.value, MPFR_RNDN);
        double error = fabs(mpfr_get_d(difference, MPFR_RNDA)), bound = kbit_sum_error(&sum);
        ck_assert_msg(error <= bound, "trial %d: error %a, bound %a", (int)trial, error, bound);
        worst = fmax(worst, error / bound);
    }
    ck_assert_msg(worst > 0x1p-20, "the sums never rounded: this test tests nothing");
    mpfr_clears(exact, term, difference, (mpfr_ptr)0);
}
END_TEST

START_TEST(growth_is_an_upper_bound)
{
    mpfr_t p, q;
    mpfr_init2(p, 400);
    mpfr_init2(q, 400);
    for (int m = 0; m < 5000; m += 37)
        for (int e = 0; e < 4; e++) {
            double a = e * 0x1.23p-23, u = e % 2 ? 0x1p-24 : 0x1p-22;
            mpfr_set_d(p, 1 + 0.0, MPFR_RNDN);
            mpfr_add_d(p, p, u, MPFR_RNDU);
            mpfr_pow_ui(p, p, (unsigned long)m, MPFR_RNDU);
            mpfr_set_d(q, a, MPFR_RNDN);
            mpfr_add_ui(q, q, 1, MPFR_RNDU);
            mpfr_mul(p, p, q, MPFR_RNDU);
            mpfr_sub_ui(p, p, 1, MPFR_RNDU);
            ck_assert_msg(mpfr_cmp_d(p, kbit_growth(a, m, u)) <= 0, "a %a, m %d, u %a", a, m, u);
        }
    for (int half = 1; half < 12; half++) { /* s = half / 2: s + s^2 is too small from 1.8 on */
        mpfr_set_d(p, 1 + 0x1p-22, MPFR_RNDN);
        mpfr_pow_ui(p, p, (unsigned long)half << 21, MPFR_RNDU);
        mpfr_sub_ui(p, p, 1, MPFR_RNDU);
        ck_assert(mpfr_cmp_d(p, kbit_growth(0, half * 0x1p21, 0x1p-22)) <= 0);
    }
    mpfr_clears(p, q, (mpfr_ptr)0);
}
END_TEST

START_TEST(exactness_needs_room_and_a_common_quantum)
{
    kbit_sum sum = {0};
    ck_assert(kbit_sum_is_exact(&sum));
    kbit_sum_add(&sum, 0x1p23);
    kbit_sum_add(&sum, 3.0);
    ck_assert(kbit_sum_is_exact(&sum));
    kbit_sum_add(&sum, 0x1p23);
    ck_assert(!kbit_sum_is_exact(&sum)); /* beyond 2^24 */
    sum = (kbit_sum){0};
    kbit_sum_add(&sum, 1.0);
    kbit_sum_add(&sum, 0x1p-25);
    ck_assert(!kbit_sum_is_exact(&sum));
    sum = (kbit_sum){0};
    kbit_sum_add(&sum, 1.0 / 3);
    ck_assert(!kbit_sum_is_exact(&sum));
}
END_TEST

START_TEST(admissible_sets)
{
    kbit_sum sum = {0};
    kbit_sum_add(&sum, 1.0);
    kbit_admissible set = kbit_admissible_round(&sum, 0, KBIT_F16, false);
    ck_assert(kbit_admits(&set, 1.0) && !kbit_admits(&set, 1 + 0x1p-10) && !kbit_admits(&set, NAN));
    set = kbit_admissible_round(&sum, 0x1p-11, KBIT_F16, false);
    ck_assert(kbit_admits(&set, 1 + 0x1p-10) && !kbit_admits(&set, 1 + 0x1p-9));

    sum = (kbit_sum){0};
    kbit_sum_add(&sum, 65519);
    set = kbit_admissible_round(&sum, 2, KBIT_F16, false);
    ck_assert(kbit_admits(&set, 65504) && kbit_admits(&set, INFINITY) && !kbit_admits(&set, 65472));
    set = kbit_admissible_round(&sum, 2, KBIT_F16, true);
    ck_assert(!kbit_admits(&set, INFINITY));

    sum = (kbit_sum){0};
    set = kbit_admissible_round(&sum, 0, KBIT_F32, false);
    ck_assert(kbit_admits(&set, 0.0) && kbit_admits(&set, -0.0) && !kbit_admits(&set, 0x1p-149));

    kbit_sum_add(&sum, INFINITY);
    set = kbit_admissible_round(&sum, 1, KBIT_F32, false);
    ck_assert(kbit_admits(&set, INFINITY) && !kbit_admits(&set, 1) &&
              !kbit_admits(&set, -INFINITY));
    kbit_sum_add(&sum, -INFINITY);
    set = kbit_admissible_round(&sum, 1, KBIT_F32, false);
    ck_assert(kbit_admits(&set, NAN) && !kbit_admits(&set, INFINITY));
}
END_TEST

/* Within are the floats of the enclosure, rounded are those next to its ends as well. */
START_TEST(admissible_floats_are_within)
{
    size_t narrower = 0;
    for (uint64_t i = 0; i < 100000; i++) {
        uint64_t h = kbit_hash(SEED, 70, i);
        double v = ldexp(1 + (double)(h >> 12) * 0x1p-52, (int)(h % 290) - 160);
        double radius = ldexp(fabs(v), -24) * (double)(1 + (h >> 5 & 63)) / 16 + 0x1p-150;
        kbit_sum sum = {0};
        kbit_sum_add(&sum, h & 1024 ? -v : v);
        kbit_admissible inner = kbit_admissible_within(&sum, radius),
                        outer = kbit_admissible_round(&sum, radius, KBIT_F32, false);
        ck_assert(inner.lo >= outer.lo && inner.hi <= outer.hi);
        if (isfinite(outer.lo) && isfinite(outer.hi)) {
            float below = nextafterf((float)inner.lo, -INFINITY),
                  above = nextafterf((float)inner.hi, INFINITY);
            double slack = kbit_sum_error(&sum) * 2 + fabs(v) * 0x1p-51;
            ck_assert_msg(inner.lo >= sum.value - radius - slack &&
                              inner.hi <= sum.value + radius + slack,
                          "%a +- %a gives [%a, %a]", sum.value, radius, inner.lo, inner.hi);
            ck_assert_msg((double)below < sum.value - radius && (double)above > sum.value + radius,
                          "%a +- %a gives [%a, %a] without an end", sum.value, radius, inner.lo,
                          inner.hi);
            narrower += inner.lo > outer.lo || inner.hi < outer.hi;
        }
    }
    ck_assert_msg(narrower > 10000, "only %zu sets are narrower", narrower);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("numbers");
    TCase *core = tcase_create("core");
    tcase_add_test(core, nearest_is_mpfr);
    tcase_add_test(core, nearest_at_ties);
    tcase_add_test(core, stored_is_the_oracle);
    tcase_add_test(core, quantum_is_the_lowest_bit);
    tcase_add_test(core, overflow_limits);
    tcase_add_test(core, sum_error_encloses);
    tcase_add_test(core, growth_is_an_upper_bound);
    tcase_add_test(core, exactness_needs_room_and_a_common_quantum);
    tcase_add_test(core, admissible_sets);
    tcase_add_test(core, admissible_floats_are_within);
    suite_add_tcase(suite, core);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
