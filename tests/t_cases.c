/* t_cases.c -- the cases of kbit verify are what they say: a case whose inputs lost their point would
 * still be passed by everybody. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cases.h"
#include "candidates/reference_ops.h"
#include "kbit_check.h"
#include "kbit_exact.h"
#include "numbers.h"

enum { SEED = 1 };

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

static kbit_problem made(const char *name)
{
    kbit_problem p;
    kbit_error error = {KBIT_OK, ""};
    kbit_status status = kbit_problem_make(find_case(name), SEED, &p, &error);
    require(status == KBIT_OK, "%s", error.text);
    return p;
}

/* The reference's answer to one step, judged; shift: each output is moved by so many units of its row
 * and column first. */
static kbit_verdict judged(const kbit_problem *p, const char *stem, int shift)
{
    const kbit_step *step = kbit_step_find(stem);
    kbit_tensor in[KBIT_MAX_INPUTS], out = kbit_problem_output(p, step);
    kbit_verdict verdict = {0};
    size_t size = kbit_dtype_size((kbit_dtype)out.dtype);
    for (size_t i = 0; i < step->n_in; i++)
        in[i] = kbit_problem_tensor(p, &step->in[i]);
    char *data = out.data = calloc(kbit_tensor_elements(&out) + 1, 4);
    kbit_call call = {stem, p->M, p->N, p->K, p->threshold, in, &out};
    for (size_t o = 0; o < kbit_n_reference_ops; o++)
        if (strcmp(kbit_reference_ops[o].step, stem) == 0)
            require_status(kbit_reference_ops[o].run(NULL, &call), KBIT_OK);
    for (size_t e = 0; shift && e < p->M * p->N; e++) {
        double unit = (double)p->absmax[e / p->N] * (double)p->w_absmax[e % p->N] / 16129;
        float moved = (float)(kbit_element(&out, e) + shift * unit);
        require_status(kbit_round(1, &moved, (kbit_dtype)out.dtype, data + e * size), KBIT_OK);
    }
    require_status(kbit_judge(&call, "", &verdict), KBIT_OK);
    free(data);
    return verdict;
}

static bool asks_something(const kbit_case *of)
{
    size_t n;
    const kbit_step *const *steps = kbit_steps(&n);
    for (size_t s = 0; s < n; s++)
        if (kbit_case_asks(of, steps[s]))
            return true;
    return false;
}

START_TEST(names_are_unique_and_fit)
{
    size_t n;
    const kbit_case *cases = kbit_cases(&n);
    for (size_t i = 0; i < n; i++) {
        require(cases[i].name[0] && strlen(cases[i].name) < sizeof cases[i].name - 1, "case %zu",
                i);
        require(!cases[i].only || asks_something(&cases[i]), "%s asks '%s'", cases[i].name,
                cases[i].only);
        for (size_t j = 0; j < i; j++)
            require(strcmp(cases[i].name, cases[j].name) != 0, "%s twice", cases[i].name);
    }
}
END_TEST

/* Whoever is off by one in any accumulator is rejected at that element, in both profiles. */
static const char *const TRANSPARENT[] = {
    "transparent",     "transparent-ragged",    "transparent-off",  "transparent-wide",
    "transparent-f32", "transparent-subnormal", "transparent-bf16", "transparent-o0",
    "transparent-o1",  "transparent-o2",        "transparent-o15",  "transparent-o16",
    "transparent-o17", "transparent-o33"};

START_TEST(transparent_outputs_show_every_unit)
{
    static const char *const PROFILES[] = {"llmint8_linear_bnb", "llmint8_linear_paper"};
    kbit_problem p = made(TRANSPARENT[_i]);
    for (size_t profile = 0; profile < COUNT(PROFILES); profile++)
        for (int shift = -1; shift <= 1; shift++) {
            kbit_verdict v = judged(&p, PROFILES[profile], shift);
            ck_assert_uint_eq(v.checked, p.M * p.N);
            ck_assert_uint_eq(v.rejected, shift ? p.M * p.N : 0);
        }
    size_t nonzero = 0;
    for (size_t i = 0; i < p.M * p.N; i++)
        nonzero += p.y[i] != 0;
    ck_assert_uint_gt(2 * nonzero, p.M * p.N);
    for (size_t i = 0; i < p.M; i++) /* tie-free, and determined by every declared sequence */
        for (size_t k = 0; k < p.K; k++) {
            double t = 127.0 * (double)p.x[i * p.K + k] / (double)p.absmax[i];
            require(t == floor(t), "%s: code (%zu,%zu) is %a", p.of->name, i, k, t);
        }
    kbit_problem_free(&p);
}
END_TEST

START_TEST(outlier_counts_are_as_named)
{
    static const struct {
        const char *name;
        size_t n;
    } COUNTS[] = {{"transparent-o0", 0},     {"transparent-o1", 1},      {"transparent-o2", 2},
                  {"transparent-o15", 15},   {"transparent-o16", 16},    {"transparent-o17", 17},
                  {"transparent-o33", 33},   {"transparent-oK", 40},     {"cancel-f16", 32},
                  {"positive-outliers", 96}, {"transparent-o64", 64},    {"transparent-o65", 65},
                  {"transparent-o128", 128}, {"transparent-o256", 256},  {"fused-1x136x1104", 65},
                  {"fused-18x24x2048", 256}, {"fused-12x24x3600", 1100}, {"fused-1x33x4112", 0},
                  {"fused-1x16x336", 336}};
    for (size_t c = 0; c < COUNT(COUNTS); c++) {
        kbit_problem p = made(COUNTS[c].name);
        require(p.n_outliers == COUNTS[c].n, "%s: %zu outlier columns, not %zu", COUNTS[c].name,
                p.n_outliers, COUNTS[c].n);
        kbit_problem_free(&p);
    }
}
END_TEST

/* Each dropped outlier column changes an output in each of its rows. */
START_TEST(every_outlier_column_counts)
{
    kbit_problem p = made("transparent-o33");
    for (size_t o = 0; o < p.n_outliers; o++) {
        size_t k = (size_t)p.outliers[o], seen = 0;
        for (size_t i = 0; i < p.M; i++)
            seen += fabsf(p.x[i * p.K + k]) >= p.threshold;
        require(seen >= 1, "column %zu has no outlier", k);
        for (size_t j = 0; j < p.N; j++)
            require(p.w[j * p.K + k] != 0, "weight (%zu,%zu) is 0", j, k);
    }
    kbit_problem_free(&p);
}
END_TEST

/* Nothing is lost in these sums, so each output is one number: in the paper's layer up to 24 bits of it. */
START_TEST(exact_layers_have_one_output)
{
    static const char *const NAMES[] = {"fused-exact-sums", "fused-exact-sums-24",
                                        "fused-exact-sums-long"};
    for (size_t c = 0; c < COUNT(NAMES); c++) {
        kbit_problem p = made(NAMES[c]);
        kbit_verdict v = judged(&p, "llmint8_linear_paper", 0);
        ck_assert_int_eq(v.result, KBIT_ADMISSIBLE);
        require(v.single == p.M * p.N, "%s: %zu of %zu outputs are one number", NAMES[c], v.single,
                p.M * p.N);
        kbit_problem_free(&p);
    }
}
END_TEST

START_TEST(midpoints_have_two_outputs)
{
    kbit_problem p = made("fused-midpoints");
    kbit_verdict v = judged(&p, "llmint8_linear_bnb", 0);
    ck_assert_int_eq(v.result, KBIT_ADMISSIBLE);
    ck_assert_uint_gt(v.checked - v.single, v.checked / 20);
    kbit_problem_free(&p);
}
END_TEST

/* sum |t| / |sum t|, the largest over the outputs, for the outlier part and d. */
static double cancellation(const kbit_problem *p, bool w16)
{
    double most = 0;
    for (size_t i = 0; i < p->M; i++)
        for (size_t j = 0; j < p->N; j++) {
            double sum = p->of->only ? (double)p->d[i * p->N + j] : 0, size = fabs(sum);
            for (size_t o = 0; o < p->n_outliers; o++) {
                size_t k = (size_t)p->outliers[o], at = j * p->K + k;
                double w = w16 ? (double)p->w16[at] : p->w[at] * (double)p->w_absmax[j] / 127;
                sum += (double)p->x[i * p->K + k] * w;
                size += fabs((double)p->x[i * p->K + k] * w);
            }
            if (sum != 0)
                most = fmax(most, size / fabs(sum));
        }
    return most;
}

START_TEST(sums_cancel)
{
    static const struct {
        const char *name;
        double at_least;
    } SUMS[] = {{"cancel-f16", 0x1p12},       {"cancel-f16-small", 0x1p6},
                {"cancel-f16-large", 0x1p12}, {"cancel-bf16-small", 0x1p8},
                {"cancel-f32-large", 0x1p22}, {"cancel-d", 0x1p26},
                {"cancel-d-w16", 0x1p26}};
    for (size_t c = 0; c < COUNT(SUMS); c++) {
        kbit_problem p = made(SUMS[c].name);
        double codes = cancellation(&p, false), w16 = cancellation(&p, true);
        bool only_codes = p.of->only && strcmp(p.of->only, "outlier_matmul") == 0;
        bool only_w16 = p.of->only && !only_codes;
        require(only_w16 || codes >= SUMS[c].at_least, "%s: 2^%.1f", SUMS[c].name, log2(codes));
        require(only_codes || w16 >= SUMS[c].at_least, "%s: w16 2^%.1f", SUMS[c].name, log2(w16));
        kbit_problem_free(&p);
    }
}
END_TEST

START_TEST(zeros_are_structural)
{
    static const char *const NAMES[] = {"zeros", "zeros-quarters"};
    for (size_t c = 0; c < COUNT(NAMES); c++) {
        kbit_problem p = made(NAMES[c]);
        size_t empty = 0, outliers_met = 0;
        ck_assert_uint_gt(p.n_outliers, 4);
        for (size_t i = 0; i < p.M; i++)
            for (size_t j = 0; j < p.N; j++) {
                bool any = false;
                for (size_t k = 0; k < p.K; k++)
                    any |= p.x[i * p.K + k] != 0 && p.w16[j * p.K + k] != 0;
                empty += !any;
                require(any || p.y[i * p.N + j] == 0, "(%zu,%zu) = %a", i, j,
                        (double)p.y[i * p.N + j]);
                for (size_t o = 0; o < p.n_outliers; o++) {
                    size_t k = (size_t)p.outliers[o];
                    outliers_met += p.x[i * p.K + k] != 0 && p.w16[j * p.K + k] != 0;
                }
            }
        ck_assert_uint_eq(empty, p.M * p.N / 4);
        ck_assert_uint_gt(outliers_met, p.M * p.N / 4);
        kbit_problem_free(&p);
    }
}
END_TEST

/* The statistics span the exponents, while the codes are those of rows without a scale. */
START_TEST(rows_have_their_scales)
{
    static const struct {
        const char *name;
        int binades;
    } SCALES[] = {{"row-scales-f16", 18}, {"row-scales-bf16", 80}};
    for (size_t c = 0; c < COUNT(SCALES); c++) {
        kbit_problem p = made(SCALES[c].name);
        int low = INT32_MAX, high = INT32_MIN;
        for (size_t i = 0; i < p.M; i++) {
            low = ilogbf(p.absmax[i]) < low ? ilogbf(p.absmax[i]) : low;
            high = ilogbf(p.absmax[i]) > high ? ilogbf(p.absmax[i]) : high;
        }
        require(high - low >= SCALES[c].binades, "%s: %d binades", SCALES[c].name, high - low);
        kbit_problem_free(&p);
    }
}
END_TEST

START_TEST(stores_are_on_boundaries)
{
    static const char *const NAMES[] = {"store-f16", "store-bf16"};
    for (size_t c = 0; c < COUNT(NAMES); c++) {
        kbit_problem p = made(NAMES[c]);
        size_t middles = 0, two_roundings = 0, subnormal = 0, over = 0, n = p.M * p.N;
        for (size_t i = 0; i < n; i++) {
            float b = p.bias[i % p.N], y = p.y[i], sum = y + b;
            uint32_t once = kbit_exact_store(y, b, p.out_type);
            uint32_t below = kbit_exact_store(nextafterf(y, -INFINITY), b, p.out_type);
            uint32_t above = kbit_exact_store(nextafterf(y, INFINITY), b, p.out_type);
            two_roundings += once != kbit_exact_store(sum, -0.0f, p.out_type);
            middles += below != above;
            subnormal += (once & (p.out_type == KBIT_F16 ? 0x7c00u : 0x7f80u)) == 0;
            over += (once & 0x7fffu) == (p.out_type == KBIT_F16 ? 0x7c00u : 0x7f80u);
        }
        require(4 * middles > n, "%s: %zu of %zu beside a midpoint", NAMES[c], middles, n);
        require(two_roundings > n / 20, "%s: %zu of %zu show a second rounding", NAMES[c],
                two_roundings, n);
        require(subnormal > 10 || p.out_type == KBIT_BF16, "%s: %zu subnormal", NAMES[c],
                subnormal);
        require(over > 5 || p.out_type == KBIT_BF16, "%s: %zu infinite", NAMES[c], over);
        kbit_problem_free(&p);
    }
}
END_TEST

START_TEST(positive_terms_are_positive)
{
    kbit_problem p = made("positive-outliers");
    for (size_t i = 0; i < p.M * p.K; i++)
        require(p.x[i] >= 0, "x[%zu] = %a", i, (double)p.x[i]);
    for (size_t i = 0; i < p.N * p.K; i++)
        require(p.w16[i] > 0, "w16[%zu] = %a", i, (double)p.w16[i]);
    kbit_problem_free(&p);
}
END_TEST

START_TEST(subnormals_are_subnormal)
{
    kbit_problem p = made("subnormal-statistics");
    for (size_t i = 0; i < p.M; i++)
        require(p.absmax[i] > 0 && p.absmax[i] < 0x1p-14f, "absmax[%zu]", i);
    for (size_t j = 0; j < p.N; j++)
        require(p.w_absmax[j] > 0 && p.w_absmax[j] < 0x1p-14f, "w_absmax[%zu]", j);
    kbit_problem_free(&p);
    p = made("subnormal-output");
    size_t subnormal = 0, zero = 0;
    for (size_t i = 0; i < p.M * p.N; i++) {
        uint32_t y = kbit_exact_store(p.y[i], -0.0f, KBIT_F16) & 0x7fffu;
        subnormal += y > 0 && y < 0x400;
        zero += y == 0;
    }
    ck_assert_uint_gt(subnormal, p.M * p.N / 3);
    ck_assert_uint_gt(zero, p.M * p.N / 50);
    kbit_problem_free(&p);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("cases");
    TCase *core = tcase_create("core");
    tcase_add_test(core, names_are_unique_and_fit);
    tcase_add_loop_test(core, transparent_outputs_show_every_unit, 0, (int)COUNT(TRANSPARENT));
    tcase_add_test(core, outlier_counts_are_as_named);
    tcase_add_test(core, every_outlier_column_counts);
    tcase_add_test(core, exact_layers_have_one_output);
    tcase_add_test(core, midpoints_have_two_outputs);
    tcase_add_test(core, sums_cancel);
    tcase_add_test(core, zeros_are_structural);
    tcase_add_test(core, rows_have_their_scales);
    tcase_add_test(core, stores_are_on_boundaries);
    tcase_add_test(core, positive_terms_are_positive);
    tcase_add_test(core, subnormals_are_subnormal);
    suite_add_tcase(suite, core);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
