/* A signalling NaN of fp16 is taken for infinity. */
#include "mutant.h"

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    kbit_status status = reference_step(call);
    const uint16_t *x = call->in[0].data;
    for (size_t e = 0; call->in[0].dtype == KBIT_F16 && e < call->M * call->K; e++)
        if ((x[e] & 0x7fff) > 0x7c00 && (x[e] & 0x7fff) < 0x7e00)
            put_rounded(&call->out[0], e, INFINITY);
    return status;
}

const kbit_mutant mutant_relu_signalling_nan = {
    "relu-signalling-nan", {"relu", run, NULL, NULL}, NULL};
