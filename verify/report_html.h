/* report_html.h -- shared by the two halves of the HTML report.
 *
 * Plain fprintf: the document is one page of fixed structure, and what a template library would add
 * to it is the escaping, which html_text() does. */
#ifndef KBIT_VERIFY_REPORT_HTML_H
#define KBIT_VERIFY_REPORT_HTML_H

#include "report.h"

/* Writes text as HTML or SVG character data or attribute value: markup escaped, control characters
 * and bytes that are no UTF-8 replaced by U+FFFD. */
void html_text(FILE *out, const char *text);

/* The plots, each a section; nothing where there is nothing to plot. */
void html_bounds_plot(const kbit_report *report, FILE *out);
void html_sets_plot(const kbit_report *report, FILE *out);

#endif
