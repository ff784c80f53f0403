/* t_bounds_weights.c -- w s / 127 rounded to fp16 does not depend on the order; exhaustively.
 *
 * All codes 1..127 (negative ones mirror) and all positive finite fp16 s.
 */
#include <check.h>
#include <stdbool.h>
#include <stdlib.h>

#include "attained.h"
#include "kbit.h"

enum { ORDERS = 6, LARGEST_FINITE = 0x7bff };

/* Is h the correctly rounded fp16 of w s / 127? All the products are exact in double. */
static bool is_nearest(kbit_f16 h, double w, double s)
{
    kbit_f16 below = {(uint16_t)(h.bits - 1)}, above = {(uint16_t)(h.bits + 1)};
    double error = fabs(127.0 * (double)kbit_f16_to_f32(h) - w * s);
    double error_below =
        h.bits == 0 ? INFINITY : fabs(127.0 * (double)kbit_f16_to_f32(below) - w * s);
    double error_above =
        h.bits == LARGEST_FINITE ? INFINITY : fabs(127.0 * (double)kbit_f16_to_f32(above) - w * s);

    if (error == error_below || error == error_above)
        return h.bits % 2 == 0;
    return error < error_below && error < error_above;
}

START_TEST(every_order_gives_the_nearest)
{
    const volatile float k = 0x1.020408p-7f;
    uint64_t cases = 0, wrong = 0;

    for (uint16_t bits = 1; bits <= LARGEST_FINITE; bits++)
        for (int code = 1; code <= 127; code++) {
            float s = kbit_f16_to_f32((kbit_f16){bits}), w = (float)code;
            volatile float ws = w * s, sk = s * k, wk = w * k, s127 = s / 127, w127 = w / 127;
            float order[ORDERS] = {ws * k, w * sk, wk * s, ws / 127, w * s127, w127 * s};
            kbit_f16 first = kbit_f16_from_f32(order[0]);

            cases++;
            wrong += !is_nearest(first, w, s);
            for (int i = 1; i < ORDERS; i++)
                wrong += kbit_f16_from_f32(order[i]).bits != first.bits;
        }
    printf("# %llu pairs, %d orders, %llu wrong\n", (unsigned long long)cases, ORDERS,
           (unsigned long long)wrong);
    fflush(stdout);
    ck_assert_uint_eq(cases, 127 * 31743);
    ck_assert_uint_eq(wrong, 0);
    /* The check is awake: a neighbour is not the nearest. */
    ck_assert(!is_nearest((kbit_f16){0x3c01}, 127, 1) && is_nearest((kbit_f16){0x3c00}, 127, 1));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("bounds_weights");
    TCase *cases = tcase_create("all");
    SRunner *runner;
    int failed;

    tcase_add_test(cases, every_order_gives_the_nearest);
    suite_add_tcase(suite, cases);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
