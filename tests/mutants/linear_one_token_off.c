/* With one row and the threshold off the last column is not in the int8 product. */
#include "mutant.h"

static bool one_row;

static int32_t dot(size_t K, const int8_t *q, const int8_t *w)
{
    int32_t sum = 0;
    for (size_t k = 0; k < K - (one_row && K > 0); k++)
        sum += q[k] * w[k];
    return sum;
}

static kbit_status step(void *bound, const kbit_call *call)
{
    (void)bound;
    one_row = call->M == 1 && call->threshold < 0;
    return each_product(call, dot);
}

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    return composed(call, "int8_matmul", step);
}

const kbit_mutant mutant_linear_one_token_off = {
    "linear-one-token-off", {"llmint8_linear_bnb", run, NULL, NULL}, NULL};
