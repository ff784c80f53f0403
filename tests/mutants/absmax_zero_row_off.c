/* A row of zeros gets 1 for its statistic where there is no threshold, so that nobody divides by 0. */
#include "mutant.h"

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    float *a = call->out[0].data;
    kbit_status status = reference_step(call);
    for (size_t i = 0; status == KBIT_OK && i < call->M; i++) {
        if (a[i] == 0 && call->threshold < 0)
            a[i] = 1;
    }
    return status;
}

const kbit_mutant mutant_absmax_zero_row_off = {
    "absmax-zero-row-off", {"absmax_rows", run, NULL, NULL}, NULL};
