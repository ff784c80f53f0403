/* t_bench.c -- the arithmetic behind the table of kbit bench. No clock is judged here. */
#include "bench.h"

#include <check.h>
#include <math.h>
#include <stdlib.h>

START_TEST(median_of_any_order)
{
    double one[] = {3.0}, odd[] = {9.0, 1.0, 5.0}, even[] = {8.0, 1.0, 2.0, 4.0};
    ck_assert(kbit_bench_median(1, one) == 3.0);
    ck_assert(kbit_bench_median(3, odd) == 5.0);
    ck_assert(kbit_bench_median(4, even) == 3.0);
    ck_assert(even[0] == 1.0 && even[3] == 8.0); /* sorted: the minimum is read off */
}
END_TEST

/* Powers of two over powers of two: rounding cannot bring a slope nearer to another integer. */
START_TEST(slope_of_a_power)
{
    const double sizes[] = {1024, 2048, 4096, 8192};
    for (int power = -1; power <= 3; power++) {
        double seconds[4];
        for (int i = 0; i < 4; i++)
            seconds[i] = 0x1p-40 * pow(sizes[i], power);
        ck_assert(lround(1024 * kbit_bench_slope(4, sizes, seconds)) == 1024 * power);
    }
    const double flat_then_steep[] = {1, 1, 1, 16}; /* least squares by hand: 0.3 * 4 = 1.2 */
    ck_assert(lround(1000 * kbit_bench_slope(4, sizes, flat_then_steep)) == 1200);
    const double last_two[] = {4, 16};
    ck_assert(lround(1024 * kbit_bench_slope(2, sizes, last_two)) == 2048);
}
END_TEST

START_TEST(clock_does_not_run_backwards)
{
    double last = kbit_bench_clock();
    for (int i = 0; i < 1000; i++) {
        const double now = kbit_bench_clock();
        ck_assert(now >= last);
        last = now;
    }
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("bench");
    tcase_add_test(tests, median_of_any_order);
    tcase_add_test(tests, slope_of_a_power);
    tcase_add_test(tests, clock_does_not_run_backwards);
    Suite *suite = suite_create("bench");
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
