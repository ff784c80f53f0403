/* t_silu -- the documented operations bit for bit, the bound on every finite fp16 number, known values, and what all
 * activations share. */
#include "producers_check.h"

static float by_operations(float x)
{
    return quotient(x, add(1, expf(-x)));
}

/* What the comment of silu.c allows. */
static double allowed(float x, double exact)
{
    return x > -87 ? 6 * U * fabs(exact) + 0x1p-149 : 0x1p-118;
}

START_TEST(test_operations_and_bound)
{
    for (uint32_t bits = 0; bits < 0x10000; bits++) {
        float x = kbit_f16_to_f32((kbit_f16){(uint16_t)bits});
        if (!isfinite(x))
            continue;
        mpfr_t y;
        mpfr_init2(y, 100);
        kbit_exact_silu(y, x);
        double exact = as_double(y);
        float h = activated(kbit_silu, x);
        require_same(h, by_operations(x), "x %a", (double)x);
        require(fabs((double)h - exact) <= allowed(x, exact), "x %a: %a against %a", (double)x,
                (double)h, exact);
    }
}
END_TEST

START_TEST(test_known)
{
    /* 1 / (1 + 1/e) */
    require(fabs((double)activated(kbit_silu, 1) - 0.731058578630004879) < 6 * U, "1");
    require(fabs((double)activated(kbit_silu, -1) + 0.268941421369995121) < 6 * U, "-1");
    require_same(activated(kbit_silu, 100), 100, "100");
    require_same(activated(kbit_silu, -200), -0.0f, "exp overflows");
}
END_TEST

START_TEST(test_shared)
{
    check_activation(kbit_silu);
    require(isnan(activated(kbit_silu, -INFINITY)), "-infinity");
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("silu");
    tcase_add_test(tests, test_operations_and_bound);
    tcase_add_test(tests, test_known);
    tcase_add_test(tests, test_shared);
    return run_tests("silu", tests);
}
