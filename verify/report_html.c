/* report_html.c -- the report for people: one file that needs no network. */
#include "report_html.h"

#include <inttypes.h>
#include <string.h>

static const char STYLE[] =
    ":root{color-scheme:light dark;--ink:#1a1a1a;--soft:#595959;--line:#d0d0d0;--paper:#fff;"
    "--panel:#f5f5f3;--good:#17692f;--bad:#a8201a;--dot:#1f5fa8;--rest:#b35c00}"
    "@media(prefers-color-scheme:dark){:root{--ink:#e8e8e6;--soft:#a8a8a4;--line:#44443f;"
    "--paper:#161614;--panel:#21211e;--good:#6fcf8a;--bad:#ff8a80;--dot:#7db5f5;--rest:#f0a860}}"
    "body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.5 system-ui,sans-serif}"
    "main{max-width:68rem;margin:0 auto;padding:1.5rem}"
    "h1{font-size:1.6rem;margin:0 0 .5rem}h2{font-size:1.2rem;margin:2rem 0 .5rem}"
    "h3{font-size:1rem;margin:1.5rem 0 .3rem}"
    "code,td,.mono{font-family:ui-monospace,'DejaVu Sans Mono',monospace;font-size:.85rem}"
    ".verdict{font-weight:600;font-size:1.15rem;padding:.5rem .8rem;background:var(--panel);"
    "border-left:.4rem solid}.good{color:var(--good)}.bad{color:var(--bad)}"
    "dl{display:grid;grid-template-columns:max-content 1fr;gap:.1rem 1rem;margin:1rem 0}"
    "dt{color:var(--soft)}dd{margin:0;overflow-wrap:anywhere}"
    ".wide{overflow-x:auto}table{border-collapse:collapse;width:100%}"
    "th,td{text-align:left;padding:.2rem .7rem .2rem 0;border-bottom:1px solid var(--line);"
    "vertical-align:top}th{color:var(--soft);font-weight:500;font-size:.85rem}"
    ".n{text-align:right}.note{color:var(--soft);font-size:.9rem}"
    "svg{width:100%;height:auto;background:var(--panel)}svg text{fill:var(--ink);font-size:13px}"
    "svg .soft{fill:var(--soft)}svg .axis{stroke:var(--line)}svg .bound{stroke:var(--bad);"
    "stroke-width:2}svg .dot{fill:var(--dot);fill-opacity:.6}svg .beyond{fill:var(--bad)}"
    "svg .all{fill:var(--dot)}svg .rest{fill:var(--rest)}";

/* Bytes of the UTF-8 sequence at p, or 0 where there is none. */
static size_t sequence(const unsigned char *p)
{
    size_t n = p[0] < 0x80 ? 1 : p[0] < 0xc2 ? 0 : p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : 4;
    if (p[0] > 0xf4 || (p[0] == 0xe0 && p[1] < 0xa0) || (p[0] == 0xed && p[1] > 0x9f) ||
        (p[0] == 0xf0 && p[1] < 0x90) || (p[0] == 0xf4 && p[1] > 0x8f))
        return 0;
    for (size_t i = 1; i < n; i++)
        if ((p[i] & 0xc0) != 0x80)
            return 0;
    return n;
}

void html_text(FILE *out, const char *text)
{
    for (const unsigned char *p = (const unsigned char *)text; *p;) {
        size_t n = sequence(p);
        const char *escape = *p == '&'                                           ? "&amp;"
                             : *p == '<'                                         ? "&lt;"
                             : *p == '>'                                         ? "&gt;"
                             : *p == '"'                                         ? "&quot;"
                             : *p == '\''                                        ? "&#39;"
                             : n == 0 || (*p < 0x20 && *p != '\n') || *p == 0x7f ? "\xef\xbf\xbd"
                                                                                 : NULL;
        if (escape)
            fputs(escape, out);
        else
            fwrite(p, 1, n, out);
        p += n ? n : 1;
    }
}

static void definition(FILE *out, const char *term, const char *text)
{
    fprintf(out, "<dt>%s</dt><dd><code>", term);
    html_text(out, text);
    fputs("</code></dd>\n", out);
}

static void header(const kbit_report *report, const kbit_report_about *about, FILE *out)
{
    kbit_totals totals = kbit_report_totals(report);
    bool good = kbit_report_exit(report) == 0;
    char seed[24];
    snprintf(seed, sizeof seed, "%" PRIu64, about->seed);
    fputs("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
          "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>kbit: ",
          out);
    html_text(out, about->name);
    fprintf(out, ", %s</title>\n<style>%s</style>\n</head>\n<body>\n<main>\n<h1>Verdict on ",
            kbit_report_verdict(report), STYLE);
    html_text(out, about->name);
    fprintf(out, "</h1>\n<p class=\"verdict %s\">%s</p>\n", good ? "good" : "bad",
            kbit_report_verdict(report));
    fprintf(out,
            "<p>%zu elements checked in %zu judgements: %zu rejected, %zu undecided, %zu absent."
            "</p>\n<dl>\n",
            totals.checked, totals.cases, totals.rejected, totals.undecided, totals.absent);
    definition(out, "candidate", about->candidate);
    definition(out, "declares",
               *about->declares ? about->declares : "nothing (the reference's choices)");
    definition(out, "seed", seed);
    definition(out, "kbit", kbit_version());
    fputs("</dl>\n", out);
}

static void step_row(const kbit_report_about *about, const kbit_step *step, kbit_mode mode,
                     const kbit_row *row, FILE *out)
{
    char text[KBIT_ASSUMED_TEXT];
    const kbit_totals *t = &row->totals;
    const char *assumed = kbit_report_assumed(about, step, text);
    fprintf(out,
            "<tr><th scope=\"row\">%s</th><td>%s</td><td>%s</td><td class=\"%s\">%s</td>"
            "<td class=\"n\">%zu</td><td class=\"n\">%zu</td><td class=\"n\">%zu</td>"
            "<td class=\"n\">%zu</td><td class=\"n\">",
            step->stem, kbit_mode_name(mode), row->judged ? kbit_kind_name(row->kind) : "-",
            t->worst == KBIT_ADMISSIBLE ? "good"
            : t->worst == KBIT_ABSENT   ? "note"
                                        : "bad",
            kbit_result_name(t->worst), t->cases, t->absent, t->checked, t->undecided);
    if (row->ratio >= 0)
        fprintf(out, "%.3f", row->ratio);
    fprintf(out, "</td><td>%s%s</td><td>", row->theorem, t->sampled ? " (sampled)" : "");
    html_text(out, assumed ? assumed : "");
    fputs("</td></tr>\n", out);
}

static void step_table(const kbit_report *report, const kbit_report_about *about, FILE *out)
{
    size_t n;
    const kbit_step *const *steps = kbit_steps(&n);
    kbit_row row;
    fputs("<h2>Steps</h2>\n<div class=\"wide\"><table>\n<thead><tr><th scope=\"col\">step</th>"
          "<th scope=\"col\">mode</th><th scope=\"col\">verdict</th><th scope=\"col\">result</th>"
          "<th scope=\"col\" class=\"n\">cases</th><th scope=\"col\" class=\"n\">absent</th>"
          "<th scope=\"col\" class=\"n\">elements</th><th scope=\"col\" class=\"n\">undecided</th>"
          "<th scope=\"col\" class=\"n\">err/bound</th><th scope=\"col\">theorem</th>"
          "<th scope=\"col\">declared</th></tr></thead>\n"
          "<tbody>\n",
          out);
    for (size_t s = 0; s < n; s++)
        for (kbit_mode mode = KBIT_ISOLATED; mode <= KBIT_FUSED; mode++)
            if (kbit_report_row(report, steps[s], mode, &row))
                step_row(about, steps[s], mode, &row, out);
    fputs(
        "</tbody>\n</table></div>\n"
        "<p class=\"note\">ISOLATED: the step got its inputs from the referee; CHAINED: what the "
        "candidate's own earlier steps had written; FUSED: only the layer's inputs and output "
        "are seen. err/bound decides nothing. declared: what this step may do differently from the "
        "reference.</p>\n",
        out);
}

static void element(const kbit_entry *e, const kbit_mismatch *bad, const kbit_report_about *about,
                    FILE *out)
{
    fprintf(out, "<tr><th scope=\"row\">%s(%zu,%zu)</th><td>", bad->tensor, bad->row, bad->column);
    html_text(out, bad->observed);
    fputs("</td><td>", out);
    html_text(out, bad->admissible);
    fputs("</td><td>", out);
    html_text(out, bad->inputs);
    fputs("</td></tr>\n", out);
    char command[KBIT_COMMAND_ROOM];
    if (!kbit_report_command(about, e, command, sizeof command))
        return;
    fputs("<tr><td colspan=\"4\">", out);
    html_text(out, command);
    fprintf(out, " --element %zu,%zu</td></tr>\n", bad->row, bad->column);
}

static void finding(const kbit_entry *e, const kbit_report_about *about, FILE *out)
{
    const kbit_verdict *v = &e->verdict;
    fprintf(out, "<h3><span class=\"%s\">%s</span> %s %s, case ",
            kbit_failed(v->result) ? "bad" : "", kbit_result_name(v->result), e->step->stem,
            kbit_mode_name(v->mode));
    html_text(out, e->case_name);
    if (v->rejected)
        fprintf(out, ": %zu of %zu elements", v->rejected, v->elements);
    fputs("</h3>\n", out);
    if (v->note[0]) {
        fputs("<p>", out);
        html_text(out, v->note);
        fputs("</p>\n", out);
    }
    char command[KBIT_COMMAND_ROOM];
    if (v->n_kept == 0 && kbit_report_command(about, e, command, sizeof command)) {
        fputs("<p><code>", out);
        html_text(out, command);
        fputs("</code></p>\n", out);
    }
    if (v->n_kept) {
        fputs("<div class=\"wide\"><table>\n<thead><tr><th scope=\"col\">element</th>"
              "<th scope=\"col\">observed</th><th scope=\"col\">admissible</th>"
              "<th scope=\"col\">from</th></tr></thead>\n<tbody>\n",
              out);
        for (size_t m = 0; m < v->n_kept; m++)
            element(e, &v->kept[m], about, out);
        fputs("</tbody>\n</table></div>\n", out);
        if (v->rejected > v->n_kept)
            fprintf(out, "<p>... and %zu more</p>\n", v->rejected - v->n_kept);
    }
    if (v->evidence[0]) {
        fputs("<p class=\"note\">certificate: <code>", out);
        html_text(out, v->evidence);
        fputs("</code></p>\n", out);
    }
}

/* What was not judged. */
static void samples(const kbit_report *report, FILE *out)
{
    const kbit_entry *entries;
    char text[KBIT_SAMPLED_TEXT];
    size_t n = kbit_report_entries(report, &entries), found = 0;
    for (size_t i = 0; i < n; i++) {
        const kbit_verdict *v = &entries[i].verdict;
        if (v->of_rows == 0)
            continue;
        if (found++ == 0)
            fputs("<h2>Sampled, not complete</h2>\n", out);
        fprintf(out, "<p>%s %s, case ", entries[i].step->stem, kbit_mode_name(v->mode));
        html_text(out, entries[i].case_name);
        fprintf(out, ": %s; %zu of %zu elements judged.</p>\n<p class=\"note\">certificate: <code>",
                kbit_sampled_text(v, text), v->checked + v->undecided, v->elements);
        html_text(out, v->evidence);
        fputs("</code></p>\n", out);
    }
}

/* The theorems that the judgements name, with label and source. */
static void theorems(const kbit_report *report, FILE *out)
{
    const kbit_entry *entries;
    const kbit_theorem *all;
    size_t n = kbit_report_entries(report, &entries), count = kbit_theorems(&all);
    fputs("<h2>What the verdicts rest on</h2>\n<dl>\n", out);
    for (size_t t = 0; t < count; t++) {
        bool used = false;
        for (size_t i = 0; i < n && !used; i++)
            used = strcmp(entries[i].verdict.theorem, all[t].id) == 0;
        if (!used)
            continue;
        fprintf(out, "<dt><code>%s</code></dt><dd>", all[t].id);
        html_text(out, all[t].statement);
        fprintf(out, " <span class=\"note\">%s: ", kbit_label_name(all[t].label));
        html_text(out, all[t].source);
        fputs("</span></dd>\n", out);
    }
    fputs("</dl>\n<p class=\"note\">EXACT needs none: each element has the one encoding that is "
          "right.</p>\n",
          out);
}

void kbit_report_html(const kbit_report *report, const kbit_report_about *about, FILE *stream)
{
    const kbit_entry *entries;
    size_t n = kbit_report_entries(report, &entries), found = 0;
    header(report, about, stream);
    step_table(report, about, stream);
    samples(report, stream);
    html_bounds_plot(report, stream);
    html_sets_plot(report, stream);
    for (size_t i = 0; i < n; i++) {
        if (!kbit_failed(entries[i].verdict.result) && entries[i].verdict.n_kept == 0)
            continue;
        if (found++ == 0)
            fputs("<h2>What was found</h2>\n", stream);
        finding(&entries[i], about, stream);
    }
    theorems(report, stream);
    fputs("</main>\n</body>\n</html>\n", stream);
}
