/* outlier_matmul.h -- the judge that both outlier products share. */
#ifndef KBIT_VERIFY_OUTLIER_MATMUL_H
#define KBIT_VERIFY_OUTLIER_MATMUL_H

#include "step.h"

/* w16: the weights are given in 16 bit instead of as int8 codes with a statistic. */
kbit_status kbit_judge_outlier_matmul(const kbit_judging *judging, bool w16, kbit_verdict *verdict,
                                      kbit_error *error);

#endif
