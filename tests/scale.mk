# Tests of scale: shards, jobs, streamed certificates.
TESTS += tests/cli/shard.sh
EXTRA_DIST += tests/cli/shard.sh
if HAVE_CHECK
check_PROGRAMS += tests/t_stream.tap
TESTS += tests/t_stream.tap
tests_t_stream_tap_CPPFLAGS = $(AM_CPPFLAGS) -I$(srcdir)/verify -D_GNU_SOURCE
tests_t_stream_tap_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_t_stream_tap_SOURCES = tests/t_stream.c
tests_t_stream_tap_LDADD = libkbitjudge.la libkbit.la $(CHECK_LIBS)
endif
EXTRA_DIST += tests/t_stream.c
