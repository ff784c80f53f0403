/* list.c -- kbit list: what there is. Tab-free columns, one thing a line, '#' before the header. */
#include <stdio.h>
#include <string.h>

#include "cmd.h"

static const char HELP[] =
    "Usage: kbit list [OPTION]...\n"
    "Lists what kbit knows: what each option given names; without an option, the steps.\n\n"
    "      --steps       steps with their tensors\n"
    "      --cases       cases of kbit verify\n"
    "      --candidates  plug-ins that --candidate finds by name\n"
    "      --declares    what a candidate may declare to do differently\n"
    "      --bounds      theorems that verdicts rest on, with label and source\n"
    "      --presets     injected outlier features\n"
    "  -h, --help        this text\n";

static void print_slot(const kbit_slot *slot)
{
    printf(" %s[%c%s%s]", slot->name, slot->dims[0], slot->dims[1] ? "," : "", slot->dims + 1);
}

static bool steps(void)
{
    size_t n;
    const kbit_step *const *all = kbit_steps(&n);
    printf("# step                inputs -> outputs\n");
    for (size_t s = 0; s < n; s++) {
        printf("%-20s ", all[s]->stem);
        for (size_t i = 0; i < all[s]->n_in; i++) {
            print_slot(&all[s]->in[i]);
        }
        printf(" ->");
        for (size_t o = 0; o <= all[s]->n_more; o++)
            print_slot(kbit_step_output(all[s], o));
        putchar('\n');
    }
    return true;
}

static bool cases(void)
{
    static const char *const LEVELS[] = {"quick", "default", "full", "by name"};
    size_t n;
    const kbit_case *all = kbit_cases(&n);
    printf("# case                level        M     N      K  x     what\n");
    for (size_t c = 0; c < n; c++)
        printf("%-20s  %-7s  %5zu %5zu %6zu  %-4s  %s\n", all[c].name, LEVELS[all[c].level],
               all[c].M, all[c].N, all[c].K,
               all[c].only && strcmp(all[c].only, "int8_matmul") == 0
                   ? "i8"
                   : kbit_dtype_name(all[c].x_type),
               all[c].what);
    return true;
}

static void one_candidate(const char *name, const char *path, void *context)
{
    bool *complete = context;
    kbit_sandbox *sandbox;
    kbit_error error = {KBIT_OK, ""};
    kbit_sandbox_options options = {path, NULL, 60, 0};
    if (kbit_sandbox_open(&options, &sandbox, &error) == KBIT_OK) {
        printf("%-12s  %s\n", name, kbit_sandbox_declares(sandbox));
        kbit_sandbox_close(sandbox);
    } else if (error.status == KBIT_ERR_MEMORY) {
        *complete = false;
    } else {
        printf("%-12s  (not usable: %s)\n", name, error.text);
    }
}

static bool candidates(void)
{
    bool complete = true;
    printf("# candidate   declares\n");
    return kbit_candidate_each(one_candidate, &complete) && complete;
}

static bool declares(void)
{
    const kbit_declared_row *rows;
    size_t n = kbit_declared_rows(&rows);
    printf("# key=value             meaning (the first value of a key is the reference's)\n");
    for (size_t r = 0; r < n; r++) {
        const char *value = rows[r].values, *meaning = rows[r].meaning;
        while (*value) {
            size_t v = strcspn(value, "|"), m = strcspn(meaning, "|");
            char pair[64];
            snprintf(pair, sizeof pair, "%s=%.*s", rows[r].key, (int)v, value);
            printf("%-22s  %.*s\n", pair, (int)m, meaning);
            value += v + (value[v] == '|');
            meaning += m + (meaning[m] == '|');
        }
        printf("%-22s    read by: %s\n", "", rows[r].steps);
    }
    const char *first, *second, *why;
    printf("# STEP:key=value is for this step alone. Of these pairs, both for one step are "
           "refused:\n");
    for (size_t f = 0; kbit_declared_forbidden(f, &first, &second, &why); f++)
        printf("# %s with %s: %s\n", first, second, why);
    return true;
}

static bool bounds(void)
{
    const kbit_theorem *all;
    size_t n = kbit_theorems(&all);
    for (size_t t = 0; t < n; t++)
        printf("%-22s %-9s  %s\n%-22s %-9s  source: %s\n", all[t].id, kbit_label_name(all[t].label),
               all[t].statement, "", "", all[t].source);
    return true;
}

static bool presets(void)
{
    const kbit_outlier_preset *all;
    size_t n = kbit_outlier_presets(&all);
    printf("# preset    dims  one-sided  positions  quartiles         source\n");
    for (size_t p = 0; p < n; p++)
        printf("%-10s  %4u  %9u  %8.1f%%  %4d %4d %4d  %s\n", all[p].name, all[p].dims,
               all[p].one_sided, all[p].positions_per_mille / 10.0, all[p].quartile[0],
               all[p].quartile[1], all[p].quartile[2], all[p].source);
    return true;
}

int kbit_cmd_list(int argc, char **argv)
{
    static const struct option OPTIONS[] = {
        {"steps", no_argument, NULL, 0},      {"cases", no_argument, NULL, 1},
        {"candidates", no_argument, NULL, 2}, {"declares", no_argument, NULL, 3},
        {"bounds", no_argument, NULL, 4},     {"presets", no_argument, NULL, 5},
        {"help", no_argument, NULL, 'h'},     {NULL, 0, NULL, 0},
    };
    static bool (*const LISTS[])(void) = {steps, cases, candidates, declares, bounds, presets};
    enum { N_LISTS = sizeof LISTS / sizeof *LISTS };
    bool asked[N_LISTS] = {false}, any = false, complete = true;
    kbit_options_given given = {{false}};
    optind = 1;
    for (int c; (c = kbit_next_option(argc, argv, "h", OPTIONS, &given)) != -1;) {
        if (c == 'h') {
            fputs(HELP, stdout);
            return fflush(stdout) == 0 ? 0 : EXIT_USAGE;
        }
        if (c == '?') {
            fprintf(stderr, "Try 'kbit list --help'.\n");
            return EXIT_USAGE;
        }
        asked[c] = any = true;
    }
    if (optind < argc)
        return kbit_usage("list", "unexpected argument '%s'", argv[optind]);
    asked[0] = asked[0] || !any;
    for (size_t l = 0, listed = 0; l < N_LISTS && complete; l++) {
        if (!asked[l])
            continue;
        if (listed++)
            putchar('\n');
        complete = LISTS[l]();
    }
    if (!complete) {
        kbit_error error;
        kbit_fail(&error, KBIT_ERR_MEMORY, "no memory for the whole list");
        return kbit_report_error("list", &error);
    }
    return fflush(stdout) == 0 && !ferror(stdout) ? 0 : EXIT_USAGE;
}
