/* t_gelu -- the documented operations bit for bit, the bound on every finite fp16 number, known values, and what all
 * activations share. */
#include "producers_check.h"

static float by_operations(float x)
{
    float e = erff(mul(x, (float)sqrt(0.5)));
    return mul(mul(0.5f, x), add(1, e));
}

/* What the comment of gelu.c allows. */
static double allowed(float x, double exact)
{
    return x > 0 ? 7 * U * exact + 0x1p-149 : 4 * U * fabs((double)x);
}

START_TEST(test_operations_and_bound)
{
    for (uint32_t bits = 0; bits < 0x10000; bits++) {
        float x = kbit_f16_to_f32((kbit_f16){(uint16_t)bits});
        if (!isfinite(x))
            continue;
        mpfr_t y;
        mpfr_init2(y, 100);
        kbit_exact_gelu(y, x);
        double exact = as_double(y);
        float h = activated(kbit_gelu, x);
        require_same(h, by_operations(x), "x %a", (double)x);
        require(fabs((double)h - exact) <= allowed(x, exact), "x %a: %a against %a", (double)x,
                (double)h, exact);
    }
}
END_TEST

START_TEST(test_known)
{
    /* Phi(1) = 0.841344746068542949, of any table of the normal distribution */
    require(fabs((double)activated(kbit_gelu, 1) - 0.841344746068542949) < 7 * U, "1");
    require(fabs((double)activated(kbit_gelu, -1) + 0.158655253931457051) < 4 * U, "-1");
    require_same(activated(kbit_gelu, 100), 100, "100");
}
END_TEST

START_TEST(test_shared)
{
    check_activation(kbit_gelu);
    require(isnan(activated(kbit_gelu, -INFINITY)), "-infinity");
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("gelu");
    tcase_add_test(tests, test_operations_and_bound);
    tcase_add_test(tests, test_known);
    tcase_add_test(tests, test_shared);
    return run_tests("gelu", tests);
}
