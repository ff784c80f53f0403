/* multiversion.h -- one C function built for several x86-64 levels, chosen at load time. */
#ifndef KBIT_VERIFY_MULTIVERSION_H
#define KBIT_VERIFY_MULTIVERSION_H

#include <config.h>

/* KBIT_BASELINE: a test builds the version of the oldest processor by itself, to run it anywhere.
 */
#if defined(HAVE_TARGET_CLONES) && !defined(KBIT_BASELINE)
#define MULTIVERSIONED __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define MULTIVERSIONED
#endif

/* A helper takes the instruction set of the version it is inlined into. */
#define INLINED static inline __attribute__((always_inline))

#endif
