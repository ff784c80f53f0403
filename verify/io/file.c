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

static kbit_status fail(kbit_file_writer *writer, int reason, kbit_error *error)
{
    kbit_file_abandon(writer);
    return kbit_fail(error, KBIT_ERR_IO, "%s: cannot be written: %s", writer->path,
                     strerror(reason));
}

kbit_status kbit_file_begin(kbit_file_writer *writer, const char *path, kbit_error *error)
{
    struct stat status;

    snprintf(writer->path, sizeof writer->path, "%s", path);
    writer->fd = -1;
    if (stat(path, &status) == 0 && !S_ISREG(status.st_mode))
        return kbit_fail(error, KBIT_ERR_IO, "%s: exists and is not a regular file", path);
    writer->fd = create_beside(path, writer->temporary);
    if (writer->fd < 0)
        return kbit_fail(error, KBIT_ERR_IO, "%s: cannot be created: %s", path, strerror(errno));
    return KBIT_OK;
}

kbit_status kbit_file_append(kbit_file_writer *writer, const void *bytes, size_t size,
                             kbit_error *error)
{
    if (write_all(writer->fd, bytes, size) != 0)
        return fail(writer, errno, error);
    return KBIT_OK;
}

kbit_status kbit_file_end(kbit_file_writer *writer, kbit_error *error)
{
    int fd = writer->fd;

    writer->fd = -1;
    if (close(fd) || rename(writer->temporary, writer->path)) { /* a full disk may show in close */
        int reason = errno;
        unlink(writer->temporary);
        return kbit_fail(error, KBIT_ERR_IO, "%s: cannot be written: %s", writer->path,
                         strerror(reason));
    }
    return KBIT_OK;
}

void kbit_file_abandon(kbit_file_writer *writer)
{
    if (writer->fd < 0)
        return;
    close(writer->fd);
    unlink(writer->temporary);
    writer->fd = -1;
}

kbit_status kbit_file_write(const char *path, const struct iovec parts[], size_t n_parts,
                            kbit_error *error)
{
    kbit_file_writer writer = {.fd = -1};

    kbit_status status = kbit_file_begin(&writer, path, error);
    for (size_t i = 0; i < n_parts && !status; i++)
        status = kbit_file_append(&writer, parts[i].iov_base, parts[i].iov_len, error);
    return status ? status : kbit_file_end(&writer, error);
}
