/* judge.c -- kbit judge: the verdict on files that a port wrote. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd.h"
#include "commit_files.h"
#include "hint.h"
#include "io/manifest.h"
#include "judge_rows.h"
#include "linear_files.h"
#include "option_values.h"
#include "product_files.h"
#include "threads.h"

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
    "  -j, --jobs J               uses J threads [the processors]\n"
    "      --shard I/N            only the I-th of N parts of the rows; kbit merge puts the "
    "parts'\n"
    "                             JSON reports together\n"
    "      --commit               judges nothing: hashes the output, then draws the key that all\n"
    "                             shards of a product or of a large layer use, and prints both\n"
    "      --commitment TEXT      what --commit printed\n"
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
    const size_t n_out = 1 + (*step)->n_more;
    if (m->n_inputs != (*step)->n_in || m->n_outputs != n_out)
        return kbit_fail(error, KBIT_ERR_FORMAT,
                         "%s: step %s has %zu inputs and %zu output%s, the manifest %zu and %zu",
                         folder, m->step, (*step)->n_in, n_out, n_out > 1 ? "s" : "", m->n_inputs,
                         m->n_outputs);
    for (size_t i = 0; i < m->n_inputs; i++)
        if (strcmp(m->inputs[i].name, (*step)->in[i].name) != 0)
            return kbit_fail(error, KBIT_ERR_FORMAT, "%s: input %zu of %s is %s, not %s", folder, i,
                             m->step, (*step)->in[i].name, m->inputs[i].name);
    return KBIT_OK;
}

/* Reads the tensors; the arrays stay the manifest's. */
static kbit_status load(const char *folder, kbit_manifest *m, kbit_tensor in[KBIT_MAX_INPUTS],
                        kbit_tensor out[KBIT_MAX_OUTPUTS], kbit_error *error)
{
    kbit_status status = kbit_manifest_read_inputs(folder, m, error);
    for (size_t o = 0; o < m->n_outputs && status == KBIT_OK; o++)
        status = kbit_manifest_read_output(folder, m, o, error);
    for (size_t i = 0; i < m->n_inputs && status == KBIT_OK; i++)
        in[i] = as_tensor(&m->inputs[i].array);
    for (size_t o = 0; o < m->n_outputs && status == KBIT_OK; o++)
        out[o] = as_tensor(&m->outputs[o].array);
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
    kbit_tensor in[KBIT_MAX_INPUTS] = {{0}}, out[KBIT_MAX_OUTPUTS] = {{0}};
    kbit_status status = load(folder, m, in, out, error);
    const kbit_call call = {m->step, m->M, m->N, m->K, m->threshold, in, out};
    if (status == KBIT_OK)
        status = kbit_step_check(step, &call, error);
    if (status == KBIT_OK)
        status = check_outliers(folder, step, &call, error);
    if (status == KBIT_OK)
        status = check_element(folder, step, judging, &m->outputs[0].array, error);
    if (status != KBIT_OK)
        return status;
    kbit_error why = {KBIT_OK, ""};
    if (step->refuses && (status = step->refuses(&call, judging->declared, &why)) != KBIT_OK)
        return status == KBIT_ERR_MEMORY
                   ? kbit_fail(error, KBIT_ERR_MEMORY, "%s: out of memory", step->stem)
                   : kbit_fail(error, status, "%s: there is no right output: %s", folder, why.text);
    kbit_judging on_call = *judging;
    on_call.call = &call;
    const kbit_rows rows = {judging->from, judging->to ? judging->to : m->M};
    status = kbit_judge_rows(step, &on_call, rows, verdict, error);
    if (status == KBIT_OK)
        status = kbit_hint(step, &on_call, verdict, error);
    return status;
}

/* What was asked for beside the judging. */
typedef struct {
    size_t rows, columns; /* of a large layer, sampled; 0: not said */
    size_t shard, shards; /* 0: all rows */
    bool commit;
    const char *commitment, *key, *element;
} request;

/* Whether a key is drawn: for a product, and for a layer that is judged where it lies. */
static bool draws_key(const kbit_manifest *m, const kbit_step *step, const request *r)
{
    return step == &kbit_step_int8_matmul ||
           (strncmp(step->stem, "llmint8_linear", 14) == 0 && (r->rows || kbit_linear_is_large(m)));
}

/* The rows of the shard. */
static kbit_status choose_rows(const char *folder, const kbit_manifest *m, const kbit_step *step,
                               const request *r, kbit_judging *judging, kbit_error *error)
{
    if (!r->shards)
        return KBIT_OK;
    if (!kbit_step_has_rows(step))
        return kbit_fail(error, KBIT_ERR_UNSUPPORTED,
                         "%s: --shard: the outputs of %s are judged whole, and have no parts",
                         folder, step->stem);
    if (r->shards > m->M)
        return kbit_fail(error, KBIT_ERR_RANGE, "%s: shard %zu/%zu: the output has only %zu rows",
                         folder, r->shard, r->shards, m->M);
    if (draws_key(m, step, r) && !judging->key)
        return kbit_fail(error, KBIT_ERR_FORMAT,
                         "%s: the shards of %s share a key: --commitment (kbit judge --commit "
                         "prints it), or --key to replay one",
                         folder, step->stem);
    const kbit_rows rows = kbit_rows_of_part(m->M, r->shard - 1, r->shards);
    judging->from = rows.from;
    judging->to = rows.to;
    return KBIT_OK;
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

/* The output is still what was committed to. */
static kbit_status check_commitment(const char *folder, const request *r,
                                    const kbit_verdict *verdict, kbit_error *error)
{
    static const char LEAD[] = "sha256 ";
    if (!r->commitment || strncmp(verdict->evidence, LEAD, sizeof LEAD - 1) != 0 ||
        strncmp(verdict->evidence + sizeof LEAD - 1, r->commitment, 64) == 0)
        return KBIT_OK;
    return kbit_fail(error, KBIT_ERR_IO, "%s: the output is not the one that was committed to",
                     folder);
}

/* The options that choose what is judged and shown. */
static void selection(const request *r, char *text, size_t size)
{
    size_t used = 0;
    text[0] = '\0';
    if (r->rows)
        used += (size_t)snprintf(text, size, "--sample %zu,%zu", r->rows, r->columns);
    if (r->element && used < size)
        snprintf(text + used, size - used, "%s--element %s", used ? " " : "", r->element);
}

static int print_commitment(const char *folder, const kbit_manifest *m, const kbit_step *step,
                            const request *r, kbit_error *error)
{
    char text[KBIT_COMMITMENT_TEXT];
    kbit_status status = draws_key(m, step, r)
                             ? kbit_commit_output(folder, m, text, error)
                             : kbit_fail(error, KBIT_ERR_UNSUPPORTED,
                                         "%s: --commit: the judge of %s, in memory, draws no key",
                                         folder, step->stem);
    if (status != KBIT_OK)
        return kbit_report_error("judge", error);
    puts(text);
    return fflush(stdout) == 0 ? EXIT_ADMISSIBLE : EXIT_USAGE;
}

int kbit_cmd_judge(int argc, char **argv)
{
    static const struct option OPTIONS[] = {
        {"declare", required_argument, NULL, 1},    {"element", required_argument, NULL, 2},
        {"sample", required_argument, NULL, 3},     {"key", required_argument, NULL, 4},
        {"shard", required_argument, NULL, 5},      {"commit", no_argument, NULL, 6},
        {"commitment", required_argument, NULL, 7}, {"jobs", required_argument, NULL, 'j'},
        {"format", required_argument, NULL, 'f'},   {"output", required_argument, NULL, 'o'},
        {"help", no_argument, NULL, 'h'},           {NULL, 0, NULL, 0},
    };
    const char *output = NULL;
    kbit_declares declare = {false, ""};
    kbit_format format = KBIT_FORMAT_TEXT;
    kbit_judging judging = {0};
    request r = {0};
    uint8_t key[KBIT_KEY_BYTES];
    uint64_t jobs;
    int c;
    kbit_options_given given = {{false}};
    optind = 1;
    while ((c = kbit_next_option(argc, argv, "j:f:o:h", OPTIONS, &given)) != -1)
        switch (c) {
        case 1:
            if (!kbit_option_declare("judge", optarg, &declare))
                return EXIT_USAGE;
            break;
        case 2:
            if (!kbit_option_element("judge", optarg, &judging.row, &judging.column))
                return EXIT_USAGE;
            judging.one_element = true;
            r.element = optarg;
            break;
        case 3:
            if (!kbit_option_pair("judge", "--sample", optarg, &r.rows, &r.columns))
                return EXIT_USAGE;
            if (!r.rows || !r.columns)
                return kbit_usage("judge", "--sample takes at least 1,1, not '%s'", optarg);
            break;
        case 4:
            if (!kbit_option_key("judge", optarg, key))
                return EXIT_USAGE;
            judging.key = key;
            r.key = optarg;
            break;
        case 5:
            if (!kbit_option_shard("judge", optarg, &r.shard, &r.shards))
                return EXIT_USAGE;
            break;
        case 6:
            r.commit = true;
            break;
        case 7:
            if (!kbit_parse_commitment(optarg, key))
                return kbit_usage("judge", "--commitment takes what --commit printed, not '%s'",
                                  optarg);
            judging.key = key;
            r.commitment = optarg;
            break;
        case 'j':
            if (!kbit_option_u64("judge", "--jobs", optarg, 1, 256, &jobs))
                return EXIT_USAGE;
            kbit_use_threads((unsigned)jobs);
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
    if (r.key && r.commitment)
        return kbit_usage("judge", "--key and --commitment both give a key");
    if (r.commit && (r.shards || r.key || r.commitment))
        return kbit_usage("judge", "--commit goes before --shard, and draws the key itself");

    const char *folder = argv[optind];
    kbit_error error = {KBIT_OK, ""};
    kbit_manifest m = {0};
    kbit_declarations declared;
    const kbit_step *step = NULL;
    kbit_verdict verdict = {.theorem = "", .ratio = -1};
    kbit_report *report = kbit_report_new();
    kbit_status status = report ? open_folder(folder, &m, &step, &error)
                                : kbit_fail(&error, KBIT_ERR_MEMORY, "out of memory");
    int code = -1;
    if (status == KBIT_OK && r.commit)
        code = print_commitment(folder, &m, step, &r, &error);
    if (status == KBIT_OK && code < 0)
        status =
            kbit_declarations_parse(declare.given ? declare.text : m.declares, &declared, &error);
    if (status == KBIT_OK && code < 0)
        status = choose_rows(folder, &m, step, &r, &judging, &error);
    if (status == KBIT_OK && code < 0) {
        judging.declared = kbit_declared_for(&declared, step->stem);
        verdict.mode = strncmp(step->stem, "llmint8_linear", 14) == 0 ? KBIT_FUSED : KBIT_ISOLATED;
        status = judge_folder(folder, &m, step, &judging, r.rows, r.columns, &verdict, &error);
    }
    if (status == KBIT_OK && code < 0)
        status = check_commitment(folder, &r, &verdict, &error);
    if (status != KBIT_OK) {
        code = kbit_report_error("judge", &error);
    } else if (code < 0) {
        char assumed[512], chosen[256];
        kbit_case of = {.threshold = m.threshold};
        snprintf(of.name, sizeof of.name, "%.39s", m.name);
        kbit_line line = {&of, step, &verdict, m.seed, r.shards ? r.shard - 1 : 0};
        kbit_report_line(&line, report);
        kbit_declared_print(judging.declared, step->stem, assumed, sizeof assumed);
        selection(&r, chosen, sizeof chosen);
        kbit_report_about about = {.candidate = folder,
                                   .name = folder,
                                   .declares = assumed,
                                   .selection = chosen,
                                   .seed = m.seed,
                                   .shard = r.shard,
                                   .shards = r.shards,
                                   .units = r.shards,
                                   .by_rows = r.shards != 0};
        code = kbit_finish_report("judge", report, &about, format, output);
    }
    kbit_report_free(report);
    kbit_manifest_free(&m);
    return code;
}
