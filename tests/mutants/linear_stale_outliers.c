/* Keeps the threshold of the first call, as a layer does that is set up once. */
#include "mutant.h"

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    static float first = NAN;
    kbit_call changed = *call;
    if (isnan(first))
        first = call->threshold;
    changed.threshold = first;
    return reference_step(&changed);
}

const kbit_mutant mutant_linear_stale_outliers = {
    "linear-stale-outliers", {"llmint8_linear_bnb", run, NULL, NULL}, NULL};
