# Tests of the referee: its numbers, declarations, judges, and the command.
if HAVE_CHECK
VERIFY_TESTS = tests/t_numbers.tap tests/t_declared.tap tests/t_judge.tap tests/t_ties.tap
check_PROGRAMS += $(VERIFY_TESTS)
TESTS += $(VERIFY_TESTS)
endif
TESTS += tests/lint.sh tests/simt_orders.sh tests/cli/verify.sh tests/cli/manual.sh
EXTRA_DIST += verify/results/bench.txt tests/lint.sh tests/simt_orders.sh tests/cli/verify.sh tests/cli/manual.sh
VERIFY_TEST_CPPFLAGS = $(VERIFY_CPPFLAGS) $(CHECK_CFLAGS) $(MPFR_CFLAGS)
tests_t_numbers_tap_SOURCES = tests/t_numbers.c
tests_t_numbers_tap_CPPFLAGS = $(VERIFY_TEST_CPPFLAGS)
tests_t_numbers_tap_LDADD = libkbitjudge.la $(CHECK_LIBS)
tests_t_declared_tap_SOURCES = tests/t_declared.c
tests_t_declared_tap_CPPFLAGS = $(VERIFY_TEST_CPPFLAGS)
tests_t_declared_tap_LDADD = libkbitjudge.la $(CHECK_LIBS)
tests_t_ties_tap_SOURCES = tests/t_ties.c
tests_t_ties_tap_CPPFLAGS = $(VERIFY_TEST_CPPFLAGS)
tests_t_ties_tap_LDADD = libkbitjudge.la $(CHECK_LIBS)
tests_t_judge_tap_SOURCES = tests/t_judge.c verify/candidates/reference_ops.c
tests_t_judge_tap_CPPFLAGS = $(VERIFY_TEST_CPPFLAGS)
tests_t_judge_tap_LDADD = libkbitjudge.la $(CHECK_LIBS)
