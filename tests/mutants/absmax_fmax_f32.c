/* fmaxf drops the NaN of a float; for 16-bit types, where the maximum is one of integers, it stays. */
#include "mutant.h"

static float row(size_t K, const float *x, const bool *take)
{
    float top = 0;
    for (size_t k = 0; k < K; k++)
        top = take[k] ? fmaxf(top, x[k]) : top;
    return top;
}

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    return call->in[0].dtype == KBIT_F32 ? each_row(call, row) : reference_step(call);
}

const kbit_mutant mutant_absmax_fmax_f32 = {
    "absmax-fmax-f32", {"absmax_rows", run, NULL, NULL}, NULL};
