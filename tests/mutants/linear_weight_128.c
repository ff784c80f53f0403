/* Of weights given as codes -128 counts as -127. */
#include "mutant.h"

static int32_t dot(size_t K, const int8_t *q, const int8_t *w)
{
    int32_t sum = 0;
    for (size_t k = 0; k < K; k++)
        sum += q[k] * (w[k] == -128 ? -127 : w[k]);
    return sum;
}

static kbit_status step(void *bound, const kbit_call *call)
{
    (void)bound;
    return each_product(call, dot);
}

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    return composed(call, "int8_matmul", step);
}

const kbit_mutant mutant_linear_weight_128 = {
    "linear-weight-128", {"llmint8_linear_bnb", run, NULL, NULL}, NULL};
