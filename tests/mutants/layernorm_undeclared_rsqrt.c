/* A reciprocal root that is 2 ulp off, undeclared. */
#include "mutant.h"
#include "each_produced.h"

static void norm(const norm_row *row, float *y)
{
    float mean = norm_mean(row), r = 1 / sqrtf(norm_variance(row, mean) + row->eps);
    norm_apply(row, mean, nextafterf(nextafterf(r, INFINITY), INFINITY), y);
}

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    return each_normalized(call, norm);
}

const kbit_mutant mutant_layernorm_undeclared_rsqrt = {
    "layernorm-undeclared-rsqrt", {"layernorm", run, NULL, NULL}, NULL};
