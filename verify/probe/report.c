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

static int value_of(const kbit_declared *declared, const kbit_declared_row *row)
{
    return *(const int *)(const void *)((const char *)declared + row->offset);
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

void kbit_probe_text(const kbit_probe *probe, const kbit_declared *declared, const char *name,
                     const char *declares, FILE *stream)
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
        kbit_flag_state state = kbit_probe_flag(probe, rows[r].key);
        char value[32], flag[64], what[400] = "";
        size_t asked = 0;
        value_text(&rows[r], value_of(declared, &rows[r]), value, sizeof value);
        snprintf(flag, sizeof flag, "%s=%s", rows[r].key, value);
        for (size_t a = 0; a < probe->n_answers; a++)
            if (strcmp(probe->answers[a].key, rows[r].key) == 0) {
                asked += probe->answers[a].answering == KBIT_ANSWERED;
                if (state == KBIT_FLAG_NOT_PROBED)
                    snprintf(what, sizeof what, "%s", probe->answers[a].note);
            }
        if (state != KBIT_FLAG_NOT_PROBED)
            snprintf(what, sizeof what, "%zu answer%s", asked, asked == 1 ? "" : "s");
        fprintf(stream, "%-18s %-16s %s\n", flag, STATES[state], what);
        for (size_t a = 0; a < probe->n_answers; a++)
            if (strcmp(probe->answers[a].key, rows[r].key) == 0)
                print_answer(&probe->answers[a], flag, stream);
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

bool kbit_probe_json(const kbit_probe *probe, const kbit_declared *declared, const char *name,
                     const char *declares, FILE *stream)
{
    const kbit_declared_row *rows;
    const kbit_accumulation *models;
    size_t n = kbit_declared_rows(&rows), n_models = kbit_accumulations(&models);
    json_t *flags = json_array(), *consistent = json_array();
    for (size_t r = 0; r < n; r++) {
        json_t *answers = json_array();
        char value[32];
        value_text(&rows[r], value_of(declared, &rows[r]), value, sizeof value);
        for (size_t a = 0; a < probe->n_answers; a++)
            if (strcmp(probe->answers[a].key, rows[r].key) == 0)
                json_array_append_new(answers, answer_json(&probe->answers[a], &rows[r]));
        json_array_append_new(
            flags, json_pack("{s:s, s:s, s:s, s:o}", "key", rows[r].key, "value", value, "state",
                             STATES[kbit_probe_flag(probe, rows[r].key)], "questions", answers));
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
