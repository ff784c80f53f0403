/* options.cc -- reads KBIT_SIMT_... once; refuses what it does not understand. */
#include "options.h"

#include <ctype.h>
#include <errno.h>
#include <mutex>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <string>

extern char **environ;

namespace simt
{
static const char prefix[] = "KBIT_SIMT_";

[[noreturn]] static void refuse(const char *name, const char *value, const char *expected)
{
    fprintf(stderr, "simt: %s%s=%s: expected %s\n", prefix, name, value, expected);
    _Exit(exit_status_of_fault);
}

/* Decimal or 0x..., nothing before or after it. */
static bool read_number(const char *text, uint64_t low, uint64_t high, uint64_t *number)
{
    char *end;
    errno = 0;
    unsigned long long n = strtoull(text, &end, 0);
    if (!isdigit((unsigned char)*text) || *end || errno || n < low || n > high)
        return false;
    *number = n;
    return true;
}

/* The index of value in a list of words, or -1. */
template <size_t n> static int find_word(const char *value, const char *const (&words)[n])
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(value, words[i]) == 0)
            return (int)i;
    return -1;
}

/* "ieee, fma, ... or cdna3" */
static std::string accumulation_names()
{
    const kbit_accumulation *rows;
    size_t n = kbit_accumulations(&rows);
    std::string names;
    for (size_t r = 0; r < n; r++)
        names += (r == 0 ? "" : r + 1 < n ? ", " : " or ") + std::string(rows[r].name);
    return names;
}

static void read_option(Options *o, const char *name, const char *value)
{
    static const char *const orders[] = {"forward", "reverse", "random", "priority"};
    static const char *const asyncs[] = {"issue", "late", "random"};
    uint64_t n;
    int word;
    if (strcmp(name, "ORDER") == 0) {
        if ((word = find_word(value, orders)) < 0)
            refuse(name, value, "forward, reverse, random or priority");
        o->order = (Order)word;
    } else if (strcmp(name, "ASYNC") == 0) {
        if ((word = find_word(value, asyncs)) < 0)
            refuse(name, value, "issue, late or random");
        o->async = (Async)word;
    } else if (strcmp(name, "MMA") == 0) {
        o->mma = kbit_accumulation_find(value);
        if (!o->mma)
            refuse(name, value, accumulation_names().c_str());
    } else if (strcmp(name, "CAPABILITY") == 0) {
        if (!read_number(value, 80, 90, &n))
            refuse(name, value, "a compute capability from 80 to 90");
        o->capability = (int)n;
    } else if (strcmp(name, "SEED") == 0) {
        if (!read_number(value, 0, UINT64_MAX, &o->seed))
            refuse(name, value, "a number from 0 to 2^64 - 1");
    } else if (strcmp(name, "WORKERS") == 0) {
        if (!read_number(value, 1, 1024, &n))
            refuse(name, value, "a number from 1 to 1024");
        o->workers = (unsigned)n;
    } else if (strcmp(name, "POISON") == 0) {
        if (strcmp(value, "random") == 0)
            o->poison = -1;
        else if (read_number(value, 0, 255, &n))
            o->poison = (int)n;
        else
            refuse(name, value, "a byte from 0 to 255, or random");
    } else if (strcmp(name, "STACK") == 0) {
        if (!read_number(value, 16, 65536, &n))
            refuse(name, value, "a number of KiB from 16 to 65536");
        o->stack_kib = (unsigned)n;
    } else if (strcmp(name, "TRAFFIC") == 0 || strcmp(name, "LAUNCHES") == 0) {
        if (!*value)
            refuse(name, value, "the name of a file"); /* traffic.cc and launch_log.cc write it */
    } else {
        fprintf(stderr,
                "simt: %s%s: no such option; there are ORDER, SEED, ASYNC, MMA, CAPABILITY, "
                "WORKERS, POISON, STACK, TRAFFIC and LAUNCHES\n",
                prefix, name);
        _Exit(exit_status_of_fault);
    }
}

static Options from_environment()
{
    Options o;
    for (char **entry = environ; entry && *entry; entry++) {
        const char *equals = strchr(*entry, '=');
        if (!equals || strncmp(*entry, prefix, sizeof prefix - 1) != 0)
            continue;
        char name[32];
        const char *start = *entry + sizeof prefix - 1;
        snprintf(name, sizeof name, "%.*s", (int)(equals - start), start);
        read_option(&o, name, equals + 1);
    }
    return o;
}

static std::mutex &guard()
{
    static std::mutex m;
    return m;
}

static Options &in_force()
{
    static Options o = from_environment();
    return o;
}

Options options()
{
    std::lock_guard<std::mutex> lock(guard());
    return in_force();
}

void set_options(const Options &o)
{
    std::lock_guard<std::mutex> lock(guard());
    in_force() = o;
}
} // namespace simt
