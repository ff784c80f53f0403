/* rules.c -- other people's accept rules, applied to what a plug-in computes on the referee's cases.
 *
 *   rules PLUGIN:NAME STEP [SEED]          one row of the kill matrix (tests/kill_matrix.sh); nothing
 *                                          where no output differs from the reference's
 *   rules --differing PLUGIN:NAME STEP     how many elements are not the reference's, bit by bit
 *
 * The numbers below are those of the projects named beside them, and stand nowhere else in this
 * tree. They compare with the reference's output on the same inputs. A NaN that the reference has,
 * too, counts as equal, which is kinder than most of them are. */
#include <dlfcn.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "candidates/reference_ops.h"
#include "cases.h"
#include "numbers.h"

typedef struct {
    double rtol, atol, may_miss; /* may_miss: share of the elements */
} rule;

enum { BNB_MISSES, BNB, TORCH, KERNELBENCH, CODES, N_RULES };

/* Whether the rule says anything about outputs of this type; writes its numbers. */
static bool rule_for(int which, kbit_dtype type, rule *r)
{
    bool number = type == KBIT_F32 || type == KBIT_F16 || type == KBIT_BF16;
    switch (which) {
    case BNB_MISSES: /* bitsandbytes, tests/test_functional.py, test_dequant_mm */
        *r = (rule){0.1, 0.015, 0.01};
        return number;
    case BNB: /* bitsandbytes, tests/test_functional.py, the int8 product in half precision */
        *r = (rule){0.05, 0.025, 0};
        return number;
    case TORCH: /* torch.testing.assert_close, defaults by dtype */
        *r = type == KBIT_F32    ? (rule){1.3e-6, 1e-5, 0}
             : type == KBIT_F16  ? (rule){1e-3, 1e-5, 0}
             : type == KBIT_BF16 ? (rule){1.6e-2, 1e-5, 0}
                                 : (rule){0, 0, 0};
        return true;
    case KERNELBENCH: /* KernelBench, src/kernelbench/eval.py */
        *r = type == KBIT_F32 ? (rule){1e-4, 1e-4, 0} : (rule){1e-2, 1e-2, 0};
        return number;
    default: /* FBGEMM's quantize tests; bitsandbytes, test_int8_double_quant (atol=1) */
        *r = (rule){0, 1, 0};
        return type == KBIT_I8;
    }
}

static double at(const kbit_tensor *t, size_t i)
{
    switch (t->dtype) {
    case KBIT_I8:
        return ((const int8_t *)t->data)[i];
    case KBIT_I32:
        return ((const int32_t *)t->data)[i];
    default:
        return kbit_element(t, i);
    }
}

static bool accepts(const rule *r, const kbit_tensor *out, const kbit_tensor *reference)
{
    size_t n = kbit_tensor_elements(reference), missed = 0;
    if (kbit_tensor_elements(out) != n)
        return false;
    for (size_t i = 0; i < n; i++) {
        double a = at(out, i), b = at(reference, i);
        if (a == b || (isnan(a) && isnan(b)))
            continue;
        missed += !(isfinite(a) && isfinite(b) && fabs(a - b) <= r->atol + r->rtol * fabs(b));
    }
    return !((double)missed > r->may_miss * (double)n);
}

static const kbit_op *op_of(const kbit_op *ops, size_t n, const char *step)
{
    for (size_t o = 0; o < n; o++)
        if (strcmp(ops[o].step, step) == 0)
            return &ops[o];
    return NULL;
}

static const kbit_candidate_v1 *load(char *text)
{
    char *variant = strrchr(text, ':');
    if (variant)
        *variant++ = '\0';
    void *library = dlopen(text, RTLD_NOW | RTLD_LOCAL);
    const kbit_candidate_v1 *(*entry)(const char *) = NULL;
    if (library)
        *(void **)&entry = dlsym(library, "kbit_candidate");
    return entry ? entry(variant) : NULL;
}

/* What one plug-in did. [0]: on the ordinary cases; [1]: on all. */
typedef struct {
    size_t differing;
    bool rejected[2], by_rule[2][N_RULES], says[2][N_RULES];
} outcome;

static void poisoned(kbit_tensor *t)
{
    size_t bytes = kbit_tensor_elements(t) * kbit_dtype_size((kbit_dtype)t->dtype);
    t->data = malloc(bytes + 1);
    memset(t->data, 0xdb, bytes);
}

/* Elements whose bits differ, and one more where there are not as many. */
static size_t differing(const kbit_tensor *a, const kbit_tensor *b)
{
    size_t size = kbit_dtype_size((kbit_dtype)a->dtype), n = 0;
    size_t written = kbit_tensor_elements(a), due = kbit_tensor_elements(b);
    for (size_t i = 0; i < (written < due ? written : due); i++)
        n += memcmp((char *)a->data + i * size, (char *)b->data + i * size, size) != 0;
    return n + (written != due);
}

static kbit_status judge_case(const kbit_step *step, const kbit_candidate_v1 *candidate,
                              const kbit_op *op, const kbit_problem *p, outcome *o)
{
    kbit_tensor in[KBIT_MAX_INPUTS], out[KBIT_MAX_OUTPUTS], reference[KBIT_MAX_OUTPUTS];
    kbit_verdict verdict;
    const size_t n_out = 1 + step->n_more;
    for (size_t i = 0; i < step->n_in; i++)
        in[i] = kbit_problem_tensor(p, &step->in[i]);
    kbit_call call = {step->stem, p->M, p->N, p->K, p->threshold, in, out}, right = call;
    static const kbit_declared REFERENCE;
    if (step->refuses && step->refuses(&call, &REFERENCE, NULL) != KBIT_OK)
        return KBIT_OK;
    for (size_t t = 0; t < n_out; t++) {
        out[t] = reference[t] = kbit_problem_output_at(p, step, t);
        poisoned(&out[t]);
        poisoned(&reference[t]);
    }
    right.out = reference;
    const kbit_op *known = op_of(kbit_reference_ops, kbit_n_reference_ops, step->stem);
    kbit_status status = known->run(NULL, &right);
    bool served = op->run(NULL, &call) == KBIT_OK, wrong = true;
    if (status == KBIT_OK && served) {
        if (kbit_judge(&call, candidate->declares, &verdict) == KBIT_OK)
            wrong = verdict.result == KBIT_MISMATCH;
        for (size_t t = 0; t < n_out; t++)
            o->differing += differing(&out[t], &reference[t]);
    }
    bool ordinary = strcmp(p->of->name, "random-f16") == 0 ||
                    strcmp(p->of->name, "outliers-6.7b") == 0 ||
                    strcmp(p->of->name, "produced-f16") == 0;
    for (int all = ordinary ? 0 : 1; all < 2; all++) {
        o->rejected[all] |= wrong;
        for (int w = 0; w < N_RULES; w++)
            for (size_t t = 0; t < n_out; t++) {
                rule r;
                bool says = rule_for(w, (kbit_dtype)out[t].dtype, &r);
                o->says[all][w] |= says;
                o->by_rule[all][w] |= says && !(served && accepts(&r, &out[t], &reference[t]));
            }
    }
    for (size_t t = 0; t < n_out; t++) {
        free(out[t].data);
        free(reference[t].data);
    }
    return status;
}

int main(int argc, char **argv)
{
    bool differing = argc > 1 && strcmp(argv[1], "--differing") == 0;
    int first = differing ? 2 : 1;
    const kbit_step *step = argc > first + 1 ? kbit_step_find(argv[first + 1]) : NULL;
    const kbit_candidate_v1 *candidate = step ? load(argv[first]) : NULL;
    const kbit_op *op = candidate ? op_of(candidate->ops, candidate->n_ops, step->stem) : NULL;
    if (!op) {
        fprintf(stderr, "usage: rules [--differing] PLUGIN:NAME STEP [SEED]\n");
        return 2;
    }
    uint64_t seed = argc > first + 2 ? strtoull(argv[first + 2], NULL, 10) : 1;
    outcome o = {0};
    size_t n;
    const kbit_case *cases = kbit_cases(&n);
    kbit_error error = {KBIT_OK, ""};
    for (size_t c = 0; c < n; c++) {
        kbit_problem p;
        if (cases[c].level > KBIT_LEVEL_DEFAULT || !kbit_case_asks(&cases[c], step))
            continue;
        kbit_status status = kbit_problem_make(&cases[c], seed, &p, &error);
        if (status == KBIT_OK)
            status = judge_case(step, candidate, op, &p, &o);
        if (status != KBIT_OK) {
            fprintf(stderr, "rules: case %s: %s\n", cases[c].name, kbit_status_string(status));
            return 2;
        }
        kbit_problem_free(&p);
    }
    if (differing) {
        printf("%zu\n", o.differing);
        return 0;
    }
    if (o.differing == 0) /* no number is wrong: not the rules' business */
        return 0;
    printf("%s %s", candidate->name, step->stem);
    for (int all = 0; all < 2; all++) {
        printf(" %s", o.rejected[all] ? "rejects" : "accepts");
        for (int w = 0; w < N_RULES; w++)
            printf(" %s", !o.says[all][w] ? "-" : o.by_rule[all][w] ? "rejects" : "accepts");
    }
    printf("\n");
    return 0;
}
