/* Adds the bias of the row to the column: the index is wrong. */
#include "mutant.h"

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    kbit_tensor in[2] = {call->in[0], call->in[1]};
    float *shifted = malloc((call->N + 1) * sizeof *shifted);
    const float *bias = call->in[1].data;
    kbit_call changed = *call;
    for (size_t j = 0; j < call->in[1].dim[0]; j++)
        shifted[j] = bias[(j + 1) % call->N];
    in[1].data = shifted;
    changed.in = in;
    kbit_status status = reference_step(&changed);
    free(shifted);
    return status;
}

const kbit_mutant mutant_store_bias_row = {"store-bias-row", {"store", run, NULL, NULL}, NULL};
