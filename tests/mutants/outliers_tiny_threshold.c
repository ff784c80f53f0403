/* Declares that numbers below 2^-126 count as zero, and then lists no column for a threshold below it. */
#include "mutant.h"

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    kbit_status status = reference_step(call);
    if (status == KBIT_OK && call->threshold > 0 && call->threshold < 0x1p-126f)
        call->out[0].dim[0] = 0;
    return status;
}

const kbit_mutant mutant_outliers_tiny_threshold = {
    "outliers-tiny-threshold", {"outlier_columns", run, NULL, NULL}, "ftz32=flush"};
