/* Compares with the threshold rounded to fp16. */
#include "mutant.h"

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    kbit_call rounded = *call;
    rounded.threshold = kbit_f16_to_f32(kbit_f16_from_f32(call->threshold));
    return reference_step(&rounded);
}

const kbit_mutant mutant_outliers_fp16_threshold = {
    "outliers-fp16-threshold", {"outlier_columns", run, NULL, NULL}, NULL};
