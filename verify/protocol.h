/* protocol.h -- what kbit and kbit-run say to each other: records over a socket, and a page of
 * shared memory that outlives the process.
 *
 * Both are built together; the version guards against a stale kbit-run. The candidate lives in
 * kbit-run's process and can write both, so kbit checks every record (sandbox/message.c) and uses
 * the page for explanations only, never for a verdict. */
#ifndef KBIT_VERIFY_PROTOCOL_H
#define KBIT_VERIFY_PROTOCOL_H

#include <stdint.h>

#include "kbit_candidate.h"

#define KBIT_PROTOCOL        0x6b626902u
#define KBIT_RUN_FD          3 /* the socket, in the child */
#define KBIT_RUN_BOX_FD      4 /* the shared page's memory file, closed once it is mapped */
#define KBIT_RUN_MAX_TENSORS 8
#define KBIT_RUN_MAX_OPS     64
#define KBIT_RUN_GUARD       ((uint64_t)1 << 16) /* untouchable bytes on either side of a tensor */

/* The first record; comes with a descriptor where calls that start processes are reported. */
typedef struct {
    uint32_t protocol;
    uint32_t reports_processes;
} kbit_run_ready;

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
    uint32_t call; /* its number: an answer repeats it */
    char step[64];
    uint64_t M, N, K;
    float threshold;
    uint32_t n_in, n_out;
    kbit_run_tensor tensor[KBIT_RUN_MAX_TENSORS]; /* inputs, then outputs */
} kbit_run_request;

typedef struct {
    uint32_t protocol;
    uint32_t call;
    uint32_t status;
    double seconds;
    uint64_t out_dim[KBIT_RUN_MAX_TENSORS][2];
    char changed[192]; /* what the call left changed in its process; "": nothing */
    char error[256];
} kbit_run_reply;

/* Where the process is. */
typedef enum {
    KBIT_PHASE_EXEC,
    KBIT_PHASE_LOAD,     /* dlopen: constructors run */
    KBIT_PHASE_ENTRY,    /* kbit_candidate() runs */
    KBIT_PHASE_DESCRIBE, /* what it returned is read */
    KBIT_PHASE_IDLE,     /* between calls */
    KBIT_PHASE_CALL,
    KBIT_PHASE_EXIT /* exit handlers and destructors run */
} kbit_phase;

/* What a faulting address belongs to. */
typedef enum {
    KBIT_PLACE_UNKNOWN, /* the processor did not say */
    KBIT_PLACE_NOWHERE,
    KBIT_PLACE_NULL,
    KBIT_PLACE_TENSOR,
    KBIT_PLACE_EARLIER, /* a tensor of an earlier call, which has returned */
    KBIT_PLACE_STACK,
    KBIT_PLACE_PLUGIN
} kbit_place;

typedef enum { KBIT_ACCESS_UNKNOWN, KBIT_ACCESS_READ, KBIT_ACCESS_WRITE } kbit_access;

/* What kbit-run itself ends its process for. */
typedef enum {
    KBIT_END_NONE,
    KBIT_END_CHANNEL, /* the socket was closed or replaced */
    KBIT_END_JUMP     /* the candidate left its call by a jump back into loading */
} kbit_end;

/* The page. A signal handler writes the lower part, once, when the process dies. */
typedef struct {
    uint32_t phase;
    int32_t exec_error; /* errno of exec, 0: it succeeded */
    uint32_t end;
    int32_t signal; /* 0: none was seen */
    int32_t code;
    uint32_t place, access;
    uint32_t tensor; /* of the call: inputs, then outputs */
    uint32_t in_plugin;
    int64_t offset; /* of the address in its tensor */
    uint64_t bytes; /* of the tensor */
    uint64_t address;
    uint64_t at; /* the instruction: offset in the plug-in's file where in_plugin */
    int32_t syscall;
    int64_t argument;
    char step[64]; /* of the call that the tensor belongs to */
} kbit_run_box;

/* A tensor of `bytes` lies in whole pages so that its end, kept 64-byte aligned, is as near as can
 * be to the guard behind it. Returns the offset of the data in its pages; *pages receives their
 * total size. */
static inline uint64_t kbit_run_place(uint64_t bytes, uint64_t page, uint64_t *pages)
{
    *pages = (bytes + page - 1) / page * page;
    return (*pages - bytes) / 64 * 64;
}

#endif
