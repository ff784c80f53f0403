/* The statistic of a row of weights ends at 65,536 columns. */
#include "mutant.h"

static float absmax(size_t K, const float *x, const bool *take)
{
    float largest = 0;
    for (size_t k = 0; k < K && k < 65536; k++)
        if (take[k] && x[k] > largest)
            largest = x[k];
    return largest;
}

static kbit_status step(void *bound, const kbit_call *call)
{
    (void)bound;
    return call->threshold < 0 && call->K > 65536 ? each_row(call, absmax) : reference_step(call);
}

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    return composed(call, "absmax_rows", step);
}

const kbit_mutant mutant_paper_weights_16_bit_k = {
    "paper-weights-16-bit-k", {"llmint8_linear_paper", run, NULL, NULL}, NULL};
