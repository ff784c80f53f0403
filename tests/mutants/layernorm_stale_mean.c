/* Every second row is centred by the mean of the row before: a buffer that is read too late. */
#include "mutant.h"
#include "each_produced.h"

static size_t number;

static void norm(const norm_row *row, float *y)
{
    norm_row before = *row;
    float own = norm_mean(row), mean = own;
    if (number++ % 2) {
        before.x -= row->K;
        mean = norm_mean(&before);
    }
    norm_apply(row, mean, 1 / sqrtf(norm_variance(row, own) + row->eps), y);
}

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    number = 0;
    return each_normalized(call, norm);
}

const kbit_mutant mutant_layernorm_stale_mean = {
    "layernorm-stale-mean", {"layernorm", run, NULL, NULL}, NULL};
