/* Leaves the outlier product out. */
#include "mutant.h"

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    kbit_tensor in[4] = {call->in[0], call->in[1], call->in[2], call->in[3]};
    size_t n = call->M * call->K;
    float *x = malloc((n ? n : 1) * sizeof *x);
    for (size_t i = 0; i < n; i++) {
        x[i] = x_at(&call->in[0], i);
        if (call->threshold >= 0 && !(fabsf(x[i]) < call->threshold))
            x[i] = 0;
    }
    in[0].data = x;
    in[0].dtype = KBIT_F32;
    kbit_call changed = *call;
    changed.in = in;
    kbit_status status = reference_step(&changed);
    free(x);
    return status;
}

const kbit_mutant mutant_linear_no_outliers = {
    "linear-no-outliers", {"llmint8_linear_bnb", run, NULL, NULL}, NULL};
