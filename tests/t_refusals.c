/* t_refusals -- what all steps of the reference refuse, each argument in each of its roles: a pair of
 * sizes whose product cannot be addressed, a NULL where there are elements, a type that is none. */
#include "kbit_check.h"
#include "kbit_producers.h"

/* H floats are the most that can be addressed, and H + 1 is 0 in 16 bits. */
#define H (SIZE_MAX / 4)

static float f[4] = {1, 1, 1, 1}, out[4];
static int8_t b[4] = {1, 1, 1, 1}, codes[4];
static int32_t o[1] = {0}, c[4];
static size_t found;

/* Pairs of sizes, of which only one is too large in each row: M N, M N, M K, N K, and K alone. */
static const struct {
    size_t M, N, K;
} TOO_LARGE[] = {{2, H, 1}, {H, 2, 1}, {H, 0, 2}, {0, H, 2}, {1, 1, (size_t)INT32_MAX + 1}};

START_TEST(test_shapes)
{
    size_t M = TOO_LARGE[_i].M, N = TOO_LARGE[_i].N, K = TOO_LARGE[_i].K;
    bool mn = M > 1 && N > 1, mk = (M > 2 && K == 2) || K > 2, nk = (N > 2 && K == 2) || K > 2;

    if (mn || mk || nk) {
        require_status(kbit_int8_matmul(M, N, K, b, b, c), KBIT_ERR_SHAPE);
        require_status(kbit_outlier_matmul(M, N, K, f, 1, o, b, f, f, out), KBIT_ERR_SHAPE);
        require_status(kbit_outlier_matmul_w16(M, N, K, f, 1, o, f, f, out), KBIT_ERR_SHAPE);
        require_status(kbit_llmint8_linear_bnb(M, N, K, f, b, f, f, 6, KBIT_F32, out),
                       KBIT_ERR_SHAPE);
        require_status(kbit_llmint8_linear_paper(M, N, K, f, f, f, 6, KBIT_F32, out),
                       KBIT_ERR_SHAPE);
    }
    if (mk) {
        require_status(kbit_outlier_columns(M, K, f, 6, o, &found), KBIT_ERR_SHAPE);
        require_status(kbit_absmax_rows(M, K, f, 0, NULL, 6, out), KBIT_ERR_SHAPE);
        require_status(kbit_quantize_rows(M, K, f, f, 0, NULL, 6, codes), KBIT_ERR_SHAPE);
    }
    if (mn) {
        require_status(kbit_dequantize(M, N, c, f, f, out), KBIT_ERR_SHAPE);
        for (kbit_dtype type = KBIT_F32; type <= KBIT_BF16; type++)
            require_status(kbit_store(M, N, f, f, type, out), KBIT_ERR_SHAPE);
    }
}
END_TEST

START_TEST(test_sizes_beyond_16_bits)
{
    require_status(kbit_dequantize(1, H + 1, c, f, f, out), KBIT_ERR_SHAPE);
    require_status(kbit_dequantize(H + 1, 1, c, f, f, out), KBIT_ERR_SHAPE);
    require_status(kbit_dequantize(65536, 1, NULL, f, f, out), KBIT_ERR_NULL);
    require_status(kbit_dequantize(1, 65536, NULL, f, f, out), KBIT_ERR_NULL);
}
END_TEST

/* A row that is too long is refused though there is none; many rows of nothing are not. */
START_TEST(test_producers_and_which_size_is_too_large)
{
    const size_t many = (size_t)INT32_MAX + 1;

    require_status(kbit_relu(0, many, NULL, KBIT_F16, NULL), KBIT_ERR_SHAPE);
    require_status(kbit_gelu(0, many, NULL, KBIT_F16, NULL), KBIT_ERR_SHAPE);
    require_status(kbit_gelu_tanh(0, many, NULL, KBIT_F16, NULL), KBIT_ERR_SHAPE);
    require_status(kbit_silu(0, many, NULL, KBIT_F16, NULL), KBIT_ERR_SHAPE);
    require_status(kbit_layernorm(0, many, NULL, f, NULL, 0, KBIT_F16, NULL), KBIT_ERR_SHAPE);
    require_status(kbit_rmsnorm(0, many, NULL, f, 0, KBIT_F16, NULL), KBIT_ERR_SHAPE);
    require_status(kbit_relu(many, 0, NULL, KBIT_F16, NULL), KBIT_OK);
    require_status(kbit_gelu(many, 0, NULL, KBIT_F16, NULL), KBIT_OK);
    require_status(kbit_gelu_tanh(many, 0, NULL, KBIT_F16, NULL), KBIT_OK);
    require_status(kbit_silu(many, 0, NULL, KBIT_F16, NULL), KBIT_OK);
}
END_TEST

START_TEST(test_store_with_a_bias)
{
    uint32_t untouched = 0xdeadbeef;

    require_status(kbit_store(1, 1, f, f, KBIT_I8, &untouched), KBIT_ERR_UNSUPPORTED);
    require_status(kbit_store(1, 1, f, f, KBIT_I32, &untouched), KBIT_ERR_UNSUPPORTED);
    require_status(kbit_store(1, 1, f, f, (kbit_dtype)0, &untouched), KBIT_ERR_UNSUPPORTED);
    require_status(kbit_store(1, 1, NULL, f, KBIT_F16, &untouched), KBIT_ERR_NULL);
    require_status(kbit_store(1, 1, f, f, KBIT_F16, NULL), KBIT_ERR_NULL);
    require(untouched == 0xdeadbeef, "a call that was refused wrote %x", untouched);
}
END_TEST

/* The last entry of a list of more than 16 bits is not above the one before. */
START_TEST(test_long_list)
{
    enum { N = 65538 };
    static int32_t list[N];

    for (int k = 0; k < N; k++)
        list[k] = k;
    require_status(kbit_absmax_rows(0, N, NULL, N, list, 6, NULL), KBIT_OK);
    list[N - 1] = N - 2;
    require_status(kbit_absmax_rows(0, N, NULL, N, list, 6, NULL), KBIT_ERR_RANGE);
}
END_TEST

/* Sizes whose square cannot be addressed, and whose product can. */
START_TEST(test_long_shapes)
{
    size_t N = (size_t)1 << 32;

    require_status(kbit_outlier_matmul(0, N, 1, NULL, 0, NULL, b, f, NULL, NULL), KBIT_OK);
    require_status(kbit_outlier_matmul_w16(0, N, 1, NULL, 0, NULL, f, NULL, NULL), KBIT_OK);
}
END_TEST

/* x has elements, though the output has none. */
START_TEST(test_null_beside_an_empty_output)
{
    require_status(kbit_outlier_matmul(1, 0, 1, NULL, 0, NULL, NULL, NULL, NULL, NULL),
                   KBIT_ERR_NULL);
    require_status(kbit_outlier_matmul_w16(1, 0, 1, NULL, 0, NULL, NULL, NULL, NULL),
                   KBIT_ERR_NULL);
    require_status(kbit_outlier_matmul_w16(0, 1, 1, NULL, 0, NULL, NULL, NULL, NULL),
                   KBIT_ERR_NULL);
}
END_TEST

/* The statistic is no magnitude, though no element of its row is to be quantized. */
START_TEST(test_negative_absmax_of_a_masked_row)
{
    const float x[2] = {7, -7}, absmax[1] = {-0.5f};

    require_status(kbit_quantize_rows(1, 2, x, absmax, 0, NULL, 6, codes), KBIT_ERR_RANGE);
}
END_TEST

START_TEST(test_element_below_minus_absmax)
{
    const float x[2] = {1, -1.0009765625f}, absmax[1] = {1};

    require_status(kbit_quantize_rows(1, 2, x, absmax, 0, NULL, KBIT_THRESHOLD_OFF, codes),
                   KBIT_ERR_RANGE);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("refusals");

    tcase_add_loop_test(tests, test_shapes, 0, COUNT(TOO_LARGE));
    tcase_add_test(tests, test_sizes_beyond_16_bits);
    tcase_add_test(tests, test_producers_and_which_size_is_too_large);
    tcase_add_test(tests, test_store_with_a_bias);
    tcase_add_test(tests, test_long_list);
    tcase_add_test(tests, test_long_shapes);
    tcase_add_test(tests, test_null_beside_an_empty_output);
    tcase_add_test(tests, test_negative_absmax_of_a_masked_row);
    tcase_add_test(tests, test_element_below_minus_absmax);
    return run_tests("refusals", tests);
}
