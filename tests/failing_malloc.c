/* failing_malloc.c -- preloaded into kbit: one allocation fails, or all from one on.
 *
 *   KBIT_FAIL_AT=N     the N-th allocation after the start of main() fails
 *   KBIT_FAIL_ON=1     and all that follow
 *   KBIT_FAIL_COUNT=F  writes into file F how many there were
 *
 * Only a program called kbit is concerned: what it starts inherits the preload. glibc's own names of
 * its allocator are used, so that nothing here allocates. */
#define _GNU_SOURCE /* program_invocation_short_name */
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *old, size_t size);
void *__libc_memalign(size_t alignment, size_t size);

static atomic_ulong count;
static unsigned long fail_at;
static int fail_on, active;

static int fails(void)
{
    if (!active)
        return 0;
    unsigned long n = atomic_fetch_add(&count, 1) + 1;
    int failing = fail_at != 0 && (n == fail_at || (fail_on && n > fail_at));
    if (failing)
        errno = ENOMEM;
    return failing;
}

void *malloc(size_t size)
{
    return fails() ? NULL : __libc_malloc(size);
}

void *calloc(size_t n, size_t size)
{
    return fails() ? NULL : __libc_calloc(n, size);
}

void *realloc(void *old, size_t size)
{
    return fails() ? NULL : __libc_realloc(old, size);
}

void *aligned_alloc(size_t alignment, size_t size)
{
    return fails() ? NULL : __libc_memalign(alignment, size);
}

int posix_memalign(void **block, size_t alignment, size_t size)
{
    void *made = fails() ? NULL : __libc_memalign(alignment, size);
    if (!made)
        return ENOMEM;
    *block = made;
    return 0;
}

static void report(void)
{
    char text[32];
    int n = snprintf(text, sizeof text, "%lu\n", atomic_load(&count));
    int file = open(getenv("KBIT_FAIL_COUNT"), O_WRONLY | O_CREAT | O_TRUNC, 0666);
    if (file >= 0 && write(file, text, (size_t)n) == n)
        close(file);
}

__attribute__((constructor)) static void start(void)
{
    const char *at = getenv("KBIT_FAIL_AT");
    if (strcmp(program_invocation_short_name, "kbit") != 0)
        return;
    fail_at = at ? strtoul(at, NULL, 10) : 0;
    fail_on = getenv("KBIT_FAIL_ON") != NULL;
    if (getenv("KBIT_FAIL_COUNT"))
        atexit(report);
    active = 1;
}
