/* legal.h -- a legal variant: the reference with one step computed in another way that is right under
 * what it declares. All are in one plug-in, `--candidate legal.so:NAME`; the referee must admit each. */
#ifndef KBIT_TESTS_LEGAL_H
#define KBIT_TESTS_LEGAL_H

#include "each.h"

typedef struct {
    const char *name, *step;
    kbit_status (*run)(void *bound, const kbit_call *call);
    const char *declares;
} legal_variant;

/* A file a step or group of steps; each table ends with a name that is NULL. */
extern const legal_variant legal_statistics[], legal_quantize[], legal_product[],
    legal_dequantize[], legal_outliers[], legal_store[], legal_linear[], legal_accumulation[],
    legal_tensor_cores[], legal_wider[], legal_declared[], legal_producers[], legal_strangers[];

/* The two parts of llmint8_linear_bnb as float, without bias: C a s / 127^2, and what `outliers` makes of
 * an outlier_matmul step without its d. */
kbit_status legal_layer_parts(const kbit_call *call,
                              kbit_status (*outliers)(void *bound, const kbit_call *call), float *d,
                              float *sum);

/* The operations that the layers use again. */
kbit_status legal_quantize_mul(void *bound, const kbit_call *call);
kbit_status legal_quantize_rdiv(void *bound, const kbit_call *call);
kbit_status legal_quantize_away(void *bound, const kbit_call *call);
kbit_status legal_dequantize_scales_first(void *bound, const kbit_call *call);
kbit_status legal_dequantize_double(void *bound, const kbit_call *call);
kbit_status legal_outliers_reversed(void *bound, const kbit_call *call);
kbit_status legal_outliers_truncating(void *bound, const kbit_call *call);
kbit_status legal_outliers_faithful(void *bound, const kbit_call *call);
kbit_status legal_outliers_f16_weights(void *bound, const kbit_call *call);
kbit_status legal_store_twice(void *bound, const kbit_call *call);
kbit_status legal_store_saturated(void *bound, const kbit_call *call);
kbit_status legal_laundered(void *bound, const kbit_call *call);

#endif
