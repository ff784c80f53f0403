/* Weights that are as many rows as columns are read transposed. */
#include "mutant.h"

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    const size_t n = call->N, size = kbit_dtype_size((kbit_dtype)call->in[1].dtype);
    if (n != call->K)
        return reference_step(call);
    kbit_tensor in[3] = {call->in[0], call->in[1], call->in[2]};
    kbit_call changed = *call;
    char *w = calloc(n * n + 1, size);
    changed.in = in;
    in[1].data = w;
    for (size_t at = 0; at < n * n; at++)
        memcpy(w + at * size, (char *)call->in[1].data + (at % n * n + at / n) * size, size);
    kbit_status status = reference_step(&changed);
    free(w);
    return status;
}

const kbit_mutant mutant_paper_square_weights = {
    "paper-square-weights", {"llmint8_linear_paper", run, NULL, NULL}, NULL};
