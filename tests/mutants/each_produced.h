/* each_produced.h -- the producers with one operation left open; rounding, and the steps behind h, are right. */
#ifndef KBIT_TESTS_EACH_PRODUCED_H
#define KBIT_TESTS_EACH_PRODUCED_H

#include "each.h"
#include "kbit_producers.h"

/* A row as floats. beta is NULL where there is none, and for rmsnorm. */
typedef struct {
    size_t K;
    const float *x, *gamma, *beta;
    float eps;
    bool centred; /* layernorm */
} norm_row;

/* y, not rounded yet. */
typedef void each_norm(const norm_row *row, float *y);
kbit_status each_normalized(const kbit_call *call, each_norm *norm);

/* The operations around the one in question, as the reference has them. */
float norm_mean(const norm_row *row);                 /* 0 for rmsnorm */
float norm_variance(const norm_row *row, float mean); /* the mean square of x - mean */
void norm_apply(const norm_row *row, float mean, float r, float *y);

typedef float each_activation(float x);
kbit_status each_activated(const kbit_call *call, each_activation *f);

/* Writes values [M,K], rounded, as h; and where the call has more outputs, O, absmax and q of h. */
kbit_status put_produced(const kbit_call *call, const float *values);
/* O, absmax and q of the given values, whatever h is. */
kbit_status quantize_values(const kbit_call *call, const float *values);

/* The call's x, row-major, as floats; free() it. */
float *produced_x(const kbit_call *call);

#endif
