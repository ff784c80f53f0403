/* io_scratch.h -- a folder of its own for a test that writes files: gone when the test is over,
 * left for inspection when it failed. */
#ifndef KBIT_TESTS_IO_SCRATCH_H
#define KBIT_TESTS_IO_SCRATCH_H

#include <check.h>
#include <dirent.h>
#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <signal.h>
#include <unistd.h>

static char scratch[128];

static void scratch_make(void)
{
    const char *folder = getenv("TMPDIR");
    snprintf(scratch, sizeof scratch, "%s/kbit-io.XXXXXX", folder && *folder ? folder : "/tmp");
    ck_assert_msg(mkdtemp(scratch) != NULL, "mkdtemp: %s", strerror(errno));
}

static int scratch_remove_one(const char *path, const struct stat *status, int type,
                              struct FTW *where)
{
    (void)status, (void)type, (void)where;
    return remove(path);
}

static void scratch_remove(void)
{
    nftw(scratch, scratch_remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

/* The path of a file in the folder, valid until the eighth call after. */
static const char *scratch_path(const char *file)
{
    static char paths[8][256];
    static unsigned turn;
    char *path = paths[turn++ % 8];
    snprintf(path, sizeof paths[0], "%s/%s", scratch, file);
    return path;
}

static void scratch_write(const char *path, const void *bytes, size_t size)
{
    FILE *f = fopen(path, "wb");
    ck_assert_msg(f != NULL, "%s: %s", path, strerror(errno));
    ck_assert_uint_eq(fwrite(bytes, 1, size, f), size);
    ck_assert_int_eq(fclose(f), 0);
}

/* How many entries a folder has. */
static inline size_t scratch_entries(const char *folder)
{
    size_t n = 0;
    DIR *stream = opendir(folder);
    ck_assert_msg(stream != NULL, "%s: %s", folder, strerror(errno));
    while (readdir(stream))
        n++;
    closedir(stream);
    return n - 2; /* . and .. */
}

/* Makes every write beyond `bytes` of a file fail, as a full disk does, for root too. */
static inline void scratch_limit_files(rlim_t bytes)
{
    struct rlimit limit;
    signal(SIGXFSZ, SIG_IGN);
    ck_assert_int_eq(getrlimit(RLIMIT_FSIZE, &limit), 0);
    limit.rlim_cur = bytes;
    ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

/* The call returned that status, and its one line holds that fragment. */
#define ck_refused(call, wanted, error, fragment)                                                  \
    do {                                                                                           \
        kbit_status status_ = (call);                                                              \
        ck_assert_msg(status_ == (wanted), "%s: status %d (%s), not %d", fragment, (int)status_,   \
                      status_ ? (error).text : "", (int)(wanted));                                 \
        ck_assert_msg(strstr((error).text, fragment) != NULL, "'%s' does not say '%s'",            \
                      (error).text, fragment);                                                     \
    } while (0)

#define ck_ok(call, error)                                                                         \
    do {                                                                                           \
        kbit_status status_ = (call);                                                              \
        ck_assert_msg(status_ == KBIT_OK, "%s: %s", #call, (error).text);                          \
    } while (0)

#endif
