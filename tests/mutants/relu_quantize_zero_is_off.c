/* A threshold of 0 is taken for none. */
#include "mutant.h"

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    kbit_call changed = *call;
    if (!(call->threshold > 0))
        changed.threshold = KBIT_THRESHOLD_OFF;
    return reference_step(&changed);
}

const kbit_mutant mutant_relu_quantize_zero_is_off = {
    "relu-quantize-zero-is-off", {"relu_quantize", run, NULL, NULL}, NULL};
