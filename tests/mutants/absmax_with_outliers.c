/* Takes the statistic over outlier elements too. */
#include "mutant.h"

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    kbit_call all = *call;
    all.threshold = KBIT_THRESHOLD_OFF;
    return reference_step(&all);
}

const kbit_mutant mutant_absmax_with_outliers = {
    "absmax-with-outliers", {"absmax_rows", run, NULL, NULL}, NULL};
