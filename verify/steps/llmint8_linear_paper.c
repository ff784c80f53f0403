/* llmint8_linear_paper -- FUSED: the whole layer with 16-bit weights; see linear.c. */
#include "linear.h"

static kbit_status judge(const kbit_judging *judging, kbit_verdict *verdict, kbit_error *error)
{
    return kbit_judge_linear(judging, true, verdict, error);
}

const kbit_step kbit_step_llmint8_linear_paper = {
    .stem = "llmint8_linear_paper",
    .in = {{"x", "MK", KBIT_TYPES_FLOAT},
           {"w16", "NK", KBIT_TYPES_FLOAT},
           {"bias", "B", 1u << KBIT_F32}},
    .n_in = 3,
    .out = {"out", "MN", KBIT_TYPES_FLOAT},
    .judge = judge,
};
