/* Steps of 64 columns and a tail of 32 and 48, none of 16. */
#include "mutant.h"

static int32_t dot(size_t K, const int8_t *q, const int8_t *w)
{
    int32_t sum = 0;
    for (size_t k = 0; k < (K % 64 == 16 ? K - 16 : K); k++)
        sum += q[k] * w[k];
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

const kbit_mutant mutant_paper_tail_of_16 = {
    "paper-tail-of-16", {"llmint8_linear_paper", run, NULL, NULL}, NULL};
