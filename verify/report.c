/* report.c -- the text and TAP forms; report_json.c and report_html.c have the others. */
#include "report.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

struct kbit_report {
    kbit_entry *entries;
    size_t n, capacity;
    bool incomplete;
};

kbit_report *kbit_report_new(void)
{
    return calloc(1, sizeof(kbit_report));
}

void kbit_report_free(kbit_report *report)
{
    if (report)
        free(report->entries);
    free(report);
}

bool kbit_report_add(kbit_report *report, const kbit_entry *entry)
{
    if (report->n == report->capacity) {
        size_t capacity = report->capacity ? 2 * report->capacity : 64;
        kbit_entry *entries = realloc(report->entries, capacity * sizeof *entries);
        if (!entries) {
            report->incomplete = true;
            return false;
        }
        report->entries = entries;
        report->capacity = capacity;
    }
    report->entries[report->n++] = *entry;
    return true;
}

void kbit_report_line(const kbit_line *line, void *context)
{
    kbit_entry entry = {
        .step = line->step, .verdict = *line->verdict, .seed = line->seed, .unit = line->unit};
    snprintf(entry.case_name, sizeof entry.case_name, "%s", line->of->name);
    kbit_report_add(context, &entry);
}

typedef struct {
    size_t unit, index;
} place;

static int by_unit(const void *left, const void *right)
{
    const place *a = left, *b = right;
    if (a->unit != b->unit)
        return a->unit < b->unit ? -1 : 1;
    return a->index < b->index ? -1 : a->index > b->index;
}

void kbit_report_sort(kbit_report *report)
{
    const size_t n = report->n, room = n ? n : 1;
    kbit_entry *sorted = malloc(room * sizeof *sorted);
    place *places = malloc(room * sizeof *places);
    if (!sorted || !places) {
        report->incomplete = true;
        free(sorted);
        free(places);
        return;
    }
    for (size_t i = 0; i < n; i++)
        places[i] = (place){report->entries[i].unit, i};
    qsort(places, n, sizeof *places, by_unit);
    for (size_t i = 0; i < n; i++)
        sorted[i] = report->entries[places[i].index];
    free(places);
    free(report->entries);
    report->entries = sorted;
    report->capacity = room;
}

void kbit_report_keep(kbit_report *report, const kbit_entry *entry)
{
    report->n = 1;
    report->entries[0] = *entry;
}

bool kbit_report_complete(const kbit_report *report)
{
    return !report->incomplete;
}

size_t kbit_report_entries(const kbit_report *report, const kbit_entry **entries)
{
    *entries = report->entries;
    return report->n;
}

/* From harmless to worst: a line shows the worst of its cases. */
static int severity(kbit_result result)
{
    static const int ORDER[] = {
        [KBIT_ADMISSIBLE] = 1, [KBIT_MISMATCH] = 3, [KBIT_UNDECIDED] = 2, [KBIT_ABSENT] = 0,
        [KBIT_CRASHED] = 6,    [KBIT_HUNG] = 5,     [KBIT_DIRTY] = 4};
    return ORDER[result];
}

static void add(kbit_totals *totals, const kbit_verdict *v)
{
    if (totals->cases == 0 || severity(v->result) > severity(totals->worst))
        totals->worst = v->result;
    totals->cases++;
    totals->absent += v->result == KBIT_ABSENT;
    totals->elements += v->result == KBIT_ABSENT ? 0 : v->elements;
    totals->checked += v->checked;
    totals->rejected += v->rejected;
    totals->undecided += v->undecided;
    totals->sampled += v->of_rows > 0;
}

const char *kbit_sampled_text(const kbit_verdict *v, char text[KBIT_SAMPLED_TEXT])
{
    text[0] = '\0';
    if (v->of_rows)
        snprintf(text, KBIT_SAMPLED_TEXT, "%zu of %zu rows, %zu of %zu columns", v->sampled_rows,
                 v->of_rows, v->sampled_columns, v->of_columns);
    return text;
}

kbit_totals kbit_report_totals(const kbit_report *report)
{
    kbit_totals totals = {.worst = KBIT_ABSENT};
    for (size_t i = 0; i < report->n; i++)
        add(&totals, &report->entries[i].verdict);
    return totals;
}

int kbit_report_exit(const kbit_report *report)
{
    kbit_totals totals = kbit_report_totals(report);
    return totals.worst == KBIT_ADMISSIBLE ? 0 : 1;
}

bool kbit_judged(kbit_result result)
{
    return result == KBIT_ADMISSIBLE || result == KBIT_MISMATCH || result == KBIT_UNDECIDED;
}

bool kbit_failed(kbit_result result)
{
    return result != KBIT_ADMISSIBLE && result != KBIT_ABSENT;
}

bool kbit_report_row(const kbit_report *report, const kbit_step *step, kbit_mode mode,
                     kbit_row *row)
{
    *row = (kbit_row){.totals.worst = KBIT_ABSENT, .theorem = "", .ratio = -1};
    for (size_t i = 0; i < report->n; i++) {
        const kbit_verdict *v = &report->entries[i].verdict;
        if (report->entries[i].step != step || v->mode != mode)
            continue;
        add(&row->totals, v);
        if (!kbit_judged(v->result))
            continue;
        row->judged = true;
        if (v->kind > row->kind || !*row->theorem) {
            row->kind = v->kind > row->kind ? v->kind : row->kind;
            row->theorem = v->theorem && *v->theorem ? v->theorem : row->theorem;
        }
        row->ratio = fmax(row->ratio, v->ratio);
        row->in_sets += v->kind == KBIT_SET ? v->checked : 0;
        row->single += v->kind == KBIT_SET ? v->single : 0;
    }
    return row->totals.cases > 0;
}

static void write_row(const kbit_report *report, const kbit_step *step, kbit_mode mode, FILE *out)
{
    kbit_row row;
    if (!kbit_report_row(report, step, mode, &row))
        return;
    kbit_totals totals = row.totals;
    char bound[16] = "-", absent[32] = "";
    const char *sampled = totals.sampled ? "  (sampled)" : "";
    if (row.ratio >= 0)
        snprintf(bound, sizeof bound, "%.3f", row.ratio);
    if (totals.absent)
        snprintf(absent, sizeof absent, "  (%zu absent)", totals.absent);
    fprintf(out, "%-20s  %-8s  %-9s  %-10s  %5zu  %9zu  %9zu  %8s  %s%s%s\n", step->stem,
            kbit_mode_name(mode), row.judged ? kbit_kind_name(row.kind) : "-",
            kbit_result_name(totals.worst), totals.cases, totals.checked, totals.undecided, bound,
            *row.theorem ? row.theorem : "-", absent, sampled);
}

const char *kbit_report_assumed(const kbit_report_about *about, const kbit_step *step,
                                char text[KBIT_ASSUMED_TEXT])
{
    kbit_declarations declarations;
    kbit_error unused;
    if (kbit_declarations_parse(about->declares, &declarations, &unused) != KBIT_OK)
        return NULL;
    kbit_declared_print(kbit_declared_for(&declarations, step->stem), step->stem, text,
                        KBIT_ASSUMED_TEXT);
    return text;
}

/* A weight of a model is chosen by its name behind the file, of which a long one's end is known. */
bool kbit_report_command(const kbit_report_about *about, const kbit_entry *e, char *text,
                         size_t size)
{
    const bool cut = strncmp(e->case_name, "...", 3) == 0;
    if (!about->reproduce || e->verdict.mode == KBIT_CHAINED)
        return false;
    snprintf(text, size,
             about->level ? "%s --case %s%s --step %s --seed %" PRIu64
                          : "%s:%s%s --step %s --seed %" PRIu64,
             about->reproduce, about->level || !cut ? "" : "*",
             e->case_name + (about->level || !cut ? 0 : 3), e->step->stem, e->seed);
    return true;
}

/* Shows at most `most` elements; JSON has all that were kept. */
static void write_failure(const kbit_entry *e, const kbit_report_about *about, size_t most,
                          const char *prefix, FILE *out)
{
    const kbit_verdict *v = &e->verdict;
    size_t shown = v->n_kept < most ? v->n_kept : most;
    if (v->note[0])
        fprintf(out, "%s%s\n", prefix, v->note);
    char command[KBIT_COMMAND_ROOM];
    const bool reproducible = kbit_report_command(about, e, command, sizeof command);
    if (v->n_kept == 0 && reproducible)
        fprintf(out, "%s    reproduce: %s\n", prefix, command);
    for (size_t m = 0; m < shown; m++) {
        const kbit_mismatch *bad = &v->kept[m];
        fprintf(out, "%s%s(%zu,%zu) = %s\n%s    admissible: %s\n", prefix, bad->tensor, bad->row,
                bad->column, bad->observed, prefix, bad->admissible);
        if (bad->inputs[0])
            fprintf(out, "%s    from: %s\n", prefix, bad->inputs);
        if (reproducible)
            fprintf(out, "%s    reproduce: %s --element %zu,%zu\n", prefix, command, bad->row,
                    bad->column);
    }
    if (v->evidence[0])
        fprintf(out, "%scertificate: %s\n", prefix, v->evidence);
    if (v->rejected > shown && shown)
        fprintf(out, "%s... and %zu more\n", prefix, v->rejected - shown);
}

/* ", shard 2/3", or nothing for a whole run. */
static const char *shard_text(const kbit_report_about *about, char *text, size_t size)
{
    text[0] = '\0';
    if (about->shards)
        snprintf(text, size, ", shard %zu/%zu", about->shard, about->shards);
    return text;
}

const char *kbit_report_verdict(const kbit_report *report)
{
    kbit_totals totals = kbit_report_totals(report);
    if (kbit_report_exit(report) == 0)
        return totals.sampled ? "admissible where sampled" : "admissible";
    return totals.checked == 0 && totals.absent == totals.cases
               ? "ABSENT: nothing that was asked is served"
               : kbit_result_name(totals.worst);
}

/* One bug shows in many cases: the text report gives each step and mode so many of them. */
enum { CASES_SHOWN = 4 };

/* How many entries before this one failed in the same step and mode. */
static size_t earlier_failures(const kbit_report *report, size_t entry)
{
    const kbit_entry *at = &report->entries[entry];
    size_t n = 0;
    for (size_t i = 0; i < entry; i++)
        n += kbit_failed(report->entries[i].verdict.result) &&
             report->entries[i].step == at->step &&
             report->entries[i].verdict.mode == at->verdict.mode;
    return n;
}

/* What was not judged, and the key that says which elements were. */
static void write_samples(const kbit_report *report, FILE *out)
{
    char text[KBIT_SAMPLED_TEXT];
    for (size_t i = 0; i < report->n; i++) {
        const kbit_entry *e = &report->entries[i];
        const kbit_verdict *v = &e->verdict;
        if (v->of_rows)
            fprintf(out,
                    "\nsampled %s %s, case %s: %s; %zu of %zu elements judged\n  certificate: %s\n",
                    e->step->stem, kbit_mode_name(v->mode), e->case_name,
                    kbit_sampled_text(v, text), v->checked + v->undecided, v->elements,
                    v->evidence);
    }
}

static void write_text(const kbit_report *report, const kbit_report_about *about, FILE *out)
{
    size_t hidden = 0, cases = kbit_report_totals(report).cases;
    size_t n_steps;
    const kbit_step *const *steps = kbit_steps(&n_steps);
    char shard[64];
    shard_text(about, shard, sizeof shard);
    fprintf(out, "# kbit %s: candidate %s, declares %s, seed %" PRIu64 "%s\n", kbit_version(),
            about->name, *about->declares ? about->declares : "nothing (the reference's choices)",
            about->seed, shard);
    fprintf(out, "# %-18s  %-8s  %-9s  %-10s  %5s  %9s  %9s  %8s  %s\n", "step", "mode", "verdict",
            "result", "cases", "elements", "undecided", "err/bnd", "theorem");
    for (size_t s = 0; s < n_steps; s++)
        for (kbit_mode mode = KBIT_ISOLATED; mode <= KBIT_FUSED; mode++)
            write_row(report, steps[s], mode, out);
    for (size_t i = 0; i < report->n; i++) {
        const kbit_entry *e = &report->entries[i];
        if (!kbit_failed(e->verdict.result) && e->verdict.n_kept == 0)
            continue;
        if (earlier_failures(report, i) >= CASES_SHOWN) {
            hidden++;
            continue;
        }
        fprintf(out, "\n%s %s %s, case %s", kbit_result_name(e->verdict.result), e->step->stem,
                kbit_mode_name(e->verdict.mode), e->case_name);
        if (e->verdict.rejected && e->verdict.n_kept)
            fprintf(out, ": %zu of %zu elements", e->verdict.rejected, e->verdict.elements);
        else if (e->verdict.result == KBIT_UNDECIDED)
            fprintf(out, ": %zu of %zu elements", e->verdict.undecided, e->verdict.elements);
        fputc('\n', out);
        write_failure(e, about, cases == 1 ? KBIT_MISMATCHES_KEPT : 3, "  ", out);
    }
    if (hidden)
        fprintf(out,
                "\n%zu more cases with failures are not shown; --case NAME shows one whole, "
                "--format json all.\n",
                hidden);
    write_samples(report, out);
    kbit_totals totals = kbit_report_totals(report);
    fprintf(out, "\nverdict on %s%s: %s\n", about->name, shard, kbit_report_verdict(report));
    fprintf(out,
            "  %zu elements checked in %zu judgements: %zu rejected, %zu undecided, %zu absent\n",
            totals.checked, totals.cases, totals.rejected, totals.undecided, totals.absent);
    if (about->stopped)
        fprintf(out, "  stopped at the first rejection (--fail-fast): the rest was not run\n");
}

static void write_tap(const kbit_report *report, const kbit_report_about *about, FILE *out)
{
    char shard[64], sampled[KBIT_SAMPLED_TEXT];
    fprintf(out,
            "TAP version 13\n1..%zu\n# kbit %s: candidate %s, declares %s, seed %" PRIu64 "%s\n",
            report->n, kbit_version(), about->name,
            *about->declares ? about->declares : "nothing (the reference's choices)", about->seed,
            shard_text(about, shard, sizeof shard));
    for (size_t i = 0; i < report->n; i++) {
        const kbit_entry *e = &report->entries[i];
        fprintf(out, "%s %zu - %s %s %s", kbit_failed(e->verdict.result) ? "not ok" : "ok", i + 1,
                e->step->stem, kbit_mode_name(e->verdict.mode), e->case_name);
        if (e->verdict.of_rows)
            fprintf(out, " (sampled %s)", kbit_sampled_text(&e->verdict, sampled));
        if (e->verdict.result == KBIT_ABSENT)
            fprintf(out, " # SKIP %s", e->verdict.note);
        fputc('\n', out);
        if (kbit_failed(e->verdict.result)) {
            fprintf(out, "# %s: %zu of %zu elements\n", kbit_result_name(e->verdict.result),
                    e->verdict.rejected, e->verdict.elements);
            write_failure(e, about, KBIT_MISMATCHES_KEPT, "# ", out);
        }
    }
}

bool kbit_report_write(const kbit_report *report, const kbit_report_about *about,
                       kbit_format format, FILE *stream)
{
    bool ok = true;
    if (format == KBIT_FORMAT_JSON)
        ok = kbit_report_json(report, about, stream);
    else if (format == KBIT_FORMAT_TAP)
        write_tap(report, about, stream);
    else if (format == KBIT_FORMAT_HTML)
        kbit_report_html(report, about, stream);
    else
        write_text(report, about, stream);
    return ok && fflush(stream) == 0 && !ferror(stream);
}
