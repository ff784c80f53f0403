/* common.c -- option values, errors and report files, the same for every verb. */
#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd.h"
#include "io/file.h"

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

bool kbit_option_u64(const char *verb, const char *option, const char *text, uint64_t smallest,
                     uint64_t largest, uint64_t *value)
{
    char *end;
    errno = 0;
    unsigned long long v = strtoull(text, &end, 0);
    bool number = *text >= '0' && *text <= '9' && *end == '\0' && errno == 0;
    if (number && v >= smallest && v <= largest) {
        *value = v;
        return true;
    }
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

bool kbit_option_pair(const char *verb, const char *option, const char *text, size_t *first,
                      size_t *second)
{
    char *end;
    errno = 0;
    unsigned long long a = strtoull(text, &end, 10), b = 0;
    bool good = *text >= '0' && *text <= '9' && *end == ',';
    if (good) {
        const char *rest = end + 1;
        b = strtoull(rest, &end, 10);
        good = *rest >= '0' && *rest <= '9' && *end == '\0';
    }
    if (good && errno == 0) {
        *first = a;
        *second = b;
        return true;
    }
    kbit_usage(verb, "%s takes two whole numbers as 32,32, not '%s'", option, text);
    return false;
}

bool kbit_option_element(const char *verb, const char *text, size_t *row, size_t *column)
{
    char *end;
    errno = 0;
    unsigned long long r = strtoull(text, &end, 10), c = 0;
    bool good = *text >= '0' && *text <= '9' && (*end == ',' || *end == '\0');
    if (good && *end == ',') {
        const char *second = end + 1;
        c = strtoull(second, &end, 10);
        good = *second >= '0' && *second <= '9' && *end == '\0';
    }
    if (good && errno == 0) {
        *row = r;
        *column = c;
        return true;
    }
    kbit_usage(verb, "--element takes ROW,COLUMN, not '%s'", text);
    return false;
}

bool kbit_option_key(const char *verb, const char *text, uint8_t key[KBIT_KEY_BYTES])
{
    bool good = strlen(text) == 2 * KBIT_KEY_BYTES;
    for (size_t i = 0; good && i < KBIT_KEY_BYTES; i++) {
        const char byte[3] = {text[2 * i], text[2 * i + 1], '\0'};
        char *end;
        good = byte[0] != '+' && byte[0] != '-' && byte[0] != ' ';
        key[i] = (uint8_t)strtoul(byte, &end, 16);
        good = good && end == byte + 2;
    }
    if (!good)
        kbit_usage(verb, "--key takes %d hexadecimal digits, not '%s'", 2 * KBIT_KEY_BYTES, text);
    return good;
}

/* A misspelt step would only ever be absent: every name in the candidate's ops must be a step. */
static kbit_status check_ops(const char *candidate, const kbit_sandbox *sandbox, kbit_error *error)
{
    char stem[64];
    for (const char *p = kbit_sandbox_steps(sandbox); *(p += strspn(p, " "));) {
        size_t n = strcspn(p, " ");
        snprintf(stem, sizeof stem, "%.*s", (int)n, p);
        if (!kbit_step_find(stem))
            return kbit_fail(error, KBIT_ERR_FORMAT,
                             "candidate %s serves '%s', which is no step (kbit list --steps)",
                             candidate, stem);
        p += n;
    }
    return KBIT_OK;
}

kbit_status kbit_open_candidate(const char *text, unsigned seconds, size_t memory_mib,
                                kbit_sandbox **sandbox, kbit_error *error)
{
    char name[PATH_MAX], path[PATH_MAX];
    const char *colon = strchr(text, ':'), *slash = strrchr(text, '/');
    /* A name has no slash before its colon, and then its variant may have some: python:a/b.py. */
    if (colon && memchr(text, '/', (size_t)(colon - text)))
        colon = strchr(slash, ':');
    size_t length = colon ? (size_t)(colon - text) : strlen(text);
    *sandbox = NULL;
    if (length == 0 || length >= sizeof name || (colon && !colon[1]))
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
    kbit_sandbox_options options = {path, colon ? colon + 1 : NULL, seconds, memory_mib};
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

int kbit_finish_report(const char *verb, const kbit_report *report, const kbit_report_about *about,
                       kbit_format format, const char *path)
{
    char *text = NULL;
    size_t size = 0;
    kbit_error error = {KBIT_OK, ""};
    /* Into memory first: a report that cannot be made whole is not begun. */
    FILE *memory = kbit_report_complete(report) ? open_memstream(&text, &size) : NULL;
    bool made = memory && kbit_report_write(report, about, format, memory);
    if (memory)
        made = fclose(memory) == 0 && made && text; /* NULL: its last copy failed */
    if (!made)
        kbit_fail(&error, KBIT_ERR_MEMORY, "no memory for the report");
    else if (path)
        kbit_file_write(path, &(struct iovec){text, size}, 1, &error);
    else
        write_stdout(text, size, &error);
    free(text);
    return error.status == KBIT_OK ? kbit_report_exit(report) : kbit_report_error(verb, &error);
}
