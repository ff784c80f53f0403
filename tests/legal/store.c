/* store.c -- y + bias rounded in other ways, as declared. */
#include "legal.h"

/* The sum in float, then in the output type. */
static void store_twice(kbit_tensor *out, size_t at, float y, const float *bias)
{
    put_rounded(out, at, bias ? y + *bias : y);
}

kbit_status legal_store_twice(void *bound, const kbit_call *call)
{
    (void)bound;
    return each_stored(call, store_twice);
}

static kbit_status run_store_any_once(void *bound, const kbit_call *call)
{
    (void)bound;
    return reference_step(call);
}

/* The largest finite value instead of infinity. */
static void store_saturated(kbit_tensor *out, size_t at, float y, const float *bias)
{
    put_reference(out, at, y, bias);
    float largest = out->dtype == KBIT_F16    ? 65504
                    : out->dtype == KBIT_BF16 ? 0x1.fep127f
                                              : 0x1.fffffep127f;
    if (isinf(x_at(out, at)) && isfinite(y) && (!bias || isfinite(*bias)))
        put_rounded(out, at, copysignf(largest, x_at(out, at)));
}

kbit_status legal_store_saturated(void *bound, const kbit_call *call)
{
    (void)bound;
    return each_stored(call, store_saturated);
}

/* b + y for y + b. */
static void store_bias_first(kbit_tensor *out, size_t at, float y, const float *bias)
{
    if (bias)
        put_reference(out, at, *bias, &y);
    else
        put_reference(out, at, y, NULL);
}

static kbit_status run_store_bias_first(void *bound, const kbit_call *call)
{
    (void)bound;
    return each_stored(call, store_bias_first);
}

const legal_variant legal_store[] = {
    {"store-twice", "store", legal_store_twice, "store=twice"},
    {"store-any-twice", "store", legal_store_twice, "store=any"},
    {"store-any-once", "store", run_store_any_once, "store=any"},
    {"store-saturated", "store", legal_store_saturated, "overflow=sat"},
    {"store-bias-first", "store", run_store_bias_first, ""},
    {NULL, NULL, NULL, NULL},
};
