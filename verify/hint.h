/* hint.h -- what a candidate may have forgotten to declare. */
#ifndef KBIT_VERIFY_HINT_H
#define KBIT_VERIFY_HINT_H

#include "step.h"

/* Where the step was rejected and has an output that one other declared value of one key makes
 * admissible, says so in verdict->note, if that is free. The verdict itself stays: what computes so
 * must say so, and only its author knows whether it does. Steps whose values a key determines or
 * picks from a small set: quantize_rows, absmax_rows, store. Fails for lack of memory only. */
kbit_status kbit_hint(const kbit_step *step, const kbit_judging *judging, kbit_verdict *verdict,
                      kbit_error *error);

#endif
