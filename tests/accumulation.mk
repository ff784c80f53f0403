# The accumulation model against its oracle, and against an independent program's results.
if HAVE_CHECK
check_PROGRAMS += tests/t_accumulate.tap
TESTS += tests/t_accumulate.tap
tests_t_accumulate_tap_SOURCES = tests/t_accumulate.c
tests_t_accumulate_tap_CFLAGS = $(reference_test_cflags)
tests_t_accumulate_tap_LDADD = $(reference_test_libs)
endif
