/* reference_ops.h -- libkbit's steps as a candidate's, for the plug-in `reference` and for the mutants,
 * which are this with one step replaced. */
#ifndef KBIT_VERIFY_REFERENCE_OPS_H
#define KBIT_VERIFY_REFERENCE_OPS_H

#include "kbit_candidate.h"

extern const kbit_op kbit_reference_ops[];
extern const size_t kbit_n_reference_ops;

#endif
