/* report_json.c -- the report for programs. schema "kbit-report", version 1; an infinite ratio and
 * seeds are strings, since JSON has neither; a verdict is null where no output was judged.
 * report_read.c reads it back. */
#include "report.h"

#include <inttypes.h>
#include <jansson.h>
#include <math.h>

static json_t *seed_text(uint64_t seed)
{
    char text[24];
    snprintf(text, sizeof text, "%" PRIu64, seed);
    return json_string(text);
}

/* A candidate's words may be no UTF-8, which JSON strings must be. */
static json_t *words(const char *text)
{
    json_t *string = json_string(text);
    if (string)
        return string;
    char clean[512];
    size_t n = 0;
    for (; text[n] && n + 1 < sizeof clean; n++)
        clean[n] = (unsigned char)text[n] < 0x80 ? text[n] : '?';
    clean[n] = '\0';
    return json_string(clean);
}

static json_t *ratio(double value)
{
    return !(value >= 0) ? json_null() : isinf(value) ? json_string("inf") : json_real(value);
}

static json_t *shard(const kbit_report_about *about)
{
    if (about->shards == 0)
        return json_null();
    return json_pack("{s:I, s:I, s:s, s:I}", "index", (json_int_t)about->shard, "of",
                     (json_int_t)about->shards, "by", about->by_rows ? "rows" : "units", "units",
                     (json_int_t)about->units);
}

static json_t *words_or_null(const char *text)
{
    return text ? words(text) : json_null();
}

static json_t *mismatches(const kbit_verdict *v)
{
    json_t *list = json_array();
    for (size_t m = 0; m < v->n_kept; m++) {
        const kbit_mismatch *bad = &v->kept[m];
        json_array_append_new(
            list, json_pack("{s:s, s:I, s:I, s:s, s:s, s:s}", "tensor", bad->tensor, "row",
                            (json_int_t)bad->row, "column", (json_int_t)bad->column, "observed",
                            bad->observed, "admissible", bad->admissible, "inputs", bad->inputs));
    }
    return list;
}

/* null where every element was judged. */
static json_t *sampled(const kbit_verdict *v)
{
    if (v->of_rows == 0)
        return json_null();
    return json_pack("{s:I, s:I, s:I, s:I}", "rows", (json_int_t)v->sampled_rows, "of_rows",
                     (json_int_t)v->of_rows, "columns", (json_int_t)v->sampled_columns,
                     "of_columns", (json_int_t)v->of_columns);
}

/* What this step was judged by: the words that its judge reads. */
static json_t *assumed(const kbit_report_about *about, const kbit_step *step)
{
    char text[KBIT_ASSUMED_TEXT];
    return words_or_null(kbit_report_assumed(about, step, text));
}

static json_t *judgement(const kbit_entry *e, const kbit_report_about *about)
{
    const kbit_verdict *v = &e->verdict;
    const char *kind = kbit_judged(v->result) ? kbit_kind_name(v->kind) : NULL;
    return json_pack(
        "{s:I, s:s, s:s, s:s, s:o, s:o, s:s, s:s, s:I, s:I, s:I, s:I, s:o, s:o, s:o, s:s, "
        "s:o, s:o}",
        "unit", (json_int_t)e->unit, "step", e->step->stem, "case", e->case_name, "mode",
        kbit_mode_name(v->mode), "declares", assumed(about, e->step), "verdict",
        words_or_null(kind), "result", kbit_result_name(v->result), "theorem", v->theorem,
        "elements", (json_int_t)v->elements, "checked", (json_int_t)v->checked, "rejected",
        (json_int_t)v->rejected, "undecided", (json_int_t)v->undecided, "sampled", sampled(v),
        "err_over_bound", ratio(v->ratio), "seed", seed_text(e->seed), "evidence", v->evidence,
        "note", words(v->note), "mismatches", mismatches(v));
}

bool kbit_report_json(const kbit_report *report, const kbit_report_about *about, FILE *stream)
{
    const kbit_entry *entries;
    size_t n = kbit_report_entries(report, &entries);
    kbit_totals totals = kbit_report_totals(report);
    json_t *list = json_array();
    for (size_t i = 0; i < n; i++)
        json_array_append_new(list, judgement(&entries[i], about));
    json_t *root = json_pack(
        "{s:s, s:i, s:s, s:o, s:o, s:s, s:o, s:o, s:o, s:o, s:o, s:b, s:{s:I, s:I, s:I, s:I, s:I, "
        "s:s}, s:o}",
        "schema", "kbit-report", "schema_version", 1, "kbit_version", kbit_version(), "candidate",
        words(about->candidate), "name", words(about->name), "declares", about->declares, "seed",
        seed_text(about->seed), "level", words_or_null(about->level), "selection",
        words(about->selection ? about->selection : ""), "reproduce",
        words_or_null(about->reproduce), "shard", shard(about), "okay",
        kbit_report_exit(report) == 0, "totals", "judgements", (json_int_t)totals.cases, "checked",
        (json_int_t)totals.checked, "rejected", (json_int_t)totals.rejected, "undecided",
        (json_int_t)totals.undecided, "absent", (json_int_t)totals.absent, "result",
        kbit_result_name(totals.worst), "judgements", list);
    if (!root)
        return false;
    int failed = json_dumpf(root, stream, JSON_INDENT(1) | JSON_ENSURE_ASCII);
    json_decref(root);
    return failed == 0 && fputc('\n', stream) != EOF;
}
