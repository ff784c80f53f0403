/* interval.h -- intervals of reals with ends in double, each operation rounded outward. A quantity of a
 * candidate lies in one of these; a point stays a point as long as its operations are exact.
 *
 * The residual of an operation, by TwoSum or a fused multiply-add, says on which side of the real
 * result the rounded one lies. Operands are floats or come from floats by few operations, so nothing
 * underflows in double. */
#ifndef KBIT_VERIFY_INTERVAL_H
#define KBIT_VERIFY_INTERVAL_H

#include <stdbool.h>

typedef struct {
    double lo, hi;
} kbit_interval;

kbit_interval kbit_interval_around(double value, double radius);
kbit_interval kbit_interval_hull(kbit_interval a, kbit_interval b);
kbit_interval kbit_interval_add(kbit_interval a, kbit_interval b);
kbit_interval kbit_interval_sub(kbit_interval a, kbit_interval b);
kbit_interval kbit_interval_mul(kbit_interval a, kbit_interval b);
kbit_interval kbit_interval_div(kbit_interval a, kbit_interval b); /* b positive; b.hi may be inf */
kbit_interval kbit_interval_sqrt(kbit_interval a);                 /* a not negative */

/* The values of a that may have been rounded to fp32, to nearest, or may not: a machine may keep more
 * digits or fuse. With flush, what is smaller than 2^-126 may be zero instead. */
kbit_interval kbit_interval_f32(kbit_interval a, bool flush);

static inline kbit_interval kbit_point(double value)
{
    return (kbit_interval){value, value};
}

#endif
