/* The last output feature takes the weight statistic of the one before. */
#include "mutant.h"

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    kbit_tensor in[5] = {call->in[0], call->in[1], call->in[2], call->in[3], call->in[4]};
    kbit_call changed = *call;
    float *s = malloc((call->N + 1) * sizeof *s);
    changed.in = in;
    if (call->N > 1) {
        memcpy(s, call->in[3].data, call->N * sizeof *s);
        s[call->N - 1] = s[call->N - 2];
        in[3].data = s;
    }
    kbit_status status = reference_step(&changed);
    free(s);
    return status;
}

const kbit_mutant mutant_outlier_product_last_feature = {
    "outlier-product-last-feature", {"outlier_matmul", run, NULL, NULL}, NULL};
