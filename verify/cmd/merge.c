/* merge.c -- kbit merge: the reports of all shards of a run become the report of the run. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "cmd.h"
#include "judge_rows.h"

static const char HELP[] =
    "Usage: kbit merge REPORT.json... [OPTION]...\n"
    "Merges the JSON reports of kbit verify, or kbit judge, --shard 1/N ... --shard N/N, in any\n"
    "order, into the report of the whole run: what it would have printed without --shard.\n\n"
    "  -f, --format FORMAT        text, json, tap or html\n"
    "  -o, --output FILE          write the report there instead of to stdout\n"
    "  -h, --help                 this text\n\n"
    "Exit status: that of the whole run, 0 or 1; 2 usage, I/O, or reports that are not the shards\n"
    "of one run, each exactly once.\n";

static bool same(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) == 0 : a == b;
}

/* Where two reports are not of one run: says in what, and how they differ. */
static kbit_status compare(const char *path, const kbit_report_file *file, const char *first_path,
                           const kbit_report_file *first, kbit_error *error)
{
    const kbit_report_about *a = &file->about, *b = &first->about;
    const struct {
        const char *what, *is, *should;
    } TEXTS[] = {
        {"kbit version", file->version, first->version},
        {"candidate", a->candidate, b->candidate},
        {"candidate's name", a->name, b->name},
        {"declares", a->declares, b->declares},
        {"level", a->level, b->level},
        {"selection", a->selection, b->selection},
        {"reproducing command", a->reproduce, b->reproduce},
    };
    const struct {
        const char *what;
        uint64_t is, should;
    } NUMBERS[] = {
        {"seed", a->seed, b->seed},
        {"number of shards", a->shards, b->shards},
        {"number of units", a->units, b->units},
        {"shards by rows", a->by_rows, b->by_rows},
    };
    for (size_t i = 0; i < sizeof TEXTS / sizeof *TEXTS; i++)
        if (!same(TEXTS[i].is, TEXTS[i].should))
            return kbit_fail(error, KBIT_ERR_FORMAT, "%s: its %s is '%.120s', that of %s '%.120s'",
                             path, TEXTS[i].what, TEXTS[i].is ? TEXTS[i].is : "none", first_path,
                             TEXTS[i].should ? TEXTS[i].should : "none");
    for (size_t i = 0; i < sizeof NUMBERS / sizeof *NUMBERS; i++)
        if (NUMBERS[i].is != NUMBERS[i].should)
            return kbit_fail(error, KBIT_ERR_FORMAT,
                             "%s: its %s is %" PRIu64 ", that of %s %" PRIu64, path,
                             NUMBERS[i].what, NUMBERS[i].is, first_path, NUMBERS[i].should);
    return KBIT_OK;
}

/* Entries [from, end) of the report came from a file that calls itself this shard. */
static kbit_status check_units(const char *path, const kbit_report_about *about,
                               const kbit_report *report, size_t from, kbit_error *error)
{
    const kbit_entry *entries;
    size_t n = kbit_report_entries(report, &entries);
    for (size_t i = from; i < n; i++)
        if (entries[i].unit >= about->units || entries[i].unit % about->shards != about->shard - 1)
            return kbit_fail(error, KBIT_ERR_FORMAT,
                             "%s: holds unit %zu, which is not of shard %zu/%zu", path,
                             entries[i].unit, about->shard, about->shards);
    return KBIT_OK;
}

/* Reads all files into the report. files[0] describes the run. */
static kbit_status gather(size_t n, char **paths, kbit_report_file *files, kbit_report *report,
                          kbit_error *error)
{
    kbit_status status = KBIT_OK;
    for (size_t f = 0; f < n && status == KBIT_OK; f++) {
        const kbit_report_about *about = &files[f].about;
        const kbit_entry *entries;
        size_t from = kbit_report_entries(report, &entries);
        status = kbit_report_read(paths[f], &files[f], report, error);
        if (status == KBIT_OK && about->shards == 0)
            status = kbit_fail(error, KBIT_ERR_FORMAT,
                               "%s: the report of a whole run, not of a shard", paths[f]);
        if (status == KBIT_OK && strcmp(files[f].version, kbit_version()) != 0)
            status = kbit_fail(error, KBIT_ERR_FORMAT, "%s: written by kbit %.40s, this is kbit %s",
                               paths[f], files[f].version, kbit_version());
        if (status == KBIT_OK)
            status = compare(paths[f], &files[f], paths[0], &files[0], error);
        for (size_t g = 0; g < f && status == KBIT_OK; g++)
            if (files[g].about.shard == about->shard)
                status = kbit_fail(error, KBIT_ERR_FORMAT, "%s: shard %zu/%zu, as %s is", paths[f],
                                   about->shard, about->shards, paths[g]);
        if (status == KBIT_OK)
            status = check_units(paths[f], about, report, from, error);
    }
    /* Each is a different one of them, so that too few is all that can be wrong now. */
    for (size_t s = 1; status == KBIT_OK && n < files[0].about.shards && s <= n + 1; s++) {
        bool there = false;
        for (size_t f = 0; f < n; f++)
            there |= files[f].about.shard == s;
        if (!there)
            status =
                kbit_fail(error, KBIT_ERR_FORMAT, "%s: shard %zu/%zu is not among the %zu given",
                          paths[0], s, files[0].about.shards, n);
    }
    return status;
}

/* The shards' rows of one output: one judgement each, in order, with the same evidence. */
static kbit_status join_rows(size_t n, char **paths, kbit_report *report, kbit_error *error)
{
    const kbit_entry *entries;
    const size_t count = kbit_report_entries(report, &entries);
    if (count != n)
        return kbit_fail(error, KBIT_ERR_FORMAT, "%s: not one judgement a shard", paths[0]);
    kbit_entry whole = entries[0];
    whole.unit = 0;
    for (size_t s = 1; s < n; s++) {
        const kbit_entry *e = &entries[s];
        if (e->step != whole.step || strcmp(e->case_name, whole.case_name) != 0 ||
            e->verdict.kind != whole.verdict.kind || e->verdict.mode != whole.verdict.mode ||
            !kbit_judged(e->verdict.result) || !kbit_judged(whole.verdict.result))
            return kbit_fail(error, KBIT_ERR_FORMAT, "%s: its shards are not of one output",
                             paths[0]);
        if (strcmp(e->verdict.evidence, whole.verdict.evidence) != 0)
            return kbit_fail(
                error, KBIT_ERR_FORMAT,
                "shards 1 and %zu: not one output certified with one key: '%.150s' and "
                "'%.150s'",
                s + 1, whole.verdict.evidence, e->verdict.evidence);
        kbit_verdict_join(&whole.verdict, &e->verdict);
    }
    kbit_report_keep(report, &whole);
    return KBIT_OK;
}

static int merge(size_t n, char **paths, kbit_format format, const char *output)
{
    kbit_error error = {KBIT_OK, ""};
    kbit_report_file *files = calloc(n, sizeof *files);
    kbit_report *report = kbit_report_new();
    kbit_status status = files && report ? gather(n, paths, files, report, &error)
                                         : kbit_fail(&error, KBIT_ERR_MEMORY, "out of memory");
    if (status == KBIT_OK) {
        kbit_report_sort(report);
        if (!kbit_report_complete(report))
            status = kbit_fail(&error, KBIT_ERR_MEMORY, "out of memory");
        else if (files[0].about.by_rows)
            status = join_rows(n, paths, report, &error);
    }
    int code;
    if (status == KBIT_OK) {
        kbit_report_about whole = files[0].about;
        whole.shard = whole.shards = 0;
        code = kbit_finish_report("merge", report, &whole, format, output);
    } else {
        code = kbit_report_error("merge", &error);
    }
    for (size_t f = 0; files && f < n; f++)
        kbit_report_file_close(&files[f]);
    free(files);
    kbit_report_free(report);
    return code;
}

int kbit_cmd_merge(int argc, char **argv)
{
    static const struct option OPTIONS[] = {
        {"format", required_argument, NULL, 'f'},
        {"output", required_argument, NULL, 'o'},
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    const char *output = NULL;
    kbit_format format = KBIT_FORMAT_TEXT;
    int c;
    kbit_options_given given = {{false}};
    optind = 1;
    while ((c = kbit_next_option(argc, argv, "f:o:h", OPTIONS, &given)) != -1)
        switch (c) {
        case 'f':
            if (!kbit_option_format("merge", optarg, &format))
                return EXIT_USAGE;
            break;
        case 'o':
            output = optarg;
            break;
        case 'h':
            fputs(HELP, stdout);
            return fflush(stdout) == 0 ? 0 : EXIT_USAGE;
        default:
            fprintf(stderr, "Try 'kbit merge --help'.\n");
            return EXIT_USAGE;
        }
    if (optind == argc)
        return kbit_usage("merge", "which reports?");
    return merge((size_t)(argc - optind), argv + optind, format, output);
}
