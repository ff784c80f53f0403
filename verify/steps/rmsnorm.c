/* rmsnorm -- ENCLOSED; see produced.c. */
#include "produced.h"

static kbit_status refuses(const kbit_call *call, const kbit_declared *declared, kbit_error *why)
{
    (void)declared;
    return kbit_refuses_eps(call, 2, why);
}

static kbit_status judge(const kbit_judging *judging, kbit_verdict *verdict, kbit_error *error)
{
    return kbit_judge_produced(judging, BY_RMSNORM, verdict, error);
}

const kbit_step kbit_step_rmsnorm = {
    .stem = "rmsnorm",
    .in = {KBIT_SLOT_X, KBIT_SLOT_GAMMA, KBIT_SLOT_EPS},
    .n_in = 3,
    .out = KBIT_SLOT_H,
    .group = KBIT_NORMALIZATIONS,
    .precondition = "eps is negative or not finite",
    .refuses = refuses,
    .judge = judge,
};
