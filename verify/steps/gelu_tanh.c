/* gelu_tanh -- ENCLOSED; see produced.c. */
#include "produced.h"

static kbit_status judge(const kbit_judging *judging, kbit_verdict *verdict, kbit_error *error)
{
    return kbit_judge_produced(judging, BY_GELU_TANH, verdict, error);
}

const kbit_step kbit_step_gelu_tanh = {
    .stem = "gelu_tanh",
    .in = {KBIT_SLOT_X},
    .n_in = 1,
    .out = KBIT_SLOT_H,
    .group = KBIT_ACTIVATIONS,
    .judge = judge,
};
