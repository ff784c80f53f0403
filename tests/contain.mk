# Candidates that misbehave, bad input, and what else a user may do wrong.
TESTS += tests/contain.sh tests/cli/badinput.sh
EXTRA_DIST += tests/contain.sh tests/cli/badinput.sh tests/contain

# What kbit reads beside files: reports of other runs, records of a candidate, the command line.
MORE_FUZZERS = tests/fuzz/fuzz_report tests/fuzz/fuzz_message tests/fuzz/fuzz_options
check_PROGRAMS += $(MORE_FUZZERS)
tests_fuzz_fuzz_report_SOURCES = tests/fuzz/fuzz_report.c tests/fuzz/driver.c
tests_fuzz_fuzz_report_CPPFLAGS = $(FUZZ_CPPFLAGS)
tests_fuzz_fuzz_report_LDADD = libkbitjudge.la
tests_fuzz_fuzz_message_SOURCES = tests/fuzz/fuzz_message.c tests/fuzz/driver.c
tests_fuzz_fuzz_message_CPPFLAGS = $(FUZZ_CPPFLAGS)
tests_fuzz_fuzz_message_LDADD = libkbitjudge.la
tests_fuzz_fuzz_options_SOURCES = tests/fuzz/fuzz_options.c tests/fuzz/driver.c
tests_fuzz_fuzz_options_CPPFLAGS = $(FUZZ_CPPFLAGS)
tests_fuzz_fuzz_options_LDADD = libkbitjudge.la
