/* main.c -- kbit: finds the verb. */
#include <gmp.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd.h"
#include "kbit.h"

static const struct {
    const char *name, *what;
    int (*run)(int argc, char **argv);
} VERBS[] = {
    {"verify", "run a candidate on generated or real tensors and judge every element",
     kbit_cmd_verify},
    {"gen", "write the inputs of one step as a folder of .npy files, for any language",
     kbit_cmd_gen},
    {"judge", "judge the outputs that a port added to such a folder", kbit_cmd_judge},
    {"merge", "merge the JSON reports of the shards of one run", kbit_cmd_merge},
    {"list", "list cases, steps, candidates, declarations or bounds", kbit_cmd_list},
    {"bench", "time the certificate, the reference's steps and int8 products", kbit_cmd_bench},
};

static void help(FILE *stream)
{
    fprintf(stream, "Usage: kbit VERB [OPTION]...\n"
                    "The reference and the referee for LLM.int8() and its sibling methods.\n\n");
    for (size_t i = 0; i < sizeof VERBS / sizeof *VERBS; i++)
        fprintf(stream, "  %-8s %s\n", VERBS[i].name, VERBS[i].what);
    fprintf(stream, "\n  kbit VERB --help explains a verb; kbit --version prints the version.\n"
                    "Start with: kbit verify\n"
                    "Exit status: 0 admissible, 1 mismatch or undecided, 2 usage or I/O error, "
                    "77 no device.\n");
}

/* GMP and MPFR abort where an allocation fails; jansson blames the text that it parses, loses an
 * entry of a list in silence, and in 2.14 may crash. So what these ask for is there, or kbit ends.
 * Nothing is half-written then: files and folders are begun when they have done their work. */
static void *or_give_up(void *block)
{
    if (!block) {
        fputs("kbit: out of memory\n", stderr); /* which is not buffered */
        _exit(EXIT_USAGE);
    }
    return block;
}

static void *allocate(size_t size)
{
    return or_give_up(malloc(size));
}

static void *reallocate(void *old, size_t old_size, size_t size)
{
    (void)old_size;
    return or_give_up(realloc(old, size));
}

int main(int argc, char **argv)
{
    mp_set_memory_functions(allocate, reallocate, NULL);
    json_set_alloc_funcs(allocate, free);
    if (argc < 2) {
        help(stderr);
        return EXIT_USAGE;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 ||
        strcmp(argv[1], "help") == 0) {
        help(stdout);
        return fflush(stdout) == 0 ? 0 : EXIT_USAGE;
    }
    if (strcmp(argv[1], "--version") == 0 || strcmp(argv[1], "-V") == 0) {
        printf("kbit %s\n", kbit_version());
        return 0;
    }
    const char *verb = strcmp(argv[1], "check") == 0 ? "judge" : argv[1];
    for (size_t i = 0; i < sizeof VERBS / sizeof *VERBS; i++)
        if (strcmp(verb, VERBS[i].name) == 0)
            return VERBS[i].run(argc - 1, argv + 1);
    fprintf(stderr, "kbit: no verb '%s'\nTry 'kbit --help'.\n", argv[1]);
    return EXIT_USAGE;
}
