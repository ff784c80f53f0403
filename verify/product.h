/* product.h -- the referee's own int8 product, for the accumulators that fused outputs hide. */
#ifndef KBIT_VERIFY_PRODUCT_H
#define KBIT_VERIFY_PRODUCT_H

#include "error.h"

/* C = Q W^T in int32, threaded, then certified; KBIT_ERR_RANGE if an element leaves int32. */
kbit_status kbit_product(size_t M, size_t N, size_t K, const int8_t *q, const int8_t *w, int32_t *c,
                         kbit_error *error);

#endif
