/* t_relu -- every fp16 number, and what all activations share. */
#include "producers_check.h"

START_TEST(test_every_half)
{
    for (uint32_t bits = 0; bits < 0x10000; bits++) {
        float x = kbit_f16_to_f32((kbit_f16){(uint16_t)bits});
        require_same(activated(kbit_relu, x), isnan(x) || x > 0 ? x : 0.0f, "relu of %a",
                     (double)x);
    }
}
END_TEST

START_TEST(test_shared)
{
    check_activation(kbit_relu);
    require_same(activated(kbit_relu, -INFINITY), 0, "-infinity");
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("relu");
    tcase_add_test(tests, test_every_half);
    tcase_add_test(tests, test_shared);
    return run_tests("relu", tests);
}
