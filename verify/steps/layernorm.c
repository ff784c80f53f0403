/* layernorm -- ENCLOSED; see produced.c. */
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

const kbit_step kbit_step_layernorm = {
    .stem = "layernorm",
    .in = {KBIT_SLOT_X, KBIT_SLOT_GAMMA, KBIT_SLOT_BETA, KBIT_SLOT_EPS},
    .n_in = 4,
    .out = KBIT_SLOT_H,
    .group = KBIT_NORMALIZATIONS,
    .precondition = "eps is negative or not finite",
    .refuses = refuses,
    .judge = judge,
};
