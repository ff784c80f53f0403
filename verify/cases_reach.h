/* cases_reach.h -- the cases of cases_reach.c, for the table of cases.c. */
#ifndef KBIT_VERIFY_CASES_REACH_H
#define KBIT_VERIFY_CASES_REACH_H

#include "cases.h"

extern const kbit_case kbit_cases_reach[];
extern const size_t kbit_n_cases_reach;

#endif
