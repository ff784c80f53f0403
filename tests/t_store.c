/* t_store -- bias and one rounding: every encoding against the exact sum. */
#include "kbit_check.h"
#include "kbit_exact.h"

static const kbit_dtype TYPES[] = {KBIT_F32, KBIT_F16, KBIT_BF16};

static uint32_t stored(float y, const float *bias, kbit_dtype type)
{
    uint32_t out = 0xdeadbeef;

    require_status(kbit_store(1, 1, &y, bias, type, &out), KBIT_OK);
    if (type == KBIT_F32)
        return out;
    require(out >> 16 == 0xdead, "wrote past a 16-bit element");
    return out & 0xffff;
}

static bool is_nan(uint32_t bits, kbit_dtype type)
{
    uint32_t infinity = type == KBIT_F32 ? 0x7f800000 : type == KBIT_F16 ? 0x7c00 : 0x7f80;

    return (bits & (type == KBIT_F32 ? 0x7fffffff : 0x7fff)) > infinity;
}

static void check_sum(float y, float bias)
{
    for (size_t t = 0; t < COUNT(TYPES); t++) {
        uint32_t got = stored(y, &bias, TYPES[t]), expected = kbit_exact_store(y, bias, TYPES[t]);

        require(got == expected || (is_nan(got, TYPES[t]) && is_nan(expected, TYPES[t])),
                "%a + %a to %s: got %x, expected %x", y, bias, kbit_dtype_name(TYPES[t]), got,
                expected);
    }
}

/* Midpoints of the 16-bit formats, pushed off by a bias that fp32 or even fp64 cannot see. */
START_TEST(test_midpoints_and_small_biases)
{
    for (int i = 0; i < 30000; i++) {
        float mid = i % 2 ? random_f16() : random_bf16();
        int half_ulp = i % 2 ? -11 : -8;
        int exponent;

        frexpf(mid, &exponent);
        if (i % 2 && exponent < -13)
            exponent = -13; /* the subnormals' ulp */
        mid += ldexpf(mid < 0 ? -0.5f : 0.5f, exponent + half_ulp + 1);
        if (!isfinite(mid))
            continue;
        float bias = ldexpf(1, exponent - 10 - (int)random_below(140));
        check_sum(mid, bias);
        check_sum(mid, -bias);
        check_sum(bias, mid);
        check_sum(mid, 0.0f);
        check_sum(mid, -0.0f);
    }
}
END_TEST

START_TEST(test_random)
{
    for (int i = 0; i < 100000; i++) {
        float y = i % 2 ? random_small() * 100 : random_f32();
        float bias = i % 3 ? random_small() : random_f32();

        check_sum(y, bias);
        if (i % 5 == 0)
            check_sum(y, nextafterf(-y, i % 2 ? 0 : INFINITY)); /* cancellation */
    }
}
END_TEST

START_TEST(test_named_values)
{
    const float values[] = {0.0f,        -0.0f,     1.0f,     0x1.002p0f,  65504.0f,
                            65519.99f,   65520.0f,  15.99f,   16.0f,       0x1p-24f,
                            0x1p-25f,    0x1p-149f, FLT_MIN,  0x1.fep127f, 0x1.fefffep127f,
                            0x1.ffp127f, FLT_MAX,   INFINITY, NAN};

    for (size_t i = 0; i < COUNT(values); i++)
        for (size_t j = 0; j < COUNT(values); j++) {
            check_sum(values[i], values[j]);
            check_sum(values[i], -values[j]);
            check_sum(-values[i], values[j]);
            check_sum(-values[i], -values[j]);
        }

    /* The case that an fp64 sum gets wrong: 1 + 2^-11 is a midpoint of fp16, the tie goes to 1. */
    float tiny = 0x1p-80f, minus_tiny = -0x1p-80f, none = 0;
    ck_assert_uint_eq(stored(0x1.002p0f, &none, KBIT_F16), 0x3c00);
    ck_assert_uint_eq(stored(0x1.002p0f, &tiny, KBIT_F16), 0x3c01);
    ck_assert_uint_eq(stored(0x1.006p0f, &none, KBIT_F16), 0x3c02);
    ck_assert_uint_eq(stored(0x1.006p0f, &minus_tiny, KBIT_F16), 0x3c01);
    ck_assert_uint_eq(stored(65520.0f, &minus_tiny, KBIT_F16), 0x7bff);
    ck_assert_uint_eq(stored(0x1.ffp127f, &minus_tiny, KBIT_BF16), 0x7f7f);
}
END_TEST

START_TEST(test_no_bias)
{
    const float zero = 0;

    for (int i = 0; i < 20000; i++) {
        float y = i % 2 ? random_f32() : random_f16() * 0x1.004p0f;

        for (size_t t = 0; t < COUNT(TYPES); t++)
            require(stored(y, NULL, TYPES[t]) == kbit_exact_store(y, -0.0f, TYPES[t]),
                    "%a to %s: got %x", y, kbit_dtype_name(TYPES[t]), stored(y, NULL, TYPES[t]));
    }
    ck_assert_uint_eq(stored(-0.0f, NULL, KBIT_F16), 0x8000);
    ck_assert_uint_eq(stored(-0.0f, &zero, KBIT_F16), 0); /* -0 + 0 is +0 */
    ck_assert(is_nan(stored(NAN, NULL, KBIT_F16), KBIT_F16));
    ck_assert(is_nan(stored(NAN, NULL, KBIT_BF16), KBIT_BF16));
    ck_assert(is_nan(stored(NAN, NULL, KBIT_F32), KBIT_F32));
}
END_TEST

/* bias[j] belongs to column j. */
START_TEST(test_shapes)
{
    float y[3 * 4], bias[4] = {1, 20, 300, 4000};
    char out[3 * 4 * 4 + 1];

    for (int i = 0; i < 12; i++)
        y[i] = (float)i * 0.25f;
    for (size_t t = 0; t < COUNT(TYPES); t++) {
        size_t size = kbit_dtype_size(TYPES[t]);

        out[12 * size] = 0x55;
        require_status(kbit_store(3, 4, y, bias, TYPES[t], out), KBIT_OK);
        for (size_t i = 0; i < 12; i++) {
            uint32_t expected = kbit_exact_store(y[i], bias[i % 4], TYPES[t]);
            require(memcmp(out + i * size, &expected, size) == 0, "%s, element %zu",
                    kbit_dtype_name(TYPES[t]), i);
        }
        ck_assert_int_eq(out[12 * size], 0x55);
    }
}
END_TEST

START_TEST(test_refusals)
{
    const float y[1] = {1};
    float out[1];

    require_status(kbit_store(1, 1, NULL, NULL, KBIT_F16, out), KBIT_ERR_NULL);
    require_status(kbit_store(1, 1, y, NULL, KBIT_F16, NULL), KBIT_ERR_NULL);
    require_status(kbit_store(1, 1, y, NULL, KBIT_I8, out), KBIT_ERR_UNSUPPORTED);
    require_status(kbit_store(0, 0, NULL, NULL, (kbit_dtype)0, NULL), KBIT_ERR_UNSUPPORTED);
    require_status(kbit_store(SIZE_MAX / 4, 2, y, NULL, KBIT_F16, out), KBIT_ERR_SHAPE);
    require_status(kbit_store(0, 1, NULL, y, KBIT_F16, NULL), KBIT_OK);
    require_status(kbit_store(1, 0, NULL, NULL, KBIT_F32, NULL), KBIT_OK);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("store");

    tcase_add_test(tests, test_midpoints_and_small_biases);
    tcase_add_test(tests, test_random);
    tcase_add_test(tests, test_named_values);
    tcase_add_test(tests, test_no_bias);
    tcase_add_test(tests, test_shapes);
    tcase_add_test(tests, test_refusals);
    return run_tests("store", tests);
}
