/* silu_quantize -- ENCLOSED for h; O, absmax and q EXACT or SET on the candidate's own h; see produced.c. */
#include "produced.h"

static kbit_status judge(const kbit_judging *judging, kbit_verdict *verdict, kbit_error *error)
{
    return kbit_judge_produced(judging, BY_SILU, verdict, error);
}

const kbit_step kbit_step_silu_quantize = {
    .stem = "silu_quantize",
    .in = {KBIT_SLOT_X},
    .n_in = 1,
    .out = KBIT_SLOT_H,
    .more = KBIT_SLOTS_QUANTIZED,
    .n_more = 3,
    .group = KBIT_ACTIVATIONS,
    .judge = judge,
};
