/* The last output feature takes the weight statistic of the one before. */
#include "mutant.h"

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    kbit_tensor in[4] = {call->in[0], call->in[1], call->in[2], call->in[3]};
    kbit_call changed = *call;
    float *s = malloc((call->N + 1) * sizeof *s);
    changed.in = in;
    if (call->N > 1) {
        memcpy(s, call->in[2].data, call->N * sizeof *s);
        s[call->N - 1] = s[call->N - 2];
        in[2].data = s;
    }
    kbit_status status = reference_step(&changed);
    free(s);
    return status;
}

const kbit_mutant mutant_linear_last_feature = {
    "linear-last-feature", {"llmint8_linear_bnb", run, NULL, NULL}, NULL};
