/* t_declared_limits.c -- where what is declared overflows, gives no code, or is not what a tail of a sum is
 * made with: what is then owed, and what is not. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <check.h>

#include "kbit_accumulation.h"
#include "kbit_data.h"
#include "kbit_verify.h"

static kbit_verdict verdict;

static kbit_result judged(const kbit_call *call, const char *declares)
{
    ck_assert_int_eq(kbit_judge(call, declares, &verdict), KBIT_OK);
    return verdict.result;
}

/* One element of dequantize that shows d. */
static kbit_result dequantized(int32_t c, float a, float s, float d, const char *declares)
{
    const kbit_tensor in[3] = {
        {&c, KBIT_I32, 2, {1, 1}}, {&a, KBIT_F32, 1, {1, 0}}, {&s, KBIT_F32, 1, {1, 0}}};
    kbit_tensor out = {&d, KBIT_F32, 2, {1, 1}};
    const kbit_call call = {"dequantize", 1, 1, 1, 6, in, &out};
    return judged(&call, declares);
}

static float by_sequence(int32_t c, float a, float s)
{
    volatile float d = (float)c * a;
    d = d * s;
    return d * 0x1.040c2p-14f;
}

static float in_double(int32_t c, float a, float s)
{
    return (float)((double)c * (double)a * (double)s / 16129.0);
}

START_TEST(a_sequence_that_overflows)
{
    static const struct {
        int32_t c;
        float a, s;
    } AT[] = {{1 << 30, 0x1p100f, 0x1p-10f}, /* C a overflows, C a s does not */
              {1 << 20, 0x1p60f, 0x1p50f},   /* C a s overflows, times RN(1/16129) it would not */
              {-(1 << 30), 0x1p127f, 0x1p-149f}};
    for (size_t i = 0; i < sizeof AT / sizeof *AT; i++) {
        const int32_t c = AT[i].c;
        const float a = AT[i].a, s = AT[i].s, closer = in_double(c, a, s);
        ck_assert(isinf(by_sequence(c, a, s)) && isfinite(closer));
        ck_assert_int_eq(dequantized(c, a, s, by_sequence(c, a, s), ""), KBIT_ADMISSIBLE);
        ck_assert_int_eq(dequantized(c, a, s, closer, ""), KBIT_ADMISSIBLE);
        ck_assert_int_eq(dequantized(c, a, s, -by_sequence(c, a, s), ""), KBIT_MISMATCH);
        ck_assert_int_eq(dequantized(c, a, s, NAN, ""), KBIT_MISMATCH);
        ck_assert_int_eq(dequantized(c, a, s, closer * (1 + 0x1p-20f), ""), KBIT_MISMATCH);
    }
    /* Nothing overflows: no infinity. */
    ck_assert_int_eq(dequantized(1 << 30, 0x1p90f, 1, by_sequence(1 << 30, 0x1p90f, 1), ""),
                     KBIT_ADMISSIBLE);
    ck_assert_int_eq(dequantized(1 << 30, 0x1p90f, 1, INFINITY, ""), KBIT_MISMATCH);
}
END_TEST

START_TEST(an_order_that_overflows)
{
    /* C s first is infinite, (C a) s is not. */
    const int32_t c = 1 << 30;
    const float a = 0x1p-30f, s = 0x1p100f, closer = in_double(c, a, s);
    volatile float other = (float)c * s;
    other = other * a;
    ck_assert(isinf(other));
    ck_assert_int_eq(dequantized(c, a, s, other, "dequant=any"), KBIT_ADMISSIBLE);
    ck_assert_int_eq(dequantized(-c, a, s, -other, "dequant=any"), KBIT_ADMISSIBLE);
    ck_assert_int_eq(dequantized(-c, a, s, other, "dequant=any"), KBIT_MISMATCH);
    ck_assert_int_eq(dequantized(c, a, s, closer, "dequant=any"), KBIT_ADMISSIBLE);
    ck_assert_int_eq(dequantized(c, a, s, closer * (1 + 0x1p-20f), "dequant=any"), KBIT_MISMATCH);
    ck_assert_int_eq(dequantized(c, a, s, other, ""),
                     KBIT_MISMATCH); /* dequant=bnb has C a first */
    /* With an s that may become 0 an order gives NaN, and then nothing is decided. */
    ck_assert_int_eq(dequantized(c, 0x1p100f, 0x1p-140f, NAN, "dequant=any"), KBIT_UNDECIDED);
    ck_assert_int_eq(dequantized(c, 0x1p80f, 0x1p-149f, 1, "dequant=any"), KBIT_MISMATCH);
    /* An order that underflows has its own term in the theorem. */
    const float tiny = 0x1p-140f, large = 0x1p50f;
    other = tiny * 0x1.040c2p-14f;
    other = other * (1024.0f * large);
    ck_assert_int_eq(other == in_double(1024, tiny, large), 0);
    ck_assert_int_eq(dequantized(1024, tiny, large, other, "dequant=any"), KBIT_ADMISSIBLE);
    ck_assert_int_eq(dequantized(1024, tiny, large, other, ""), KBIT_MISMATCH);
}
END_TEST

/* Factors and divisors that are multiplied in some order. */
typedef struct {
    float value;
    bool divides;
} factor;

/* Two at a time, in every order, and every result is judged: none may be rejected. */
static void every_order(size_t n, const factor *f, int32_t c, float a, float s, size_t results[3])
{
    if (n == 1) {
        if (f[0].divides)
            return;
        const kbit_result result = dequantized(c, a, s, f[0].value, "dequant=any");
        ck_assert_msg(result == KBIT_ADMISSIBLE || result == KBIT_UNDECIDED,
                      "%d, %a, %a in some order gives %a, admissible %s", c, (double)a, (double)s,
                      (double)f[0].value, verdict.kept[0].admissible);
        results[result == KBIT_UNDECIDED ? 0 : isinf(f[0].value) ? 1 : 2]++;
        return;
    }
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++) {
            if (i == j || f[i].divides || (!f[j].divides && j < i))
                continue;
            factor rest[5] = {
                {f[j].divides ? f[i].value / f[j].value : f[i].value * f[j].value, false}};
            size_t m = 1;
            for (size_t k = 0; k < n; k++)
                if (k != i && k != j)
                    rest[m++] = f[k];
            every_order(m, rest, c, a, s, results);
        }
}

/* Statistics from the whole range of fp32, large and small ones together, and whatever overflows or
 * underflows on the way. */
START_TEST(every_order_of_extreme_statistics)
{
    const float k127 = 0x1.020408p-7f, k16129 = 0x1.040c2p-14f;
    size_t results[3] = {0};
    for (uint64_t round = 0; round < 60; round++) {
        const uint64_t h = kbit_hash(3, 0, round);
        /* anything; a s near 1; a large and s so small that s / 127^2 may be 0 */
        const int e = round % 3 == 2 ? 127 - (int)(h % 40) : (int)(h % 276) - 149;
        const int g = round % 3 == 2   ? (int)(h >> 16 & 15) - 149
                      : round % 3 == 1 ? (e < -126 ? 126 : -e)
                                       : (int)((h >> 16) % 276) - 149;
        const float a = ldexpf(1 + (float)(h >> 40 & 1023) / 1024, e);
        const float s = ldexpf(1 + (float)(h >> 50 & 1023) / 1024, g);
        const int32_t c = (int32_t)(kbit_hash(3, 1, round) >> (33 + round % 31)) + 1;
        const float by_a = 127 / a, by_s = 127 / s;
        const factor forms[][5] = {
            {{(float)c, 0}, {a, 0}, {s, 0}, {k16129, 0}},
            {{(float)c, 0}, {a, 0}, {s, 0}, {16129, 1}},
            {{(float)c, 0}, {a, 0}, {s, 0}, {k127, 0}, {k127, 0}},
            {{(float)c, 0}, {a, 0}, {s, 0}, {127, 1}, {k127, 0}},
            {{(float)c, 0}, {by_a, 1}, {s, 0}, {k127, 0}},
            {{(float)c, 0}, {by_a, 1}, {by_s, 1}},
        };
        static const size_t N[] = {4, 4, 5, 5, 4, 3};
        for (size_t f = 0; f < sizeof N / sizeof *N; f++)
            if ((f < 4 || isnormal(by_a)) && (f < 5 || isnormal(by_s)))
                every_order(N[f], forms[f], c, a, s, results);
    }
    for (size_t r = 0; r < 3; r++) /* undecided, infinite, finite */
        ck_assert_uint_gt(results[r], 50);
}
END_TEST

/* Below 2^-121 in bf16 the reciprocal is infinite: quant=mul and reciprocal owe no code, the others do. */
START_TEST(no_code_where_the_reciprocal_is_infinite)
{
    const kbit_bf16 x[2] = {kbit_bf16_from_f32(0x1.4p-123f), kbit_bf16_from_f32(0)};
    const float a = 0x1p-122f;
    int8_t q[2] = {79, 0};
    const kbit_tensor in[3] = {{(void *)(uintptr_t)x, KBIT_BF16, 2, {1, 2}},
                               {(void *)(uintptr_t)&a, KBIT_F32, 1, {1, 0}},
                               {NULL, KBIT_I32, 1, {0, 0}}};
    kbit_tensor out = {q, KBIT_I8, 2, {1, 2}};
    const kbit_call call = {"quantize_rows", 1, 0, 2, KBIT_THRESHOLD_OFF, in, &out};
    ck_assert_int_eq(judged(&call, ""), KBIT_ADMISSIBLE);
    ck_assert_int_eq(judged(&call, "quant=rdiv"), KBIT_ADMISSIBLE);
    ck_assert_int_eq(judged(&call, "quant=any"), KBIT_ADMISSIBLE);
    for (int i = 0; i < 2; i++) {
        ck_assert_int_eq(judged(&call, i ? "quant=mul" : "quant=reciprocal"), KBIT_UNDECIDED);
        ck_assert_uint_eq(verdict.undecided, 2);
        ck_assert_uint_eq(verdict.checked, 0);
        ck_assert_msg(strstr(verdict.note, "gives no code") != NULL, "%s", verdict.note);
        q[0] = -128; /* whatever it is */
    }
    q[0] = 78;
    ck_assert_int_eq(judged(&call, "quant=rdiv"), KBIT_MISMATCH);
}
END_TEST

/* acc=h100 is dense groups of 16, the last filled up with zeros. A kernel that adds the tail of 15 columns by
 * FMA may lose more than that, and is then judged so; acc=tc-trunc covers it. */
START_TEST(a_tail_by_fma_is_another_declaration)
{
    enum { N = 31 };
    const kbit_accumulation *h100 = kbit_accumulation_find("h100");
    kbit_operand a[N], b[N];
    kbit_f16 x[N], w[N];
    int32_t outliers[N];
    float d = 0, y;
    for (int k = 0; k < N; k++) {
        outliers[k] = k;
        /* 1, then fifteen that the step cuts off, then fifteen that are half a bit of 1 */
        x[k] = kbit_f16_from_f32(k == 0 ? 1 : 0x1p-12f);
        w[k] = kbit_f16_from_f32(k == 0 ? 1 : k < 16 ? 0x1.ffcp-14f : 0x1p-12f);
        a[k] = kbit_operand_of(KBIT_F16, x[k].bits);
        b[k] = kbit_operand_of(KBIT_F16, w[k].bits);
    }
    const kbit_tensor in[4] = {{x, KBIT_F16, 2, {1, N}},
                               {outliers, KBIT_I32, 1, {N, 0}},
                               {w, KBIT_F16, 2, {1, N}},
                               {&d, KBIT_F32, 2, {1, 1}}};
    kbit_tensor out = {&y, KBIT_F32, 2, {1, 1}};
    const kbit_call call = {"outlier_matmul_w16", 1, 1, N, 6, in, &out};

    y = kbit_accumulate_step(h100, 16, a, b, 0);
    for (int k = 16; k < N; k++)
        y = fmaf(a[k].value, b[k].value, y);
    ck_assert(y == 1);
    ck_assert_int_eq(judged(&call, "acc=h100"), KBIT_MISMATCH);
    ck_assert_int_eq(judged(&call, "acc=tc-trunc"), KBIT_ADMISSIBLE);

    kbit_operand zero[16], more[16];
    for (int k = 0; k < 16; k++) { /* the tail filled up, and in another order */
        zero[k] = k < 15 ? a[30 - k] : kbit_operand_of(KBIT_F16, 0);
        more[k] = k < 15 ? b[30 - k] : kbit_operand_of(KBIT_F16, 0);
    }
    y = kbit_accumulate_step(h100, 16, zero, more, kbit_accumulate_step(h100, 16, a, b, 0));
    ck_assert_int_eq(judged(&call, "acc=h100"), KBIT_ADMISSIBLE);
}
END_TEST

/* Another order of forming w s/127 rounds to the other bf16 neighbour at a midpoint, here w = 127 and an s
 * of nine bits: both are admitted, a third number is not; fp16 has no such pair. */
START_TEST(a_weight_between_two_bf16)
{
    const float s = 257;
    kbit_bf16 x = kbit_bf16_from_f32(1);
    int32_t outlier = 0;
    int8_t w = 127;
    float d = 0, y;
    const kbit_tensor in[5] = {{&x, KBIT_BF16, 2, {1, 1}},
                               {&outlier, KBIT_I32, 1, {1, 0}},
                               {&w, KBIT_I8, 2, {1, 1}},
                               {(void *)(uintptr_t)&s, KBIT_F32, 1, {1, 0}},
                               {&d, KBIT_F32, 2, {1, 1}}};
    kbit_tensor out = {&y, KBIT_F32, 2, {1, 1}};
    const kbit_call call = {"outlier_matmul", 1, 1, 1, 6, in, &out};
    const float neighbours[2] = {256, 258};
    for (int i = 0; i < 2; i++) {
        y = neighbours[i];
        ck_assert_int_eq(judged(&call, "subB=bf16"), KBIT_ADMISSIBLE);
        ck_assert_int_eq(judged(&call, "subB=x"), KBIT_ADMISSIBLE);
    }
    y = 260;
    ck_assert_int_eq(judged(&call, "subB=bf16"), KBIT_MISMATCH);
    y = 254;
    ck_assert_int_eq(judged(&call, "subB=bf16"), KBIT_MISMATCH);
    y = 257;
    ck_assert_int_eq(judged(&call, "subB=f16"), KBIT_ADMISSIBLE);
}
END_TEST

/* One output of a layer whose columns are all outliers. w: codes, or the encodings of bf16 weights. */
static kbit_result of_layer(const char *step, size_t K, const kbit_bf16 *x, const void *w, float s,
                            float bias, float y, const char *declares)
{
    const bool paper = strcmp(step, "llmint8_linear_paper") == 0;
    kbit_tensor in[4] = {{(void *)(uintptr_t)x, KBIT_BF16, 2, {1, K}},
                         {(void *)(uintptr_t)w, paper ? KBIT_BF16 : KBIT_I8, 2, {1, K}},
                         {&s, KBIT_F32, 1, {1, 0}},
                         {&bias, KBIT_F32, 1, {1, 0}}};
    kbit_tensor out = {&y, KBIT_F32, 2, {1, 1}};
    const kbit_call call = {step, 1, 1, K, 6, in, &out};
    if (paper)
        in[2] = in[3];
    return judged(&call, declares);
}

/* 2^127 + 2^127 - 1.5 2^127 overflows from the left and not from the right; with a bias of -2^127 in the
 * first place from neither. */
START_TEST(a_layer_whose_sum_overflows_in_some_order)
{
    static const char *const STEPS[] = {"llmint8_linear_bnb", "llmint8_linear_paper"};
    const kbit_bf16 x[3] = {kbit_bf16_from_f32(0x1p127f), kbit_bf16_from_f32(0x1p127f),
                            kbit_bf16_from_f32(-0x1.8p127f)};
    const kbit_bf16 one[3] = {kbit_bf16_from_f32(1), kbit_bf16_from_f32(1), kbit_bf16_from_f32(1)};
    const int8_t codes[3] = {1, 1, 1};
    for (int i = 0; i < 2; i++) {
        const void *w = i ? (const void *)one : codes;
        volatile float left = (i ? 0x1p127f : 0x1p127f * 1 * 127) + 0x1p127f;
        ck_assert(isinf(left));
        left -= 0x1.8p127f;
        ck_assert_int_eq(of_layer(STEPS[i], 3, x, w, 127, 0, left, ""), KBIT_ADMISSIBLE);
        ck_assert_int_eq(of_layer(STEPS[i], 3, x, w, 127, 0, 0x1p126f, ""), KBIT_ADMISSIBLE);
        ck_assert_int_eq(of_layer(STEPS[i], 3, x, w, 127, 0, 0x1.8p126f, ""), KBIT_MISMATCH);
        /* What saturates on the way is a number that no theorem knows. */
        ck_assert_int_eq(of_layer(STEPS[i], 3, x, w, 127, 0, 0x1.8p126f, "overflow=sat"),
                         KBIT_UNDECIDED);
        ck_assert_msg(strstr(verdict.note, "leaves fp32"), "%s", verdict.note);
    }
    ck_assert_int_eq(of_layer(STEPS[1], 3, x, one, 0, 0, -INFINITY, ""), KBIT_MISMATCH);
    ck_assert_int_eq(of_layer(STEPS[1], 3, x, one, 0, 0, NAN, ""), KBIT_MISMATCH);
    /* The bias counts: 2^127 + 2^127 with it alone. */
    ck_assert_int_eq(of_layer(STEPS[1], 1, x, one, 0, 0x1p127f, INFINITY, ""), KBIT_ADMISSIBLE);
    ck_assert_int_eq(of_layer(STEPS[1], 1, x, one, 0, 0x1p126f, INFINITY, ""), KBIT_MISMATCH);
    /* Codes may be scaled last: 127 x overflows, and s / 127 brings it back. */
    const int8_t large = 127;
    ck_assert_int_eq(of_layer(STEPS[0], 1, x, &large, 1, 0, INFINITY, ""), KBIT_ADMISSIBLE);
    ck_assert_int_eq(of_layer(STEPS[0], 1, x, &large, 1, 0, 0x1p127f, ""), KBIT_ADMISSIBLE);
    ck_assert_int_eq(of_layer(STEPS[0], 1, x, &large, 1, 0, 0x1.8p127f, ""), KBIT_MISMATCH);
}
END_TEST

/* An infinite x is no product that overflows: what it gives is known. */
START_TEST(an_infinite_operand_overflows_nothing)
{
    const kbit_bf16 x[2] = {kbit_bf16_from_f32(INFINITY), kbit_bf16_from_f32(8)};
    const int8_t codes[3][2] = {{3, 5}, {-3, 5}, {0, 5}};
    const float right[3] = {INFINITY, -INFINITY, NAN};
    int32_t outliers[2] = {0, 1};
    float s = 1, d = 0, y;
    for (int i = 0; i < 3; i++)
        for (int j = 0; j < 3; j++) {
            const kbit_tensor in[5] = {{(void *)(uintptr_t)x, KBIT_BF16, 2, {1, 2}},
                                       {outliers, KBIT_I32, 1, {2, 0}},
                                       {(void *)(uintptr_t)codes[i], KBIT_I8, 2, {1, 2}},
                                       {&s, KBIT_F32, 1, {1, 0}},
                                       {&d, KBIT_F32, 2, {1, 1}}};
            kbit_tensor out = {&y, KBIT_F32, 2, {1, 1}};
            const kbit_call call = {"outlier_matmul", 1, 1, 2, 6, in, &out};
            y = right[j];
            const kbit_result result = i == j ? KBIT_ADMISSIBLE : KBIT_MISMATCH;
            ck_assert_int_eq(judged(&call, ""), result);
            ck_assert_int_eq(of_layer("llmint8_linear_bnb", 2, x, codes[i], 1, 0, right[j], ""),
                             result);
        }
}
END_TEST

/* x w added first is infinite, and s / 127 is 0: NaN. */
START_TEST(an_infinite_sum_times_zero)
{
    const float s = 0x1p-149f;
    const kbit_bf16 x[4] = {kbit_bf16_from_f32(0x1p120f), kbit_bf16_from_f32(0x1p120f),
                            kbit_bf16_from_f32(0x1p120f), kbit_bf16_from_f32(0x1p120f)};
    const int8_t codes[4] = {127, 127, 127, 127};
    volatile float sum = 4 * 0x1p120f, scale = s * 0x1.020408p-7f;
    sum *= 127;
    ck_assert(isinf(sum) && isnan(sum * scale));
    ck_assert_int_eq(of_layer("llmint8_linear_bnb", 4, x, codes, s, 0, sum * scale, ""),
                     KBIT_ADMISSIBLE);
    ck_assert_int_eq(of_layer("llmint8_linear_bnb", 4, x, codes, 0x1p-140f, 0, sum * scale, ""),
                     KBIT_MISMATCH);
}
END_TEST

/* Where numbers below 2^-126 may count as zero, the code of such an x is 0 or what it is, and the accumulator is
 * not determined; where it is 0 anyway, all is. */
START_TEST(a_code_that_may_be_flushed)
{
    const kbit_bf16 x[2] = {kbit_bf16_from_f32(0x1p-125f), kbit_bf16_from_f32(0x1.8p-127f)};
    const kbit_bf16 smaller[2] = {x[0], kbit_bf16_from_f32(0x1p-133f)};
    const int8_t codes[2] = {1, 1};
    const float s = 127 * 0x1p100f, step = (float)(0x1p-125 * 127 * 0x1p100 / 16129);
    const float y = (127 + 48) * step, flushed = 127 * step;
    ck_assert_int_eq(of_layer("llmint8_linear_bnb", 2, x, codes, s, 0, y, ""), KBIT_ADMISSIBLE);
    ck_assert_int_eq(of_layer("llmint8_linear_bnb", 2, x, codes, s, 0, flushed, ""), KBIT_MISMATCH);
    ck_assert_int_eq(of_layer("llmint8_linear_bnb", 2, x, codes, s, 0, flushed, "ftz32=flush"),
                     KBIT_UNDECIDED);
    ck_assert_int_eq(
        of_layer("llmint8_linear_bnb", 2, smaller, codes, s, 0, flushed, "ftz32=flush"),
        KBIT_ADMISSIBLE);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("declared_limits");
    TCase *core = tcase_create("core");
    tcase_add_test(core, a_sequence_that_overflows);
    tcase_add_test(core, an_order_that_overflows);
    tcase_add_test(core, every_order_of_extreme_statistics);
    tcase_add_test(core, no_code_where_the_reciprocal_is_infinite);
    tcase_add_test(core, a_tail_by_fma_is_another_declaration);
    tcase_add_test(core, a_weight_between_two_bf16);
    tcase_add_test(core, a_layer_whose_sum_overflows_in_some_order);
    tcase_add_test(core, an_infinite_operand_overflows_nothing);
    tcase_add_test(core, an_infinite_sum_times_zero);
    tcase_add_test(core, a_code_that_may_be_flushed);
    suite_add_tcase(suite, core);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
