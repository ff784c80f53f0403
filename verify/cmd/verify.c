/* verify.c -- kbit verify: run a candidate, judge every element. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd.h"
#include "option_values.h"
#include "tensors.h"

static const char HELP[] =
    "Usage: kbit verify [OPTION]...\n"
    "Runs a candidate in a process of its own and judges every element that it writes.\n\n"
    "  -c, --candidate NAME       simt (default), reference, cuda, ... (kbit list --candidates),\n"
    "                             or ./file.so; NAME:VARIANT chooses one of its variants;\n"
    "                             python:port.py[:VARIANT] is a port in Python\n"
    "  -l, --level LEVEL          quick, default or full: which cases\n"
    "      --case NAME            only this case (kbit list --cases)\n"
    "      --step STEM            only this step (kbit list --steps)\n"
    "      --element ROW,COLUMN   report on this element, with its admissible set\n"
    "      --seed N               of the generated tensors [1]; random: one that is drawn, and "
    "named\n"
    "      --key HEX              replays the key of a certificate (64 digits)\n"
    "      --declare [STEP:]KEY=VALUE  in place of all that the candidate declares (kbit list\n"
    "                             --declares); STEP: for this step alone;\n"
    "                             may be repeated\n"
    "      --tensors FILE[:NAME]  judge on the 2-D float weights of a .safetensors file\n"
    "      --rows M               activation rows with --tensors [16]\n"
    "      --activations X.npy    activations [M,K] for --tensors instead of generated ones\n"
    "      --shard I/N            only the I-th of N parts of the cases or weights; kbit merge "
    "puts\n"
    "                             the parts' JSON reports together\n"
    "      --fail-fast            stop at the first rejection\n"
    "  -j, --jobs J               judge J cases or weights at a time [1]\n"
    "  -f, --format FORMAT        text, json, tap or html\n"
    "  -o, --output FILE          write the report there instead of to stdout\n"
    "      --timeout SECONDS      a call, or loading, may take [120]\n"
    "      --memory MIB           address space of the candidate's process [no limit]\n"
    "  -q, --quiet                no progress on stderr\n"
    "  -h, --help                 this text\n\n"
    "Exit status: 0 everything admissible, 1 not so: a mismatch, a crash, or something undecided,\n"
    "2 usage or I/O error, 77 no device.\n";

enum {
    CASE = 256,
    STEP,
    ELEMENT,
    SEED,
    KEY,
    DECLARE,
    TENSORS,
    ROWS,
    ACTIVATIONS,
    TIMEOUT,
    MEMORY,
    SHARD,
    FAIL_FAST
};

static const struct option OPTIONS[] = {
    {"candidate", required_argument, NULL, 'c'},
    {"level", required_argument, NULL, 'l'},
    {"case", required_argument, NULL, CASE},
    {"step", required_argument, NULL, STEP},
    {"element", required_argument, NULL, ELEMENT},
    {"seed", required_argument, NULL, SEED},
    {"key", required_argument, NULL, KEY},
    {"declare", required_argument, NULL, DECLARE},
    {"tensors", required_argument, NULL, TENSORS},
    {"rows", required_argument, NULL, ROWS},
    {"activations", required_argument, NULL, ACTIVATIONS},
    {"shard", required_argument, NULL, SHARD},
    {"fail-fast", no_argument, NULL, FAIL_FAST},
    {"jobs", required_argument, NULL, 'j'},
    {"format", required_argument, NULL, 'f'},
    {"output", required_argument, NULL, 'o'},
    {"timeout", required_argument, NULL, TIMEOUT},
    {"memory", required_argument, NULL, MEMORY},
    {"quiet", no_argument, NULL, 'q'},
    {"help", no_argument, NULL, 'h'},
    {NULL, 0, NULL, 0},
};

typedef struct {
    const char *candidate, *output;
    kbit_declares declare;
    kbit_format format;
    kbit_run run;
    kbit_tensors_request tensors;
    uint64_t timeout, memory;
    uint8_t key[KBIT_KEY_BYTES];
    const char *key_text, *element; /* as given */
    bool quiet, stopped;
} request;

enum { SECONDS_A_CALL = 120 };

static const char *level_name(kbit_level level)
{
    static const char *const NAMES[] = {"quick", "default", "full"};
    return NAMES[level];
}

static bool parse_level(const char *text, kbit_level *level)
{
    for (kbit_level l = KBIT_LEVEL_QUICK; l <= KBIT_LEVEL_FULL; l++)
        if (strcmp(text, level_name(l)) == 0) {
            *level = l;
            return true;
        }
    kbit_usage("verify", "--level takes quick, default or full, not '%s'", text);
    return false;
}

/* The options that choose what is asked and judged, beside those that the report has for itself. */
static void selection(const request *r, char *text, size_t size)
{
    const struct {
        const char *option, *value;
    } GIVEN[] = {{"--case", r->run.only_case},   {"--step", r->run.only_step},
                 {"--element", r->element},      {"--key", r->key_text},
                 {"--tensors", r->tensors.file}, {"--activations", r->tensors.activations}};
    size_t used = 0;
    text[0] = '\0';
    for (size_t i = 0; i < sizeof GIVEN / sizeof *GIVEN; i++)
        if (GIVEN[i].value && used < size)
            used += (size_t)snprintf(text + used, size - used, "%s%s %s", used ? " " : "",
                                     GIVEN[i].option, GIVEN[i].value);
    if (r->tensors.file && !r->tensors.activations && used < size)
        used += (size_t)snprintf(text + used, size - used, " --rows %zu", r->tensors.rows);
    if (r->stopped && used < size)
        snprintf(text + used, size - used, "%s--fail-fast, which stopped it", used ? " " : "");
}

/* The command that repeats the run, up to the choice of a case or weight. */
static void reproducing(const request *r, char *text, size_t size)
{
    size_t used = (size_t)snprintf(text, size, "%.300s verify --candidate %.300s",
                                   program_invocation_name, r->candidate);
    if (r->declare.given)
        used += (size_t)snprintf(text + used, size - used, " --declare '%s'", r->declare.text);
    if (r->memory)
        used += (size_t)snprintf(text + used, size - used, " --memory %" PRIu64, r->memory);
    if (r->timeout != SECONDS_A_CALL)
        used += (size_t)snprintf(text + used, size - used, " --timeout %" PRIu64, r->timeout);
    if (!r->tensors.file)
        return;
    if (r->tensors.activations)
        used += (size_t)snprintf(text + used, size - used, " --activations %.400s",
                                 r->tensors.activations);
    else
        used += (size_t)snprintf(text + used, size - used, " --rows %zu", r->tensors.rows);
    const char *pattern = strstr(r->tensors.file, ".safetensors:");
    snprintf(text + used, size - used, " --tensors %.*s",
             pattern ? (int)(strchr(pattern, ':') - r->tensors.file) : 400, r->tensors.file);
}

static bool known_case(const char *name, const char *step)
{
    const kbit_case *of = kbit_option_case("verify", name);
    if (!of)
        return false;
    if (!step || kbit_case_asks(of, kbit_step_find(step)))
        return true;
    kbit_usage("verify", "case %s does not ask step %s", name, step);
    return false;
}

/* A seed that no candidate can know; the report names it. */
static bool draw_seed(uint64_t *seed)
{
    uint8_t bytes[KBIT_KEY_BYTES];
    kbit_error error = {KBIT_OK, ""};
    if (kbit_key_draw(bytes, &error) != KBIT_OK) {
        kbit_report_error("verify", &error);
        return false;
    }
    memcpy(seed, bytes, sizeof *seed);
    return true;
}

/* -1: go on; else the exit status. */
static int parse(int argc, char **argv, request *r)
{
    uint64_t number = 0;
    bool ok = true, rows_given = false, level_given = false;
    int c;
    kbit_options_given given = {{false}};
    optind = 1;
    while (ok && (c = kbit_next_option(argc, argv, "c:l:j:f:o:qh", OPTIONS, &given)) != -1) {
        switch (c) {
        case 'c':
            r->candidate = optarg;
            break;
        case 'l':
            ok = parse_level(optarg, &r->run.level);
            level_given = true;
            break;
        case CASE:
            r->run.only_case = optarg;
            break;
        case STEP:
            r->run.only_step = optarg;
            ok = kbit_option_step("verify", optarg) != NULL;
            break;
        case ELEMENT:
            r->run.one_element = ok =
                kbit_option_element("verify", optarg, &r->run.row, &r->run.column);
            r->element = optarg;
            break;
        case SEED:
            ok = strcmp(optarg, "random") == 0
                     ? draw_seed(&r->run.seed)
                     : kbit_option_u64("verify", "--seed", optarg, 0, UINT64_MAX, &r->run.seed);
            break;
        case KEY:
            ok = kbit_option_key("verify", optarg, r->key);
            r->run.key = r->key;
            r->key_text = optarg;
            break;
        case DECLARE:
            ok = kbit_option_declare("verify", optarg, &r->declare);
            break;
        case TENSORS:
            r->tensors.file = optarg;
            break;
        case ROWS:
            ok = kbit_option_u64("verify", "--rows", optarg, 1, 1u << 20, &number);
            r->tensors.rows = number;
            rows_given = true;
            break;
        case ACTIVATIONS:
            r->tensors.activations = optarg;
            break;
        case SHARD:
            ok = kbit_option_shard("verify", optarg, &r->run.shard, &r->run.shards);
            break;
        case FAIL_FAST:
            r->run.stopped = &r->stopped;
            break;
        case 'j':
            ok = kbit_option_u64("verify", "--jobs", optarg, 1, 256, &number);
            r->run.jobs = (unsigned)number;
            break;
        case 'f':
            ok = kbit_option_format("verify", optarg, &r->format);
            break;
        case 'o':
            r->output = optarg;
            break;
        case TIMEOUT:
            ok = kbit_option_u64("verify", "--timeout", optarg, 1, 86400, &r->timeout);
            break;
        case MEMORY:
            ok = kbit_option_u64("verify", "--memory", optarg, 16, 1u << 24, &r->memory);
            break;
        case 'q':
            r->quiet = true;
            break;
        case 'h':
            fputs(HELP, stdout);
            return fflush(stdout) == 0 ? EXIT_ADMISSIBLE : EXIT_USAGE;
        default:
            fprintf(stderr, "Try 'kbit verify --help'.\n");
            return EXIT_USAGE;
        }
    }
    if (!ok)
        return EXIT_USAGE;
    if (optind < argc)
        return kbit_usage("verify", "unexpected argument '%s'", argv[optind]);
    if (r->run.one_element && !r->run.only_step)
        return kbit_usage("verify", "--element needs --step");
    if (r->tensors.file && r->run.only_case)
        return kbit_usage("verify", "--case does not go with --tensors (FILE:NAME chooses)");
    if (rows_given && !r->tensors.file)
        return kbit_usage("verify", "--rows needs --tensors");
    if (r->tensors.activations && !r->tensors.file)
        return kbit_usage("verify", "--activations needs --tensors");
    if (r->tensors.activations && rows_given)
        return kbit_usage("verify", "--rows does not go with --activations, whose rows are judged");
    if (r->run.stopped && r->run.shards)
        return kbit_usage("verify",
                          "--fail-fast does not go with --shard: kbit merge could not tell "
                          "what was not run");
    if (r->tensors.file && level_given)
        return kbit_usage("verify", "--level does not go with --tensors, which has no cases");
    if (r->tensors.file ? false
                        : r->run.only_case && !known_case(r->run.only_case, r->run.only_step))
        return EXIT_USAGE;
    return -1;
}

static void progress(const char *what, void *context)
{
    (void)context;
    fprintf(stderr, "\r\033[K%s", what);
    fflush(stderr);
}

/* What the candidate declares wrongly is the candidate's fault, and said so. */
static kbit_status parse_declares(request *r, const char *declares, kbit_error *error)
{
    kbit_error why = {KBIT_OK, ""};
    kbit_status status = kbit_declarations_parse(declares, &r->run.declared, &why);
    if (status == KBIT_OK)
        return status;
    if (r->declare.given)
        return kbit_fail(error, status, "%s", why.text);
    return kbit_fail(error, status, "candidate %.100s: %s", r->candidate, why.text);
}

int kbit_cmd_verify(int argc, char **argv)
{
    request r = {.candidate = "simt",
                 .run = {.seed = 1, .level = KBIT_LEVEL_DEFAULT, .line = kbit_report_line},
                 .tensors = {.rows = 16},
                 .timeout = SECONDS_A_CALL};
    kbit_error error = {KBIT_OK, ""};
    int code = parse(argc, argv, &r);
    if (code >= 0)
        return code;
    kbit_status status =
        kbit_open_candidate(r.candidate, (unsigned)r.timeout, r.memory, &r.run.sandbox, &error);
    if (status != KBIT_OK)
        return kbit_report_error("verify", &error);
    const char *declares = r.declare.given ? r.declare.text : kbit_sandbox_declares(r.run.sandbox);
    status = parse_declares(&r, declares, &error);
    kbit_report *report = status == KBIT_OK ? kbit_report_new() : NULL;
    if (status == KBIT_OK && !report)
        status = kbit_fail(&error, KBIT_ERR_MEMORY, "out of memory");
    size_t units = 0;
    atomic_bool element_seen = false;
    r.run.units = &units;
    r.run.element_seen = &element_seen;
    r.run.context = report;
    bool show = !r.quiet && isatty(STDERR_FILENO);
    r.run.progress = show ? progress : NULL;
    if (status == KBIT_OK)
        status = r.tensors.file ? kbit_run_tensors(&r.run, &r.tensors, &error)
                                : kbit_run_cases(&r.run, &error);
    if (show)
        fprintf(stderr, "\r\033[K");
    if (status == KBIT_OK && r.run.one_element && !element_seen)
        status = kbit_fail(&error, KBIT_ERR_RANGE, "--element %s: no output of %s is so large here",
                           r.element, r.run.only_step);
    if (status != KBIT_OK) {
        code = kbit_report_error("verify", &error);
    } else {
        char reproduce[3000], assumed[512], chosen[8192];
        selection(&r, chosen, sizeof chosen);
        snprintf(assumed, sizeof assumed, "%s", declares);
        reproducing(&r, reproduce, sizeof reproduce);
        kbit_report_about about = {.candidate = r.candidate,
                                   .name = kbit_sandbox_name(r.run.sandbox),
                                   .declares = assumed,
                                   .reproduce = reproduce,
                                   .level = r.tensors.file ? NULL : level_name(r.run.level),
                                   .selection = chosen,
                                   .seed = r.run.seed,
                                   .stopped = r.stopped,
                                   .shard = r.run.shard,
                                   .shards = r.run.shards,
                                   .units = units};
        code = kbit_finish_report("verify", report, &about, r.format, r.output);
    }
    kbit_report_free(report);
    kbit_sandbox_close(r.run.sandbox);
    return code;
}
