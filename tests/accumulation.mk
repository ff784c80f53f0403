# The accumulation model against its oracle, and against an independent program's results.
if HAVE_CHECK
check_PROGRAMS += tests/t_accumulate.tap
TESTS += tests/t_accumulate.tap
tests_t_accumulate_tap_SOURCES = tests/t_accumulate.c
tests_t_accumulate_tap_CFLAGS = $(reference_test_cflags)
tests_t_accumulate_tap_LDADD = $(reference_test_libs)
check_PROGRAMS += tests/t_summation.tap
TESTS += tests/t_summation.tap
tests_t_summation_tap_SOURCES = tests/t_summation.c
tests_t_summation_tap_CPPFLAGS = $(VERIFY_CPPFLAGS)
tests_t_summation_tap_CFLAGS = $(reference_test_cflags)
tests_t_summation_tap_LDADD = libkbitjudge.la $(CHECK_LIBS)
endif
check_PROGRAMS += tests/compare_accumulation
tests_compare_accumulation_SOURCES = tests/compare_accumulation.c
tests_compare_accumulation_LDADD = libkbitref.la -lm
TESTS += tests/accumulation.sh
EXTRA_DIST += tests/accumulation.sh tests/accumulation_vectors.py tests/accumulation_vectors.txt
TESTS += tests/cli/probe.sh
EXTRA_DIST += tests/cli/probe.sh
