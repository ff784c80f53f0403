/* bench_report.c -- the table that `kbit bench` prints, as text and as JSON. */
#include "bench_series.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "threads.h"

void kbit_bench_processor(char *name, size_t size)
{
    snprintf(name, size, "unknown");
    FILE *file = fopen("/proc/cpuinfo", "r");
    char line[512];
    while (file && fgets(line, sizeof line, file)) {
        const char *colon = strchr(line, ':');
        if (!colon || strncmp(line, "model name", strlen("model name")) != 0)
            continue;
        line[strcspn(line, "\n")] = '\0';
        snprintf(name, size, "%s", colon + 1 + strspn(colon + 1, " \t"));
        break;
    }
    if (file)
        fclose(file);
}

static bool measured(const kbit_bench_series *one)
{
    return one->state && !one->failed;
}

/* The slope over the sizes of one benchmark; false where it has fewer than two. */
static bool slope_of(const kbit_bench_series *series, size_t count, const char *name, double *slope,
                     size_t *points)
{
    double size[KBIT_BENCH_SIZES], seconds[KBIT_BENCH_SIZES];
    size_t n = 0;
    for (size_t s = 0; s < count; s++)
        if (measured(&series[s]) && strcmp(series[s].benchmark->name, name) == 0) {
            size[n] = (double)series[s].size;
            seconds[n++] = series[s].median;
        }
    *points = n;
    if (n < 2)
        return false;
    *slope = kbit_bench_slope(n, size, seconds);
    return true;
}

static bool first_of_its_name(const kbit_bench_series *series, size_t s)
{
    return s == 0 || strcmp(series[s].benchmark->name, series[s - 1].benchmark->name) != 0;
}

bool kbit_bench_print_text(const kbit_bench_run *run)
{
    char processor[256];
    double slope;
    size_t points;
    kbit_bench_processor(processor, sizeof processor);
    printf("# kbit bench %s\n# processor: %s\n# threads: %u\n", kbit_version(), processor,
           kbit_threads());
    printf("# repetitions: %u, interleaved, after one that is not counted%s\n", run->repetitions,
           run->quick ? "; --quick: small sizes, for a look only" : "");
    printf("# rate = work / median_s\n");
    printf("%-29s %6s %4s %12s %12s %12s %s\n", "#name", "size", "n", "median_s", "min_s", "rate",
           "unit");
    for (size_t s = 0; s < run->count; s++) {
        const kbit_bench_series *one = &run->series[s];
        if (measured(one))
            printf("%-29s %6zu %4zu %12.6g %12.6g %12.4g %s\n", one->benchmark->name, one->size,
                   one->n, one->median, one->samples[0], one->work / one->median,
                   one->benchmark->unit);
    }
    for (size_t s = 0; s < run->count; s++)
        if (first_of_its_name(run->series, s) &&
            slope_of(run->series, run->count, run->series[s].benchmark->name, &slope, &points))
            printf("# slope %s: %.3f (median_s ~ size^slope, least squares over %zu sizes)\n",
                   run->series[s].benchmark->name, slope, points);
    for (size_t s = 0; s < run->count; s++)
        if (!measured(&run->series[s]))
            printf("# %s %s %zu: %s\n", run->series[s].failed ? "failed" : "absent",
                   run->series[s].benchmark->name, run->series[s].size, run->series[s].why.text);
    printf("# measured %zu, absent %zu, failed %zu\n", run->count - run->absent - run->failed,
           run->absent, run->failed);
    return fflush(stdout) == 0 && !ferror(stdout);
}

static json_t *one_result(const kbit_bench_series *one)
{
    json_t *samples = json_array();
    for (size_t r = 0; r < one->n; r++)
        json_array_append_new(samples, json_real(one->samples[r]));
    return json_pack("{s:s, s:I, s:I, s:f, s:f, s:f, s:s, s:o}", "name", one->benchmark->name,
                     "size", (json_int_t)one->size, "n", (json_int_t)one->n, "median_s",
                     one->median, "min_s", one->samples[0], "rate", one->work / one->median, "unit",
                     one->benchmark->unit, "sorted_samples_s", samples);
}

bool kbit_bench_print_json(const kbit_bench_run *run)
{
    char processor[256];
    json_t *results = json_array(), *slopes = json_array(), *absent = json_array(),
           *failed = json_array();
    double slope;
    size_t points;
    kbit_bench_processor(processor, sizeof processor);
    for (size_t s = 0; s < run->count; s++) {
        const kbit_bench_series *one = &run->series[s];
        if (measured(one))
            json_array_append_new(results, one_result(one));
        else
            json_array_append_new(one->failed ? failed : absent,
                                  json_pack("{s:s, s:I, s:s}", "name", one->benchmark->name, "size",
                                            (json_int_t)one->size, "reason", one->why.text));
        if (first_of_its_name(run->series, s) &&
            slope_of(run->series, run->count, one->benchmark->name, &slope, &points))
            json_array_append_new(slopes, json_pack("{s:s, s:f, s:I}", "name", one->benchmark->name,
                                                    "slope", slope, "sizes", (json_int_t)points));
    }
    json_t *report =
        json_pack("{s:i, s:s, s:s, s:i, s:i, s:b, s:o, s:o, s:o, s:o}", "kbit_bench", 1, "version",
                  kbit_version(), "processor", processor, "threads", (int)kbit_threads(),
                  "repetitions", (int)run->repetitions, "quick", run->quick, "results", results,
                  "slopes", slopes, "absent", absent, "failed", failed);
    const bool dumped = report && json_dumpf(report, stdout, JSON_INDENT(2)) == 0;
    json_decref(report);
    return dumped && putchar('\n') != EOF && fflush(stdout) == 0;
}
