/* answers.c -- asks each question once, and holds the answer against every value of its key. */
#include <math.h>
#include <string.h>

#include "numbers.h"
#include "probe.h"

static const kbit_declared_row *row_of_key(const char *key)
{
    const kbit_declared_row *rows;
    size_t n = kbit_declared_rows(&rows);
    for (size_t r = 0; r < n; r++)
        if (strcmp(rows[r].key, key) == 0)
            return &rows[r];
    return NULL;
}

static int *value_of(kbit_declared *declared, const kbit_declared_row *row)
{
    return (int *)(void *)((char *)declared + row->offset);
}

/* The row that acc names; any order of fused multiply-adds for acc=ieee, since the questions' products
 * are exact; NULL where only a theorem says what is allowed. */
static const kbit_accumulation *enumerable(const kbit_question *q, const kbit_declared *declared)
{
    const char *values = row_of_key("acc")->values;
    char name[32];
    if (declared->acc == ACC_IEEE)
        return declared->splitk != SPLITK_F16 && q->products.n <= 3 ? kbit_accumulation_find("fma")
                                                                    : NULL;
    for (int skip = declared->acc; skip > 0; skip--)
        values += strcspn(values, "|") + 1;
    snprintf(name, sizeof name, "%.*s", (int)strcspn(values, "|"), values);
    return declared->splitk == SPLITK_NONE ? kbit_accumulation_find(name) : NULL;
}

static size_t first_outside(const kbit_question *q, const kbit_sum_set *set, bool flush_results)
{
    size_t n = kbit_tensor_elements(&q->out), i = 0;
    while (i < n && kbit_sum_set_has(set, ((const float *)q->out.data)[i], flush_results))
        i++;
    return i;
}

/* The same where more bits than fp32 has are allowed as well. */
static size_t first_worse(const kbit_question *q, const kbit_sum_set *set,
                          const kbit_declared *declared)
{
    const bool flush = declared->ftz_in16 == FTZ_FLUSH;
    const float *y = q->out.data;
    size_t n = kbit_tensor_elements(&q->out), i = 0;
    while (i < n && (kbit_sum_set_has(set, y[i], declared->ftz32 == FTZ_FLUSH) ||
                     kbit_sum_set_reaches(set, &q->products, flush, y[i])))
        i++;
    return i;
}

static bool by_judge(const kbit_question *q, const kbit_declared *declared, kbit_answer *answer,
                     kbit_error *error)
{
    kbit_call call = {q->step->stem, q->M, q->N, q->K, q->threshold, q->in, (kbit_tensor *)&q->out};
    kbit_judging judging = {.call = &call, .declared = declared};
    kbit_verdict verdict = {.mode = KBIT_ISOLATED};
    if (kbit_step_judge(q->step, &judging, &verdict, error) != KBIT_OK)
        return false;
    /* What the judge cannot decide speaks against nothing. */
    if (verdict.result == KBIT_MISMATCH && answer) {
        const kbit_mismatch *m = &verdict.kept[0];
        snprintf(answer->observed, sizeof answer->observed, "%s(%zu,%zu) = %.60s",
                 q->step->out.name, m->row, m->column, m->observed);
        snprintf(answer->allowed, sizeof answer->allowed, "%s", m->admissible);
    }
    return verdict.result != KBIT_MISMATCH;
}

static void print_element(const kbit_question *q, size_t i, char *text, size_t size)
{
    size_t width = q->out.rank == 2 ? q->out.dim[1] : 1;
    char value[64];
    kbit_print_value(value, sizeof value, kbit_element(&q->out, i), (kbit_dtype)q->out.dtype);
    snprintf(text, size, "%s(%zu,%zu) = %s", q->step->out.name, i / width, i % width, value);
}

static bool by_set(const kbit_question *q, const kbit_accumulation *row,
                   const kbit_declared *declared, kbit_answer *answer)
{
    kbit_sum_set set;
    kbit_sum_set_of(row, &q->products, declared->ftz_in16 == FTZ_FLUSH, &set);
    size_t outside = declared->acc == ACC_IEEE
                         ? first_worse(q, &set, declared)
                         : first_outside(q, &set, declared->ftz32 == FTZ_FLUSH);
    size_t used = 0;
    if (outside == kbit_tensor_elements(&q->out))
        return true;
    /* What is subnormal in bf16 is so in fp32, to which a kernel may widen it. */
    kbit_declared zeros = *declared;
    zeros.ftz_in16 = FTZ_FLUSH;
    if (declared->ftz32 == FTZ_FLUSH && declared->ftz_in16 == FTZ_KEEP &&
        q->in[0].dtype == KBIT_BF16 && by_set(q, row, &zeros, NULL))
        return true;
    if (answer) {
        print_element(q, outside, answer->observed, sizeof answer->observed);
        for (size_t i = 0; i < set.n && used < sizeof answer->allowed; i++)
            used += (size_t)snprintf(answer->allowed + used, sizeof answer->allowed - used, "%s%a",
                                     i ? ", " : "{", (double)set.value[i]);
        if (used < sizeof answer->allowed)
            snprintf(answer->allowed + used, sizeof answer->allowed - used, "}");
    }
    return false;
}

/* Whether the declarations allow the answer; answer, if not NULL, receives what shows that not. */
static bool allows(const kbit_question *q, const kbit_declared *declared, kbit_answer *answer,
                   kbit_error *error)
{
    if (q->sums) {
        const kbit_accumulation *row = enumerable(q, declared);
        return row ? by_set(q, row, declared, answer) : by_judge(q, declared, answer, error);
    }
    return by_judge(q, declared, answer, error);
}

static bool row_allows(const kbit_question *q, const kbit_accumulation *row,
                       const kbit_declared *declared, kbit_error *error)
{
    kbit_declared as_row = *declared;
    kbit_sum_set set;
    as_row.acc = ACC_IEEE;
    if (!row->model && q->products.n > 3)
        return by_judge(q, &as_row, NULL, error);
    if (!row->model)
        row = kbit_accumulation_find("fma");
    const bool flush = declared->ftz32 == FTZ_FLUSH, bf16 = q->in[0].dtype == KBIT_BF16;
    const size_t all = kbit_tensor_elements(&q->out);
    kbit_sum_set_of(row, &q->products, false, &set);
    if (first_outside(q, &set, row->flushes || flush) == all || !flush || !bf16)
        return first_outside(q, &set, row->flushes || flush) == all;
    kbit_sum_set_of(row, &q->products, true, &set);
    return first_outside(q, &set, true) == all;
}

static kbit_status ask(kbit_sandbox *sandbox, kbit_question *q, kbit_answer *answer,
                       kbit_error *error)
{
    kbit_call call = {q->step->stem, q->M, q->N, q->K, q->threshold, q->in, &q->out};
    kbit_call_outcome outcome;
    answer->answering = KBIT_NOT_SERVED;
    if (!kbit_sandbox_serves(sandbox, q->step->stem)) {
        snprintf(answer->note, sizeof answer->note, "the candidate does not serve %s",
                 q->step->stem);
        return KBIT_OK;
    }
    kbit_tensor asked = q->out;
    kbit_status status = kbit_sandbox_call(sandbox, &call, q->step->n_in, 1, 0xdb, &outcome, error);
    if (status != KBIT_OK)
        return status;
    if (outcome.status == KBIT_ERR_NO_DEVICE)
        return kbit_fail(error, KBIT_ERR_NO_DEVICE, "candidate %s: %s", kbit_sandbox_name(sandbox),
                         outcome.note);
    bool same_shape = q->out.dim[0] == asked.dim[0] && q->out.dim[1] == asked.dim[1];
    q->out.dim[0] = asked.dim[0];
    q->out.dim[1] = asked.dim[1];
    snprintf(answer->note, sizeof answer->note, "%s",
             same_shape ? outcome.note : "it changed the shape of its output");
    if (outcome.result == KBIT_ADMISSIBLE && outcome.status == KBIT_ERR_UNSUPPORTED) {
        snprintf(answer->note, sizeof answer->note, "%s: not for these types or this shape",
                 q->step->stem);
        return KBIT_OK;
    }
    bool answered = outcome.result == KBIT_ADMISSIBLE && outcome.status == KBIT_OK && same_shape;
    answer->answering = answered ? KBIT_ANSWERED : KBIT_NO_ANSWER;
    return KBIT_OK;
}

static kbit_status weigh(const kbit_question *q, const kbit_declared *declared, kbit_answer *answer,
                         kbit_error *error)
{
    const kbit_declared_row *row = row_of_key(q->key);
    kbit_declared trial = *declared;
    int values = 1, own = *value_of(&trial, row);
    for (const char *p = row->values; *p; p++)
        values += *p == '|';
    print_element(q, 0, answer->observed, sizeof answer->observed);
    for (int v = 0; v < values && v < KBIT_PROBE_VALUES_MOST; v++) {
        *value_of(&trial, row) = v;
        if (allows(q, &trial, v == own ? answer : NULL, error))
            answer->allows |= 1u << v;
    }
    answer->refutes = !(answer->allows >> own & 1);
    return error->status;
}

/* What the answer is about: a key's value as declared for its step. */
static void name_flag(const kbit_declarations *declarations, const kbit_question *q,
                      kbit_answer *answer)
{
    const kbit_declared_row *row = row_of_key(q->key);
    char all[KBIT_VALUE_TEXT];
    answer->key = q->key;
    answer->name = q->name;
    answer->step = q->step->stem;
    kbit_declared_value(row, kbit_declared_for(declarations, answer->step), answer->value);
    kbit_declared_value(row, &declarations->all, all);
    answer->own = strcmp(answer->value, all) != 0 ? answer->step : NULL;
}

kbit_status kbit_probe_run(kbit_sandbox *sandbox, const kbit_declarations *declarations,
                           kbit_probe *probe, kbit_error *error)
{
    const kbit_accumulation *rows;
    size_t n_rows = kbit_accumulations(&rows);
    kbit_question q = {.M = probe->M, .N = probe->N, .K = probe->K};
    kbit_status status = KBIT_OK;
    bool made;
    for (size_t r = 0; r < KBIT_PROBE_ROWS_MOST; r++)
        probe->rows[r] = r < n_rows;
    for (size_t number = 0; status == KBIT_OK && kbit_question_make(number, &q, &made); number++) {
        if (probe->n_answers == KBIT_PROBE_ANSWERS_MOST) {
            kbit_question_free(&q);
            return kbit_fail(error, KBIT_ERR_MEMORY, "no room for the answer to question %zu",
                             number);
        }
        kbit_answer *answer = &probe->answers[probe->n_answers++];
        const kbit_declared *declared = kbit_declared_for(declarations, q.step->stem);
        name_flag(declarations, &q, answer);
        memcpy(answer->operands, q.operands, sizeof answer->operands);
        status = made ? ask(sandbox, &q, answer, error)
                      : kbit_fail(error, KBIT_ERR_MEMORY, "%s: out of memory", q.step->stem);
        if (status == KBIT_OK && answer->answering == KBIT_ANSWERED) {
            status = weigh(&q, declared, answer, error);
            probe->n_rows_asked += q.sums;
            for (size_t r = 0; q.sums && r < n_rows; r++)
                probe->rows[r] = probe->rows[r] && row_allows(&q, &rows[r], declared, error);
        }
        kbit_question_free(&q);
    }
    return status == KBIT_OK ? error->status : status;
}

bool kbit_probe_about(const kbit_answer *answer, const char *key, const char *own)
{
    return strcmp(answer->key, key) == 0 &&
           (own ? answer->own && strcmp(answer->own, own) == 0 : !answer->own);
}

kbit_flag_state kbit_probe_flag(const kbit_probe *probe, const char *key, const char *own)
{
    kbit_flag_state state = KBIT_FLAG_NOT_PROBED;
    for (size_t a = 0; a < probe->n_answers; a++) {
        const kbit_answer *answer = &probe->answers[a];
        if (!kbit_probe_about(answer, key, own) || answer->answering != KBIT_ANSWERED)
            continue;
        if (answer->refutes)
            return KBIT_FLAG_REFUTED;
        state = KBIT_FLAG_CONSISTENT;
    }
    return state;
}

bool kbit_probe_objects(const kbit_probe *probe)
{
    for (size_t a = 0; a < probe->n_answers; a++)
        if (probe->answers[a].refutes || probe->answers[a].answering == KBIT_NO_ANSWER)
            return true;
    return false;
}
