/* bench.c -- kbit bench: what certifying and quantizing cost on this machine. */
#include "bench_gpu.h"
#include "bench_series.h"
#include "cmd.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MOST_REPETITIONS   1000
#define MOST_SERIES        96
#define NORMAL_REPETITIONS 7
#define QUICK_REPETITIONS  3

static const struct {
    const kbit_benchmark *table;
    const size_t *count;
} GROUPS[] = {{kbit_bench_certificate, &kbit_bench_certificate_count},
              {kbit_bench_layer, &kbit_bench_layer_count},
              {kbit_bench_candidate, &kbit_bench_candidate_count},
              {kbit_bench_steps, &kbit_bench_steps_count}};
#define N_GROUPS (sizeof GROUPS / sizeof *GROUPS)

static const char HELP[] =
    "Usage: kbit bench [OPTION]...\n"
    "       kbit bench gpu [--backend=cuda|simt] [OPTION]...\n"
    "Times the certificate, the judge of layers, int8 products of candidates and the reference's"
    " steps on this machine.\n"
    "`kbit bench gpu` times the kernels on a CUDA device; kbit bench gpu --help explains it.\n"
    "Repetitions of all benchmarks are interleaved; median, minimum and their number are printed.\n"
    "\n"
    "      --only=NAME    one benchmark, or all whose name starts with NAME and a dot\n"
    "      --reps=N       repetitions, 1 to 1000 (default 7)\n"
    "      --quick        small sizes and 3 repetitions, for a look only\n"
    "      --format=text|json\n"
    "                     json holds each sample (default text)\n"
    "  -h, --help         this text\n"
    "\n"
    "KBIT_JOBS sets the number of threads.\n"
    "Exit status: 0 measured, 1 a run failed or its result was wrong, 2 usage or I/O error, 77\n"
    "nothing that was asked for is available here.\n"
    "\n"
    "Benchmarks:\n";

static void print_help(void)
{
    fputs(HELP, stdout);
    for (size_t g = 0; g < N_GROUPS; g++)
        for (size_t b = 0; b < *GROUPS[g].count; b++)
            printf("  %-29s %s\n", GROUPS[g].table[b].name, GROUPS[g].table[b].what);
}

static bool asked_for(const char *name, const char *only)
{
    const size_t n = only ? strlen(only) : 0;
    return !only || (strncmp(name, only, n) == 0 && (name[n] == '\0' || name[n] == '.'));
}

static size_t choose(const char *only, bool quick, kbit_bench_series series[MOST_SERIES])
{
    size_t count = 0;
    for (size_t g = 0; g < N_GROUPS; g++)
        for (size_t b = 0; b < *GROUPS[g].count; b++) {
            const kbit_benchmark *benchmark = &GROUPS[g].table[b];
            const size_t *sizes = quick ? benchmark->quick : benchmark->sizes;
            for (size_t s = 0; s < KBIT_BENCH_SIZES && sizes[s]; s++)
                if (asked_for(benchmark->name, only) && count < MOST_SERIES)
                    series[count++] = (kbit_bench_series){.benchmark = benchmark, .size = sizes[s]};
        }
    return count;
}

/* True where the machine or the build lacks something; other errors end the command. */
static bool means_absent(kbit_status status)
{
    return status == KBIT_ERR_UNSUPPORTED || status == KBIT_ERR_NO_DEVICE ||
           status == KBIT_ERR_MEMORY;
}

static kbit_status prepare(kbit_bench_run *run, kbit_error *error)
{
    for (size_t s = 0; s < run->count; s++) {
        kbit_bench_series *one = &run->series[s];
        one->samples = malloc(run->repetitions * sizeof *one->samples);
        if (!one->samples)
            return kbit_fail(error, KBIT_ERR_MEMORY, "%s: out of memory", one->benchmark->name);
        const kbit_status status = one->benchmark->prepare(one->benchmark->of, one->size,
                                                           &one->state, &one->work, &one->why);
        if (status != KBIT_OK && !means_absent(status))
            return kbit_fail(error, status, "%s %zu: %s", one->benchmark->name, one->size,
                             one->why.text);
        if (status != KBIT_OK)
            one->state = NULL;
        run->absent += status != KBIT_OK;
    }
    return KBIT_OK;
}

/* Round after round over all series; the first round warms up and is not counted. A benchmark that
 * fails, or whose result is wrong, is left out from then on. */
static void measure(kbit_bench_run *run)
{
    for (unsigned round = 0; round <= run->repetitions; round++)
        for (size_t s = 0; s < run->count; s++) {
            kbit_bench_series *one = &run->series[s];
            double seconds = 0;
            if (!one->state || one->failed)
                continue;
            one->failed = one->benchmark->run(one->state, &seconds, &one->why) != KBIT_OK;
            run->failed += one->failed;
            if (round > 0)
                one->samples[one->n++] = seconds;
        }
    for (size_t s = 0; s < run->count; s++)
        if (run->series[s].n > 0)
            run->series[s].median = kbit_bench_median(run->series[s].n, run->series[s].samples);
}

static int bench(const char *only, unsigned repetitions, bool quick, bool json)
{
    kbit_bench_series series[MOST_SERIES];
    kbit_error error = {KBIT_OK, ""};
    kbit_bench_run run = {.series = series,
                          .count = choose(only, quick, series),
                          .repetitions = repetitions,
                          .quick = quick};
    int status = EXIT_ADMISSIBLE;
    if (run.count == 0)
        return kbit_usage("bench", "--only=%s: no such benchmark", only);
    if (prepare(&run, &error) != KBIT_OK) {
        status = kbit_report_error("bench", &error);
    } else {
        measure(&run);
        if (run.failed)
            status = EXIT_MISMATCH;
        else if (run.absent == run.count)
            status = EXIT_NO_DEVICE;
        if (json ? !kbit_bench_print_json(&run) : !kbit_bench_print_text(&run)) {
            kbit_fail(&error, KBIT_ERR_IO, "stdout: the table could not be written");
            status = kbit_report_error("bench", &error);
        }
    }
    for (size_t s = 0; s < run.count; s++) {
        if (series[s].state)
            series[s].benchmark->release(series[s].state);
        free(series[s].samples);
    }
    return status;
}

int kbit_cmd_bench(int argc, char **argv)
{
    static const struct option OPTIONS[] = {
        {"only", required_argument, NULL, 'o'}, {"reps", required_argument, NULL, 'r'},
        {"quick", no_argument, NULL, 'q'},      {"format", required_argument, NULL, 'f'},
        {"help", no_argument, NULL, 'h'},       {NULL, 0, NULL, 0}};
    const char *only = NULL;
    uint64_t repetitions = 0;
    bool quick = false;
    kbit_format format = KBIT_FORMAT_TEXT;
    kbit_options_given given = {{false}};
    if (argc > 1 && strcmp(argv[1], "gpu") == 0)
        return kbit_bench_gpu(argc - 1, argv + 1);
    optind = 1;
    for (int option; (option = kbit_next_option(argc, argv, "h", OPTIONS, &given)) != -1;) {
        switch (option) {
        case 'o':
            only = optarg;
            break;
        case 'r':
            if (!kbit_option_u64("bench", "--reps", optarg, 1, MOST_REPETITIONS, &repetitions))
                return EXIT_USAGE;
            break;
        case 'q':
            quick = true;
            break;
        case 'f':
            if (!kbit_option_format("bench", optarg, &format))
                return EXIT_USAGE;
            if (format != KBIT_FORMAT_TEXT && format != KBIT_FORMAT_JSON)
                return kbit_usage("bench", "--format takes text or json: nothing is judged here");
            break;
        case 'h':
            print_help();
            return fflush(stdout) == 0 ? EXIT_ADMISSIBLE : EXIT_USAGE;
        default:
            fprintf(stderr, "Try 'kbit bench --help'.\n");
            return EXIT_USAGE;
        }
    }
    if (optind < argc)
        return kbit_usage("bench", "unexpected argument '%s'", argv[optind]);
    if (repetitions == 0)
        repetitions = quick ? QUICK_REPETITIONS : NORMAL_REPETITIONS;
    return bench(only, (unsigned)repetitions, quick, format == KBIT_FORMAT_JSON);
}
