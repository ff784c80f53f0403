/* The maximum of floats is taken with subnormals flushed. */
#include "mutant.h"

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    float *a = call->out[0].data;
    kbit_status status = reference_step(call);
    for (size_t i = 0; status == KBIT_OK && i < call->M; i++) {
        if (call->in[0].dtype == KBIT_F32 && a[i] < 0x1p-126f)
            a[i] = 0;
    }
    return status;
}

const kbit_mutant mutant_absmax_flushes_f32 = {
    "absmax-flushes-f32", {"absmax_rows", run, NULL, NULL}, NULL};
