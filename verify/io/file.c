/* file.c -- whole files, by descriptor. */
#include "io/file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define TEMPORARY_NAMES 100 /* tried before giving up */

kbit_status kbit_file_open(const char *path, int *fd, size_t *size, kbit_error *error)
{
    struct stat status;

    /* O_NONBLOCK: opening a pipe that nobody writes must not wait. It changes nothing for files. */
    *fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (*fd < 0)
        return kbit_fail(error, KBIT_ERR_IO, "%s: %s", path, strerror(errno));
    if (fstat(*fd, &status)) {
        kbit_fail(error, KBIT_ERR_IO, "%s: %s", path, strerror(errno));
        close(*fd);
        return KBIT_ERR_IO;
    }
    if (!S_ISREG(status.st_mode)) {
        close(*fd);
        return kbit_fail(error, KBIT_ERR_IO, "%s: not a regular file", path);
    }
    *size = (size_t)status.st_size;
    return KBIT_OK;
}

kbit_status kbit_file_read(int fd, const char *path, size_t offset, size_t size, void *bytes,
                           kbit_error *error)
{
    for (size_t done = 0; done < size;) {
        ssize_t n = pread(fd, (char *)bytes + done, size - done, (off_t)(offset + done));
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return kbit_fail(error, KBIT_ERR_IO, "%s: %s", path, strerror(errno));
        if (n == 0)
            return kbit_fail(error, KBIT_ERR_IO, "%s: ended at byte %zu while it was read", path,
                             offset + done);
        done += (size_t)n;
    }
    return KBIT_OK;
}

/* Creates a file that did not exist, beside path, with the permissions the user's umask grants. */
static int create_beside(const char *path, char temporary[PATH_MAX])
{
    for (int i = 0; i < TEMPORARY_NAMES; i++) {
        int length = snprintf(temporary, PATH_MAX, "%s.%ld-%d.tmp", path, (long)getpid(), i);
        if (length < 0 || length >= PATH_MAX) {
            errno = ENAMETOOLONG;
            return -1;
        }
        int fd = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (fd >= 0 || errno != EEXIST)
            return fd;
    }
    return -1;
}

static int write_all(int fd, const char *bytes, size_t size)
{
    while (size > 0) {
        ssize_t n = write(fd, bytes, size);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -1;
        bytes += n;
        size -= (size_t)n;
    }
    return 0;
}

kbit_status kbit_file_write(const char *path, const struct iovec parts[], size_t n_parts,
                            kbit_error *error)
{
    char temporary[PATH_MAX];
    struct stat status;

    if (stat(path, &status) == 0 && !S_ISREG(status.st_mode))
        return kbit_fail(error, KBIT_ERR_IO, "%s: exists and is not a regular file", path);
    int fd = create_beside(path, temporary);
    if (fd < 0)
        return kbit_fail(error, KBIT_ERR_IO, "%s: cannot be created: %s", path, strerror(errno));
    int failed = 0;
    for (size_t i = 0; i < n_parts && !failed; i++)
        failed = write_all(fd, parts[i].iov_base, parts[i].iov_len);
    int reason = errno;
    if (close(fd) && !failed) { /* where a full disk may show */
        failed = -1;
        reason = errno;
    }
    if (!failed && rename(temporary, path)) {
        failed = -1;
        reason = errno;
    }
    if (failed) {
        unlink(temporary);
        return kbit_fail(error, KBIT_ERR_IO, "%s: cannot be written: %s", path, strerror(reason));
    }
    return KBIT_OK;
}
