/* fill.c -- tensors without outliers: near-normal values, uniform codes, weights. */
#include "data/sample.h"

void kbit_fill_normal(uint64_t seed, uint64_t tensor, size_t n, float *x)
{
    for (size_t i = 0; i < n; i++)
        x[i] = to_type(normal(seed, STREAM(tensor, VALUES), i), FRACTION_BITS, KBIT_F32);
}

void kbit_fill_codes(uint64_t seed, uint64_t tensor, size_t n, int8_t *q)
{
    for (size_t i = 0; i < n; i++)
        q[i] = (int8_t)((int)below(255, kbit_hash(seed, STREAM(tensor, VALUES), i)) - 127);
}

/* Errors: KBIT_ERR_UNSUPPORTED (type), _SHAPE, _NULL. */
kbit_status kbit_fill_weights(uint64_t seed, uint64_t tensor, size_t N, size_t K, kbit_dtype type,
                              float *w)
{
    kbit_status status = check(N, K, type, w);
    int halvings = 0; /* the least with 4^halvings >= K */

    if (status != KBIT_OK)
        return status;
    while ((size_t)1 << (2 * halvings) < K)
        halvings++;
    for (size_t i = 0; i < N * K; i++)
        w[i] = to_type(normal(seed, STREAM(tensor, VALUES), i), FRACTION_BITS + 1 + halvings, type);
    return KBIT_OK;
}
