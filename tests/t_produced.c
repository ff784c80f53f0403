/* t_produced -- the referee on producers: right outputs are admissible, the real value lies in every
 * interval, the smallest change is seen where a case is exact, and what is behind h is judged on it. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "candidates/reference_ops.h"
#include "cases.h"
#include "kbit_check.h"
#include "kbit_exact.h"
#include "kbit_producers_exact.h"
#include "normalized.h"
#include "activated.h"

enum { SEED = 7 };

static kbit_problem problem;
static kbit_tensor in[KBIT_MAX_INPUTS], out[KBIT_MAX_OUTPUTS];
static kbit_call call;
static kbit_verdict verdict;

/* Runs the reference's step on the case. */
static void answer(const char *stem, const char *name)
{
    kbit_error error = {KBIT_OK, ""};
    const kbit_step *step = kbit_step_find(stem);
    const kbit_case *of = NULL;
    size_t n;
    const kbit_case *cases = kbit_cases(&n);
    for (size_t i = 0; i < n; i++)
        if (strcmp(cases[i].name, name) == 0)
            of = &cases[i];
    require(of, "no case %s", name);
    require_status(kbit_problem_make(of, SEED, &problem, &error), KBIT_OK);
    for (size_t i = 0; i < step->n_in; i++)
        in[i] = kbit_problem_tensor(&problem, &step->in[i]);
    for (size_t o = 0; o <= step->n_more; o++) {
        out[o] = kbit_problem_output_at(&problem, step, o);
        out[o].data = calloc(kbit_tensor_elements(&out[o]) + 1, 4);
    }
    call = (kbit_call){stem, problem.M, problem.N, problem.K, problem.threshold, in, out};
    for (size_t o = 0; o < kbit_n_reference_ops; o++)
        if (strcmp(kbit_reference_ops[o].step, stem) == 0)
            require_status(kbit_reference_ops[o].run(NULL, &call), KBIT_OK);
}

static void release(void)
{
    for (size_t o = 0; o < KBIT_MAX_OUTPUTS; o++) {
        free(out[o].data);
        out[o].data = NULL;
    }
    kbit_problem_free(&problem);
}

static void expect(const char *declares, kbit_result result)
{
    require_status(kbit_judge(&call, declares, &verdict), KBIT_OK);
    require(verdict.result == result, "%s with '%s': %s, %zu rejected: %s = %s not in %s",
            call.step, declares, kbit_result_name(verdict.result), verdict.rejected,
            verdict.n_kept ? verdict.kept[0].tensor : "-", verdict.kept[0].observed,
            verdict.kept[0].admissible);
}

static const char *const STEMS[] = {"rmsnorm",
                                    "layernorm",
                                    "relu",
                                    "gelu",
                                    "gelu_tanh",
                                    "silu",
                                    "rmsnorm_quantize",
                                    "layernorm_quantize",
                                    "relu_quantize",
                                    "gelu_quantize",
                                    "gelu_tanh_quantize",
                                    "silu_quantize"};

/* One encoding of h further is wrong where the case is exact. */
START_TEST(right_is_admissible_and_one_ulp_is_named)
{
    static const char *const EXACT[] = {"produced-exact", "produced-exact-wide", "produced-ties"};
    for (size_t s = 0; s < COUNT(STEMS); s++) {
        answer(STEMS[s], "produced-f16");
        expect("", KBIT_ADMISSIBLE);
        release();
    }
    for (size_t c = 0; c < COUNT(EXACT); c++) {
        answer(c % 2 ? "layernorm_quantize" : "layernorm", EXACT[c]);
        expect("", KBIT_ADMISSIBLE);
        size_t at = (problem.M - 1) * problem.K + problem.K - 1;
        if (out[0].dtype == KBIT_F32)
            ((uint32_t *)out[0].data)[at] ^= 1;
        else
            ((uint16_t *)out[0].data)[at] ^= 1;
        expect("", KBIT_MISMATCH);
        require(strcmp(verdict.kept[0].tensor, "h") == 0 && verdict.kept[0].row == problem.M - 1 &&
                    verdict.kept[0].column == problem.K - 1,
                "%s: %s(%zu,%zu)", EXACT[c], verdict.kept[0].tensor, verdict.kept[0].row,
                verdict.kept[0].column);
        release();
    }
}
END_TEST

/* Given h, nothing else may move: a code, an absmax, a column of the list. */
START_TEST(what_follows_h_is_exact)
{
    for (size_t s = COUNT(STEMS) / 2; s < COUNT(STEMS); s++) {
        answer(STEMS[s], "produced-bf16");
        ((int8_t *)out[3].data)[problem.K + 3] += 1;
        expect("", KBIT_MISMATCH);
        require(strcmp(verdict.kept[0].tensor, "q") == 0 && verdict.rejected == 1, "%s: q",
                STEMS[s]);
        ((int8_t *)out[3].data)[problem.K + 3] -= 1;
        expect("", KBIT_ADMISSIBLE);
        ((uint32_t *)out[2].data)[5] ^= 1;
        expect("", KBIT_MISMATCH);
        require(strcmp(verdict.kept[0].tensor, "absmax") == 0, "%s: absmax", STEMS[s]);
        ((uint32_t *)out[2].data)[5] ^= 1;
        require(out[1].dim[0] > 0, "%s: the case has no outlier column", STEMS[s]);
        out[1].dim[0]--;
        expect("", KBIT_MISMATCH);
        require(strcmp(verdict.kept[0].tensor, "outliers") == 0, "%s: the list", STEMS[s]);
        release();
    }
}
END_TEST

static bool encloses(kbit_interval y, mpfr_srcptr value)
{
    return mpfr_cmp_d(value, y.lo) >= 0 && mpfr_cmp_d(value, y.hi) <= 0;
}

/* The real value of every element, by the oracle, is in its interval: of each declared variance. */
START_TEST(the_real_value_is_enclosed)
{
    const kbit_declared plain = {0};
    float x[300];
    mpfr_t y;
    mpfr_init2(y, 300);
    for (int row = 0; row < 400; row++) {
        size_t K = row % 4 ? 1 + random_below(300) : 64;
        float gamma = 1.5f, beta = row % 3 ? 0.25f : 0, eps = row % 5 ? 1e-3f : 1;
        for (size_t k = 0; k < K; k++)
            x[k] = (row % 7 == 0 ? 40 : 0) +
                   (row % 4 ? random_f16() * 0x1p-6f : (float)(int)random_below(7) - 3);
        for (int variant = 0; variant < 7; variant++) {
            kbit_declared declared = {.variance = variant % 3, .rsqrt = variant / 3 % 2};
            const bool centred = variant < 6;
            kbit_normalized_row r = kbit_normalize_row(&declared, centred, K, x, eps);
            bool undecided;
            if (r.undecided)
                continue;
            for (size_t k = 0; k < K; k += 1 + random_below(20)) {
                kbit_interval h = kbit_normalized(&declared, &r, x[k], gamma,
                                                  centred ? &beta : NULL, KBIT_F32, &undecided);
                if (centred)
                    kbit_exact_layernorm(y, K, x, gamma, beta, eps, k);
                else
                    kbit_exact_rmsnorm(y, K, x, gamma, eps, k);
                require(encloses(h, y), "row %d, variant %d, k %zu of %zu: %a not in [%a, %a]", row,
                        variant, k, K, mpfr_get_d(y, MPFR_RNDN), h.lo, h.hi);
            }
        }
    }
    for (int i = 0; i < 20000; i++) {
        float at = i % 2 ? random_f16() * 0x1p-10f : random_f32() * 0x1p-20f;
        if (!(fabsf(at) < 80))
            continue;
        kbit_exact_gelu(y, at);
        require(encloses(kbit_gelu_of(&plain, at), y), "gelu of %a", (double)at);
        kbit_exact_gelu_tanh(y, at);
        /* The real constants are not those of the operations: within 8 u of x. */
        kbit_interval t = kbit_gelu_tanh_of(&plain, at);
        double slack = 8 * 0x1p-24 * fabs((double)at);
        t.lo -= slack;
        t.hi += slack;
        require(encloses(t, y), "gelu_tanh of %a", (double)at);
        kbit_exact_silu(y, at);
        require(encloses(kbit_silu_of(&plain, at), y), "silu of %a", (double)at);
    }
    mpfr_clear(y);
}
END_TEST

/* Where a hypothesis fails, nothing is said. */
START_TEST(undecided_is_said)
{
    const kbit_declared declared = {0}, one_pass = {.variance = VARIANCE_ONE_PASS};
    float x[3] = {1e19f, -2e19f, 1e19f}, constant[3] = {0.1f, 0.1f, 0.1f};
    require(kbit_normalize_row(&declared, true, 3, x, 1).undecided, "squares overflow");
    require(kbit_normalize_row(&declared, false, 3, x, 1).undecided, "squares overflow, rmsnorm");
    /* The mean of 3 x 0.1 is rounded; with eps = 0 that decides between 0/0 and +-1. */
    require(kbit_normalize_row(&declared, true, 3, constant, 0).undecided, "0 / 0 or not");
    require(!kbit_normalize_row(&declared, true, 3, constant, 1e-5f).undecided, "with eps");
    require(kbit_normalize_row(&one_pass, true, 3, constant, 1e-12f).undecided,
            "a difference of squares below eps");
}
END_TEST

/* Who declares Welford's method is not judged by the bound of two passes, nor the reverse. */
START_TEST(declarations_select_theorems)
{
    answer("layernorm", "produced-offset");
    expect("", KBIT_ADMISSIBLE);
    require(strcmp(verdict.theorem, "layernorm-two-pass") == 0, "%s", verdict.theorem);
    expect("variance=welford", KBIT_ADMISSIBLE);
    require(strcmp(verdict.theorem, "layernorm-welford") == 0, "%s", verdict.theorem);
    expect("rsqrt=cuda", KBIT_ADMISSIBLE);
    require(strcmp(verdict.theorem, "norm-rsqrt") == 0, "%s", verdict.theorem);
    /* The report says why the mean of x^2 less the mean's square is not decided, and of how many. */
    expect("variance=one-pass", KBIT_UNDECIDED);
    require(verdict.undecided == problem.M * problem.K, "%zu undecided", verdict.undecided);
    require(strstr(verdict.note, "layernorm-one-pass (lemma 5") && strstr(verdict.note, "cancel"),
            "%s", verdict.note);
    release();
}
END_TEST

/* One element of an activation that shows y: how much of its bound that is. */
static double share(const char *step, float x, float y)
{
    const kbit_tensor one = {&x, KBIT_F32, 2, {1, 1}};
    kbit_tensor shown = {&y, KBIT_F32, 2, {1, 1}};
    const kbit_call of = {step, 1, 1, 1, KBIT_THRESHOLD_OFF, &one, &shown};
    kbit_verdict v;
    require_status(kbit_judge(&of, "", &v), KBIT_OK);
    require(v.result == KBIT_ADMISSIBLE, "%s(%a) = %a: %s", step, (double)x, (double)y,
            kbit_result_name(v.result));
    return v.ratio;
}

/* -0 is the end of what gelu(-20) may be, and right to all digits; of silu(-88.97) it is the end, too, and
 * off by all of the value. */
START_TEST(the_share_of_a_bound_is_of_the_error)
{
    require(share("gelu", -20, -0.0f) == 0, "%g", share("gelu", -20, -0.0f));
    require(share("gelu_tanh", -20, -0.0f) == 0, "%g", share("gelu_tanh", -20, -0.0f));
    require(share("gelu", -20, -0x1p-19f) > 0.7, "%g", share("gelu", -20, -0x1p-19f));
    require(share("silu", -88.97f, -0.0f) > 0.99, "%g", share("silu", -88.97f, -0.0f));
    require(share("silu", 1, 1 / (1 + expf(-1))) < 0.5, "%g", share("silu", 1, 1 / (1 + expf(-1))));
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("produced");
    tcase_set_timeout(tests, 60); /* MPFR on a busy machine */
    tcase_add_test(tests, right_is_admissible_and_one_ulp_is_named);
    tcase_add_test(tests, what_follows_h_is_exact);
    tcase_add_test(tests, the_real_value_is_enclosed);
    tcase_add_test(tests, undecided_is_said);
    tcase_add_test(tests, declarations_select_theorems);
    tcase_add_test(tests, the_share_of_a_bound_is_of_the_error);
    return run_tests("produced", tests);
}
