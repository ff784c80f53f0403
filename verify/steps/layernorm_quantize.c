/* layernorm_quantize -- ENCLOSED for h; O, absmax and q EXACT or SET on the candidate's own h; see produced.c. */
#include "produced.h"

static kbit_status refuses(const kbit_call *call, const kbit_declared *declared, kbit_error *why)
{
    (void)declared;
    return kbit_refuses_eps(call, 3, why);
}

static kbit_status judge(const kbit_judging *judging, kbit_verdict *verdict, kbit_error *error)
{
    return kbit_judge_produced(judging, BY_LAYERNORM, verdict, error);
}

const kbit_step kbit_step_layernorm_quantize = {
    .stem = "layernorm_quantize",
    .in = {KBIT_SLOT_X, KBIT_SLOT_GAMMA, KBIT_SLOT_BETA, KBIT_SLOT_EPS},
    .n_in = 4,
    .out = KBIT_SLOT_H,
    .more = KBIT_SLOTS_QUANTIZED,
    .n_more = 3,
    .group = KBIT_NORMALIZATIONS,
    .precondition = "eps is negative or not finite",
    .refuses = refuses,
    .judge = judge,
};
