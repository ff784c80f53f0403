#include "load.h"

#include <dlfcn.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "places.h"
#include "watch.h"

static const kbit_candidate_v1 *refuse(kbit_run_hello *hello, kbit_status status,
                                       const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static const kbit_candidate_v1 *refuse(kbit_run_hello *hello, kbit_status status,
                                       const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    hello->status = (uint32_t)status;
    vsnprintf(hello->error, sizeof hello->error, format, arguments);
    va_end(arguments);
    return NULL;
}

/* A word: printable, without blanks, and short enough for `size`. */
static int is_word(const char *text, size_t size)
{
    size_t n = 0;
    while (n < size && text[n] > 0x20 && text[n] < 0x7f)
        n++;
    return n > 0 && n < size && text[n] == '\0';
}

/* The ops as the hello names them; NULL and a refusal where one of them is no step's. */
static const kbit_candidate_v1 *describe(const char *path, const kbit_candidate_v1 *candidate,
                                         kbit_run_hello *hello)
{
    const char *step[KBIT_RUN_MAX_OPS];
    size_t used = 1;
    hello->steps[0] = ' ';
    for (size_t i = 0; i < candidate->n_ops; i++) {
        const kbit_op *op = &candidate->ops[i];
        if (!op->step)
            return refuse(hello, KBIT_ERR_FORMAT, "%s: ops[%zu].step is NULL", path, i);
        if (!is_word(op->step, 64))
            return refuse(hello, KBIT_ERR_FORMAT, "%s: ops[%zu].step is no step's name", path, i);
        if (!op->run)
            return refuse(hello, KBIT_ERR_FORMAT, "%s: ops[%zu].run of step %s is NULL", path, i,
                          op->step);
        for (size_t j = 0; j < i; j++)
            if (strcmp(step[j], op->step) == 0)
                return refuse(hello, KBIT_ERR_FORMAT, "%s: ops[%zu] and ops[%zu] are both %s", path,
                              j, i, op->step);
        step[i] = op->step;
        size_t length = strlen(op->step);
        if (used + length + 2 > sizeof hello->steps)
            return refuse(hello, KBIT_ERR_FORMAT, "%s: the names in ops are too long", path);
        memcpy(hello->steps + used, op->step, length);
        used += length;
        hello->steps[used++] = ' ';
    }
    return candidate;
}

static const kbit_candidate_v1 *check(const char *path, const kbit_candidate_v1 *candidate,
                                      kbit_run_hello *hello)
{
    const kbit_candidate_v1 *c = candidate;
    if (c->abi != KBIT_CANDIDATE_ABI || c->size < sizeof *c)
        return refuse(hello, KBIT_ERR_FORMAT,
                      "%s: candidate ABI %u of size %u, this kbit speaks ABI %u of size %zu", path,
                      c->abi, c->size, KBIT_CANDIDATE_ABI, sizeof *c);
    if (!c->name || !c->declares || (c->n_ops && !c->ops))
        return refuse(hello, KBIT_ERR_FORMAT, "%s: %s is NULL", path,
                      !c->name       ? "name"
                      : !c->declares ? "declares"
                                     : "ops");
    if (c->n_ops > KBIT_RUN_MAX_OPS)
        return refuse(hello, KBIT_ERR_FORMAT, "%s: n_ops is %zu, more than %d", path, c->n_ops,
                      KBIT_RUN_MAX_OPS);
    if (strlen(c->declares) >= sizeof hello->declares)
        return refuse(hello, KBIT_ERR_FORMAT, "%s: declares has %zu characters, more than %zu",
                      path, strlen(c->declares), sizeof hello->declares - 1);
    snprintf(hello->name, sizeof hello->name, "%s", c->name);
    snprintf(hello->declares, sizeof hello->declares, "%s", c->declares);
    return describe(path, candidate, hello);
}

/* Both streams are kbit's file, which was empty. */
static int has_printed(void)
{
    fflush(NULL);
    return lseek(STDERR_FILENO, 0, SEEK_CUR) > 0;
}

const kbit_candidate_v1 *kbit_load(const char *path, const char *variant, kbit_run_box *box,
                                   kbit_run_hello *hello)
{
    box->phase = KBIT_PHASE_LOAD;
    void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (!library)
        return refuse(hello, KBIT_ERR_IO, "%s", dlerror());
    const kbit_candidate_v1 *(*entry)(const char *) = NULL;
    *(void **)&entry = dlsym(library, "kbit_candidate");
    if (!entry)
        return refuse(hello, KBIT_ERR_FORMAT, "%s: no symbol kbit_candidate", path);
    kbit_places_plugin(*(void **)&entry);
    box->phase = KBIT_PHASE_ENTRY;
    kbit_watch(box); /* a constructor may have replaced it */
    const kbit_candidate_v1 *candidate = entry(variant);
    if (box->phase != KBIT_PHASE_ENTRY) { /* entered once, returned from again */
        box->end = KBIT_END_JUMP;
        _exit(4);
    }
    box->phase = KBIT_PHASE_DESCRIBE;
    /* What it printed is its reason, and kbit shows that; only silence leaves room for a guess. */
    if (!candidate && has_printed())
        return refuse(hello, KBIT_ERR_FORMAT, "%s: kbit_candidate(%s%s%s) returned NULL", path,
                      variant ? "\"" : "", variant ? variant : "NULL", variant ? "\"" : "");
    if (!candidate && variant)
        return refuse(hello, KBIT_ERR_FORMAT, "%s: knows no variant '%s'", path, variant);
    if (!candidate)
        return refuse(hello, KBIT_ERR_FORMAT,
                      "%s: kbit_candidate(NULL) returned NULL; it may need a variant, %s:VARIANT",
                      path, path);
    candidate = check(path, candidate, hello);
    if (candidate)
        hello->status = KBIT_OK;
    return candidate;
}

int kbit_unchanged(const kbit_candidate_v1 *candidate, const kbit_run_hello *hello, char *text,
                   size_t size)
{
    static kbit_run_hello again;
    memset(&again, 0, sizeof again);
    if (!check("candidate", candidate, &again))
        snprintf(text, size, "changed its description: %.120s", again.error);
    else if (strcmp(again.declares, hello->declares) != 0)
        snprintf(text, size, "changed what it declares from '%.60s' to '%.60s'", hello->declares,
                 again.declares);
    else if (strcmp(again.name, hello->name) != 0 || strcmp(again.steps, hello->steps) != 0)
        snprintf(text, size, "changed its name or the steps that it says it serves");
    else
        return 1;
    return 0;
}
