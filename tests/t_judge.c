/* t_judge.c -- the referee called from C: each step's right outputs are admissible, one changed
 * element is rejected and named, and the verdict says on what it rests. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <check.h>

#include "cases.h"
#include "candidates/reference_ops.h"
#include "kbit_verify.h"

enum { SEED = 7 };

static kbit_problem problem;
static kbit_tensor in[KBIT_MAX_INPUTS], out;
static kbit_call call;
static kbit_verdict verdict;

static const kbit_case *find_case(const char *name)
{
    size_t n;
    const kbit_case *cases = kbit_cases(&n);
    for (size_t i = 0; i < n; i++)
        if (strcmp(cases[i].name, name) == 0)
            return &cases[i];
    ck_abort_msg("no case %s", name);
    return NULL;
}

/* Runs the reference's step on the case; out is malloc'ed. */
static void answer(const char *stem, const char *case_name)
{
    kbit_error error;
    const kbit_step *step = kbit_step_find(stem);
    ck_assert_msg(kbit_problem_make(find_case(case_name), SEED, &problem, &error) == KBIT_OK, "%s",
                  error.text);
    for (size_t i = 0; i < step->n_in; i++)
        in[i] = kbit_problem_tensor(&problem, &step->in[i]);
    out = kbit_problem_output(&problem, step);
    out.data = calloc(kbit_tensor_elements(&out) + 1, 4);
    call = (kbit_call){stem, problem.M, problem.N, problem.K, problem.threshold, in, &out};
    for (size_t o = 0; o < kbit_n_reference_ops; o++)
        if (strcmp(kbit_reference_ops[o].step, stem) == 0)
            ck_assert_int_eq(kbit_reference_ops[o].run(NULL, &call), KBIT_OK);
}

static void release(void)
{
    free(out.data);
    kbit_problem_free(&problem);
}

static void expect(const char *declares, kbit_result result)
{
    ck_assert_int_eq(kbit_judge(&call, declares, &verdict), KBIT_OK);
    ck_assert_msg(verdict.result == result, "%s with '%s': %s, %zu rejected: %s = %s not in %s",
                  call.step, declares, kbit_result_name(verdict.result), verdict.rejected,
                  verdict.kept[0].tensor ? verdict.kept[0].tensor : "-", verdict.kept[0].observed,
                  verdict.kept[0].admissible);
}

/* Steps with a case that fixes each output, and the smallest change that must be seen. */
static const struct {
    const char *step, *of;
    kbit_kind kind;
} EXACT_CASES[] = {
    {"outlier_columns", "outliers-6.7b", KBIT_EXACT},
    {"absmax_rows", "outliers-6.7b", KBIT_EXACT},
    {"quantize_rows", "outliers-6.7b", KBIT_EXACT},
    {"int8_matmul", "outliers-6.7b", KBIT_CERTIFIED},
    {"dequantize", "outliers-6.7b", KBIT_ENCLOSED},
    {"outlier_matmul", "one-column", KBIT_ENCLOSED},
    {"outlier_matmul_w16", "one-column", KBIT_ENCLOSED},
    {"store", "outliers-6.7b", KBIT_EXACT},
    {"llmint8_linear_bnb", "transparent", KBIT_SET},
    {"llmint8_linear_paper", "transparent", KBIT_SET},
};

START_TEST(right_is_admissible_and_one_change_is_named)
{
    const char *stem = EXACT_CASES[_i].step;
    answer(stem, EXACT_CASES[_i].of);
    expect("", KBIT_ADMISSIBLE);
    ck_assert_int_eq(verdict.kind, EXACT_CASES[_i].kind);
    ck_assert_uint_gt(verdict.checked, 0);
    ck_assert_uint_eq(verdict.undecided, 0);

    size_t n = kbit_tensor_elements(&out), bytes = kbit_dtype_size((kbit_dtype)out.dtype);
    size_t width = out.rank == 2 ? out.dim[1] : 1;
    ck_assert_uint_gt(n, 1);
    size_t changed = strcmp(stem, "outlier_columns") == 0 ? 0 : n / 2 + 1;
    unsigned char *element = (unsigned char *)out.data + changed * bytes;
    /* The enclosure of dequantize is some ulps wide: there the 8th bit, elsewhere the lowest. */
    bool wide = strcmp(stem, "dequantize") == 0;
    element[0] = (unsigned char)(element[0] ^ (wide ? 0x80 : 1));
    expect("", KBIT_MISMATCH);
    ck_assert_uint_ge(verdict.n_kept, 1);
    if (strcmp(stem, "outlier_columns") != 0) {
        ck_assert_uint_eq(verdict.rejected, 1);
        ck_assert_uint_eq(verdict.kept[0].row, changed / width);
        ck_assert_uint_eq(verdict.kept[0].column, changed % width);
        ck_assert_str_ne(verdict.kept[0].admissible, "");
    }
    release();
}
END_TEST

START_TEST(a_nan_is_never_a_number)
{
    static const char *const STEPS[] = {"absmax_rows", "dequantize", "outlier_matmul", "store",
                                        "llmint8_linear_bnb"};
    for (size_t s = 0; s < sizeof STEPS / sizeof *STEPS; s++) {
        answer(STEPS[s], "random-f16");
        size_t bytes = kbit_dtype_size((kbit_dtype)out.dtype);
        memset(out.data, 0xff, bytes); /* all ones is a NaN in each floating type */
        expect("", KBIT_MISMATCH);
        release();
    }
}
END_TEST

/* At an exact tie quant=exact admits the even code alone, quant=any both neighbours. */
START_TEST(ties_are_declared)
{
    answer("quantize_rows", "ties");
    expect("quant=exact", KBIT_ADMISSIBLE);
    int8_t *q = out.data;
    const kbit_f16 *x = in[0].data;
    const float *absmax = in[1].data;
    size_t changed = 0;
    for (size_t i = 0; i < problem.M; i++)
        for (size_t k = 0; k < problem.K; k++) {
            double t = 127.0 * (double)kbit_f16_to_f32(x[i * problem.K + k]) / (double)absmax[i];
            if (absmax[i] > 0 && t - floor(t) == 0.5) {
                int8_t *code = &q[i * problem.K + k];
                *code = (int8_t)(*code == (int)floor(t) ? *code + 1 : *code - 1);
                changed++;
            }
        }
    ck_assert_uint_gt(changed, 1000);
    expect("quant=exact", KBIT_MISMATCH);
    ck_assert_uint_eq(verdict.rejected, changed);
    expect("quant=any", KBIT_ADMISSIBLE);
    ck_assert_str_eq(verdict.theorem, "quantize-gap");
    q[1] = (int8_t)(q[1] + (q[1] < 100 ? 2 : -2));
    expect("quant=any", KBIT_MISMATCH);
    release();
}
END_TEST

/* A row's tie is one choice for all of its outputs: flipping it is legal in the whole row, and a
 * bug in half of it. */
START_TEST(fused_ties_are_joint)
{
    answer("llmint8_linear_bnb", "few-ties");
    expect("quant=any", KBIT_ADMISSIBLE);
    ck_assert_uint_eq(verdict.undecided, 0);
    size_t row = 0, at = 0, n = problem.N;
    const kbit_f16 *x = in[0].data;
    for (size_t k = 1; k < problem.K && !at; k++) {
        double t =
            127.0 * (double)kbit_f16_to_f32(x[row * problem.K + k]) / (double)problem.absmax[row];
        if (t - floor(t) == 0.5)
            at = k;
    }
    ck_assert_uint_gt(at, 0);
    float *y = out.data, *original = malloc(n * sizeof *original);
    memcpy(original, y, n * sizeof *original);
    int8_t code = problem.q[row * problem.K + at];
    double t =
        127.0 * (double)kbit_f16_to_f32(x[row * problem.K + at]) / (double)problem.absmax[row];
    int other = code == (int)floor(t) ? (int)floor(t) + 1 : (int)floor(t);
    for (size_t j = 0; j < n; j++)
        y[j] += (float)((other - code) * problem.w[j * problem.K + at]) * problem.absmax[row] *
                problem.w_absmax[j] / 16129.0f;
    expect("quant=any", KBIT_ADMISSIBLE);
    expect("quant=exact", KBIT_MISMATCH);
    memcpy(y, original, n / 2 * sizeof *y);
    expect("quant=any", KBIT_MISMATCH);
    free(original);
    release();
}
END_TEST

static bool is_tie(float x, float absmax)
{
    double t = 127.0 * (double)x / (double)absmax;
    return t - floor(t) == 0.5;
}

/* The other neighbour of a tie. */
static int8_t other_code(int8_t code, float x, float absmax)
{
    const int below = (int)floor(127.0 * (double)x / (double)absmax);
    return (int8_t)(code == below ? below + 1 : below);
}

/* The reference's layer without its outlier columns, on codes that are given. */
static void layer_of_codes(const int8_t *q, const float *a, const int8_t *w, const float *s)
{
    const size_t M = problem.M, N = problem.N, K = problem.K;
    int32_t *c = malloc((M * N + 1) * sizeof *c);
    float *d = malloc((M * N + 1) * sizeof *d);
    ck_assert_int_eq(kbit_int8_matmul(M, N, K, q, w, c), KBIT_OK);
    ck_assert_int_eq(kbit_dequantize(M, N, c, a, s, d), KBIT_OK);
    const kbit_tensor *bias = &in[strcmp(call.step, "llmint8_linear_paper") == 0 ? 2 : 3];
    ck_assert_int_eq(
        kbit_store(M, N, d, bias->dim[0] ? bias->data : NULL, (kbit_dtype)out.dtype, out.data),
        KBIT_OK);
    free(c);
    free(d);
}

/* More than 16 ties a row: what a rule gives is explained by it, what none gives is undecided. */
START_TEST(too_many_ties_are_undecided)
{
    answer("llmint8_linear_bnb", "ties");
    expect("quant=any", KBIT_ADMISSIBLE);
    int8_t *q = malloc(problem.M * problem.K);
    memcpy(q, problem.q, problem.M * problem.K);
    for (size_t i = 0; i < problem.M * problem.K; i++)
        if (problem.absmax[i / problem.K] > 0 &&
            is_tie(problem.x[i], problem.absmax[i / problem.K]))
            q[i] = other_code(q[i], problem.x[i], problem.absmax[i / problem.K]);
    layer_of_codes(q, problem.absmax, problem.w, problem.w_absmax);
    expect("quant=exact", KBIT_MISMATCH);
    expect("quant=any", KBIT_ADMISSIBLE); /* the odd codes */
    memcpy(q, problem.q, problem.M * problem.K);
    for (size_t i = 0; i < problem.M * problem.K; i++)
        if (kbit_hash(SEED, 1, i) & 1 && problem.absmax[i / problem.K] > 0 &&
            is_tie(problem.x[i], problem.absmax[i / problem.K]))
            q[i] = other_code(q[i], problem.x[i], problem.absmax[i / problem.K]);
    layer_of_codes(q, problem.absmax, problem.w, problem.w_absmax);
    expect("quant=any", KBIT_UNDECIDED);
    ck_assert_uint_gt(verdict.undecided, 0);
    ck_assert_uint_eq(verdict.checked + verdict.undecided, verdict.elements);
    ck_assert_ptr_nonnull(strstr(verdict.note, "ties"));
    free(q);
    release();
}
END_TEST

/* The paper's layer on X and W that both have ties in some rows, answered with a choice for each that the
 * bits of `seed` say. */
static void paper_with_ties(uint64_t seed, int8_t *q, int8_t *w, float *s)
{
    const size_t M = problem.M, N = problem.N, K = problem.K;
    kbit_f16 *weights = in[1].data;
    for (size_t j = 0; j < N; j++) {
        float *row = problem.w16 + j * K;
        row[0] = 1 + (float)(j % 8) / 8;
        for (size_t k = 1; k < K; k++)
            row[k] = j % 3 && k % 16 == j % 16 ? row[0] / 2 : fminf(fabsf(row[k]), row[0] / 4);
        for (size_t k = 0; k < K; k++)
            weights[j * K + k] = kbit_f16_from_f32(row[k]);
    }
    ck_assert_int_eq(kbit_absmax_rows(N, K, problem.w16, 0, NULL, KBIT_THRESHOLD_OFF, s), KBIT_OK);
    ck_assert_int_eq(kbit_quantize_rows(N, K, problem.w16, s, 0, NULL, KBIT_THRESHOLD_OFF, w),
                     KBIT_OK);
    memcpy(q, problem.q, M * K);
    for (size_t i = 0; i < M * K; i++)
        if (is_tie(problem.x[i], problem.absmax[i / K]) && kbit_hash(seed, 1, i) & 1)
            q[i] = other_code(q[i], problem.x[i], problem.absmax[i / K]);
    for (size_t i = 0; i < N * K; i++)
        if (is_tie(problem.w16[i], s[i / K]) && kbit_hash(seed, 2, i) & 1)
            w[i] = other_code(w[i], problem.w16[i], s[i / K]);
    layer_of_codes(q, problem.absmax, w, s);
}

/* A tie of a row of W is one choice for all of its outputs as well. */
START_TEST(ties_of_weights_are_joint)
{
    answer("llmint8_linear_paper", "few-ties");
    const size_t M = problem.M, N = problem.N, K = problem.K;
    int8_t *q = malloc(M * K), *w = malloc(N * K);
    float *s = malloc(N * sizeof *s), *y = out.data, *first = malloc(M * N * sizeof *first);
    paper_with_ties(SEED, q, w, s);
    memcpy(first, y, M * N * sizeof *y);
    expect("quant=exact", KBIT_MISMATCH);
    expect("quant=any", KBIT_ADMISSIBLE);
    ck_assert_uint_eq(verdict.undecided, 0);
    paper_with_ties(SEED + 1, q, w, s);
    expect("quant=any", KBIT_ADMISSIBLE);
    ck_assert_uint_eq(verdict.undecided, 0);

    /* One half of a feature's outputs from this choice, the other from that. */
    for (size_t i = 0; i < M / 2; i++)
        y[i * N + 1] = first[i * N + 1];
    expect("quant=any", KBIT_MISMATCH);
    /* Wrong by an eighth of a code where both have ties: no choice gives that. */
    paper_with_ties(SEED, q, w, s);
    y[N + 1] += problem.absmax[1] * s[1] / 1024;
    expect("quant=any", KBIT_MISMATCH);
    ck_assert_uint_eq(verdict.rejected, 1);
    ck_assert_uint_eq(verdict.kept[0].row, 1);
    ck_assert_uint_eq(verdict.kept[0].column, 1);
    free(first);
    free(s);
    free(w);
    free(q);
    release();
}
END_TEST

/* Beyond the hypothesis of its theorem the referee does not decide, and says so. */
START_TEST(outside_the_theorem_is_undecided)
{
    answer("dequantize", "random-f16");
    ((float *)in[1].data)[0] = 0x1.5p126f; /* C a leaves fp32, */
    for (size_t j = 0; j < problem.N; j++)
        ((float *)in[2].data)[j] = 0x1p-148f; /* s/127^2 may be 0, and infinity times 0 is NaN */
    expect("", KBIT_MISMATCH);                /* one sequence has one result */
    for (size_t i = problem.N; i < problem.M * problem.N; i++)
        ((float *)out.data)[i] = 0;
    expect("dequant=any", KBIT_UNDECIDED);
    ck_assert_uint_gt(verdict.undecided, 0);
    ck_assert_uint_le(verdict.undecided, problem.N);
    ck_assert_uint_eq(verdict.checked + verdict.undecided, verdict.elements);
    release();
}
END_TEST

/* 0 times what overflows is NaN, in the orders that multiply the others first. */
START_TEST(zero_may_meet_an_infinity)
{
    static const struct {
        int32_t c;
        float a, s;
        kbit_result any;
    } FACTORS[] = {{0, 0x1p100f, 0x1p100f, KBIT_UNDECIDED},
                   {1024, 0, 0x1p120f, KBIT_UNDECIDED},
                   {1024, 0x1p120f, 0, KBIT_UNDECIDED},
                   {0, 0x1p100f, 0x1p20f, KBIT_ADMISSIBLE},
                   {1024, 0, 0x1p110f, KBIT_ADMISSIBLE}};
    int32_t c;
    float a, s, d;
    kbit_tensor tensors[3] = {
        {&c, KBIT_I32, 2, {1, 1}}, {&a, KBIT_F32, 1, {1, 0}}, {&s, KBIT_F32, 1, {1, 0}}};
    kbit_tensor output = {&d, KBIT_F32, 2, {1, 1}};
    call = (kbit_call){"dequantize", 1, 1, 0, KBIT_THRESHOLD_OFF, tensors, &output};

    for (size_t f = 0; f < sizeof FACTORS / sizeof *FACTORS; f++) {
        const bool decided = FACTORS[f].any == KBIT_ADMISSIBLE;
        c = FACTORS[f].c, a = FACTORS[f].a, s = FACTORS[f].s;
        d = 0;
        expect("", KBIT_ADMISSIBLE);
        expect("dequant=any", FACTORS[f].any);
        d = NAN;
        expect("dequant=any", decided ? KBIT_MISMATCH : KBIT_UNDECIDED);
    }
}
END_TEST

/* The gap theorem is about an x and an absmax of one format. Here 127 x / absmax is 2.5 (1 + 2^-26):
 * fp32 rounds it to 2.5, and 2 is as right as 3. */
START_TEST(an_absmax_of_fp32_has_no_gap)
{
    static const struct {
        const char *declares;
        int q[4];
    } ADMITTED[] = {{"", {0, 0, 1, 1}}, {"quant=any", {0, 0, 1, 1}}, {"quant=mul", {0, 0, 1, 0}}};
    kbit_f16 x = kbit_f16_from_f32(1024);
    float absmax = 0x1.966666p+15f;
    int8_t q;
    kbit_tensor tensors[3] = {
        {&x, KBIT_F16, 2, {1, 1}}, {&absmax, KBIT_F32, 1, {1, 0}}, {NULL, KBIT_I32, 1, {0, 0}}};
    kbit_tensor output = {&q, KBIT_I8, 2, {1, 1}};
    call = (kbit_call){"quantize_rows", 1, 0, 1, KBIT_THRESHOLD_OFF, tensors, &output};

    ck_assert_int_eq((int)rintf(127 * 1024.0f / absmax), 2);
    for (size_t d = 0; d < sizeof ADMITTED / sizeof *ADMITTED; d++)
        for (q = 0; q < 4; q++)
            expect(ADMITTED[d].declares, ADMITTED[d].q[q] ? KBIT_ADMISSIBLE : KBIT_MISMATCH);
    expect("", KBIT_MISMATCH); /* 4 */
    absmax = 0x1.96p+15f;      /* of fp16: one code */
    q = 3;
    expect("", KBIT_ADMISSIBLE);
    ck_assert_int_eq(verdict.kind, KBIT_EXACT);
    q = 2;
    expect("", KBIT_MISMATCH);
}
END_TEST

START_TEST(bad_calls_are_errors)
{
    answer("quantize_rows", "random-f16");
    ck_assert_int_eq(kbit_judge(&call, "quant=fast", &verdict), KBIT_ERR_FORMAT);
    call.step = "no_such_step";
    ck_assert_int_eq(kbit_judge(&call, "", &verdict), KBIT_ERR_UNSUPPORTED);
    call.step = "quantize_rows";
    in[1].dim[0]++;
    ck_assert_int_eq(kbit_judge(&call, "", &verdict), KBIT_ERR_SHAPE);
    in[1].dim[0]--;
    in[0].dtype = KBIT_I8;
    ck_assert_int_eq(kbit_judge(&call, "", &verdict), KBIT_ERR_UNSUPPORTED);
    in[0].dtype = KBIT_F16;
    void *data = in[0].data;
    in[0].data = NULL;
    ck_assert_int_eq(kbit_judge(&call, "", &verdict), KBIT_ERR_NULL);
    in[0].data = data;
    ((float *)in[1].data)[0] = 0x1p-10f; /* an unmasked |x| above the statistic */
    ck_assert_int_eq(kbit_judge(&call, "", &verdict), KBIT_ERR_RANGE);
    release();
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("judge");
    TCase *core = tcase_create("core");
    tcase_add_loop_test(core, right_is_admissible_and_one_change_is_named, 0,
                        (int)(sizeof EXACT_CASES / sizeof *EXACT_CASES));
    tcase_add_test(core, a_nan_is_never_a_number);
    tcase_add_test(core, ties_are_declared);
    tcase_add_test(core, fused_ties_are_joint);
    tcase_add_test(core, too_many_ties_are_undecided);
    tcase_add_test(core, ties_of_weights_are_joint);
    tcase_add_test(core, outside_the_theorem_is_undecided);
    tcase_add_test(core, zero_may_meet_an_infinity);
    tcase_add_test(core, an_absmax_of_fp32_has_no_gap);
    tcase_add_test(core, bad_calls_are_errors);
    suite_add_tcase(suite, core);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
