/* max x for max |x|. */
#include "mutant.h"

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    float *a = call->out[0].data;
    kbit_status status = reference_step(call);
    for (size_t i = 0; status == KBIT_OK && i < call->M; i++) {
        float largest = 0;
        for (size_t k = 0; k < call->K; k++)
            largest = fmaxf(largest, x_at(&call->in[0], i * call->K + k));
        a[i] = fminf(a[i], largest);
    }
    return status;
}

const kbit_mutant mutant_absmax_max = {"absmax-max", {"absmax_rows", run, NULL, NULL}, NULL};
