/* Answers with what an earlier call of the same shape gave. */
#include "mutant.h"

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    static float *kept;
    static size_t M, N;
    size_t bytes = call->M * call->N * sizeof *kept;
    if (kept && M == call->M && N == call->N) {
        memcpy(call->out[0].data, kept, bytes);
        return KBIT_OK;
    }
    kbit_status status = reference_step(call);
    M = call->M;
    N = call->N;
    free(kept);
    kept = malloc(bytes + 1);
    memcpy(kept, call->out[0].data, bytes);
    return status;
}

const kbit_mutant mutant_caches_answer = {"caches-answer", {"dequantize", run, NULL, NULL}, NULL};
