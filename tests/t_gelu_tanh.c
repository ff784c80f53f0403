/* t_gelu_tanh -- the documented operations bit for bit, the bound on every finite fp16 number, known values, and what all
 * activations share. */
#include "producers_check.h"

static float by_operations(float x)
{
    float cube = mul(mul(x, x), x), inner = add(x, mul(0.044715f, cube));
    float s = (float)sqrt(2 / acos(-1));
    return mul(mul(0.5f, x), add(1, tanhf(mul(s, inner))));
}

/* What the comment of gelu_tanh.c allows. */
static double allowed(float x, double exact)
{
    return x > 0 ? 10 * U * exact + 0x1p-149 : 5 * U * fabs((double)x);
}

START_TEST(test_operations_and_bound)
{
    for (uint32_t bits = 0; bits < 0x10000; bits++) {
        float x = kbit_f16_to_f32((kbit_f16){(uint16_t)bits});
        if (!isfinite(x))
            continue;
        mpfr_t y;
        mpfr_init2(y, 100);
        kbit_exact_gelu_tanh(y, x);
        double exact = as_double(y);
        float h = activated(kbit_gelu_tanh, x);
        require_same(h, by_operations(x), "x %a", (double)x);
        require(fabs((double)h - exact) <= allowed(x, exact), "x %a: %a against %a", (double)x,
                (double)h, exact);
    }
}
END_TEST

START_TEST(test_known)
{
    /* tanh(sqrt(2 / pi) 1.044715) = tanh(0.83356...): computed in double here */
    double t = tanh(sqrt(2 / acos(-1)) * 1.044715);
    require(fabs((double)activated(kbit_gelu_tanh, 1) - 0.5 * (1 + t)) < 10 * U, "1");
    require_same(activated(kbit_gelu_tanh, 100), 100, "100");
    /* it is another function than gelu */
    require(fabsf(activated(kbit_gelu_tanh, 2.25f) - activated(kbit_gelu, 2.25f)) > 0x1p-12f,
            "2.25");
}
END_TEST

START_TEST(test_shared)
{
    check_activation(kbit_gelu_tanh);
    require(isnan(activated(kbit_gelu_tanh, -INFINITY)), "-infinity");
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("gelu_tanh");
    tcase_add_test(tests, test_operations_and_bound);
    tcase_add_test(tests, test_known);
    tcase_add_test(tests, test_shared);
    return run_tests("gelu_tanh", tests);
}
