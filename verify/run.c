/* run.c -- calls, hygiene, judging; see semantics.md, section 2, for the modes. */
#include "run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hint.h"
#include "units.h"

/* Two different patterns: an element that is not written differs between two runs. */
static const unsigned char POISON[2] = {0xdb, 0x24};

static void *copy_room(const kbit_tensor *t)
{
    size_t n = kbit_tensor_elements(t);
    return calloc(n ? n : 1, kbit_dtype_size((kbit_dtype)t->dtype));
}

/* Rooms of their own for n tensors; where that fails, NULL for those without. */
static kbit_status rooms_for(kbit_tensor *tensors, size_t n, kbit_error *error)
{
    kbit_status status = KBIT_OK;
    for (size_t i = 0; i < n; i++)
        if (!(tensors[i].data = copy_room(&tensors[i])))
            status = kbit_fail(error, KBIT_ERR_MEMORY, "out of memory");
    return status;
}

static bool same_outputs(const kbit_tensor *a, const kbit_tensor *b, char *note, size_t size)
{
    if (a->dim[0] != b->dim[0] || a->dim[1] != b->dim[1]) {
        snprintf(note, size, "two runs on the same inputs found %zu and %zu entries", a->dim[0],
                 b->dim[0]);
        return false;
    }
    size_t bytes = kbit_dtype_size((kbit_dtype)a->dtype);
    for (size_t i = 0, n = kbit_tensor_elements(a); i < n; i++) {
        const char *first = (const char *)a->data + i * bytes;
        if (memcmp(first, (const char *)b->data + i * bytes, bytes) == 0)
            continue;
        size_t width = a->rank == 2 && a->dim[1] ? a->dim[1] : 1;
        bool untouched = true;
        for (size_t k = 0; k < bytes; k++)
            untouched &= (unsigned char)first[k] == POISON[0];
        snprintf(note, size, "element (%zu, %zu) %s", i / width, i % width,
                 untouched ? "was not written" : "differs between two runs on the same inputs");
        return false;
    }
    return true;
}

/* A list's length is the candidate's to say, everything else of the shape is not. */
static bool shape_is_kept(const kbit_problem *p, const kbit_step *step, size_t o,
                          const kbit_tensor *out, char *note, size_t size)
{
    const kbit_slot *slot = kbit_step_output(step, o);
    for (uint32_t r = 0; r < out->rank; r++) {
        size_t room = kbit_extent(slot->dims[r], p->M, p->N, p->K, p->K, false);
        bool list = slot->dims[r] == 'O';
        if (list ? out->dim[r] > room : out->dim[r] != room) {
            const char *which = step->n_more ? slot->name : "";
            snprintf(note, size, "set dimension %u of its output %s%sto %zu where %s%zu is right",
                     r, which, *which ? " " : "", out->dim[r], list ? "at most " : "", room);
            return false;
        }
    }
    return true;
}

/* Calls the step twice; *written says that there are outputs to judge. */
static kbit_status call_twice(const kbit_run *run, const kbit_problem *p, const kbit_step *step,
                              kbit_call *call, bool *written, kbit_verdict *verdict,
                              kbit_error *error)
{
    kbit_call_outcome outcome;
    const size_t n_out = 1 + step->n_more;
    kbit_tensor second[KBIT_MAX_OUTPUTS], shape[KBIT_MAX_OUTPUTS];
    for (size_t o = 0; o < n_out; o++) {
        second[o] = shape[o] = call->out[o];
        verdict->elements += kbit_tensor_elements(&call->out[o]);
    }
    kbit_status status =
        kbit_sandbox_call(run->sandbox, call, step->n_in, n_out, POISON[0], &outcome, error);
    if (status != KBIT_OK)
        return status;
    verdict->result = outcome.result;
    snprintf(verdict->note, sizeof verdict->note, "%s", outcome.note);
    if (outcome.result != KBIT_ADMISSIBLE) /* whatever it answered */
        return KBIT_OK;
    if (outcome.status == KBIT_ERR_NO_DEVICE)
        return kbit_fail(error, KBIT_ERR_NO_DEVICE, "candidate %s: %s",
                         kbit_sandbox_name(run->sandbox), outcome.note);
    kbit_status refusal =
        step->refuses ? step->refuses(call, kbit_declared_for(&run->declared, step->stem), NULL)
                      : KBIT_OK;
    if (refusal == KBIT_ERR_MEMORY)
        return kbit_fail(error, KBIT_ERR_MEMORY, "%s: out of memory", step->stem);
    if (refusal != KBIT_OK) {
        memcpy(call->out, shape, n_out * sizeof *shape);
        verdict->kind = KBIT_EXACT;
        if (outcome.status == KBIT_OK) {
            verdict->result = KBIT_MISMATCH;
            verdict->rejected = 1;
            snprintf(verdict->note, sizeof verdict->note, "served a call that it must refuse: %s",
                     step->precondition);
        } else {
            verdict->checked = verdict->elements;
            snprintf(verdict->note, sizeof verdict->note, "refused, as it must be");
        }
        return KBIT_OK;
    }
    if (outcome.status != KBIT_OK) {
        verdict->result = outcome.status == KBIT_ERR_UNSUPPORTED ? KBIT_ABSENT : KBIT_MISMATCH;
        if (verdict->result == KBIT_MISMATCH)
            verdict->rejected = 1;
        return KBIT_OK;
    }
    for (size_t o = 0; o < n_out; o++)
        if (!shape_is_kept(p, step, o, &call->out[o], verdict->note, sizeof verdict->note)) {
            verdict->result = KBIT_DIRTY;
            return KBIT_OK;
        }
    kbit_call again = *call;
    again.out = second;
    status = rooms_for(second, n_out, error);
    if (status == KBIT_OK)
        status =
            kbit_sandbox_call(run->sandbox, &again, step->n_in, n_out, POISON[1], &outcome, error);
    if (status == KBIT_OK && (outcome.result != KBIT_ADMISSIBLE || outcome.status != KBIT_OK)) {
        verdict->result = outcome.result != KBIT_ADMISSIBLE ? outcome.result : KBIT_DIRTY;
        snprintf(verdict->note, sizeof verdict->note, "second run on the same inputs: %.250s",
                 outcome.note);
    }
    for (size_t o = 0; o < n_out && status == KBIT_OK && verdict->result == KBIT_ADMISSIBLE; o++)
        if (!same_outputs(&call->out[o], &second[o], verdict->note, sizeof verdict->note))
            verdict->result = KBIT_DIRTY;
    for (size_t o = 0; o < n_out; o++)
        free(second[o].data);
    *written = status == KBIT_OK && verdict->result == KBIT_ADMISSIBLE;
    return status;
}

static bool rejects(kbit_result result)
{
    return result != KBIT_ADMISSIBLE && result != KBIT_UNDECIDED && result != KBIT_ABSENT;
}

/* Runs and judges one step on the given inputs. out has room for its outputs, whose data are the
 * caller's to free. */
static kbit_status one_step(const kbit_run *run, const kbit_problem *p, const kbit_step *step,
                            kbit_mode mode, const kbit_tensor *in, kbit_tensor *out,
                            kbit_result *result, kbit_error *error)
{
    kbit_verdict verdict = {.mode = mode, .theorem = "", .ratio = -1};
    kbit_call call = {step->stem, p->M, p->N, p->K, p->threshold, in, out};
    kbit_status status = KBIT_OK;
    bool written = false;
    for (size_t o = 0; o <= step->n_more; o++)
        out[o] = kbit_problem_output_at(p, step, o);
    if (rooms_for(out, 1 + step->n_more, error) != KBIT_OK)
        return kbit_fail(error, KBIT_ERR_MEMORY, "case %s: out of memory", p->of->name);
    if (run->one_element && run->element_seen && kbit_has_element(out, run->row, run->column))
        atomic_store(run->element_seen, true);
    if (!kbit_sandbox_serves(run->sandbox, step->stem)) {
        verdict.result = KBIT_ABSENT;
        snprintf(verdict.note, sizeof verdict.note, "the candidate does not serve this step");
    } else {
        status = call_twice(run, p, step, &call, &written, &verdict, error);
    }
    if (written) {
        kbit_judging judging = {.call = &call,
                                .declared = kbit_declared_for(&run->declared, step->stem),
                                .one_element = run->one_element,
                                .row = run->row,
                                .column = run->column,
                                .key = run->key};
        status = kbit_step_judge(step, &judging, &verdict, error);
        if (status == KBIT_OK)
            status = kbit_hint(step, &judging, &verdict, error);
    }
    if (status == KBIT_OK) {
        kbit_line line = {p->of, step, &verdict, p->seed, run->unit};
        *result = verdict.result;
        run->line(&line, run->context);
        if (run->stopped && rejects(verdict.result))
            *run->stopped = true;
    }
    return status;
}

static bool stopped(const kbit_run *run)
{
    return run->stopped && *run->stopped;
}

static bool wanted(const kbit_run *run, const kbit_step *step)
{
    return !run->only_step || strcmp(run->only_step, step->stem) == 0;
}

static kbit_status isolated(const kbit_run *run, const kbit_problem *p, kbit_error *error)
{
    size_t n;
    const kbit_step *const *steps = kbit_steps(&n);
    kbit_status status = KBIT_OK;
    for (size_t s = 0; s < n && status == KBIT_OK && !stopped(run); s++) {
        if (!wanted(run, steps[s]) || !kbit_case_asks(p->of, steps[s]))
            continue;
        kbit_tensor in[KBIT_MAX_INPUTS], out[KBIT_MAX_OUTPUTS] = {{0}};
        kbit_result result;
        for (size_t i = 0; i < steps[s]->n_in; i++)
            in[i] = kbit_problem_tensor(p, &steps[s]->in[i]);
        bool fused = strncmp(steps[s]->stem, "llmint8_linear", 14) == 0;
        status =
            one_step(run, p, steps[s], fused ? KBIT_FUSED : KBIT_ISOLATED, in, out, &result, error);
        for (size_t o = 0; o < KBIT_MAX_OUTPUTS; o++)
            free(out[o].data);
    }
    return status;
}

/* The bitsandbytes profile, each step on the candidate's own upstream tensors. */
static kbit_status chained(const kbit_run *run, const kbit_problem *p, kbit_error *error)
{
    static const kbit_step *const CHAIN[] = {
        &kbit_step_outlier_columns, &kbit_step_absmax_rows, &kbit_step_quantize_rows,
        &kbit_step_int8_matmul,     &kbit_step_dequantize,  &kbit_step_outlier_matmul,
        &kbit_step_store,
    };
    enum { LENGTH = sizeof CHAIN / sizeof *CHAIN };
    for (size_t s = 0; s < LENGTH; s++)
        if (!kbit_sandbox_serves(run->sandbox, CHAIN[s]->stem))
            return KBIT_OK; /* a chain with a hole is not one; ISOLATED reports the hole */
    kbit_tensor made[LENGTH] = {{0}};
    kbit_status status = KBIT_OK;
    kbit_result result = KBIT_ADMISSIBLE;
    for (size_t s = 0; s < LENGTH && status == KBIT_OK && result == KBIT_ADMISSIBLE; s++) {
        kbit_tensor in[KBIT_MAX_INPUTS];
        for (size_t i = 0; i < CHAIN[s]->n_in; i++) {
            in[i] = kbit_problem_tensor(p, &CHAIN[s]->in[i]);
            /* bitsandbytes takes the statistic over all columns (semantics, section 1) */
            if (CHAIN[s] == &kbit_step_absmax_rows && i == 1) {
                in[i].dim[0] = 0;
                continue;
            }
            for (size_t m = 0; m < s; m++)
                if (strcmp(CHAIN[m]->out.name, CHAIN[s]->in[i].name) == 0)
                    in[i] = made[m];
        }
        status = one_step(run, p, CHAIN[s], KBIT_CHAINED, in, &made[s], &result, error);
    }
    for (size_t s = 0; s < LENGTH; s++)
        free(made[s].data);
    return status;
}

/* Ends the candidate's process as a program ends; a judgement of the step called last says so where
 * that goes wrong. Done once a run, after its first unit, so that the report does not depend on how
 * many processes there are. */
static void farewell(const kbit_run *run, const kbit_problem *p)
{
    kbit_call_outcome outcome;
    const kbit_step *step = kbit_step_find(kbit_sandbox_finish(run->sandbox, &outcome));
    if (outcome.result == KBIT_ADMISSIBLE || !step)
        return;
    kbit_verdict verdict = {.result = outcome.result, .theorem = "", .ratio = -1};
    verdict.mode = strncmp(step->stem, "llmint8_linear", 14) == 0 ? KBIT_FUSED : KBIT_ISOLATED;
    snprintf(verdict.note, sizeof verdict.note, "after the last call: %.290s", outcome.note);
    const kbit_line line = {p->of, step, &verdict, p->seed, run->unit};
    run->line(&line, run->context);
    if (run->stopped)
        *run->stopped = true;
}

kbit_status kbit_run_problem(const kbit_run *run, const kbit_problem *problem, kbit_error *error)
{
    kbit_status status = isolated(run, problem, error);
    if (status == KBIT_OK && problem->of->chained && !run->only_step && !run->one_element &&
        !stopped(run))
        status = chained(run, problem, error);
    if (status == KBIT_OK && run->unit == 0 && !stopped(run))
        farewell(run, problem);
    return status;
}

/* Whether the run has this case as a unit: one that asks nothing is none. */
static bool selected(const kbit_run *run, const kbit_case *of)
{
    if (run->only_case ? strcmp(run->only_case, of->name) != 0 : of->level > run->level)
        return false;
    return !run->only_step || kbit_case_asks(of, kbit_step_find(run->only_step));
}

static kbit_status one_case(const kbit_run *run, size_t index, const void *context,
                            kbit_error *error)
{
    const kbit_case *const *chosen = context;
    if (run->progress)
        run->progress(chosen[index]->name, run->context);
    kbit_problem problem;
    kbit_status status = kbit_problem_make(chosen[index], run->seed, &problem, error);
    if (status != KBIT_OK)
        return status;
    status = kbit_run_problem(run, &problem, error);
    kbit_problem_free(&problem);
    return status;
}

kbit_status kbit_run_cases(const kbit_run *run, kbit_error *error)
{
    size_t n, count = 0;
    const kbit_case *cases = kbit_cases(&n), **chosen = malloc(n * sizeof *chosen);
    if (!chosen)
        return kbit_fail(error, KBIT_ERR_MEMORY, "out of memory");
    for (size_t c = 0; c < n; c++)
        if (selected(run, &cases[c]))
            chosen[count++] = &cases[c];
    kbit_status status = kbit_run_units(run, count, one_case, chosen, error);
    free(chosen);
    return status;
}
