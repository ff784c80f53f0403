/* report_plots.c -- the HTML report's plots, as SVG. */
#include "report_html.h"

#include <math.h>

enum { WIDTH = 960, LEFT = 270, RIGHT = 60, LINE = 26, TOP = 14, AXIS = 44 };

/* The bounds plot reaches a little beyond the bound; what lies farther is drawn at its edge. */
#define RATIO_END 1.2

static double at(double ratio)
{
    return LEFT + fmin(ratio, RATIO_END) / RATIO_END * (WIDTH - LEFT - RIGHT);
}

static void open_plot(FILE *out, const char *id, size_t rows, const char *title, const char *what)
{
    fprintf(out,
            "<svg viewBox=\"0 0 %d %zu\" role=\"img\" aria-labelledby=\"%s-title %s-what\">\n"
            "<title id=\"%s-title\">%s</title>\n<desc id=\"%s-what\">%s</desc>\n",
            WIDTH, TOP + rows * LINE + AXIS, id, id, id, title, id, what);
}

static void row_name(FILE *out, size_t row, const kbit_step *step, kbit_mode mode)
{
    fprintf(out,
            "<text x=\"%d\" y=\"%zu\" text-anchor=\"end\">%s <tspan class=\"soft\">%s</tspan>"
            "</text>\n",
            LEFT - 14, TOP + row * LINE + 18, step->stem, kbit_mode_name(mode));
}

static void dots(const kbit_report *report, const kbit_step *step, kbit_mode mode, size_t row,
                 FILE *out)
{
    const kbit_entry *entries;
    size_t n = kbit_report_entries(report, &entries), y = TOP + row * LINE + 13;
    for (size_t i = 0; i < n; i++) {
        const kbit_verdict *v = &entries[i].verdict;
        if (entries[i].step != step || v->mode != mode || !(v->ratio >= 0))
            continue;
        double x = at(v->ratio);
        if (v->ratio <= 1)
            fprintf(out, "<circle class=\"dot\" cx=\"%.1f\" cy=\"%zu\" r=\"4.5\">", x, y);
        else
            fprintf(out, "<path class=\"beyond\" d=\"M%.1f %zul-5 -6v12z\">", x + 5, y);
        fputs("<title>", out);
        html_text(out, entries[i].case_name);
        fprintf(out, ": %.4g</title></%s>\n", v->ratio, v->ratio <= 1 ? "circle" : "path");
    }
}

void html_bounds_plot(const kbit_report *report, FILE *out)
{
    size_t n, rows = 0;
    const kbit_step *const *steps = kbit_steps(&n);
    kbit_row row;
    for (size_t s = 0; s < n; s++)
        for (kbit_mode mode = KBIT_ISOLATED; mode <= KBIT_FUSED; mode++)
            rows += kbit_report_row(report, steps[s], mode, &row) && row.ratio >= 0;
    if (rows == 0)
        return;
    size_t bottom = TOP + rows * LINE;
    fputs("<h2>How much of each bound was used</h2>\n", out);
    open_plot(out, "bounds", rows, "Largest error over bound, a dot for each case",
              "For each step and mode that a theorem encloses, the largest observed error divided "
              "by its bound, one dot a case. The line at 1 is the bound; a triangle lies beyond.");
    for (int tick = 0; tick <= 4; tick++)
        fprintf(out,
                "<line class=\"%s\" x1=\"%.1f\" x2=\"%.1f\" y1=\"%d\" y2=\"%zu\"/>\n"
                "<text class=\"soft\" x=\"%.1f\" y=\"%zu\" text-anchor=\"middle\">%.2f</text>\n",
                tick == 4 ? "bound" : "axis", at(tick * .25), at(tick * .25), TOP, bottom + 4,
                at(tick * .25), bottom + 20, tick * .25);
    fprintf(out,
            "<text class=\"soft\" x=\"%.1f\" y=\"%zu\" text-anchor=\"middle\">largest error / "
            "bound of a case (1: the bound)</text>\n",
            at(.5), bottom + 38);
    size_t line = 0;
    for (size_t s = 0; s < n; s++)
        for (kbit_mode mode = KBIT_ISOLATED; mode <= KBIT_FUSED; mode++)
            if (kbit_report_row(report, steps[s], mode, &row) && row.ratio >= 0) {
                row_name(out, line, steps[s], mode);
                dots(report, steps[s], mode, line++, out);
            }
    fputs("</svg>\n", out);
}

void html_sets_plot(const kbit_report *report, FILE *out)
{
    enum { BAR = 300 };
    size_t n, rows = 0;
    const kbit_step *const *steps = kbit_steps(&n);
    kbit_row row;
    for (size_t s = 0; s < n; s++)
        for (kbit_mode mode = KBIT_ISOLATED; mode <= KBIT_FUSED; mode++)
            rows += kbit_report_row(report, steps[s], mode, &row) && row.in_sets > 0;
    if (rows == 0)
        return;
    fputs("<h2>How much freedom the sets left</h2>\n", out);
    open_plot(out, "sets", rows, "Elements whose admissible set has one value",
              "For each step and mode judged by sets, the share of elements that had exactly one "
              "admissible value; the others had two or more.");
    size_t line = 0;
    for (size_t s = 0; s < n; s++)
        for (kbit_mode mode = KBIT_ISOLATED; mode <= KBIT_FUSED; mode++)
            if (kbit_report_row(report, steps[s], mode, &row) && row.in_sets > 0) {
                double share = (double)row.single / (double)row.in_sets;
                size_t y = TOP + line * LINE + 5;
                row_name(out, line++, steps[s], mode);
                fprintf(out,
                        "<rect class=\"rest\" x=\"%d\" y=\"%zu\" width=\"%d\" height=\"16\"/>"
                        "<rect class=\"all\" x=\"%d\" y=\"%zu\" width=\"%.1f\" height=\"16\"/>\n"
                        "<text x=\"%d\" y=\"%zu\">%zu of %zu, %zu with more</text>\n",
                        LEFT, y, BAR, LEFT, y, BAR * share, LEFT + BAR + 12, y + 13, row.single,
                        row.in_sets, row.in_sets - row.single);
            }
    fprintf(out,
            "<text class=\"soft\" x=\"%d\" y=\"%zu\">elements with one admissible value</text>\n",
            LEFT, TOP + rows * LINE + 24);
    fputs("</svg>\n", out);
}
