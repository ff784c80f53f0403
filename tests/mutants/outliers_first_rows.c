/* Looks at all rows but the last. */
#include "mutant.h"

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    kbit_call shorter = *call;
    shorter.M = call->M ? call->M - 1 : 0;
    return reference_step(&shorter);
}

const kbit_mutant mutant_outliers_first_rows = {
    "outliers-first-rows", {"outlier_columns", run, NULL, NULL}, NULL};
