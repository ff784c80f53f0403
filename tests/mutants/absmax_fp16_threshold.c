/* Compares with the threshold rounded to fp16, as one published kernel does. */
#include "mutant.h"

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    kbit_tensor in[5];
    memcpy(in, call->in, 2 * sizeof *in);
    kbit_call changed = *call;
    changed.in = in;
    if (call->threshold >= 0)
        changed.threshold = in_f16(call->threshold);
    return reference_step(&changed);
}

const kbit_mutant mutant_absmax_fp16_threshold = {
    "absmax-fp16-threshold", {"absmax_rows", run, NULL, NULL}, NULL};
