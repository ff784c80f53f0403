/* product.c -- integer products: every order is exact, so no bit may differ. */
#include "legal.h"

static int32_t product_reversed(size_t K, const int8_t *q, const int8_t *w)
{
    int32_t sum = 0;
    for (size_t k = K; k-- > 0;)
        sum += q[k] * w[k];
    return sum;
}

static kbit_status run_product_reversed(void *bound, const kbit_call *call)
{
    (void)bound;
    return each_product(call, product_reversed);
}

/* Blocks of 64 in four partial sums. */
static int32_t product_blocked(size_t K, const int8_t *q, const int8_t *w)
{
    int32_t part[4] = {0, 0, 0, 0};
    for (size_t k = 0; k < K; k++)
        part[k / 64 % 4] += q[k] * w[k];
    return (part[0] + part[2]) + (part[1] + part[3]);
}

static kbit_status run_product_blocked(void *bound, const kbit_call *call)
{
    (void)bound;
    return each_product(call, product_blocked);
}

static int32_t product_int64(size_t K, const int8_t *q, const int8_t *w)
{
    int64_t sum = 0;
    for (size_t k = 0; k < K; k++)
        sum += (int64_t)q[k] * w[k];
    return (int32_t)sum;
}

static kbit_status run_product_int64(void *bound, const kbit_call *call)
{
    (void)bound;
    return each_product(call, product_int64);
}

/* q + 128 as unsigned, 128 sum w taken off; both sums modulo 2^32. */
static int32_t product_unsigned_shift(size_t K, const int8_t *q, const int8_t *w)
{
    uint32_t sum = 0, weights = 0;
    for (size_t k = 0; k < K; k++) {
        sum += (uint32_t)((q[k] + 128) * w[k]);
        weights += (uint32_t)(int32_t)w[k];
    }
    return (int32_t)(sum - 128 * weights);
}

static kbit_status run_product_unsigned_shift(void *bound, const kbit_call *call)
{
    (void)bound;
    return each_product(call, product_unsigned_shift);
}

/* In double, where the sums have room. */
static int32_t product_double(size_t K, const int8_t *q, const int8_t *w)
{
    double sum = 0;
    for (size_t k = 0; k < K; k++)
        sum += (double)q[k] * (double)w[k];
    return (int32_t)sum;
}

static kbit_status run_product_double(void *bound, const kbit_call *call)
{
    (void)bound;
    return each_product(call, product_double);
}

/* In float, by blocks of 1,024 terms of at most 2^14: they are exact. */
static int32_t product_float_blocks(size_t K, const int8_t *q, const int8_t *w)
{
    int32_t sum = 0;
    for (size_t k0 = 0; k0 < K; k0 += 1024) {
        float block = 0;
        for (size_t k = k0; k < K && k < k0 + 1024; k++)
            block += (float)q[k] * (float)w[k];
        sum += (int32_t)block;
    }
    return sum;
}

static kbit_status run_product_float_blocks(void *bound, const kbit_call *call)
{
    (void)bound;
    return each_product(call, product_float_blocks);
}

/* q in a high and a low half, as 4-bit units need it. */
static int32_t product_nibbles(size_t K, const int8_t *q, const int8_t *w)
{
    int32_t high = 0, low = 0;
    for (size_t k = 0; k < K; k++) {
        int bottom = q[k] & 15;
        high += (q[k] - bottom) / 16 * w[k];
        low += bottom * w[k];
    }
    return 16 * high + low;
}

static kbit_status run_product_nibbles(void *bound, const kbit_call *call)
{
    (void)bound;
    return each_product(call, product_nibbles);
}

const legal_variant legal_product[] = {
    {"product-reversed", "int8_matmul", run_product_reversed, ""},
    {"product-blocked", "int8_matmul", run_product_blocked, ""},
    {"product-int64", "int8_matmul", run_product_int64, ""},
    {"product-unsigned-shift", "int8_matmul", run_product_unsigned_shift, ""},
    {"product-double", "int8_matmul", run_product_double, ""},
    {"product-float-blocks", "int8_matmul", run_product_float_blocks, ""},
    {"product-nibbles", "int8_matmul", run_product_nibbles, ""},
    {NULL, NULL, NULL, NULL},
};
