#include "judge_rows.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "linear.h"
#include "numbers.h"
#include "threads.h"

kbit_rows kbit_rows_of_part(size_t rows, size_t part, size_t parts)
{
    const size_t each = rows / parts, longer = rows % parts;
    const size_t from = part * each + (part < longer ? part : longer);
    return (kbit_rows){from, from + each + (part < longer)};
}

bool kbit_step_has_rows(const kbit_step *step)
{
    return step->out.dims[0] == 'M' && step->n_more == 0;
}

static bool is_layer(const kbit_step *step)
{
    return step == &kbit_step_llmint8_linear_bnb || step == &kbit_step_llmint8_linear_paper;
}

/* Which of two theorems is the weaker: the table has each behind those that it weakens. */
static const char *weaker(const char *first, const char *second)
{
    const kbit_theorem *all;
    const size_t n = kbit_theorems(&all);
    for (size_t t = n; t-- > 0;)
        if (strcmp(all[t].id, first) == 0 || strcmp(all[t].id, second) == 0)
            return all[t].id;
    return first;
}

static void settle(kbit_verdict *verdict)
{
    verdict->result = verdict->rejected    ? KBIT_MISMATCH
                      : verdict->undecided ? KBIT_UNDECIDED
                                           : KBIT_ADMISSIBLE;
}

void kbit_verdict_join(kbit_verdict *verdict, const kbit_verdict *part)
{
    if (strcmp(verdict->theorem, part->theorem) != 0)
        verdict->theorem = weaker(verdict->theorem, part->theorem);
    verdict->elements += part->elements;
    verdict->checked += part->checked;
    verdict->rejected += part->rejected;
    verdict->undecided += part->undecided;
    verdict->single += part->single;
    verdict->ratio = fmax(verdict->ratio, part->ratio);
    verdict->sampled_rows += part->sampled_rows;
    verdict->of_rows += part->of_rows;
    verdict->sampled_columns = part->sampled_columns;
    verdict->of_columns = part->of_columns;
    for (size_t m = 0; m < part->n_kept && verdict->n_kept < KBIT_MISMATCHES_KEPT; m++)
        verdict->kept[verdict->n_kept++] = part->kept[m];
    if (!verdict->note[0])
        memcpy(verdict->note, part->note, sizeof verdict->note);
    settle(verdict);
}

static kbit_tensor rows_of(const kbit_tensor *t, char letter, kbit_rows rows)
{
    kbit_tensor part = *t;
    const size_t width = t->rank == 2 ? t->dim[1] : 1;
    if (letter != 'M')
        return part;
    part.dim[0] = rows.to - rows.from;
    part.data = (char *)t->data + rows.from * width * kbit_dtype_size((kbit_dtype)t->dtype);
    return part;
}

/* A layer's rows keep their numbers by themselves. */
static kbit_status judge_layer(const kbit_judging *judging, const bool *outliers, kbit_rows rows,
                               kbit_verdict *verdict, kbit_error *error)
{
    const bool paper = strcmp(judging->call->step, "llmint8_linear_paper") == 0;
    const size_t n = rows.to - rows.from;
    size_t *numbers = malloc((n ? n : 1) * sizeof *numbers);
    const kbit_linear_part part = {outliers, numbers, NULL};
    if (!numbers)
        return kbit_fail(error, KBIT_ERR_MEMORY, "%s: out of memory", judging->call->step);
    for (size_t i = 0; i < n; i++)
        numbers[i] = rows.from + i;
    verdict->theorem = "";
    verdict->ratio = -1;
    kbit_linear_kind(paper, (kbit_dtype)judging->call->out[0].dtype, verdict);
    verdict->elements = n * judging->call->N;
    kbit_status status = kbit_judge_linear_part(judging, paper, &part, verdict, error);
    free(numbers);
    return status;
}

static kbit_status judge_range(const kbit_step *step, const kbit_judging *judging,
                               const bool *outliers, kbit_rows rows, kbit_verdict *verdict,
                               kbit_error *error)
{
    kbit_tensor in[KBIT_MAX_INPUTS], out;
    kbit_call call = *judging->call;
    kbit_judging own = *judging;
    for (size_t i = 0; i < step->n_in; i++)
        in[i] = rows_of(&judging->call->in[i], step->in[i].dims[0], rows);
    out = rows_of(judging->call->out, step->out.dims[0], rows);
    call.M = rows.to - rows.from;
    call.in = in;
    call.out = &out;
    own.call = &call;
    if (is_layer(step))
        return judge_layer(&own, outliers, rows, verdict, error);
    own.first_row += rows.from;
    own.one_element &= own.row >= rows.from && own.row < rows.to;
    own.row -= own.one_element ? rows.from : 0;
    kbit_status status = kbit_step_judge(step, &own, verdict, error);
    for (size_t m = 0; m < verdict->n_kept; m++)
        verdict->kept[m].row += rows.from;
    return status;
}

typedef struct {
    const kbit_step *step;
    const kbit_judging *judging;
    const bool *outliers;
    kbit_rows rows;
    size_t parts;
    kbit_verdict *verdicts; /* [parts] */
    kbit_error *errors;
} ranges;

static void judge_parts(void *context, size_t first, size_t last)
{
    const ranges *r = context;
    for (size_t p = first; p < last; p++) {
        kbit_rows rows = kbit_rows_of_part(r->rows.to - r->rows.from, p, r->parts);
        rows.from += r->rows.from;
        rows.to += r->rows.from;
        judge_range(r->step, r->judging, r->outliers, rows, &r->verdicts[p], &r->errors[p]);
    }
}

/* The outlier columns of all of X. The paper's profile has no nan=launder. */
static bool *outlier_columns(const kbit_step *step, const kbit_judging *judging)
{
    static const kbit_declared REFERENCE;
    const kbit_call *call = judging->call;
    const kbit_declared *declared =
        step == &kbit_step_llmint8_linear_bnb ? judging->declared : &REFERENCE;
    bool *outliers = calloc(call->K ? call->K : 1, sizeof *outliers);
    for (size_t i = 0; outliers && i < call->M; i++)
        for (size_t k = 0; k < call->K; k++)
            outliers[k] |= kbit_is_outlier(
                declared, (float)kbit_element(&call->in[0], i * call->K + k), call->threshold);
    return outliers;
}

/* Whether the codes of W may have ties, which all rows of the output decide together. */
static bool ties_of_weights(const kbit_step *step, const kbit_judging *judging)
{
    const int quant = judging->declared->quant;
    return step == &kbit_step_llmint8_linear_paper &&
           (quant == QUANT_ANY || (quant == QUANT_EXACT && judging->call->in[1].dtype == KBIT_F32));
}

kbit_status kbit_judge_rows(const kbit_step *step, const kbit_judging *judging, kbit_rows rows,
                            kbit_verdict *verdict, kbit_error *error)
{
    const kbit_call *call = judging->call;
    const size_t n = rows.to - rows.from, threads = kbit_threads();
    const bool whole = rows.from == 0 && rows.to == call->M;
    ranges r = {.step = step, .judging = judging, .rows = rows, .parts = n < threads ? n : threads};
    if (whole && (r.parts < 2 || !kbit_step_has_rows(step) || ties_of_weights(step, judging)))
        return kbit_step_judge(step, judging, verdict, error);
    if (r.parts == 0)
        r.parts = 1;
    bool *outliers = is_layer(step) ? outlier_columns(step, judging) : NULL;
    r.outliers = outliers;
    r.verdicts = calloc(r.parts, sizeof *r.verdicts);
    r.errors = calloc(r.parts, sizeof *r.errors);
    kbit_status status = KBIT_OK;
    if ((is_layer(step) && !outliers) || !r.verdicts || !r.errors)
        status = kbit_fail(error, KBIT_ERR_MEMORY, "%s: out of memory", step->stem);
    for (size_t p = 0; status == KBIT_OK && p < r.parts; p++)
        r.verdicts[p].mode = verdict->mode;
    if (status == KBIT_OK)
        kbit_parallel_rows(r.parts, (unsigned)r.parts, judge_parts, &r);
    for (size_t p = 0; status == KBIT_OK && p < r.parts; p++)
        if (r.errors[p].status != KBIT_OK)
            status = kbit_fail(error, r.errors[p].status, "%s", r.errors[p].text);
    for (size_t p = 1; status == KBIT_OK && p < r.parts; p++)
        kbit_verdict_join(&r.verdicts[0], &r.verdicts[p]);
    if (status == KBIT_OK) {
        *verdict = r.verdicts[0];
        settle(verdict);
    }
    free(r.errors);
    free(r.verdicts);
    free(outliers);
    return status;
}
