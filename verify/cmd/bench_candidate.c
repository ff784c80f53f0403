/* bench_candidate.c -- int8 products of candidates, timed inside their own process. */
#include "bench.h"
#include "cmd.h"

#include <stdlib.h>

#include "certificate.h"
#include "kbit_data.h"

#define SEED           1
#define SECONDS_A_CALL 600

typedef struct {
    kbit_sandbox *sandbox;
    size_t n;
    int8_t *q, *w;
    int32_t *c;
} product;

static void release(void *state)
{
    product *p = state;
    kbit_sandbox_close(p->sandbox);
    free(p->q);
    free(p->w);
    free(p->c);
    free(p);
}

static kbit_status prepare(const char *of, size_t n, void **state, double *work, kbit_error *error)
{
    product *p = calloc(1, sizeof *p);
    if (!p)
        return kbit_fail(error, KBIT_ERR_MEMORY, "out of memory");
    p->n = n;
    p->q = malloc(n * n);
    p->w = malloc(n * n);
    p->c = malloc(n * n * sizeof *p->c);
    kbit_status status = KBIT_OK;
    if (!p->q || !p->w || !p->c)
        status = kbit_fail(error, KBIT_ERR_MEMORY, "out of memory for a product of size %zu", n);
    else
        status = kbit_open_candidate(of, SECONDS_A_CALL, 0, &p->sandbox, error);
    if (status == KBIT_OK && !kbit_sandbox_serves(p->sandbox, "int8_matmul"))
        status = kbit_fail(error, KBIT_ERR_UNSUPPORTED, "%s does not serve int8_matmul", of);
    if (status != KBIT_OK) {
        release(p);
        return status;
    }
    kbit_fill_codes(SEED, 10, n * n, p->q);
    kbit_fill_codes(SEED, 11, n * n, p->w);
    *state = p;
    *work = (double)n * (double)n * (double)n;
    return KBIT_OK;
}

/* A wrong product is not worth timing: each run's result is certified, outside the clock. */
static kbit_status run(void *state, double *seconds, kbit_error *error)
{
    product *p = state;
    const size_t n = p->n;
    const kbit_tensor in[2] = {{p->q, KBIT_I8, 2, {n, n}}, {p->w, KBIT_I8, 2, {n, n}}};
    kbit_tensor out = {p->c, KBIT_I32, 2, {n, n}};
    kbit_call call = {"int8_matmul", n, n, n, KBIT_THRESHOLD_OFF, in, &out};
    kbit_call_outcome outcome;
    kbit_status status = kbit_sandbox_call(p->sandbox, &call, 2, 1, 0xa5, &outcome, error);
    if (status != KBIT_OK)
        return status;
    if (outcome.result != KBIT_ADMISSIBLE || outcome.status != KBIT_OK)
        return kbit_fail(error, KBIT_ERR_DEVICE, "%s: %s: %s", kbit_sandbox_name(p->sandbox),
                         kbit_result_name(outcome.result), outcome.note);
    *seconds = outcome.seconds;
    kbit_certificate certificate;
    status = kbit_certify_int8_matmul(n, n, n, p->q, p->w, p->c, NULL, &certificate, error);
    if (status == KBIT_OK && certificate.wrong)
        return kbit_fail(error, KBIT_ERR_DEVICE, "%s: %zu of %zu outputs are wrong",
                         kbit_sandbox_name(p->sandbox), certificate.wrong, n * n);
    return status;
}

const kbit_benchmark kbit_bench_candidate[] = {
    {.name = "int8_matmul.simt",
     .of = "simt",
     .what = "the CUDA kernel's int8 product of size^3 on the CPU layer",
     .unit = "MAC/s",
     .sizes = {1024},
     .quick = {256},
     .prepare = prepare,
     .run = run,
     .release = release},
    {.name = "int8_matmul.onednn",
     .of = "onednn",
     .what = "the same product by oneDNN, if it was built",
     .unit = "MAC/s",
     .sizes = {1024},
     .quick = {256},
     .prepare = prepare,
     .run = run,
     .release = release},
};
const size_t kbit_bench_candidate_count =
    sizeof kbit_bench_candidate / sizeof *kbit_bench_candidate;
