/* t_summation -- the theorems of declared accumulations against the model that they are about: what a
 * row sums is admissible under its own declaration, on operands that look for trouble, and what the
 * declaration does not allow is rejected. */
#include "kbit_accumulation.h"
#include "kbit_check.h"
#include "kbit_verify.h"

enum { MOST = 70 };

static const struct {
    const char *row, *declares;
} ROWS[] = {
    {"ieee", ""},
    {"fma", ""},
    {"pairwise", "splitk=f32"},
    {"v100", "acc=v100"},
    {"turing", "acc=turing"},
    {"a100", "acc=a100"},
    {"h100", "acc=h100"},
    {"cdna2", "acc=cdna2 ftz-in16=flush ftz32=flush"},
    {"cdna3", "acc=cdna3"},
    {"v100", "acc=tc-trunc"},
    {"h100", "acc=tc-trunc"},
    {"cdna3", "acc=tc-trunc"},
};

/* y for one row of x and one of w, all columns in O. */
static kbit_verdict judged(kbit_dtype type, size_t n, const uint16_t *x, const uint16_t *w, float d,
                           float y, const char *declares)
{
    int32_t outliers[MOST];
    kbit_tensor in[4] = {{(void *)(uintptr_t)x, (uint32_t)type, 2, {1, n}},
                         {outliers, KBIT_I32, 1, {n, 0}},
                         {(void *)(uintptr_t)w, (uint32_t)type, 2, {1, n}},
                         {&d, KBIT_F32, 2, {1, 1}}};
    kbit_tensor out = {&y, KBIT_F32, 2, {1, 1}};
    kbit_call call = {"outlier_matmul_w16", 1, 1, n, 0, in, &out};
    kbit_verdict verdict;

    for (size_t k = 0; k < n; k++)
        outliers[k] = (int32_t)k;
    require_status(kbit_judge(&call, declares, &verdict), KBIT_OK);
    return verdict;
}

/* Finite encodings whose sums stay in range: mixed exponents, subnormals, and pairs that cancel. */
static void fill(kbit_dtype type, int kind, size_t n, uint16_t *x)
{
    int fraction = type == KBIT_F16 ? 10 : 7, one = type == KBIT_F16 ? 15 : 127;

    for (size_t k = 0; k < n; k++) {
        int field = kind == 0   ? one - 3 + (int)random_below(5)
                    : kind == 1 ? one - 14 + (int)random_below(20)
                    : kind == 2 ? (int)random_below(2)
                                : (int)random_below((size_t)one + 10);
        uint16_t bits = (uint16_t)(random_bits() & ((1u << fraction) - 1));

        x[k] = (uint16_t)(bits | field << fraction | (int)(random_bits() & 1) << 15);
        if (kind == 3 && random_below(3) == 0)
            x[k] &= 0x8000;
    }
}

START_TEST(test_each_row_keeps_its_theorem)
{
    double used = 0;

    for (size_t r = 0; r < COUNT(ROWS); r++)
        for (int round = 0; round < 400; round++) {
            kbit_dtype type = round % 2 ? KBIT_F16 : KBIT_BF16;
            size_t n = 1 + random_below(MOST);
            uint16_t x[MOST], w[MOST];
            float d = random_below(3) ? random_small() : 0, from_zero, from_d;
            const kbit_accumulation *row = kbit_accumulation_find(ROWS[r].row);

            fill(type, (int)random_below(4), n, x);
            fill(type, (int)random_below(4), n, w);
            for (size_t k = 1; k < n; k += 2)
                if (random_below(3) == 0) {
                    x[k] = x[k - 1] ^ 0x8000;
                    w[k] = (uint16_t)(w[k - 1] ^ random_below(2));
                }
            require_status(kbit_accumulate(row, type, n, x, w, 0, &from_zero), KBIT_OK);
            require_status(kbit_accumulate(row, type, n, x, w, d, &from_d), KBIT_OK);
            for (int start = 0; start < 2; start++) {
                float y = start ? from_d : d + from_zero;
                kbit_verdict v = judged(type, n, x, w, d, y, ROWS[r].declares);

                require(v.result == KBIT_ADMISSIBLE,
                        "%s, declared '%s', %s, %zu columns: %s, not %s", ROWS[r].row,
                        ROWS[r].declares, kbit_dtype_name(type), n, v.kept[0].observed,
                        v.kept[0].admissible);
                used = v.ratio > used ? v.ratio : used;
            }
        }
    require(used > 0.1, "the bounds were hardly used: %g", used);
}
END_TEST

static kbit_result of_two(float a0, float b0, float a1, float b1, float y, const char *declares)
{
    const uint16_t x[2] = {kbit_f16_from_f32(a0).bits, kbit_f16_from_f32(a1).bits};
    const uint16_t w[2] = {kbit_f16_from_f32(b0).bits, kbit_f16_from_f32(b1).bits};

    return judged(KBIT_F16, 2, x, w, 0, y, declares).result;
}

/* 2^-24 - 2^-39 with a subnormal operand of exponent -14: a tensor core cuts 2^-39 off. */
START_TEST(test_subnormal_operands_weigh_by_encoding)
{
    static const char *const CUT[] = {"acc=tc-trunc", "acc=v100", "acc=turing", "acc=a100",
                                      "acc=cdna3"};

    for (size_t i = 0; i < COUNT(CUT); i++)
        require(of_two(0x1p-24f, 1, -0x1p-24f, 0x1p-15f, 0x1p-24f, CUT[i]) == KBIT_ADMISSIBLE, "%s",
                CUT[i]);
    ck_assert_int_eq(of_two(0x1p-24f, 1, -0x1p-24f, 0x1p-15f, 0x1p-24f, ""), KBIT_MISMATCH);
    ck_assert_int_eq(of_two(0x1p-24f, 1, -0x1p-24f, 0x1p-15f, 0x1p-24f, "acc=any-faithful"),
                     KBIT_MISMATCH);
    /* No reason to lose a third of it. */
    ck_assert_int_eq(of_two(0x1p-24f, 1, -0x1p-24f, 0x1p-15f, 0x1.4p-25f, "acc=a100"),
                     KBIT_MISMATCH);
}
END_TEST

START_TEST(test_flags_are_what_they_say)
{
    const char *flush = "ftz-in16=flush";

    ck_assert_int_eq(of_two(0x1p-24f, 2, 0, 0, 0, flush), KBIT_ADMISSIBLE);
    ck_assert_int_eq(of_two(0x1p-24f, 2, 0, 0, 0x1p-23f, flush), KBIT_MISMATCH);
    ck_assert_int_eq(of_two(0x1p-24f, 2, 0, 0, 0, ""), KBIT_MISMATCH);
    /* 2049 through fp16 */
    ck_assert_int_eq(of_two(2048, 1, 1, 1, 2048, "splitk=f16"), KBIT_ADMISSIBLE);
    ck_assert_int_eq(of_two(2048, 1, 1, 1, 2048, "splitk=f32"), KBIT_MISMATCH);
    ck_assert_int_eq(of_two(2048, 1, 1, 1, 2046, "splitk=f16"), KBIT_MISMATCH);
    /* beyond fp16, on one side only */
    ck_assert_int_eq(of_two(1024, 64, 1024, 64, INFINITY, "splitk=f16"), KBIT_ADMISSIBLE);
    ck_assert_int_eq(of_two(1024, 64, 1024, 64, -INFINITY, "splitk=f16"), KBIT_MISMATCH);
    ck_assert_int_eq(of_two(1024, 64, -1024, 64, NAN, "splitk=f16"), KBIT_ADMISSIBLE);
    ck_assert_int_eq(of_two(1024, 64, 1024, 64, NAN, "splitk=f16"), KBIT_MISMATCH);
    ck_assert_int_eq(of_two(1024, 64, 1024, 64, 1e30f, "splitk=f16"), KBIT_MISMATCH);
    ck_assert_int_eq(of_two(1024, 64, 1024, 64, INFINITY, "splitk=f32"), KBIT_MISMATCH);
}
END_TEST

/* 1 and fifteen times -2^-24 (1 - 2^-10): what a step keeps shows in what the theorem allows. */
START_TEST(test_constants_differ_by_row)
{
    uint16_t x[16], w[16];
    static const struct {
        const char *row, *declares;
        kbit_result result;
    } CASES[] = {
        {"h100", "acc=h100", KBIT_ADMISSIBLE}, {"a100", "acc=h100", KBIT_MISMATCH},
        {"v100", "acc=h100", KBIT_MISMATCH},   {"a100", "acc=a100", KBIT_ADMISSIBLE},
        {"v100", "acc=a100", KBIT_MISMATCH},   {"v100", "acc=v100", KBIT_ADMISSIBLE},
        {"h100", "acc=a100", KBIT_ADMISSIBLE},
    };

    for (size_t i = 0; i < COUNT(CASES); i++) {
        float y, tiny = CASES[i].row[0] == 'v' ? 0x1p-11f : 0x1p-12f;
        for (int k = 0; k < 16; k++) {
            x[k] = kbit_f16_from_f32(k ? -tiny : 1).bits;
            w[k] = kbit_f16_from_f32(k ? 0x1.ffcp-13f : 1).bits;
        }
        require_status(
            kbit_accumulate(kbit_accumulation_find(CASES[i].row), KBIT_F16, 16, x, w, 0, &y),
            KBIT_OK);
        kbit_result result = judged(KBIT_F16, 16, x, w, 0, y, CASES[i].declares).result;
        require(result == CASES[i].result, "%s declared %s: %s", CASES[i].row, CASES[i].declares,
                kbit_result_name(result));
    }
}
END_TEST

/* D = 1 and products just below what is kept next to it, one a step so that the last cut loses all that
 * it can: close to the bound, and within it. */
START_TEST(test_worst_cases_come_close)
{
    static const struct {
        const char *row, *declares;
        int last; /* the unit of the last bit kept next to 1 */
    } CASES[] = {{"v100", "acc=v100", -23},
                 {"a100", "acc=a100", -24},
                 {"h100", "acc=h100", -25},
                 {"cdna2", "acc=cdna2 ftz-in16=flush ftz32=flush", -24}};
    enum { N = 64 };

    for (size_t i = 0; i < COUNT(CASES); i++) {
        const kbit_accumulation *row = kbit_accumulation_find(CASES[i].row);
        bool truncates = row->alignment == KBIT_ALIGN_ALL;
        uint16_t x[N], w[N];
        float y;

        for (size_t k = 0; k < N; k++) {
            bool first = k % row->products == 0;
            double units = (truncates && first ? ldexp(1, -23 - CASES[i].last) : 1) * (1 - 0x1p-10);

            x[k] = kbit_f16_from_f32(truncates || first ? 0x1p-12f : 0).bits;
            w[k] = kbit_f16_from_f32((float)ldexp(units, CASES[i].last + 12)).bits;
        }
        require_status(kbit_accumulate(row, KBIT_F16, N, x, w, 1, &y), KBIT_OK);
        ck_assert(y == 1); /* all of it is lost */
        kbit_verdict v = judged(KBIT_F16, N, x, w, 1, y, CASES[i].declares);
        require(v.result == KBIT_ADMISSIBLE && v.ratio > 0.75, "%s: %s, %g of its bound",
                CASES[i].row, kbit_result_name(v.result), v.ratio);
    }
}
END_TEST

/* 2^127 + 2^127 - 1.5 2^127: whether fp32 overflows depends on the order, which is free; the sum of the
 * negative terms alone is not that large. */
START_TEST(test_overflow_of_a_partial_sum)
{
    const uint16_t x[3] = {0x7f00, 0x7f00, 0xff40}, w[3] = {0x3f80, 0x3f80, 0x3f80};
    static const struct {
        float y;
        kbit_result result;
    } CASES[] = {{INFINITY, KBIT_ADMISSIBLE},
                 {0x1p126f, KBIT_ADMISSIBLE},
                 {-INFINITY, KBIT_MISMATCH},
                 {NAN, KBIT_MISMATCH},
                 {0x1.8p126f, KBIT_MISMATCH}};
    volatile float left = 0x1p127f;

    left += 0x1p127f;
    ck_assert(isinf(left));
    for (size_t i = 0; i < COUNT(CASES); i++) {
        kbit_result result = judged(KBIT_BF16, 3, x, w, 0, CASES[i].y, "").result;
        require(result == CASES[i].result, "%a: %s", (double)CASES[i].y, kbit_result_name(result));
    }
    ck_assert_int_eq(judged(KBIT_BF16, 1, x, w, 0, INFINITY, "").result, KBIT_MISMATCH);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("summation");

    tcase_add_test(tests, test_each_row_keeps_its_theorem);
    tcase_add_test(tests, test_subnormal_operands_weigh_by_encoding);
    tcase_add_test(tests, test_flags_are_what_they_say);
    tcase_add_test(tests, test_constants_differ_by_row);
    tcase_add_test(tests, test_worst_cases_come_close);
    tcase_add_test(tests, test_overflow_of_a_partial_sum);
    return run_tests("summation", tests);
}
