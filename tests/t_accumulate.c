/* t_accumulate -- the accumulation model against its MPFR oracle, step by step, and by hand. */
#include "kbit_accumulation.h"
#include "kbit_check.h"
#include "kbit_exact.h"

enum { MOST = 16 };

static const kbit_accumulation *row_of(const char *name)
{
    const kbit_accumulation *row = kbit_accumulation_find(name);

    require(row != NULL, "no row %s", name);
    return row;
}

/* Operands that look for trouble: any encoding, few exponents, exponents far apart, the smallest,
 * specials, and pairs that cancel. */
static uint16_t random_operand(kbit_dtype type, int kind)
{
    uint16_t bits = (uint16_t)random_bits(), infinity = type == KBIT_F16 ? 0x7c00 : 0x7f80;
    uint16_t one = type == KBIT_F16 ? 0x3c00 : 0x3f80;

    switch (kind) {
    case 0: /* finite */
        return (bits & infinity) == infinity ? (uint16_t)(bits & 0x83ff) : bits;
    case 1: /* near 1 */
        return (uint16_t)((bits & 0x8000) |
                          (one - infinity / 8 + (bits & 0x7fff) % (infinity / 4)));
    case 2: /* subnormal or zero, or near 1 */
        return random_below(2) ? (uint16_t)(bits & (uint16_t)~infinity)
                               : (uint16_t)((bits & 0x83ff) + one);
    case 3: /* powers of two, where ties and carries are */
        bits &= (uint16_t)(0x8000 | infinity);
        return (bits & infinity) == infinity ? one : bits;
    default: /* any encoding, NaN and infinity too */
        return random_below(8) ? (uint16_t)((bits & 0x8000) | (bits & 0x7fff) % infinity) : bits;
    }
}

static float random_start_value(kbit_dtype type, int kind)
{
    switch (random_below(6)) {
    case 0:
        return random_below(2) ? 0.0f : -0.0f;
    case 1:
        return from_encoding((uint32_t)random_bits()); /* NaN, infinity, subnormal */
    case 2:
        return from_encoding((uint32_t)random_bits() & 0x80ffffff); /* tiny */
    default: {
        kbit_operand a = kbit_operand_of(type, random_operand(type, kind));
        kbit_operand b = kbit_operand_of(type, random_operand(type, kind));
        return a.value * b.value * (1 + (float)random_below(1 << 20) * 0x1p-23f);
    }
    }
}

static void check_step(const kbit_accumulation *row, kbit_dtype type, size_t count,
                       const uint16_t *a, const uint16_t *b, float c)
{
    kbit_operand x[MOST], w[MOST];

    for (size_t k = 0; k < count; k++) {
        x[k] = kbit_operand_of(type, a[k]);
        w[k] = kbit_operand_of(type, b[k]);
    }
    float got = kbit_accumulate_step(row, count, x, w, c);
    uint32_t expected = kbit_exact_accumulate_step(row, type, count, a, b, c);
    bool any_nan = row->alignment != KBIT_ALIGN_ALL && isnan(got);

    require(any_nan ? isnan(from_encoding(expected)) : encoding(got) == expected,
            "%s %s, %zu products, c %a, first %04x %04x: %08x, the oracle %08x", row->name,
            kbit_dtype_name(type), count, (double)c, a[0], b[0], encoding(got), expected);
}

START_TEST(test_steps_against_the_oracle)
{
    const kbit_accumulation *rows;
    size_t n = kbit_accumulations(&rows);

    ck_assert_uint_ge(n, 10);
    for (size_t r = 0; r < n; r++)
        for (int round = 0; round < 3000; round++) {
            kbit_dtype type = round % 2 ? KBIT_F16 : KBIT_BF16;
            int kind = round / 2 % 5;
            size_t most = rows[r].products ? rows[r].products : MOST;
            size_t count = random_below(3) ? most : random_below(most + 1);
            uint16_t a[MOST] = {0}, b[MOST] = {0};

            for (size_t k = 0; k < count; k++) {
                a[k] = random_operand(type, kind);
                b[k] = random_operand(type, kind);
                if (k > 0 && random_below(3) == 0) { /* cancels the one before, or nearly */
                    a[k] = a[k - 1] ^ 0x8000;
                    b[k] = (uint16_t)(b[k - 1] ^ random_below(2));
                }
            }
            check_step(&rows[r], type, count, a, b, random_start_value(type, kind));
        }
}
END_TEST

START_TEST(test_operands_are_their_values)
{
    for (uint32_t bits = 0; bits <= 0xffff; bits++) {
        float f16 = kbit_f16_to_f32((kbit_f16){(uint16_t)bits});
        float bf16 = kbit_bf16_to_f32((kbit_bf16){(uint16_t)bits});
        kbit_operand h = kbit_operand_of(KBIT_F16, (uint16_t)bits);
        kbit_operand b = kbit_operand_of(KBIT_BF16, (uint16_t)bits);

        require_same(h.value, f16, "fp16 %04x", bits);
        require_same(b.value, bf16, "bf16 %04x", bits);
        if (isfinite(f16))
            require(ldexp(h.significand, h.unit) == (double)f16, "fp16 %04x", bits);
        if (isfinite(bf16))
            require(ldexp(b.significand, b.unit) == (double)bf16, "bf16 %04x", bits);
    }
}
END_TEST

/* a[k] b[k] in fp16. */
static float dot(const char *row, float c, size_t n, const float *a, const float *b)
{
    uint16_t x[64], w[64];
    float result = NAN;

    for (size_t k = 0; k < n; k++) {
        x[k] = kbit_f16_from_f32(a[k]).bits;
        w[k] = kbit_f16_from_f32(b[k]).bits;
    }
    require_status(kbit_accumulate(row_of(row), KBIT_F16, n, x, w, c, &result), KBIT_OK);
    return result;
}

/* What each field means, on operands where it alone decides. */
START_TEST(test_fields_by_hand)
{
    const float tiny[4] = {1, -0x1p-12f, -0x1p-12f, 0};
    const float unit[4] = {1, 0x1p-12f, 0x1p-13f, 0};

    /* 1 - 2^-24: seen with 24 fraction bits; 1 - 2^-25: seen with 25 */
    ck_assert(dot("v100", 0, 2, tiny, unit) == 1);
    ck_assert(dot("a100", 0, 2, tiny, unit) == 1 - 0x1p-24f);
    const float a25[2] = {1, -0x1p-12f}, b25[2] = {1, 0x1p-13f};
    ck_assert(dot("a100", 0, 2, a25, b25) == 1);
    ck_assert(dot("h100", 0, 2, a25, b25) == 1 - 0x1p-24f);
    ck_assert(dot("ieee", 0, 2, a25, b25) == 1); /* a tie, to even */
    /* rounding: 1 + 3 2^-25 */
    const float a3[2] = {1, 0x1.8p-12f}, b3[2] = {1, 0x1p-12f};
    ck_assert(dot("h100", 0, 2, a3, b3) == 1);
    ck_assert(dot("ieee", 0, 2, a3, b3) == 1 + 0x1p-23f);
    /* L: 2^30 and -2^30 leave the 8 after them alone only where those are in a step of their own */
    float big[16], one[16];
    for (int k = 0; k < 16; k++)
        big[k] = one[k] = 1;
    big[0] = one[0] = one[1] = 0x1p15f;
    big[1] = -0x1p15f;
    ck_assert(dot("h100", 0, 16, big, one) == 0);
    ck_assert(dot("a100", 0, 16, big, one) == 8);
    ck_assert(dot("v100", 0, 16, big, one) == 12);
    /* subnormal operands */
    const float sub[1] = {0x1p-24f}, two[1] = {2};
    ck_assert(dot("h100", 0, 1, sub, two) == 0x1p-23f);
    ck_assert(dot("cdna2", 0, 1, sub, two) == 0);
    ck_assert(dot("cdna2", 0x1p-149f, 1, two, two) == 4);
    /* aligned by the exponent of the encoding, which is -14 for a subnormal */
    const float sa[2] = {0x1p-24f, -0x1p-24f}, sb[2] = {1, 0x1p-15f};
    ck_assert(dot("a100", 0, 2, sa, sb) == 0x1p-24f);
    ck_assert(dot("ieee", 0, 2, sa, sb) == 0x1p-24f - 0x1p-39f);
    /* nothing is added: c */
    ck_assert(dot("h100", 3, 0, NULL, NULL) == 3);
    ck_assert(dot("pairwise", 3, 0, NULL, NULL) == 3);
}
END_TEST

/* The loops that the rows `ieee` and `fma` are named for. */
START_TEST(test_ieee_rows_are_their_loops)
{
    for (int round = 0; round < 500; round++) {
        uint16_t a[40], b[40];
        size_t n = random_below(41);
        float c = random_small(), loop = c, fused = c, got;

        for (size_t k = 0; k < n; k++) {
            float x = round % 2 ? random_f16() : random_bf16();
            float w = round % 2 ? random_f16() : random_bf16();

            a[k] = round % 2 ? kbit_f16_from_f32(x).bits : kbit_bf16_from_f32(x).bits;
            b[k] = round % 2 ? kbit_f16_from_f32(w).bits : kbit_bf16_from_f32(w).bits;
            loop += x * w;
            fused = fmaf(x, w, fused);
        }
        kbit_dtype type = round % 2 ? KBIT_F16 : KBIT_BF16;
        require_status(kbit_accumulate(row_of("ieee"), type, n, a, b, c, &got), KBIT_OK);
        require_same(got, loop, "ieee, round %d", round);
        require_status(kbit_accumulate(row_of("fma"), type, n, a, b, c, &got), KBIT_OK);
        require_same(got, fused, "fma, round %d", round);
    }
}
END_TEST

START_TEST(test_split_sums_parts)
{
    uint16_t a[6], b[6];
    float got;

    for (int k = 0; k < 6; k++) {
        a[k] = kbit_f16_from_f32(2049).bits; /* rounds to 2048 */
        b[k] = kbit_f16_from_f32(k % 2 ? 0.5f : 1).bits;
    }
    a[1] = kbit_f16_from_f32(2).bits; /* 2048 + 1 in the first part: no fp16 number */
    const kbit_accumulation *row = row_of("h100");
    require_status(kbit_accumulate_split(row, KBIT_F16, 2, a, b, 0.25f, 2, KBIT_F32, &got),
                   KBIT_OK);
    ck_assert(got == 2049.25f);
    require_status(kbit_accumulate_split(row, KBIT_F16, 2, a, b, 0.25f, 2, KBIT_F16, &got),
                   KBIT_OK);
    ck_assert(got == 2048.25f);
    require_status(kbit_accumulate_split(row, KBIT_F16, 2, a, b, 0.25f, 1, KBIT_F16, &got),
                   KBIT_OK);
    ck_assert(got == 2049.25f); /* 2048 and 1 apart */
    require_status(kbit_accumulate_split(row, KBIT_F16, 2, a, b, 0, 0, KBIT_F32, &got),
                   KBIT_ERR_RANGE);
    require_status(kbit_accumulate_split(row, KBIT_F16, 2, a, b, 0, 1, KBIT_BF16, &got),
                   KBIT_ERR_UNSUPPORTED);
}
END_TEST

START_TEST(test_errors)
{
    const uint16_t a[1] = {0x3c00};
    float got;

    require_status(kbit_accumulate(NULL, KBIT_F16, 1, a, a, 0, &got), KBIT_ERR_NULL);
    require_status(kbit_accumulate(row_of("a100"), KBIT_F16, 1, NULL, a, 0, &got), KBIT_ERR_NULL);
    require_status(kbit_accumulate(row_of("a100"), KBIT_F16, 1, a, a, 0, NULL), KBIT_ERR_NULL);
    require_status(kbit_accumulate(row_of("a100"), KBIT_F32, 1, a, a, 0, &got),
                   KBIT_ERR_UNSUPPORTED);
    ck_assert(kbit_accumulation_find("a1000") == NULL);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("accumulate");

    tcase_add_test(tests, test_operands_are_their_values);
    tcase_add_test(tests, test_steps_against_the_oracle);
    tcase_add_test(tests, test_fields_by_hand);
    tcase_add_test(tests, test_ieee_rows_are_their_loops);
    tcase_add_test(tests, test_split_sums_parts);
    tcase_add_test(tests, test_errors);
    return run_tests("accumulate", tests);
}
