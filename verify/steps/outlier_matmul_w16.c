/* outlier_matmul_w16 -- the paper's outlier product, with 16-bit weights; see outlier_matmul.c. */
#include "outlier_matmul.h"

static kbit_status judge(const kbit_judging *judging, kbit_verdict *verdict, kbit_error *error)
{
    return kbit_judge_outlier_matmul(judging, true, verdict, error);
}

const kbit_step kbit_step_outlier_matmul_w16 = {
    .stem = "outlier_matmul_w16",
    .in = {{"x", "MK", KBIT_TYPES_FLOAT},
           {"outliers", "O", 1u << KBIT_I32},
           {"w16", "NK", KBIT_TYPES_FLOAT},
           {"d", "MN", 1u << KBIT_F32}},
    .n_in = 4,
    .out = {"y", "MN", 1u << KBIT_F32},
    .judge = judge,
};
