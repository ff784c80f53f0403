# The accumulation model against its oracle, and against an independent program's results.
if HAVE_CHECK
check_PROGRAMS += tests/t_accumulate.tap
TESTS += tests/t_accumulate.tap
tests_t_accumulate_tap_SOURCES = tests/t_accumulate.c
tests_t_accumulate_tap_CFLAGS = $(reference_test_cflags)
tests_t_accumulate_tap_LDADD = $(reference_test_libs)
endif
check_PROGRAMS += tests/compare_accumulation
tests_compare_accumulation_SOURCES = tests/compare_accumulation.c
tests_compare_accumulation_LDADD = libkbitref.la -lm
TESTS += tests/accumulation.sh
EXTRA_DIST += tests/accumulation.sh tests/accumulation_vectors.py tests/accumulation_vectors.txt
