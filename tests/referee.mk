# What declarations leave open, and what they do not.
if HAVE_CHECK
REFEREE_TESTS = tests/t_declared_limits.tap
check_PROGRAMS += $(REFEREE_TESTS)
TESTS += $(REFEREE_TESTS)
endif
TESTS += tests/declared_swaps.sh tests/probe_legal.sh tests/cli/judge_shards.sh tests/cli/declares.sh
EXTRA_DIST += tests/declared_swaps.sh tests/probe_legal.sh tests/cli/judge_shards.sh tests/cli/declares.sh
check_PROGRAMS += tests/step_port
tests_step_port_CPPFLAGS = $(VERIFY_CPPFLAGS)
tests_step_port_CFLAGS = $(VERIFY_CFLAGS)
tests_step_port_SOURCES = tests/step_port.c verify/candidates/reference_ops.c verify/candidates/reference_ops.h
tests_step_port_LDADD = libkbitjudge.la -lm
tests_t_declared_limits_tap_SOURCES = tests/t_declared_limits.c
tests_t_declared_limits_tap_CPPFLAGS = $(VERIFY_TEST_CPPFLAGS)
tests_t_declared_limits_tap_LDADD = libkbitjudge.la $(CHECK_LIBS)

# Ports against the public header alone.
check_LTLIBRARIES += tests/odd.la
tests_odd_la_LDFLAGS = $(PLUGIN_LINK)
tests_odd_la_CPPFLAGS = $(AM_CPPFLAGS) -I$(srcdir)/tests/odd
tests_odd_la_CFLAGS = $(AM_CFLAGS) -pthread
tests_odd_la_LIBADD = -lm
tests_odd_la_SOURCES = tests/odd/odd.h tests/odd/common.c tests/odd/legal.c tests/odd/bugs.c
TESTS += tests/odd_ports.sh
EXTRA_DIST += tests/odd_ports.sh
