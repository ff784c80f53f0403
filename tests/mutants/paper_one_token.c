/* For one row nothing is an outlier. */
#include "mutant.h"

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    kbit_call changed = *call;
    if (call->M == 1)
        changed.threshold = KBIT_THRESHOLD_OFF;
    return reference_step(&changed);
}

const kbit_mutant mutant_paper_one_token = {
    "paper-one-token", {"llmint8_linear_paper", run, NULL, NULL}, NULL};
