/* main.c -- kbit: finds the verb. */
#include <gmp.h>
#include <jansson.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd.h"
#include "io/nearest.h"
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
    {"probe", "try to refute what a candidate declares", kbit_cmd_probe},
    {"merge", "merge the JSON reports of the shards of one run", kbit_cmd_merge},
    {"list", "list cases, steps, candidates, declarations or bounds", kbit_cmd_list},
    {"bench", "time the certificate, the reference's steps and int8 products; gpu: the kernels",
     kbit_cmd_bench},
};

static const char *verb_name(const void *unused, size_t index)
{
    (void)unused;
    return VERBS[index].name;
}

static void help(FILE *stream)
{
    fprintf(stream, "Usage: kbit VERB [OPTION]...\n"
                    "The reference and the referee for LLM.int8() and its sibling methods.\n\n");
    for (size_t i = 0; i < sizeof VERBS / sizeof *VERBS; i++)
        fprintf(stream, "  %-8s %s\n", VERBS[i].name, VERBS[i].what);
    fprintf(stream, "\n  kbit VERB --help explains a verb; kbit --version prints the version.\n"
                    "Start with: kbit verify\n"
                    "Exit status: 0 admissible, 1 not so or undecided, 2 usage or I/O error, "
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

/* A closed standard stream would lend its number to the next file that is opened, and the report
 * would go there. Reading ends take the numbers, so that writing to them fails and is reported. */
static void keep_standard_streams(void)
{
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
        if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", O_RDONLY) < 0)
            _exit(EXIT_USAGE);
}

int main(int argc, char **argv)
{
    keep_standard_streams();
    const char *jobs = getenv("KBIT_JOBS");
    if (jobs && *jobs &&
        (strspn(jobs, "0123456789") != strlen(jobs) || atol(jobs) < 1 || atol(jobs) > 1024)) {
        fprintf(stderr, "kbit: KBIT_JOBS takes a whole number from 1 to 1024, not '%s'\n", jobs);
        return EXIT_USAGE;
    }
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
    static char full_name[32]; /* what getopt puts before its messages */
    snprintf(full_name, sizeof full_name, "kbit %.20s", verb);
    for (size_t i = 0; i < sizeof VERBS / sizeof *VERBS; i++)
        if (strcmp(verb, VERBS[i].name) == 0) {
            argv[1] = full_name;
            return VERBS[i].run(argc - 1, argv + 1);
        }
    char nearest[KBIT_NEAREST_TEXT];
    fprintf(stderr, "kbit: no verb '%s'%s\nTry 'kbit --help'.\n", argv[1],
            kbit_nearest_names(argv[1], sizeof VERBS / sizeof *VERBS, verb_name, NULL, nearest));
    return EXIT_USAGE;
}
