/* step.c -- the table of steps, and what all judges share. */
#include "step.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "kbit_exact.h"
#include "numbers.h"

static const kbit_step *const STEPS[] = {
    &kbit_step_outlier_columns,
    &kbit_step_absmax_rows,
    &kbit_step_quantize_rows,
    &kbit_step_int8_matmul,
    &kbit_step_dequantize,
    &kbit_step_outlier_matmul,
    &kbit_step_outlier_matmul_w16,
    &kbit_step_store,
    &kbit_step_llmint8_linear_bnb,
    &kbit_step_llmint8_linear_paper,
    &kbit_step_rmsnorm,
    &kbit_step_layernorm,
    &kbit_step_relu,
    &kbit_step_gelu,
    &kbit_step_gelu_tanh,
    &kbit_step_silu,
    &kbit_step_rmsnorm_quantize,
    &kbit_step_layernorm_quantize,
    &kbit_step_relu_quantize,
    &kbit_step_gelu_quantize,
    &kbit_step_gelu_tanh_quantize,
    &kbit_step_silu_quantize,
};

const kbit_step *const *kbit_steps(size_t *count)
{
    *count = sizeof STEPS / sizeof *STEPS;
    return STEPS;
}

const kbit_step *kbit_step_find(const char *stem)
{
    for (size_t i = 0; i < sizeof STEPS / sizeof *STEPS; i++)
        if (strcmp(STEPS[i]->stem, stem) == 0)
            return STEPS[i];
    return NULL;
}

const kbit_slot *kbit_step_output(const kbit_step *step, size_t i)
{
    return i == 0 ? &step->out : &step->more[i - 1];
}

size_t kbit_extent(char letter, size_t M, size_t N, size_t K, size_t outliers, bool vector)
{
    switch (letter) {
    case 'M':
        return M;
    case 'N':
        return N;
    case 'K':
        return K;
    case 'O':
        return outliers;
    case 'S':
        return vector ? K : 0;
    case '1':
        return 1;
    default:
        return vector ? N : 0;
    }
}

size_t kbit_tensor_elements(const kbit_tensor *tensor)
{
    size_t n = 1;
    for (uint32_t d = 0; d < tensor->rank; d++)
        n *= tensor->dim[d];
    return n;
}

bool kbit_has_element(const kbit_tensor *tensor, size_t row, size_t column)
{
    return row < tensor->dim[0] && column < (tensor->rank == 2 ? tensor->dim[1] : 1);
}

static kbit_status check_tensor(const kbit_step *step, const kbit_slot *slot, const kbit_call *call,
                                const kbit_tensor *tensor, bool output, kbit_error *error)
{
    if (tensor->dtype > 31 || !(slot->types >> tensor->dtype & 1))
        return kbit_fail(error, KBIT_ERR_UNSUPPORTED, "%s: tensor %s has a type the step lacks",
                         step->stem, slot->name);
    if (tensor->rank != strlen(slot->dims))
        return kbit_fail(error, KBIT_ERR_SHAPE, "%s: tensor %s has %u dimensions, not %zu",
                         step->stem, slot->name, tensor->rank, strlen(slot->dims));
    size_t elements = 1;
    for (uint32_t d = 0; d < tensor->rank; d++) {
        size_t want = kbit_extent(slot->dims[d], call->M, call->N, call->K, tensor->dim[d],
                                  tensor->dim[d] != 0);
        bool list = slot->dims[d] == 'O';
        if (list ? tensor->dim[d] > call->K : tensor->dim[d] != want)
            return kbit_fail(error, KBIT_ERR_SHAPE,
                             "%s: tensor %s has extent %zu where %s%zu is due", step->stem,
                             slot->name, tensor->dim[d], list ? "at most " : "",
                             list ? call->K : want);
        if (__builtin_mul_overflow(elements, tensor->dim[d], &elements))
            return kbit_fail(error, KBIT_ERR_SHAPE, "%s: tensor %s is too large", step->stem,
                             slot->name);
    }
    if (elements && !tensor->data)
        return kbit_fail(error, KBIT_ERR_NULL, "%s: %s tensor %s is NULL", step->stem,
                         output ? "output" : "input", slot->name);
    return KBIT_OK;
}

kbit_status kbit_step_check(const kbit_step *step, const kbit_call *call, kbit_error *error)
{
    for (size_t i = 0; i < step->n_in; i++) {
        kbit_status status = check_tensor(step, &step->in[i], call, &call->in[i], false, error);
        if (status != KBIT_OK)
            return status;
    }
    for (size_t o = 0; o <= step->n_more; o++) {
        kbit_status status =
            check_tensor(step, kbit_step_output(step, o), call, &call->out[o], true, error);
        if (status != KBIT_OK)
            return status;
    }
    return KBIT_OK;
}

kbit_status kbit_step_judge(const kbit_step *step, const kbit_judging *judging,
                            kbit_verdict *verdict, kbit_error *error)
{
    kbit_mode mode = verdict->mode;
    memset(verdict, 0, sizeof *verdict);
    verdict->mode = mode;
    verdict->ratio = -1;
    verdict->theorem = "";
    kbit_status status = step->judge(judging, verdict, error);
    if (status == KBIT_OK)
        verdict->result = verdict->rejected    ? KBIT_MISMATCH
                          : verdict->undecided ? KBIT_UNDECIDED
                                               : KBIT_ADMISSIBLE;
    return status;
}

kbit_status kbit_judge(const kbit_call *call, const char *declares, kbit_verdict *verdict)
{
    kbit_error error = {KBIT_OK, ""};
    kbit_declarations declared;
    const kbit_step *step = kbit_step_find(call->step);
    if (!step)
        return KBIT_ERR_UNSUPPORTED;
    kbit_status status = kbit_declarations_parse(declares ? declares : "", &declared, &error);
    if (status == KBIT_OK)
        status = kbit_step_check(step, call, &error);
    if (status == KBIT_OK && step->refuses)
        status = step->refuses(call, kbit_declared_for(&declared, step->stem), NULL);
    if (status != KBIT_OK)
        return status;
    kbit_judging judging = {.call = call, .declared = kbit_declared_for(&declared, step->stem)};
    memset(verdict, 0, sizeof *verdict);
    verdict->mode = strncmp(step->stem, "llmint8_linear", 14) == 0 ? KBIT_FUSED : KBIT_ISOLATED;
    return kbit_step_judge(step, &judging, verdict, &error);
}

static kbit_mismatch *keep(kbit_verdict *verdict, const char *tensor, size_t row, size_t column)
{
    static _Thread_local kbit_mismatch overflow;
    kbit_mismatch *m =
        verdict->n_kept < KBIT_MISMATCHES_KEPT ? &verdict->kept[verdict->n_kept++] : &overflow;
    m->tensor = tensor;
    m->row = row;
    m->column = column;
    m->observed[0] = m->admissible[0] = m->inputs[0] = '\0';
    return m;
}

kbit_mismatch *kbit_reject(kbit_verdict *verdict, const char *tensor, size_t row, size_t column)
{
    verdict->rejected++;
    return keep(verdict, tensor, row, column);
}

bool kbit_shown(const kbit_judging *judging, size_t row, size_t column)
{
    return judging->one_element && judging->row == row && judging->column == column;
}

kbit_mismatch *kbit_show(kbit_verdict *verdict, const char *tensor, size_t row, size_t column)
{
    return keep(verdict, tensor, row, column);
}

bool kbit_is_outlier(const kbit_declared *declared, float x, float threshold)
{
    if (isnan(x) && declared->nan == NAN_LAUNDER)
        x = 0;
    return kbit_exact_is_outlier(x, threshold);
}

void kbit_launder(size_t n, float *x)
{
    for (size_t i = 0; i < n; i++)
        x[i] = isnan(x[i]) ? 0 : x[i];
}

float *kbit_widened(const kbit_tensor *tensor)
{
    size_t n = kbit_tensor_elements(tensor);
    float *x = malloc((n ? n : 1) * sizeof *x);
    if (x)
        for (size_t i = 0; i < n; i++)
            x[i] = (float)kbit_element(tensor, i);
    return x;
}

const char *kbit_kind_name(kbit_kind kind)
{
    static const char *const NAMES[] = {"EXACT", "CERTIFIED", "SET", "ENCLOSED"};
    return NAMES[kind];
}

const char *kbit_mode_name(kbit_mode mode)
{
    static const char *const NAMES[] = {"ISOLATED", "CHAINED", "FUSED"};
    return NAMES[mode];
}

const char *kbit_result_name(kbit_result result)
{
    static const char *const NAMES[] = {"admissible", "MISMATCH", "UNDECIDED", "ABSENT",
                                        "CRASHED",    "HUNG",     "DIRTY"};
    return NAMES[result];
}

const char *kbit_label_name(kbit_label label)
{
    static const char *const NAMES[] = {"PROVED", "EXHAUSTED", "CITED", "MODEL"};
    return NAMES[label];
}
