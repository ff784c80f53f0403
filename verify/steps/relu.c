/* relu -- EXACT: a comparison; see produced.c. */
#include "produced.h"

static kbit_status judge(const kbit_judging *judging, kbit_verdict *verdict, kbit_error *error)
{
    return kbit_judge_produced(judging, BY_RELU, verdict, error);
}

const kbit_step kbit_step_relu = {
    .stem = "relu",
    .in = {KBIT_SLOT_X},
    .n_in = 1,
    .out = KBIT_SLOT_H,
    .group = KBIT_ACTIVATIONS,
    .judge = judge,
};
