/* probe.c -- kbit probe: tries to refute what a candidate declares. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cmd.h"
#include "option_values.h"
#include "probe/probe.h"

static const char HELP[] =
    "Usage: kbit probe [OPTION]...\n"
    "Asks a candidate for results on crafted operands, at one shape, and says for each\n"
    "declaration whether they refute it. It proves none: no verdict rests on a probe.\n\n"
    "  -c, --candidate NAME       simt (default), reference, cuda, ..., or ./file.so;\n"
    "                             NAME:VARIANT chooses one of its variants\n"
    "      --declare [STEP:]KEY=VALUE  in place of all that the candidate declares (kbit list\n"
    "                             --declares); STEP: for this step alone;\n"
    "                             may be repeated\n"
    "      --shape MxNxK          rows of X, rows of W, shared dimension >= 16 [64x64x64]\n"
    "  -f, --format FORMAT        text or json\n"
    "      --timeout SECONDS      a call, or loading, may take [120]\n"
    "      --memory MIB           address space of the candidate's process [no limit]\n"
    "  -h, --help                 this text\n\n"
    "Exit status: 0 nothing refuted, 1 something refuted or no answer, 2 usage or I/O error, 77 "
    "no\n"
    "device.\n";

enum { DECLARE = 256, SHAPE, TIMEOUT, MEMORY };

static const struct option OPTIONS[] = {
    {"candidate", required_argument, NULL, 'c'},
    {"declare", required_argument, NULL, DECLARE},
    {"shape", required_argument, NULL, SHAPE},
    {"format", required_argument, NULL, 'f'},
    {"timeout", required_argument, NULL, TIMEOUT},
    {"memory", required_argument, NULL, MEMORY},
    {"help", no_argument, NULL, 'h'},
    {NULL, 0, NULL, 0},
};

typedef struct {
    const char *candidate;
    kbit_declares declare;
    kbit_format format;
    uint64_t timeout, memory;
    kbit_probe probe;
} request;

static bool parse_shape(const char *text, kbit_probe *probe)
{
    size_t size[3];
    bool good = kbit_parse_sizes(text, 'x', 3, size);
    for (int i = 0; good && i < 3; i++)
        good = size[i] >= 1 && size[i] <= 65536;
    if (good && size[2] >= 16 && size[0] * size[2] <= 1u << 26 && size[1] * size[2] <= 1u << 26 &&
        size[0] * size[1] <= 1u << 26) {
        probe->M = size[0];
        probe->N = size[1];
        probe->K = size[2];
        return true;
    }
    kbit_usage("probe",
               "--shape takes MxNxK with K >= 16, up to 65536 each and 2^26 elements a matrix, "
               "not '%s'",
               text);
    return false;
}

/* -1: go on; else the exit status. */
static int parse(int argc, char **argv, request *r)
{
    bool ok = true;
    int c;
    kbit_options_given given = {{false}};
    optind = 1;
    while (ok && (c = kbit_next_option(argc, argv, "c:f:h", OPTIONS, &given)) != -1) {
        switch (c) {
        case 'c':
            r->candidate = optarg;
            break;
        case DECLARE:
            ok = kbit_option_declare("probe", optarg, &r->declare);
            break;
        case SHAPE:
            ok = parse_shape(optarg, &r->probe);
            break;
        case 'f':
            ok = kbit_option_format("probe", optarg, &r->format);
            if (ok && r->format != KBIT_FORMAT_TEXT && r->format != KBIT_FORMAT_JSON)
                return kbit_usage("probe", "--format takes text or json, not '%s'", optarg);
            break;
        case TIMEOUT:
            ok = kbit_option_u64("probe", "--timeout", optarg, 1, 86400, &r->timeout);
            break;
        case MEMORY:
            ok = kbit_option_u64("probe", "--memory", optarg, 16, 1u << 24, &r->memory);
            break;
        case 'h':
            fputs(HELP, stdout);
            return fflush(stdout) == 0 ? EXIT_ADMISSIBLE : EXIT_USAGE;
        default:
            fprintf(stderr, "Try 'kbit probe --help'.\n");
            return EXIT_USAGE;
        }
    }
    if (!ok)
        return EXIT_USAGE;
    if (optind < argc)
        return kbit_usage("probe", "unexpected argument '%s'", argv[optind]);
    return -1;
}

/* Into memory first: a report that cannot be made whole is not begun. */
static kbit_status print(const request *r, const kbit_declarations *declared, const char *name,
                         const char *declares, kbit_error *error)
{
    char *text = NULL;
    size_t size = 0;
    kbit_status status = KBIT_OK;
    FILE *memory = kbit_memory_open();
    bool made = memory != NULL;
    if (made && r->format == KBIT_FORMAT_JSON)
        made = kbit_probe_json(&r->probe, declared, name, declares, memory);
    else if (made)
        kbit_probe_text(&r->probe, declared, name, declares, memory);
    if (memory)
        text = kbit_memory_take(memory, &size);
    if (!made || !text)
        status = kbit_fail(error, KBIT_ERR_MEMORY, "no memory for the report");
    else if (fwrite(text, 1, size, stdout) != size || fflush(stdout) != 0)
        status = kbit_fail(error, KBIT_ERR_IO, "stdout: the report could not be written: %s",
                           strerror(errno));
    free(text);
    return status;
}

int kbit_cmd_probe(int argc, char **argv)
{
    static request r;
    r = (request){.candidate = "simt", .timeout = 120, .probe = {.M = 64, .N = 64, .K = 64}};
    kbit_error error = {KBIT_OK, ""};
    kbit_declarations declared;
    kbit_sandbox *sandbox;
    int code = parse(argc, argv, &r);
    if (code >= 0)
        return code;
    kbit_status status =
        kbit_open_candidate(r.candidate, (unsigned)r.timeout, r.memory, &sandbox, &error);
    if (status != KBIT_OK)
        return kbit_report_error("probe", &error);
    const char *declares = r.declare.given ? r.declare.text : kbit_sandbox_declares(sandbox);
    status = kbit_declarations_parse(declares, &declared, &error);
    if (status == KBIT_OK)
        status = kbit_probe_run(sandbox, &declared, &r.probe, &error);
    if (status == KBIT_OK)
        status = print(&r, &declared, kbit_sandbox_name(sandbox), declares, &error);
    if (status != KBIT_OK)
        code = kbit_report_error("probe", &error);
    else
        code = kbit_probe_objects(&r.probe) ? EXIT_MISMATCH : EXIT_ADMISSIBLE;
    kbit_sandbox_close(sandbox);
    return code;
}
