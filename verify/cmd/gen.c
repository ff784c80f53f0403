/* gen.c -- kbit gen: one step's inputs as files, for a port in any language. */
#include <stdio.h>
#include <string.h>

#include "cmd.h"
#include "gen_stream.h"
#include "io/manifest.h"

static const char HELP[] =
    "Usage: kbit gen STEP -o DIR [OPTION]...\n"
    "Writes the inputs of STEP as .npy files and a manifest.json into the new folder DIR. A port\n"
    "reads them, adds its output (the manifest says which file, type and shape) and may fill in\n"
    "\"declares\"; then `kbit judge DIR` judges it. bf16 is stored as u2.\n\n"
    "  -o, --output DIR   where to; must not exist, or be empty\n"
    "      --case NAME    which case [random-f16; codes-int8 for int8_matmul, produced-f16 for\n"
    "                     normalizations and activations]\n"
    "      --seed N       of the generated tensors [1]\n"
    "  -h, --help         this text\n";

static kbit_array as_array(const kbit_tensor *t)
{
    return (kbit_array){
        (kbit_dtype)t->dtype, t->rank, {t->dim[0], t->rank == 2 ? t->dim[1] : 1}, t->data};
}

/* The manifest of a step's case, its tensors with or without data. */
kbit_manifest kbit_gen_manifest(const kbit_step *step, const kbit_problem *p)
{
    kbit_manifest m = {.seed = p->seed,
                       .M = p->M,
                       .N = p->N,
                       .K = p->K,
                       .threshold = p->threshold,
                       .n_inputs = step->n_in,
                       .n_outputs = 1 + step->n_more};
    snprintf(m.step, sizeof m.step, "%s", step->stem);
    snprintf(m.name, sizeof m.name, "%s", p->of->name);
    for (size_t i = 0; i < step->n_in; i++) {
        kbit_tensor t = kbit_problem_tensor(p, &step->in[i]);
        snprintf(m.inputs[i].name, sizeof m.inputs[i].name, "%s", step->in[i].name);
        m.inputs[i].array = as_array(&t);
    }
    for (size_t o = 0; o < m.n_outputs; o++) {
        const kbit_slot *slot = kbit_step_output(step, o);
        kbit_tensor out = kbit_problem_output_at(p, step, o);
        snprintf(m.outputs[o].name, sizeof m.outputs[o].name, "%s", slot->name);
        m.outputs[o].array = as_array(&out);
        if (slot->dims[0] == 'O')
            m.outputs[o].array.dim[0] = KBIT_FREE_LENGTH;
    }
    return m;
}

static kbit_status write_case(const kbit_step *step, const kbit_case *of, uint64_t seed,
                              const char *folder, kbit_error *error)
{
    kbit_problem problem;
    kbit_status status = kbit_problem_make(of, seed, &problem, error);
    if (status != KBIT_OK)
        return status;
    const kbit_manifest m = kbit_gen_manifest(step, &problem);
    status = kbit_manifest_write(folder, &m, error);
    kbit_problem_free(&problem);
    return status;
}

int kbit_cmd_gen(int argc, char **argv)
{
    static const struct option OPTIONS[] = {
        {"output", required_argument, NULL, 'o'},
        {"case", required_argument, NULL, 1},
        {"seed", required_argument, NULL, 2},
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    const char *folder = NULL, *case_name = NULL;
    uint64_t seed = 1;
    int c;
    kbit_options_given given = {{false}};
    optind = 1;
    while ((c = kbit_next_option(argc, argv, "o:h", OPTIONS, &given)) != -1)
        switch (c) {
        case 'o':
            folder = optarg;
            break;
        case 1:
            case_name = optarg;
            break;
        case 2:
            if (!kbit_option_u64("gen", "--seed", optarg, 0, UINT64_MAX, &seed))
                return EXIT_USAGE;
            break;
        case 'h':
            fputs(HELP, stdout);
            return fflush(stdout) == 0 ? 0 : EXIT_USAGE;
        default:
            fprintf(stderr, "Try 'kbit gen --help'.\n");
            return EXIT_USAGE;
        }
    if (optind + 1 != argc)
        return kbit_usage("gen",
                          optind == argc ? "which step? (kbit list --steps)" : "takes one step");
    const kbit_step *step = kbit_option_step("gen", argv[optind]);
    if (!step)
        return EXIT_USAGE;
    if (!folder)
        return kbit_usage("gen", "where to? -o DIR");
    if (!case_name)
        case_name = step == &kbit_step_int8_matmul ? "codes-int8"
                    : step->group                  ? "produced-f16"
                                                   : "random-f16";
    const kbit_case *of = kbit_option_case("gen", case_name);
    if (!of)
        return EXIT_USAGE;
    if (!kbit_case_asks(of, step))
        return kbit_usage("gen", "case %s asks %s only, not %s", case_name,
                          of->only ? of->only : "the steps of the layer", step->stem);
    kbit_error error = {KBIT_OK, ""};
    kbit_status status = kbit_gen_can_stream(of, step)
                             ? kbit_gen_stream(step, of, seed, folder, &error)
                             : write_case(step, of, seed, folder, &error);
    return status == KBIT_OK ? 0 : kbit_report_error("gen", &error);
}
