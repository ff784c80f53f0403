#include "files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

pthread_rwlock_t kbit_files_mapping = PTHREAD_RWLOCK_INITIALIZER;

static void write_tensors(char *base, const kbit_tensor *tensors, size_t n,
                          const kbit_run_tensor *described, uint64_t page)
{
    for (size_t i = 0; i < n; i++) {
        uint64_t pages;
        if (described[i].bytes)
            memcpy(base + described[i].offset + kbit_run_place(described[i].bytes, page, &pages),
                   tensors[i].data, described[i].bytes);
    }
}

int kbit_files_lay_out(const char *name, const kbit_tensor *tensors, size_t n, bool fill,
                       unsigned char poison, kbit_run_tensor *described)
{
    uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE), offset = 0;
    static const size_t SIZES[] = {0, 4, 2, 2, 1, 4};
    for (size_t i = 0; i < n; i++) {
        const kbit_tensor *t = &tensors[i];
        uint64_t elements = 1, pages;
        for (uint32_t d = 0; d < t->rank; d++)
            elements *= t->dim[d];
        described[i] = (kbit_run_tensor){
            t->dtype, t->rank, {t->dim[0], t->dim[1]}, elements * SIZES[t->dtype], offset};
        kbit_run_place(described[i].bytes, page, &pages);
        offset += pages;
    }
    int fd = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (fd < 0 || ftruncate(fd, (off_t)offset) != 0)
        return fd < 0 ? fd : (close(fd), -1);
    if (offset) {
        pthread_rwlock_rdlock(&kbit_files_mapping);
        char *base = mmap(NULL, offset, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
        if (base != MAP_FAILED) {
            memset(base, poison, offset);
            if (fill)
                write_tensors(base, tensors, n, described, page);
            munmap(base, offset);
        }
        pthread_rwlock_unlock(&kbit_files_mapping);
        if (base == MAP_FAILED)
            return close(fd), -1;
    }
    int seals = F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL | (fill ? F_SEAL_WRITE : 0);
    if (fcntl(fd, F_ADD_SEALS, seals) != 0)
        return close(fd), -1;
    return fd;
}

/* Looks at the bytes around a tensor in its pages. */
static bool red_zones_kept(const unsigned char *base, uint64_t start, uint64_t bytes,
                           uint64_t pages, unsigned char poison, const char *name, char *note,
                           size_t size)
{
    uint64_t changed = 0, before = 0, behind = 0;
    for (uint64_t b = 0; b < pages; b++) {
        if ((b >= start && b < start + bytes) || base[b] == poison)
            continue;
        changed++;
        if (b < start && !before)
            before = start - b; /* the farthest */
        if (b >= start)
            behind = b - start - bytes + 1;
    }
    if (!changed)
        return true;
    snprintf(note, size, "wrote outside output %s: %llu %s changed, as far as %llu %s it", name,
             (unsigned long long)changed, changed == 1 ? "byte" : "bytes",
             (unsigned long long)(before ? before : behind),
             before ? "bytes before" : "bytes behind");
    return false;
}

bool kbit_files_collect(int fd, const char *const names[], const kbit_run_tensor *described,
                        kbit_tensor *out, size_t n, unsigned char poison, char *note, size_t size)
{
    uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
    bool clean = true;
    for (size_t i = 0; i < n; i++) {
        uint64_t pages, start = kbit_run_place(described[i].bytes, page, &pages);
        if (!pages)
            continue;
        unsigned char *base =
            mmap(NULL, pages, PROT_READ, MAP_SHARED, fd, (off_t)described[i].offset);
        if (base == MAP_FAILED) {
            snprintf(note, size, "output %s cannot be read back: %s", names[i], strerror(errno));
            return false;
        }
        memcpy(out[i].data, base + start, described[i].bytes);
        clean = clean && red_zones_kept(base, start, described[i].bytes, pages, poison, names[i],
                                        note, size);
        munmap(base, pages);
    }
    return clean;
}
