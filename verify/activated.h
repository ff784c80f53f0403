/* activated.h -- what an activation may give before its final rounding: the theorems gelu, gelu-tanh and
 * silu of reference/proofs/producers.md for one x. */
#ifndef KBIT_VERIFY_ACTIVATED_H
#define KBIT_VERIFY_ACTIVATED_H

#include "declared.h"
#include "interval.h"

kbit_interval kbit_gelu_of(const kbit_declared *declared, float x);
kbit_interval kbit_gelu_tanh_of(const kbit_declared *declared, float x);
kbit_interval kbit_silu_of(const kbit_declared *declared, float x);

/* The functions themselves, rounded once: for the report's err/bnd. */
double kbit_gelu_real(float x);
double kbit_gelu_tanh_real(float x);
double kbit_silu_real(float x);

#endif
