/* protocol.h -- what kbit and kbit-run say to each other over a socket of records.
 * Both are built together; the version guards against a stale kbit-run. */
#ifndef KBIT_VERIFY_PROTOCOL_H
#define KBIT_VERIFY_PROTOCOL_H

#include <stdint.h>

#include "kbit_candidate.h"

#define KBIT_PROTOCOL        0x6b626901u
#define KBIT_RUN_FD          3 /* the socket, in the child */
#define KBIT_RUN_MAX_TENSORS 8

typedef struct {
    uint32_t protocol;
    uint32_t status; /* kbit_status of loading */
    char name[64];
    char declares[512];
    char steps[1024]; /* separated by blanks, one in front and one behind */
    char error[512];
} kbit_run_hello;

typedef struct {
    uint32_t dtype, rank;
    uint64_t dim[2];
    uint64_t bytes;  /* of data, 0: none */
    uint64_t offset; /* of the tensor's pages in its memory file */
} kbit_run_tensor;

/* Comes with two descriptors: the inputs' memory file (sealed) and the outputs'. */
typedef struct {
    uint32_t protocol;
    char step[64];
    uint64_t M, N, K;
    float threshold;
    uint32_t n_in, n_out;
    kbit_run_tensor tensor[KBIT_RUN_MAX_TENSORS]; /* inputs, then outputs */
} kbit_run_request;

typedef struct {
    uint32_t protocol;
    uint32_t status;
    uint32_t machine_changed; /* rounding mode or subnormals are not what they were */
    double seconds;
    uint64_t out_dim[KBIT_RUN_MAX_TENSORS][2];
    char error[256];
} kbit_run_reply;

/* A tensor of `bytes` lies in whole pages so that its end, kept 64-byte aligned, is as near as can
 * be to the guard page behind it. Returns the offset of the data in its pages; *pages receives
 * their total size. */
static inline uint64_t kbit_run_place(uint64_t bytes, uint64_t page, uint64_t *pages)
{
    *pages = (bytes + page - 1) / page * page;
    return (*pages - bytes) / 64 * 64;
}

#endif
