/* judge.c -- kbit judge: the verdict on files that a port wrote. */
#include <stdio.h>
#include <string.h>

#include "cmd.h"
#include "hint.h"
#include "io/manifest.h"
#include "linear_files.h"
#include "product_files.h"

#define SAMPLE 32 /* rows and columns of a large layer, if nothing else is said */

static const char HELP[] =
    "Usage: kbit judge DIR [OPTION]...\n"
    "Judges the outputs that a port added to a folder that kbit gen wrote.\n\n"
    "      --declare [STEP:]KEY=VALUE  in place of the manifest's \"declares\"; may be repeated\n"
    "      --element ROW,COLUMN   report on this element, with its admissible set\n"
    "      --sample ROWS,COLUMNS  of a layer: certify it if it is transparent, else judge so many\n"
    "                             rows and columns, drawn after the output was hashed [all of it;\n"
    "                             32,32 where that is too much]\n"
    "      --key HEX              replays the key of a certificate or sample (64 digits)\n"
    "  -f, --format FORMAT        text, json, tap or html\n"
    "  -o, --output FILE          write the report there instead of to stdout\n"
    "  -h, --help                 this text\n\n"
    "Exit status: 0 admissible, 1 mismatch or undecided, 2 usage, I/O or malformed files.\n";

static kbit_tensor as_tensor(const kbit_array *a)
{
    return (kbit_tensor){
        a->data, (uint32_t)a->type, a->rank, {a->dim[0], a->rank == 2 ? a->dim[1] : 0}};
}

/* Reads the manifest and finds its step. */
static kbit_status open_folder(const char *folder, kbit_manifest *m, const kbit_step **step,
                               kbit_error *error)
{
    const char *stems[32];
    size_t n;
    const kbit_step *const *steps = kbit_steps(&n);
    for (size_t i = 0; i < n; i++)
        stems[i] = steps[i]->stem;
    kbit_status status = kbit_manifest_open(folder, stems, n, m, error);
    if (status != KBIT_OK)
        return status;
    *step = kbit_step_find(m->step);
    if (m->n_inputs != (*step)->n_in || m->n_outputs != 1)
        return kbit_fail(error, KBIT_ERR_FORMAT,
                         "%s: step %s has %zu inputs and 1 output, the manifest %zu and %zu",
                         folder, m->step, (*step)->n_in, m->n_inputs, m->n_outputs);
    for (size_t i = 0; i < m->n_inputs; i++)
        if (strcmp(m->inputs[i].name, (*step)->in[i].name) != 0)
            return kbit_fail(error, KBIT_ERR_FORMAT, "%s: input %zu of %s is %s, not %s", folder, i,
                             m->step, (*step)->in[i].name, m->inputs[i].name);
    return KBIT_OK;
}

/* Reads the tensors; the arrays stay the manifest's. */
static kbit_status load(const char *folder, kbit_manifest *m, kbit_tensor in[KBIT_MAX_INPUTS],
                        kbit_tensor *out, kbit_error *error)
{
    kbit_status status = kbit_manifest_read_inputs(folder, m, error);
    if (status == KBIT_OK)
        status = kbit_manifest_read_output(folder, m, 0, error);
    for (size_t i = 0; i < m->n_inputs && status == KBIT_OK; i++)
        in[i] = as_tensor(&m->inputs[i].array);
    *out = as_tensor(&m->outputs[0].array);
    return status;
}

/* A list names columns: the other inputs are legal by construction, this one a port could edit. */
static kbit_status check_outliers(const char *folder, const kbit_step *step, const kbit_call *call,
                                  kbit_error *error)
{
    for (size_t i = 0; i < step->n_in; i++) {
        const int32_t *list = call->in[i].data;
        for (size_t o = 0; step->in[i].dims[0] == 'O' && o < call->in[i].dim[0]; o++)
            if (list[o] < 0 || (size_t)list[o] >= call->K || (o && list[o] <= list[o - 1]))
                return kbit_fail(error, KBIT_ERR_RANGE,
                                 "%s: outliers[%zu] = %d is not ascending in [0, %zu)", folder, o,
                                 list[o], call->K);
    }
    return KBIT_OK;
}

static kbit_status check_element(const char *folder, const kbit_step *step,
                                 const kbit_judging *judging, const kbit_array *a,
                                 kbit_error *error)
{
    const kbit_tensor out = as_tensor(a);
    if (!judging->one_element || kbit_has_element(&out, judging->row, judging->column))
        return KBIT_OK;
    return kbit_fail(error, KBIT_ERR_RANGE, "%s: --element %zu,%zu: %s is %zu x %zu", folder,
                     judging->row, judging->column, step->out.name, a->dim[0],
                     a->rank == 2 ? a->dim[1] : 1);
}

/* Judges tensors in memory: any step but the product. */
static kbit_status judge_tensors(const char *folder, kbit_manifest *m, const kbit_step *step,
                                 const kbit_judging *judging, kbit_verdict *verdict,
                                 kbit_error *error)
{
    kbit_tensor in[KBIT_MAX_INPUTS] = {{0}}, out = {0};
    kbit_status status = load(folder, m, in, &out, error);
    const kbit_call call = {m->step, m->M, m->N, m->K, m->threshold, in, &out};
    if (status == KBIT_OK)
        status = kbit_step_check(step, &call, error);
    if (status == KBIT_OK)
        status = check_outliers(folder, step, &call, error);
    if (status == KBIT_OK)
        status = check_element(folder, step, judging, &m->outputs[0].array, error);
    if (status != KBIT_OK)
        return status;
    kbit_error why = {KBIT_OK, ""};
    if (step->refuses && (status = step->refuses(&call, &why)) != KBIT_OK)
        return status == KBIT_ERR_MEMORY
                   ? kbit_fail(error, KBIT_ERR_MEMORY, "%s: out of memory", step->stem)
                   : kbit_fail(error, status, "%s: there is no right output: %s", folder, why.text);
    kbit_judging on_call = *judging;
    on_call.call = &call;
    status = kbit_step_judge(step, &on_call, verdict, error);
    if (status == KBIT_OK)
        status = kbit_hint(step, &on_call, verdict, error);
    return status;
}

/* rows x columns of a large layer are sampled, if they are not 0. */
static kbit_status judge_folder(const char *folder, kbit_manifest *m, const kbit_step *step,
                                const kbit_judging *judging, size_t rows, size_t columns,
                                kbit_verdict *verdict, kbit_error *error)
{
    const bool layer = verdict->mode == KBIT_FUSED, product = step == &kbit_step_int8_matmul;
    const bool sampled = layer && (rows || kbit_linear_is_large(m));
    if (rows && !layer)
        return kbit_fail(error, KBIT_ERR_UNSUPPORTED,
                         "--sample is for the llmint8_linear steps, not for %s", step->stem);
    if (!product && !sampled)
        return judge_tensors(folder, m, step, judging, verdict, error);
    kbit_status status = check_element(folder, step, judging, &m->outputs[0].array, error);
    if (status == KBIT_OK && product)
        status = kbit_judge_product_files(folder, m, judging, verdict, error);
    else if (status == KBIT_OK)
        status = kbit_judge_linear_files(folder, m, rows ? rows : SAMPLE, rows ? columns : SAMPLE,
                                         judging, verdict, error);
    return status;
}

int kbit_cmd_judge(int argc, char **argv)
{
    static const struct option OPTIONS[] = {
        {"declare", required_argument, NULL, 1},  {"element", required_argument, NULL, 2},
        {"sample", required_argument, NULL, 3},   {"key", required_argument, NULL, 4},
        {"format", required_argument, NULL, 'f'}, {"output", required_argument, NULL, 'o'},
        {"help", no_argument, NULL, 'h'},         {NULL, 0, NULL, 0},
    };
    const char *output = NULL;
    kbit_declares declare = {false, ""};
    kbit_format format = KBIT_FORMAT_TEXT;
    kbit_judging judging = {0};
    size_t rows = 0, columns = 0;
    uint8_t key[KBIT_KEY_BYTES];
    int c;
    kbit_options_given given = {{false}};
    optind = 1;
    while ((c = kbit_next_option(argc, argv, "f:o:h", OPTIONS, &given)) != -1)
        switch (c) {
        case 1:
            if (!kbit_option_declare("judge", optarg, &declare))
                return EXIT_USAGE;
            break;
        case 2:
            if (!kbit_option_element("judge", optarg, &judging.row, &judging.column))
                return EXIT_USAGE;
            judging.one_element = true;
            break;
        case 3:
            if (!kbit_option_pair("judge", "--sample", optarg, &rows, &columns))
                return EXIT_USAGE;
            if (!rows || !columns)
                return kbit_usage("judge", "--sample takes at least 1,1, not '%s'", optarg);
            break;
        case 4:
            if (!kbit_option_key("judge", optarg, key))
                return EXIT_USAGE;
            judging.key = key;
            break;
        case 'f':
            if (!kbit_option_format("judge", optarg, &format))
                return EXIT_USAGE;
            break;
        case 'o':
            output = optarg;
            break;
        case 'h':
            fputs(HELP, stdout);
            return fflush(stdout) == 0 ? 0 : EXIT_USAGE;
        default:
            fprintf(stderr, "Try 'kbit judge --help'.\n");
            return EXIT_USAGE;
        }
    if (optind + 1 != argc)
        return kbit_usage("judge", optind == argc ? "which folder?" : "takes one folder");

    const char *folder = argv[optind];
    kbit_error error = {KBIT_OK, ""};
    kbit_manifest m = {0};
    kbit_declarations declared;
    const kbit_step *step = NULL;
    kbit_verdict verdict = {.theorem = "", .ratio = -1};
    kbit_report *report = kbit_report_new();
    kbit_status status = report ? open_folder(folder, &m, &step, &error)
                                : kbit_fail(&error, KBIT_ERR_MEMORY, "out of memory");
    if (status == KBIT_OK)
        status =
            kbit_declarations_parse(declare.given ? declare.text : m.declares, &declared, &error);
    if (status == KBIT_OK) {
        judging.declared = kbit_declared_for(&declared, step->stem);
        verdict.mode = strncmp(step->stem, "llmint8_linear", 14) == 0 ? KBIT_FUSED : KBIT_ISOLATED;
        status = judge_folder(folder, &m, step, &judging, rows, columns, &verdict, &error);
    }
    int code;
    if (status == KBIT_OK) {
        char assumed[512];
        kbit_case of = {.threshold = m.threshold};
        snprintf(of.name, sizeof of.name, "%.39s", m.name);
        kbit_line line = {&of, step, &verdict, m.seed, 0};
        kbit_report_line(&line, report);
        kbit_declared_print(judging.declared, step->stem, assumed, sizeof assumed);
        kbit_report_about about = {
            .candidate = folder, .name = folder, .declares = assumed, .seed = m.seed};
        code = kbit_finish_report("judge", report, &about, format, output);
    } else {
        code = kbit_report_error("judge", &error);
    }
    kbit_report_free(report);
    kbit_manifest_free(&m);
    return code;
}
