/* mutant.h -- a planted bug: the reference with one step replaced.
 *
 * A mutant has one small file that says what is wrong with it and why somebody might write it. All
 * of them are in one plug-in, `--candidate mutants.so:NAME`; the referee must reject each. */
#ifndef KBIT_TESTS_MUTANT_H
#define KBIT_TESTS_MUTANT_H

#include "each.h"

typedef struct {
    const char *name;
    kbit_op op;           /* replaces the reference's step of the same name */
    const char *declares; /* NULL: the reference's choices */
} kbit_mutant;

#endif
