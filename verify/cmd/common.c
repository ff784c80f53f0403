/* common.c -- option values, errors and report files, the same for every verb. */
#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "cmd.h"
#include "io/file.h"
#include "io/nearest.h"
#include "option_values.h"

int kbit_usage(const char *verb, const char *format, ...)
{
    va_list arguments;
    fprintf(stderr, "kbit %s: ", verb);
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fprintf(stderr, "\nTry 'kbit %s --help'.\n", verb);
    return EXIT_USAGE;
}

int kbit_report_error(const char *verb, const kbit_error *error)
{
    fprintf(stderr, "kbit %s: %s\n", verb, error->text);
    return error->status == KBIT_ERR_NO_DEVICE ? EXIT_NO_DEVICE : EXIT_USAGE;
}

int kbit_next_option(int argc, char **argv, const char *letters, const struct option *options,
                     kbit_options_given *given)
{
    int c = getopt_long(argc, argv, letters, options, NULL);
    for (size_t i = 0; c != -1 && c != '?' && options[i].name; i++) {
        if (options[i].val != c || options[i].has_arg == no_argument)
            continue;
        if (given->seen[i] && strcmp(options[i].name, "declare") != 0) {
            fprintf(stderr, "%s: --%s is given twice\n", argv[0], options[i].name);
            return '?';
        }
        given->seen[i] = true;
    }
    return c;
}

bool kbit_option_declare(const char *verb, const char *text, kbit_declares *declares)
{
    const size_t used = strlen(declares->text);
    const int n = snprintf(declares->text + used, sizeof declares->text - used, "%s%s",
                           declares->given ? " " : "", text);
    declares->given = true;
    if (n >= 0 && (size_t)n < sizeof declares->text - used)
        return true;
    kbit_usage(verb, "--declare takes at most %zu characters", sizeof declares->text - 1);
    return false;
}

bool kbit_option_u64(const char *verb, const char *option, const char *text, uint64_t smallest,
                     uint64_t largest, uint64_t *value)
{
    if (kbit_parse_number(text, smallest, largest, value))
        return true;
    kbit_usage(verb, "%s takes a whole number from %llu to %llu, not '%s'", option,
               (unsigned long long)smallest, (unsigned long long)largest, text);
    return false;
}

bool kbit_option_format(const char *verb, const char *text, kbit_format *format)
{
    static const char *const NAMES[] = {"text", "json", "tap", "html"};
    for (int i = 0; i < 4; i++)
        if (strcmp(text, NAMES[i]) == 0) {
            *format = (kbit_format)i;
            return true;
        }
    kbit_usage(verb, "--format takes text, json, tap or html, not '%s'", text);
    return false;
}

bool kbit_option_shard(const char *verb, const char *text, size_t *shard, size_t *shards)
{
    if (kbit_parse_shard(text, shard, shards))
        return true;
    kbit_usage(verb, "--shard takes I/N with 1 <= I <= N <= %d, not '%s'", KBIT_MOST_SHARDS, text);
    return false;
}

bool kbit_option_pair(const char *verb, const char *option, const char *text, size_t *first,
                      size_t *second)
{
    size_t pair[2];
    if (kbit_parse_sizes(text, ',', 2, pair)) {
        *first = pair[0];
        *second = pair[1];
        return true;
    }
    kbit_usage(verb, "%s takes two whole numbers as 32,32, not '%s'", option, text);
    return false;
}

bool kbit_option_element(const char *verb, const char *text, size_t *row, size_t *column)
{
    if (kbit_parse_element(text, row, column))
        return true;
    kbit_usage(verb, "--element takes ROW,COLUMN, not '%s'", text);
    return false;
}

bool kbit_option_key(const char *verb, const char *text, uint8_t key[KBIT_KEY_BYTES])
{
    if (kbit_parse_key(text, key))
        return true;
    kbit_usage(verb, "--key takes %d hexadecimal digits, not '%s'", 2 * KBIT_KEY_BYTES, text);
    return false;
}

static const char *step_name(const void *unused, size_t index)
{
    size_t n;
    (void)unused;
    return kbit_steps(&n)[index]->stem;
}

const kbit_step *kbit_option_step(const char *verb, const char *text)
{
    char nearest[KBIT_NEAREST_TEXT];
    size_t n;
    const kbit_step *step = kbit_step_find(text);
    kbit_steps(&n);
    if (!step)
        kbit_usage(verb, "no step '%s'%s (kbit list --steps)", text,
                   kbit_nearest_names(text, n, step_name, NULL, nearest));
    return step;
}

static const char *case_name(const void *unused, size_t index)
{
    size_t n;
    (void)unused;
    return kbit_cases(&n)[index].name;
}

const kbit_case *kbit_option_case(const char *verb, const char *text)
{
    char nearest[KBIT_NEAREST_TEXT];
    size_t n;
    const kbit_case *cases = kbit_cases(&n);
    for (size_t i = 0; i < n; i++)
        if (strcmp(cases[i].name, text) == 0)
            return &cases[i];
    kbit_usage(verb, "no case '%s'%s (kbit list --cases)", text,
               kbit_nearest_names(text, n, case_name, NULL, nearest));
    return NULL;
}

/* A misspelt step would only ever be absent: every name in the candidate's ops must be a step. */
static kbit_status check_ops(const char *candidate, const kbit_sandbox *sandbox, kbit_error *error)
{
    char stem[64], nearest[KBIT_NEAREST_TEXT];
    size_t n_steps;
    kbit_steps(&n_steps);
    for (const char *p = kbit_sandbox_steps(sandbox); *(p += strspn(p, " "));) {
        size_t n = strcspn(p, " ");
        snprintf(stem, sizeof stem, "%.*s", (int)n, p);
        if (!kbit_step_find(stem))
            return kbit_fail(error, KBIT_ERR_FORMAT,
                             "candidate %s serves '%s', which is no step%s (kbit list --steps)",
                             candidate, stem,
                             kbit_nearest_names(stem, n_steps, step_name, NULL, nearest));
        p += n;
    }
    return KBIT_OK;
}

kbit_status kbit_open_candidate(const char *text, unsigned seconds, size_t memory_mib,
                                kbit_sandbox **sandbox, kbit_error *error)
{
    char name[PATH_MAX], path[PATH_MAX];
    const char *variant;
    size_t length;
    *sandbox = NULL;
    if (!kbit_parse_candidate(text, &length, &variant) || length >= sizeof name)
        return kbit_fail(error, KBIT_ERR_FORMAT,
                         "--candidate takes NAME, FILE or either:VARIANT, not '%s'", text);
    memcpy(name, text, length);
    name[length] = '\0';
    kbit_status status = kbit_candidate_find(name, path, sizeof path, error);
    /* The cuda plug-in exists only where nvcc does: no toolkit is no device, exit 77. */
    if (status != KBIT_OK && strcmp(name, "cuda") == 0)
        return kbit_fail(error, KBIT_ERR_NO_DEVICE,
                         "candidate cuda: this kbit was built without the CUDA toolkit");
    if (status != KBIT_OK)
        return status;
    kbit_sandbox_options options = {path, variant, seconds, memory_mib};
    status = kbit_sandbox_open(&options, sandbox, error);
    if (status == KBIT_OK && (status = check_ops(text, *sandbox, error)) != KBIT_OK) {
        kbit_sandbox_close(*sandbox);
        *sandbox = NULL;
    }
    return status;
}

/* Not by stdio, whose buffer may be what there is no memory for. */
static kbit_status write_stdout(const char *text, size_t size, kbit_error *error)
{
    while (size) {
        ssize_t n = write(STDOUT_FILENO, text, size);
        if (n < 0 && errno != EINTR)
            return kbit_fail(error, KBIT_ERR_IO, "stdout: the report could not be written: %s",
                             strerror(errno));
        text += n > 0 ? n : 0;
        size -= n > 0 ? (size_t)n : 0;
    }
    return KBIT_OK;
}

FILE *kbit_memory_open(void)
{
    int fd = memfd_create("kbit-report", MFD_CLOEXEC);
    FILE *file = fd >= 0 ? fdopen(fd, "w+") : NULL;
    if (!file && fd >= 0)
        close(fd);
    return file;
}

char *kbit_memory_take(FILE *file, size_t *size)
{
    char *text = NULL;
    long end = fflush(file) == 0 && !ferror(file) ? ftell(file) : -1;
    if (end >= 0 && (text = malloc((size_t)end + 1))) {
        rewind(file);
        *size = fread(text, 1, (size_t)end, file);
        if (*size != (size_t)end) {
            free(text);
            text = NULL;
        }
    }
    fclose(file);
    return text;
}

int kbit_finish_report(const char *verb, const kbit_report *report, const kbit_report_about *about,
                       kbit_format format, const char *path)
{
    char *text = NULL;
    size_t size = 0;
    kbit_error error = {KBIT_OK, ""};
    /* Into memory first: a report that cannot be made whole is not begun. */
    FILE *memory = kbit_report_complete(report) ? kbit_memory_open() : NULL;
    bool made = memory && kbit_report_write(report, about, format, memory);
    if (memory)
        text = kbit_memory_take(memory, &size);
    if (!made || !text)
        kbit_fail(&error, KBIT_ERR_MEMORY, "no memory for the report");
    else if (path)
        kbit_file_write(path, &(struct iovec){text, size}, 1, &error);
    else
        write_stdout(text, size, &error);
    free(text);
    return error.status == KBIT_OK ? kbit_report_exit(report) : kbit_report_error(verb, &error);
}
