/* A statistic of W that is not finite counts as 0: its features become numbers. */
#include "mutant.h"

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    kbit_tensor in[4];
    memcpy(in, call->in, sizeof in);
    float *s = malloc(call->N * sizeof *s + 1);
    if (!s)
        return KBIT_ERR_MEMORY;
    for (size_t j = 0; j < call->N; j++) {
        float given = ((const float *)call->in[2].data)[j];
        s[j] = isfinite(given) ? given : 0;
    }
    in[2].data = s;
    kbit_call changed = *call;
    changed.in = in;
    kbit_status status = reference_step(&changed);
    free(s);
    return status;
}

const kbit_mutant mutant_linear_finite_weights = {
    "linear-finite-weights", {"llmint8_linear_bnb", run, NULL, NULL}, NULL};
