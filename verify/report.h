/* report.h -- verdicts collected, and written as text, JSON, TAP or HTML. The formats are stable:
 * scripts may rely on the first three; JSON carries a schema version. HTML is for people. */
#ifndef KBIT_VERIFY_REPORT_H
#define KBIT_VERIFY_REPORT_H

#include <stdio.h>

#include "run.h"

typedef enum { KBIT_FORMAT_TEXT, KBIT_FORMAT_JSON, KBIT_FORMAT_TAP, KBIT_FORMAT_HTML } kbit_format;

typedef struct kbit_report kbit_report;

typedef struct {
    const char *candidate; /* as given on the command line */
    const char *name;      /* as the candidate calls itself */
    const char *declares;  /* what was assumed */
    const char *reproduce; /* the command up to --case, for failing lines; NULL: none printed */
    const char *level;     /* of the cases; NULL: weights of a file, named behind `reproduce` */
    const char *selection; /* the options that chose what is asked, "" or NULL: none */
    uint64_t seed;
    bool stopped;         /* at the first rejection */
    size_t shard, shards; /* part `shard` of `shards`; 0, 0: the whole */
    size_t units;         /* of the whole run */
    bool by_rows;         /* a shard has some rows of one output, not some units */
} kbit_report_about;

kbit_report *kbit_report_new(void);
void kbit_report_free(kbit_report *report);
/* For kbit_run's line; the context is the report. */
void kbit_report_line(const kbit_line *line, void *report);

/* false if memory ran out while collecting. */
bool kbit_report_complete(const kbit_report *report);

/* A JSON report read back. Its texts, and those of the entries added to `report`, live until
 * kbit_report_file_close(). */
typedef struct {
    kbit_report_about about;
    const char *version;
    void *texts;
} kbit_report_file;

/* Adds the judgements of a JSON report to `report`. KBIT_ERR_IO, or KBIT_ERR_FORMAT for what this
 * kbit did not write; the error names the file. */
kbit_status kbit_report_read(const char *path, kbit_report_file *file, kbit_report *report,
                             kbit_error *error);
/* The same from memory; the error names `name`. */
kbit_status kbit_report_parse(const void *bytes, size_t size, const char *name,
                              kbit_report_file *file, kbit_report *report, kbit_error *error);
void kbit_report_file_close(kbit_report_file *file);

/* 0: everything that was asked and served is admissible; 1: not, or nothing was served. */
int kbit_report_exit(const kbit_report *report);

/* Writes the report; false if the stream failed. */
bool kbit_report_write(const kbit_report *report, const kbit_report_about *about,
                       kbit_format format, FILE *stream);

/* report.c's parts, for the writers. */
typedef struct {
    char case_name[40];
    const kbit_step *step;
    kbit_verdict verdict;
    uint64_t seed;
    size_t unit;
} kbit_entry;

typedef struct {
    size_t cases, absent, elements, checked, rejected, undecided;
    size_t sampled; /* cases of which not every element was judged */
    kbit_result worst;
} kbit_totals;

/* One step in one mode over all its cases. */
typedef struct {
    kbit_totals totals;
    bool judged;         /* some output was: kind means something */
    kbit_kind kind;      /* the weakest of its cases */
    const char *theorem; /* "" for none */
    double ratio;        /* the largest, or -1 */
    size_t in_sets;      /* elements decided by a SET */
    size_t single;       /* those whose set has one value */
} kbit_row;

size_t kbit_report_entries(const kbit_report *report, const kbit_entry **entries);
kbit_totals kbit_report_totals(const kbit_report *report);
bool kbit_report_add(kbit_report *report, const kbit_entry *entry); /* false: no memory */
/* Leaves this entry alone. */
void kbit_report_keep(kbit_report *report, const kbit_entry *entry);
/* For the entries of several shards: puts them into the order of the units; stable. */
void kbit_report_sort(kbit_report *report);
/* false where the step has no case in this mode. */
bool kbit_report_row(const kbit_report *report, const kbit_step *step, kbit_mode mode,
                     kbit_row *row);
/* What a step was judged by, in the words that its judge reads; NULL where about->declares, as a file
 * may give it, is not to be understood. */
#define KBIT_ASSUMED_TEXT 512
const char *kbit_report_assumed(const kbit_report_about *about, const kbit_step *step,
                                char text[KBIT_ASSUMED_TEXT]);
/* The command that reproduces a judgement; false where there is none. */
#define KBIT_COMMAND_ROOM 4096
bool kbit_report_command(const kbit_report_about *about, const kbit_entry *e, char *text,
                         size_t size);
bool kbit_failed(kbit_result result);
/* "32 of 2048 rows, 32 of 49152 columns", or "" where every element was judged. */
#define KBIT_SAMPLED_TEXT 128
const char *kbit_sampled_text(const kbit_verdict *verdict, char text[KBIT_SAMPLED_TEXT]);
/* Whether an output was judged: a kind is meant then. Not so of ABSENT, CRASHED, HUNG, DIRTY. */
bool kbit_judged(kbit_result result);
/* "admissible", or the worst of what is not; says so where anything was sampled only. */
const char *kbit_report_verdict(const kbit_report *report);
bool kbit_report_json(const kbit_report *report, const kbit_report_about *about, FILE *stream);
void kbit_report_html(const kbit_report *report, const kbit_report_about *about, FILE *stream);

#endif
