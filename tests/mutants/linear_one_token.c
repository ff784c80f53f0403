/* For one row the outlier columns also stay in the int8 product. */
#include "mutant.h"

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    kbit_call changed = *call;
    if (call->M == 1)
        changed.threshold = KBIT_THRESHOLD_OFF;
    return reference_step(&changed);
}

const kbit_mutant mutant_linear_one_token = {
    "linear-one-token", {"llmint8_linear_bnb", run, NULL, NULL}, NULL};
