/* Every second call is off by an ulp. */
#include "mutant.h"

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    static unsigned calls;
    float *d = call->out[0].data;
    kbit_status status = reference_step(call);
    if (status == KBIT_OK && call->M && call->N && calls++ % 2)
        d[0] = nextafterf(d[0], INFINITY);
    return status;
}

const kbit_mutant mutant_nondeterministic = {
    "nondeterministic", {"dequantize", run, NULL, NULL}, NULL};
