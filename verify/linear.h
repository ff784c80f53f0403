/* linear.h -- the FUSED judge that both profiles of the linear layer share. */
#ifndef KBIT_VERIFY_LINEAR_H
#define KBIT_VERIFY_LINEAR_H

#include "step.h"

/* paper: 16-bit weights, quantized anew without the outlier columns; else int8 weights given. */
kbit_status kbit_judge_linear(const kbit_judging *judging, bool paper, kbit_verdict *verdict,
                              kbit_error *error);

#endif
