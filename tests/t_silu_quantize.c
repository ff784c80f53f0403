/* t_silu_quantize -- h is kbit_silu()'s, and O, absmax and q are those of h as it was rounded. */
#include "producers_check.h"

START_TEST(test_of_its_steps)
{
    check_fused_activation(kbit_silu, kbit_silu_quantize);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("silu_quantize");
    tcase_add_test(tests, test_of_its_steps);
    return run_tests("silu_quantize", tests);
}
