/* files.h -- the tensors of a call in memory files: the candidate's process maps them. */
#ifndef KBIT_VERIFY_SANDBOX_FILES_H
#define KBIT_VERIFY_SANDBOX_FILES_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

#include "protocol.h"

/* A process that is forked while another thread has a memory file mapped holds that mapping until
 * its exec, and a file with a writable mapping cannot be sealed: forking locks this for writing. */
extern pthread_rwlock_t kbit_files_mapping;

/* Lays n tensors out in a memory file filled with the byte `poison`; with fill their data are copied
 * in and the file is sealed. described receives where each lies. A descriptor, or -1 with errno. */
int kbit_files_lay_out(const char *name, const kbit_tensor *tensors, size_t n, bool fill,
                       unsigned char poison, kbit_run_tensor *described);

/* Copies the outputs out. False where one was written outside, or cannot be read; note says which,
 * by its name, one of names[0..n). */
bool kbit_files_collect(int fd, const char *const names[], const kbit_run_tensor *described,
                        kbit_tensor *out, size_t n, unsigned char poison, char *note, size_t size);

#endif
