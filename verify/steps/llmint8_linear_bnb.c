/* llmint8_linear_bnb -- FUSED: the whole layer with int8 weights; see linear.c. */
#include "linear.h"

static kbit_status judge(const kbit_judging *judging, kbit_verdict *verdict, kbit_error *error)
{
    return kbit_judge_linear(judging, false, verdict, error);
}

const kbit_step kbit_step_llmint8_linear_bnb = {
    .stem = "llmint8_linear_bnb",
    .in = {{"x", "MK", KBIT_TYPES_FLOAT},
           {"w", "NK", 1u << KBIT_I8},
           {"w_absmax", "N", 1u << KBIT_F32},
           {"bias", "B", 1u << KBIT_F32}},
    .n_in = 4,
    .out = {"out", "MN", KBIT_TYPES_FLOAT},
    .judge = judge,
};
