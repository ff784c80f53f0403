/* each.h -- the steps with one operation left open, so that a mutant or a legal variant is that
 * operation and nothing else. Masks, indices and shapes are right; 16-bit inputs are widened. */
#ifndef KBIT_TESTS_EACH_H
#define KBIT_TESTS_EACH_H

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "candidates/reference_ops.h"
#include "kbit.h"

/* RN(1/127) and RN(1/127^2). */
#define INVERSE_127         0x1.020408p-7f
#define INVERSE_127_SQUARED 0x1.040c2p-14f

/* The code of an element that is not masked, in a row with statistic absmax > 0. */
typedef int each_code(float x, float absmax);
kbit_status each_codes(const kbit_call *call, each_code *code);

/* The statistic of one row: x holds |x|, take says which columns count. */
typedef float each_absmax(size_t K, const float *x, const bool *take);
kbit_status each_row(const kbit_call *call, each_absmax *absmax);

/* One element of the int8 product. */
typedef int32_t each_dot(size_t K, const int8_t *q, const int8_t *w);
kbit_status each_product(const kbit_call *call, each_dot *dot);

/* One dequantized element. */
typedef float each_scaled(int32_t c, float absmax, float w_absmax);
kbit_status each_dequantized(const kbit_call *call, each_scaled *scaled);

/* One element of y: d and the n gathered terms x w, in which w are codes of a row with statistic s;
 * for outlier_matmul_w16 they are the 16-bit weights, and s is 1. */
typedef float each_sum(size_t n, const float *x, const float *w, float s, float d);
kbit_status each_outlier_sum(const kbit_call *call, each_sum *sum);

/* Writes one element of the output; bias is NULL where there is none. */
typedef void each_put(kbit_tensor *out, size_t at, float y, const float *bias);
kbit_status each_stored(const kbit_call *call, each_put *put);

/* out[at] = value, rounded once; and what the reference stores: y + *bias, rounded once. */
void put_rounded(kbit_tensor *out, size_t at, float value);
void put_reference(kbit_tensor *out, size_t at, float y, const float *bias);

/* x rounded to fp16. */
float in_f16(float x);

/* Element i of x as float. */
float x_at(const kbit_tensor *x, size_t i);

/* Runs the call's step as the reference does. */
kbit_status reference_step(const kbit_call *call);

/* The layer (either profile, by call->step) made of its steps; run replaces the step of that name,
 * or none if NULL. */
kbit_status composed(const kbit_call *call, const char *step,
                     kbit_status (*run)(void *bound, const kbit_call *call));

#endif
