/* python.c -- candidate: a port that is a Python script, as a plug-in.
 *
 * Variant: SCRIPT.py or SCRIPT.py:VARIANT. The script is started once, by $PYTHON or else python3, and
 * serves calls over two pipes; verify/candidates/python/kbit_port.py is its side and describes what
 * goes over them. A script that cannot serve (a package is missing) says why on stderr and ends.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kbit_candidate.h"

static FILE *to_port, *from_port;
static const char *const TYPES[] = {"", "f32", "f16", "bf16", "i8", "i32"};
static const size_t SIZES[] = {0, 4, 2, 2, 1, 4};

static size_t bytes(const kbit_tensor *t)
{
    return t->dim[0] * (t->rank == 2 ? t->dim[1] : 1) * SIZES[t->dtype];
}

static void describe(const char *direction, const kbit_tensor *t)
{
    fprintf(to_port, "%s %s %zu", direction, TYPES[t->dtype], t->dim[0]);
    if (t->rank == 2)
        fprintf(to_port, " %zu", t->dim[1]);
    fputc('\n', to_port);
}

/* How many inputs a step has stands in the header's table; the ABI does not say. */
static size_t inputs_of(const char *step)
{
    static const struct {
        const char *step;
        size_t inputs;
    } STEPS[] = {{"outlier_columns", 1},
                 {"absmax_rows", 2},
                 {"quantize_rows", 3},
                 {"int8_matmul", 2},
                 {"dequantize", 3},
                 {"outlier_matmul", 5},
                 {"outlier_matmul_w16", 4},
                 {"store", 2},
                 {"llmint8_linear_bnb", 4},
                 {"llmint8_linear_paper", 3},
                 {"rmsnorm", 3},
                 {"layernorm", 4},
                 {"relu", 1},
                 {"gelu", 1},
                 {"gelu_tanh", 1},
                 {"silu", 1}};
    for (size_t s = 0; s < sizeof STEPS / sizeof *STEPS; s++)
        if (strcmp(STEPS[s].step, step) == 0)
            return STEPS[s].inputs;
    return 0;
}

/* The port's process is gone or speaks another language. */
static kbit_status lost(const char *why)
{
    fprintf(stderr, "python: %s\n", why);
    return KBIT_ERR_DEVICE;
}

/* "ok", "ok LENGTH" for a list, "unsupported WHY", "range WHY" or "error WHY". */
static kbit_status answer(const kbit_call *call)
{
    char line[1024];
    kbit_tensor *out = &call->out[0];
    if (!fgets(line, sizeof line, from_port))
        return lost("the port ended during the call");
    line[strcspn(line, "\n")] = '\0';
    if (strncmp(line, "ok", 2) != 0) {
        fprintf(stderr, "%s: %s\n", call->step, line);
        return strncmp(line, "unsupported ", 12) == 0 ? KBIT_ERR_UNSUPPORTED
               : strncmp(line, "range ", 6) == 0      ? KBIT_ERR_RANGE
                                                      : KBIT_ERR_DEVICE;
    }
    if (line[2] == ' ') {
        size_t length = strtoull(line + 3, NULL, 10);
        if (length > out->dim[0])
            return lost("the port's list is longer than there is room");
        out->dim[0] = length;
    }
    size_t size = bytes(out);
    if (size && fread(out->data, 1, size, from_port) != size)
        return lost("the port ended within its output");
    return KBIT_OK;
}

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    size_t n = inputs_of(call->step);
    fprintf(to_port, "call %s %zu %zu %zu ", call->step, call->M, call->N, call->K);
    if (call->threshold < 0)
        fputs("off\n", to_port);
    else
        fprintf(to_port, "%a\n", (double)call->threshold);
    for (size_t i = 0; i < n; i++)
        describe("in", &call->in[i]);
    describe("out", &call->out[0]);
    fputs("end\n", to_port);
    for (size_t i = 0; i < n; i++)
        if (bytes(&call->in[i]))
            fwrite(call->in[i].data, 1, bytes(&call->in[i]), to_port);
    if (fflush(to_port) != 0)
        return lost(strerror(errno));
    return answer(call);
}

/* Lets the port import kbit_port.py: behind what $PYTHONPATH says, the installed folder and, beside a
 * plug-in that is not installed, the link that the build made. */
static void show_helper(void)
{
    Dl_info plugin;
    const char *given = getenv("PYTHONPATH");
    char path[8192];
    if (!dladdr(TYPES, &plugin))
        return;
    const char *slash = strrchr(plugin.dli_fname, '/');
    snprintf(path, sizeof path, "%.3000s%s%.*s../ports:%s", given ? given : "",
             given && *given ? ":" : "", slash ? (int)(slash - plugin.dli_fname) + 1 : 0,
             plugin.dli_fname, KBIT_PORTDIR);
    setenv("PYTHONPATH", path, 1);
}

/* Starts the port; its stdin and stdout are the pipes, its stderr stays. */
static int start(const char *script, const char *variant)
{
    int there[2], back[2];
    const char *python = getenv("PYTHON");
    if (!python || !*python)
        python = "python3";
    if (pipe(there) != 0 || pipe(back) != 0)
        return 0;
    signal(SIGPIPE, SIG_IGN);
    pid_t pid = fork();
    if (pid == 0) {
        dup2(there[0], STDIN_FILENO);
        dup2(back[1], STDOUT_FILENO);
        show_helper();
        /* All others, kbit-run's own channel among them, are no business of the port's. */
        for (int fd = STDERR_FILENO + 1; fd < 64; fd++)
            close(fd);
        execlp(python, python, script, "--serve", variant, (char *)NULL);
        fprintf(stderr, "skipped: %s: %s\n", python, strerror(errno));
        _exit(127);
    }
    close(there[0]);
    close(back[1]);
    to_port = fdopen(there[1], "w");
    from_port = fdopen(back[0], "r");
    return pid > 0 && to_port && from_port;
}

/* One line of the port's greeting, without its end; NULL where there is none. */
static const char *greeting(char *line, size_t size)
{
    if (!fgets(line, (int)size, from_port) || !strchr(line, '\n'))
        return NULL;
    line[strcspn(line, "\n")] = '\0';
    return line;
}

const kbit_candidate_v1 *kbit_candidate(const char *variant)
{
    static char script[4096], name[64], declares[512], steps[512], first[16];
    static kbit_op ops[16];
    static kbit_candidate_v1 candidate = {
        KBIT_CANDIDATE_ABI, sizeof candidate, name, declares, ops, 0};
    if (!variant || strlen(variant) >= sizeof script) {
        fputs("which script? --candidate python:SCRIPT.py[:VARIANT]\n", stderr);
        return NULL;
    }
    strcpy(script, variant);
    char *suffix = strstr(script, ".py:");
    const char *its_variant = "";
    if (suffix) {
        suffix[3] = '\0';
        its_variant = suffix + 4;
    }
    if (access(script, R_OK) != 0) {
        fprintf(stderr, "%s: %s\n", script, strerror(errno));
        return NULL;
    }
    if (!start(script, its_variant) || !greeting(first, sizeof first) ||
        strcmp(first, "kbit-port 1") != 0 || !greeting(name, sizeof name) ||
        !greeting(declares, sizeof declares) || !greeting(steps, sizeof steps))
        return NULL;
    for (char *step = strtok(steps, " "); step && candidate.n_ops < 16; step = strtok(NULL, " "))
        ops[candidate.n_ops++] = (kbit_op){.step = step, .run = run};
    return &candidate;
}
