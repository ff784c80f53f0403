/* report.c -- what the probes found, a line a declaration; and as JSON, schema "kbit-probe". */
#include <jansson.h>
#include <string.h>

#include "probe.h"

static const char *const STATES[] = {"not probed", "consistent with", "refuted"};

static void value_text(const kbit_declared_row *row, int value, char *text, size_t size)
{
    const char *p = row->values;
    for (; value > 0; value--)
        p += strcspn(p, "|") + 1;
    snprintf(text, size, "%.*s", (int)strcspn(p, "|"), p);
}

/* What a key is declared as: for all steps (own NULL), or for a step that was asked about it and has a
 * value of its own. */
typedef struct {
    const char *own;
    char value[KBIT_VALUE_TEXT];
} declared_flag;

/* Returns how many; a key that nothing was asked about has the one of all steps. */
static size_t flags_of(const kbit_probe *probe, const kbit_declared_row *row,
                       const kbit_declarations *declarations, declared_flag flags[KBIT_STEPS_MOST])
{
    size_t n = 0;
    for (size_t a = 0; a < probe->n_answers; a++) {
        const kbit_answer *answer = &probe->answers[a];
        size_t f = 0;
        if (strcmp(answer->key, row->key) != 0)
            continue;
        while (f < n && !kbit_probe_about(answer, row->key, flags[f].own))
            f++;
        if (f == n && n < KBIT_STEPS_MOST) {
            flags[n].own = answer->own;
            memcpy(flags[n++].value, answer->value, sizeof answer->value);
        }
    }
    if (n == 0) {
        flags[n].own = NULL;
        kbit_declared_value(row, &declarations->all, flags[n++].value);
    }
    return n;
}

static void print_answer(const kbit_answer *a, const char *flag, FILE *stream)
{
    if (a->answering == KBIT_NO_ANSWER) {
        fprintf(stream, "    %s: no answer: %s\n      %s, %s\n", a->name, a->note, a->step,
                a->operands);
        return;
    }
    if (a->refutes)
        fprintf(stream, "    %s\n      %s, %s\n      observed %s, %s allows %s\n", a->name, a->step,
                a->operands, a->observed, flag, a->allowed);
}

static void print_flag(const kbit_probe *probe, const char *key, const declared_flag *declared,
                       FILE *stream)
{
    kbit_flag_state state = kbit_probe_flag(probe, key, declared->own);
    char flag[128], what[400] = "";
    size_t asked = 0;
    snprintf(flag, sizeof flag, "%s%s%s=%s", declared->own ? declared->own : "",
             declared->own ? ":" : "", key, declared->value);
    for (size_t a = 0; a < probe->n_answers; a++)
        if (kbit_probe_about(&probe->answers[a], key, declared->own)) {
            asked += probe->answers[a].answering == KBIT_ANSWERED;
            if (state == KBIT_FLAG_NOT_PROBED)
                snprintf(what, sizeof what, "%s", probe->answers[a].note);
        }
    if (state != KBIT_FLAG_NOT_PROBED)
        snprintf(what, sizeof what, "%zu answer%s", asked, asked == 1 ? "" : "s");
    fprintf(stream, "%-18s %-16s %s\n", flag, STATES[state], what);
    for (size_t a = 0; a < probe->n_answers; a++)
        if (kbit_probe_about(&probe->answers[a], key, declared->own))
            print_answer(&probe->answers[a], flag, stream);
}

void kbit_probe_text(const kbit_probe *probe, const kbit_declarations *declarations,
                     const char *name, const char *declares, FILE *stream)
{
    const kbit_declared_row *rows;
    size_t n = kbit_declared_rows(&rows);
    fprintf(
        stream,
        "# kbit %s probe: candidate %s, declares %s, M x N x K = %zu x %zu x %zu\n"
        "# A probe refutes a declaration, the others being as declared, or finds nothing against\n"
        "# it. It proves none, and no verdict rests on it. Rows of hardware are MODELS.\n",
        kbit_version(), name, *declares ? declares : "the reference's choices", probe->M, probe->N,
        probe->K);
    for (size_t r = 0; r < n; r++) {
        declared_flag flags[KBIT_STEPS_MOST];
        const size_t n_flags = flags_of(probe, &rows[r], declarations, flags);
        for (size_t f = 0; f < n_flags; f++)
            print_flag(probe, rows[r].key, &flags[f], stream);
    }
    const kbit_accumulation *models;
    size_t n_models = kbit_accumulations(&models), shown = 0;
    fprintf(stream, "accumulation rows that these answers are consistent with:");
    for (size_t r = 0; probe->n_rows_asked && r < n_models; r++)
        if (probe->rows[r])
            fprintf(stream, "%s %s%s", shown++ ? "," : "", models[r].name,
                    models[r].model ? " (MODEL)" : "");
    fprintf(stream, "%s\n", !probe->n_rows_asked ? " not probed" : shown ? "" : " none");
}

static json_t *words(const char *text)
{
    json_t *string = json_string(text);
    return string ? string : json_string("(no UTF-8)");
}

static json_t *answer_json(const kbit_answer *a, const kbit_declared_row *row)
{
    static const char *const ANSWERS[] = {"answered", "not served", "no answer"};
    json_t *allowed_by = json_array();
    for (int v = 0; v < KBIT_PROBE_VALUES_MOST; v++)
        if (a->allows >> v & 1) {
            char value[32];
            value_text(row, v, value, sizeof value);
            json_array_append_new(allowed_by, json_string(value));
        }
    return json_pack("{s:s, s:s, s:s, s:s, s:o, s:o, s:o, s:b, s:o}", "name", a->name, "step",
                     a->step, "operands", a->operands, "answer", ANSWERS[a->answering], "note",
                     words(a->note), "observed", words(a->observed), "allowed", words(a->allowed),
                     "refutes", a->refutes, "allowed_by", allowed_by);
}

static json_t *flag_json(const kbit_probe *probe, const kbit_declared_row *row,
                         const declared_flag *declared)
{
    json_t *answers = json_array();
    for (size_t a = 0; a < probe->n_answers; a++)
        if (kbit_probe_about(&probe->answers[a], row->key, declared->own))
            json_array_append_new(answers, answer_json(&probe->answers[a], row));
    return json_pack("{s:s, s:s?, s:s, s:s, s:o}", "key", row->key, "step", declared->own, "value",
                     declared->value, "state",
                     STATES[kbit_probe_flag(probe, row->key, declared->own)], "questions", answers);
}

bool kbit_probe_json(const kbit_probe *probe, const kbit_declarations *declarations,
                     const char *name, const char *declares, FILE *stream)
{
    const kbit_declared_row *rows;
    const kbit_accumulation *models;
    size_t n = kbit_declared_rows(&rows), n_models = kbit_accumulations(&models);
    json_t *flags = json_array(), *consistent = json_array();
    for (size_t r = 0; r < n; r++) {
        declared_flag of_key[KBIT_STEPS_MOST];
        const size_t n_flags = flags_of(probe, &rows[r], declarations, of_key);
        for (size_t f = 0; f < n_flags; f++)
            json_array_append_new(flags, flag_json(probe, &rows[r], &of_key[f]));
    }
    for (size_t r = 0; probe->n_rows_asked && r < n_models; r++)
        if (probe->rows[r])
            json_array_append_new(consistent, json_pack("{s:s, s:b}", "row", models[r].name,
                                                        "model", models[r].model));
    json_t *report =
        json_pack("{s:s, s:i, s:s, s:o, s:o, s:{s:I, s:I, s:I}, s:o, s:o}", "schema", "kbit-probe",
                  "version", 1, "kbit", kbit_version(), "candidate", words(name), "declares",
                  words(declares), "shape", "M", (json_int_t)probe->M, "N", (json_int_t)probe->N,
                  "K", (json_int_t)probe->K, "flags", flags, "accumulation_rows", consistent);
    bool written = report && json_dumpf(report, stream, JSON_INDENT(1)) == 0;
    if (written)
        fputc('\n', stream);
    json_decref(report);
    return written && !ferror(stream);
}
