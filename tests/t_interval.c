/* t_interval -- the judges' intervals against MPFR: every operation encloses, tightly, and a point stays a
 * point where fp32 is exact. */
#include <math.h>

#include <mpfr.h>

#include "interval.h"
#include "kbit_check.h"

static double random_number(void)
{
    return ldexp((double)random_f32(), -40 + (int)random_below(80));
}

typedef int operation(mpfr_t y, const mpfr_t a, const mpfr_t b, mpfr_rnd_t rnd);

/* The real a o b lies in the interval, whose ends are it or its neighbours in double. */
static void check(const char *name, operation *o, double a, double b, kbit_interval got)
{
    mpfr_t x, y, down, up;
    mpfr_inits2(53, x, y, down, up, (mpfr_ptr)NULL);
    mpfr_set_d(x, a, MPFR_RNDN);
    mpfr_set_d(y, b, MPFR_RNDN);
    o(down, x, y, MPFR_RNDD);
    o(up, x, y, MPFR_RNDU);
    require(got.lo == mpfr_get_d(down, MPFR_RNDN) && got.hi == mpfr_get_d(up, MPFR_RNDN),
            "%a %s %a: [%a, %a]", a, name, b, got.lo, got.hi);
    mpfr_clears(x, y, down, up, (mpfr_ptr)NULL);
}

static int root(mpfr_t y, const mpfr_t a, const mpfr_t b, mpfr_rnd_t rnd)
{
    (void)b;
    return mpfr_sqrt(y, a, rnd);
}

START_TEST(test_operations_of_points)
{
    for (int i = 0; i < 100000; i++) {
        double a = random_number(), b = random_number();
        kbit_interval x = kbit_point(a), y = kbit_point(b);
        check("+", mpfr_add, a, b, kbit_interval_add(x, y));
        check("-", mpfr_sub, a, b, kbit_interval_sub(x, y));
        check("*", mpfr_mul, a, b, kbit_interval_mul(x, y));
        if (b > 0)
            check("/", mpfr_div, a, b, kbit_interval_div(x, y));
        if (a >= 0)
            check("root", root, a, 0, kbit_interval_sqrt(x));
    }
}
END_TEST

/* A value of each operand gives a value of the result. */
START_TEST(test_operations_enclose)
{
    for (int i = 0; i < 100000; i++) {
        double a = random_number(), b = random_number(), r = fabs(random_number()), s = fabs(b) / 3;
        kbit_interval x = kbit_interval_around(a, r), y = kbit_interval_around(b, s);
        double at = x.lo + (x.hi - x.lo) * ((double)random_below(1025) / 1024);
        double by = y.lo + (y.hi - y.lo) * ((double)random_below(1025) / 1024);
        const struct {
            double value;
            kbit_interval in;
        } OF[] = {{at + by, kbit_interval_add(x, y)},
                  {at - by, kbit_interval_sub(x, y)},
                  {at * by, kbit_interval_mul(x, y)},
                  {b > 0 ? at / by : 0, b > 0 ? kbit_interval_div(x, y) : kbit_point(0)},
                  {x.lo >= 0 ? sqrt(at) : 0, x.lo >= 0 ? kbit_interval_sqrt(x) : kbit_point(0)}};
        for (size_t o = 0; o < COUNT(OF); o++)
            require(OF[o].in.lo <= OF[o].value && OF[o].value <= OF[o].in.hi,
                    "operation %zu of %a and %a: %a is not in [%a, %a]", o, at, by, OF[o].value,
                    OF[o].in.lo, OF[o].in.hi);
    }
}
END_TEST

START_TEST(test_rounded_or_not)
{
    for (int i = 0; i < 100000; i++) {
        double a = random_number();
        volatile float rounded = (float)a;
        kbit_interval got = kbit_interval_f32(kbit_point(a), false);
        require(got.lo == fmin(a, (double)rounded) && got.hi == fmax(a, (double)rounded),
                "%a: [%a, %a]", a, got.lo, got.hi);
        got = kbit_interval_f32(kbit_point((double)rounded), false);
        require(got.lo == (double)rounded && got.hi == (double)rounded, "%a is no point",
                (double)rounded);
    }
    kbit_interval small = {0x1p-130, 0x1p-128}, kept = kbit_interval_f32(small, false),
                  flushed = kbit_interval_f32(small, true);
    require(kept.lo == 0x1p-130 && flushed.lo == 0 && flushed.hi == 0x1p-128, "flushed");
    small = (kbit_interval){-0x1p-128, -0x1p-130};
    flushed = kbit_interval_f32(small, true);
    require(flushed.hi == 0 && flushed.lo == -0x1p-128, "negative ones");
    require(kbit_interval_f32(kbit_point(0x1p128), false).hi == INFINITY, "overflow");
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("interval");
    tcase_add_test(tests, test_operations_of_points);
    tcase_add_test(tests, test_operations_enclose);
    tcase_add_test(tests, test_rounded_or_not);
    return run_tests("interval", tests);
}
