/* stored.h -- the judge's fast road to what the store step gives; kbit_exact_store() is the oracle. */
#ifndef KBIT_VERIFY_STORED_H
#define KBIT_VERIFY_STORED_H

#include "kbit.h"

/* The encoding of y + bias rounded once to type, to nearest, ties to even; for "no bias" pass -0.
 * Of a NaN it is some NaN's. */
uint32_t kbit_stored(float y, float bias, kbit_dtype type);

#endif
