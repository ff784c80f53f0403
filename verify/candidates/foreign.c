/* foreign.c -- see foreign.h. */
#define _POSIX_C_SOURCE 200809L
#include "foreign.h"

#include <dlfcn.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kbit.h"

void *kbit_foreign_open(const char *variant, const char *environment, const char *soname,
                        char *rest)
{
    char path[4096] = "";
    const char *asked = getenv(environment);
    rest[0] = '\0';
    for (const char *part = variant ? variant : ""; *part; part += *part == ':') {
        size_t n = strcspn(part, ":");
        if (memchr(part, '/', n))
            snprintf(path, sizeof path, "%.*s", (int)n, part);
        else
            snprintf(rest, 32, "%.*s", (int)n, part);
        part += n;
    }
    if (!path[0])
        snprintf(path, sizeof path, "%s", asked && *asked ? asked : soname);
    void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (!library)
        fprintf(stderr, "skipped: %s ($%s says where it is)\n", dlerror(), environment);
    return library;
}

bool kbit_foreign_symbol(void *library, const char *symbol, void *function)
{
    void *address = dlsym(library, symbol);
    if (!address)
        fprintf(stderr, "skipped: %s\n", dlerror());
    memcpy(function, &address, sizeof address);
    return address != NULL;
}

float *kbit_foreign_widened(const kbit_call *call)
{
    size_t n = call->M * call->K;
    float *x = malloc((n ? n : 1) * sizeof *x);
    if (x && kbit_widen(n, (kbit_dtype)call->in[0].dtype, call->in[0].data, x) != KBIT_OK) {
        free(x);
        x = NULL;
    }
    return x;
}

bool kbit_foreign_unmasked(const kbit_call *call, const kbit_tensor *outliers, const float *x)
{
    bool unmasked = outliers->dim[0] == 0;
    for (size_t i = 0; call->threshold >= 0 && unmasked && i < call->M * call->K; i++)
        unmasked = fabsf(x[i]) < call->threshold;
    return unmasked;
}
