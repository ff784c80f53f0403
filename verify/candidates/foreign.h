/* foreign.h -- what the plug-ins share that open somebody else's library when they are asked for. */
#ifndef KBIT_VERIFY_FOREIGN_H
#define KBIT_VERIFY_FOREIGN_H

#include <stdbool.h>

#include "kbit_candidate.h"

/* Opens the library: the part of `variant` that holds a '/', else $environment, else `soname` where
 * the loader finds it. The other part of the variant, or "", goes to `rest`, of 32 bytes. NULL: there
 * is none; the reason is on stderr. */
void *kbit_foreign_open(const char *variant, const char *environment, const char *soname,
                        char *rest);

/* Stores the address of `symbol` to where `function` points; false, and a line on stderr, where the
 * library has no such symbol. */
bool kbit_foreign_symbol(void *library, const char *symbol, void *function);

/* x as float, M K of them; the caller frees it. NULL: out of memory. */
float *kbit_foreign_widened(const kbit_call *call);

/* Whether the call masks nothing: no list of columns, and no element at the threshold or beyond or,
 * with a threshold, not finite. A library that knows no outliers serves only such calls. */
bool kbit_foreign_unmasked(const kbit_call *call, const kbit_tensor *outliers, const float *x);

#endif
