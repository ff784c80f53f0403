#include "locate.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sandbox.h"

/* The folder of the running executable, without a libtool ".libs" at its end. */
static void own_folder(char *folder, size_t size)
{
    ssize_t n = readlink("/proc/self/exe", folder, size - 1);
    folder[n > 0 ? n : 0] = '\0';
    char *slash = strrchr(folder, '/');
    if (slash)
        *slash = '\0';
    size_t length = strlen(folder);
    if (length > 6 && strcmp(folder + length - 6, "/.libs") == 0)
        folder[length - 6] = '\0';
}

kbit_status kbit_locate_runner(char *path, size_t size, kbit_error *error)
{
    const char *asked = getenv("KBIT_RUN");
    char folder[PATH_MAX];
    if (asked) {
        struct stat file;
        snprintf(path, size, "%s", asked);
        if (stat(path, &file) == 0 && !S_ISREG(file.st_mode))
            return kbit_fail(error, KBIT_ERR_IO, "KBIT_RUN=%s: not a program", asked);
        if (access(path, X_OK) == 0)
            return KBIT_OK;
        return kbit_fail(error, KBIT_ERR_IO, "KBIT_RUN=%s: %s", asked, strerror(errno));
    }
    own_folder(folder, sizeof folder);
    snprintf(path, size, "%.4000s/kbit-run", folder);
    if (access(path, X_OK) == 0)
        return KBIT_OK;
    snprintf(path, size, "%s/kbit-run", KBIT_LIBEXECDIR);
    if (access(path, X_OK) == 0)
        return KBIT_OK;
    return kbit_fail(error, KBIT_ERR_IO, "kbit-run is neither in %s nor in %s", folder,
                     KBIT_LIBEXECDIR);
}

kbit_status kbit_locate_program(const char *name, char *path, size_t size, kbit_error *error)
{
    char folder[PATH_MAX];
    own_folder(folder, sizeof folder);
    snprintf(path, size, "%.4000s/%.60s", folder, name);
    if (access(path, X_OK) == 0)
        return KBIT_OK;
    snprintf(path, size, "%.3900s/../cuda/bench/%.60s", folder, name);
    if (access(path, X_OK) == 0)
        return KBIT_OK;
    snprintf(path, size, "%s/%.60s", KBIT_LIBEXECDIR, name);
    if (access(path, X_OK) == 0)
        return KBIT_OK;
    return kbit_fail(error, KBIT_ERR_IO, "%s is neither beside kbit nor in %s", name,
                     KBIT_LIBEXECDIR);
}

/* Calls use on each folder that may hold plug-ins, until it returns true. */
static bool each_folder(bool (*use)(const char *folder, void *context), void *context)
{
    char folder[PATH_MAX], candidate[PATH_MAX + 32];
    const char *asked = getenv("KBIT_CANDIDATES");
    while (asked && *asked) {
        size_t n = strcspn(asked, ":");
        snprintf(candidate, sizeof candidate, "%.*s", (int)n, asked);
        if (use(candidate, context))
            return true;
        asked += n + (asked[n] == ':');
    }
    own_folder(folder, sizeof folder);
    snprintf(candidate, sizeof candidate, "%s/candidates/.libs", folder);
    if (access(candidate, X_OK) == 0)
        return use(candidate, context);
    return use(KBIT_CANDIDATEDIR, context);
}

typedef struct {
    const char *name;
    char *found;
    size_t size;
} search;

static bool holds(const char *folder, void *context)
{
    search *s = context;
    snprintf(s->found, s->size, "%s/%s.so", folder, s->name);
    return access(s->found, R_OK) == 0;
}

kbit_status kbit_candidate_find(const char *name, char *found, size_t size, kbit_error *error)
{
    if (strchr(name, '/')) {
        snprintf(found, size, "%s", name);
        struct stat file; /* loading waits for whoever writes into a pipe */
        if (access(found, R_OK) != 0 || stat(found, &file) != 0)
            return kbit_fail(error, KBIT_ERR_IO, "candidate %s: %s", name, strerror(errno));
        if (!S_ISREG(file.st_mode))
            return kbit_fail(error, KBIT_ERR_IO, "candidate %s: no file that could be loaded",
                             name);
        return KBIT_OK;
    }
    search s = {name, found, size};
    if (each_folder(holds, &s))
        return KBIT_OK;
    size_t length = strlen(name);
    if (length > 3 && strcmp(name + length - 3, ".so") == 0 && access(name, R_OK) == 0) {
        snprintf(found, size, "./%s", name);
        return KBIT_OK;
    }
    return kbit_fail(error, KBIT_ERR_UNSUPPORTED,
                     "candidate %s: not built here (see kbit list --candidates)", name);
}

typedef struct {
    void (*visit)(const char *name, const char *path, void *context);
    void *context;
} visitor;

static int is_plugin(const struct dirent *entry)
{
    size_t n = strlen(entry->d_name);
    return n > 3 && strcmp(entry->d_name + n - 3, ".so") == 0;
}

static bool list(const char *folder, void *context)
{
    visitor *v = context;
    struct dirent **entries;
    int n = scandir(folder, &entries, is_plugin, alphasort);
    if (n < 0 && errno == ENOMEM)
        return true;
    for (int i = 0; i < n; i++) {
        char name[NAME_MAX + 1], path[PATH_MAX + NAME_MAX + 2];
        snprintf(path, sizeof path, "%s/%s", folder, entries[i]->d_name);
        snprintf(name, sizeof name, "%.*s", (int)strlen(entries[i]->d_name) - 3,
                 entries[i]->d_name);
        v->visit(name, path, v->context);
        free(entries[i]);
    }
    if (n >= 0)
        free(entries);
    return false;
}

bool kbit_candidate_each(void (*visit)(const char *name, const char *path, void *context),
                         void *context)
{
    visitor v = {visit, context};
    return !each_folder(list, &v);
}
