/* The upper half of a float tells NaN from infinity: not where the payload is in the lower half. */
#include "mutant.h"

static float row(size_t K, const float *x, const bool *take)
{
    float top = 0;
    for (size_t k = 0; k < K; k++) {
        uint32_t bits;
        memcpy(&bits, &x[k], sizeof bits);
        const float seen = isnan(x[k]) && bits >> 16 << 1 == 0xff00 ? INFINITY : x[k];
        if (take[k])
            top = isnan(top) || seen <= top ? top : seen;
    }
    return top;
}

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    return each_row(call, row);
}

const kbit_mutant mutant_absmax_low_payload = {
    "absmax-low-payload", {"absmax_rows", run, NULL, NULL}, NULL};
