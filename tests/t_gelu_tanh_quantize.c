/* t_gelu_tanh_quantize -- h is kbit_gelu_tanh()'s, and O, absmax and q are those of h as it was rounded. */
#include "producers_check.h"

START_TEST(test_of_its_steps)
{
    check_fused_activation(kbit_gelu_tanh, kbit_gelu_tanh_quantize);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("gelu_tanh_quantize");
    tcase_add_test(tests, test_of_its_steps);
    return run_tests("gelu_tanh_quantize", tests);
}
