/* expected.h -- what each instruction answers, written a second time: from the tables and formulas of
 * the PTX ISA manual and of IEEE 754, with nothing of the CPU layer's code. */
#ifndef KBIT_TESTS_CONFORMANCE_EXPECTED_H
#define KBIT_TESTS_CONFORMANCE_EXPECTED_H

#include "../../cuda/conformance/conformance.h"

#include <map>
#include <string>

using conformance::Words;

/* The words that are kept of case c, from its operands. */
typedef Words (*Expected)(size_t c, const Words &in);
typedef std::map<std::string, Expected> ExpectedAnswers;

void expect_thread_instructions(ExpectedAnswers &);
void expect_warp_instructions(ExpectedAnswers &);
void expect_products(ExpectedAnswers &);
void expect_copies(ExpectedAnswers &);

#endif
