# The certificate and its threads.
if HAVE_CHECK
check_PROGRAMS += tests/t_certificate.tap tests/t_threads.tap
TESTS += tests/t_certificate.tap tests/t_threads.tap

# The loops as a processor without AVX runs them, under another name.
check_LTLIBRARIES += tests/libcertbaseline.la
tests_libcertbaseline_la_CPPFLAGS = $(AM_CPPFLAGS) -I$(srcdir)/verify -D_GNU_SOURCE -DKBIT_BASELINE \
	-Dkbit_certificate_residuals=kbit_certificate_residuals_baseline \
	-Dkbit_certificate_add_weights=kbit_certificate_add_weights_baseline \
	-Dkbit_certificate_row_residuals=kbit_certificate_row_residuals_baseline
tests_libcertbaseline_la_CFLAGS = $(AM_CFLAGS) -fopenmp-simd
tests_libcertbaseline_la_SOURCES = verify/certificate_blocked.c

tests_t_certificate_tap_CPPFLAGS = $(AM_CPPFLAGS) -I$(srcdir)/verify -D_GNU_SOURCE
tests_t_certificate_tap_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_t_certificate_tap_SOURCES = tests/t_certificate.c
tests_t_certificate_tap_LDADD = tests/libcertbaseline.la libkbitjudge.la libkbit.la $(CHECK_LIBS)

# --wrap lets the test make pthread_create fail.
tests_t_threads_tap_CPPFLAGS = $(AM_CPPFLAGS) -I$(srcdir)/verify -D_GNU_SOURCE
tests_t_threads_tap_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_t_threads_tap_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=pthread_create
tests_t_threads_tap_SOURCES = tests/t_threads.c
tests_t_threads_tap_LDADD = libkbitjudge.la $(CHECK_LIBS)

check_PROGRAMS += tests/t_bench.tap
TESTS += tests/t_bench.tap
tests_t_bench_tap_CPPFLAGS = $(AM_CPPFLAGS) -I$(srcdir)/verify -I$(srcdir)/verify/cmd -D_GNU_SOURCE
tests_t_bench_tap_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_t_bench_tap_SOURCES = tests/t_bench.c verify/cmd/bench_math.c
tests_t_bench_tap_LDADD = $(CHECK_LIBS) -lm

if HAVE_ONEDNN
check_PROGRAMS += tests/t_onednn.tap
TESTS += tests/t_onednn.tap
tests_t_onednn_tap_CPPFLAGS = $(AM_CPPFLAGS) -I$(srcdir)/verify -D_GNU_SOURCE
tests_t_onednn_tap_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_t_onednn_tap_SOURCES = tests/t_onednn.c verify/candidates/onednn.c
tests_t_onednn_tap_LDADD = libkbitjudge.la $(DNNL_LIBS) $(CHECK_LIBS)
endif
endif
TESTS += tests/cli/bench.sh
EXTRA_DIST += tests/cli/bench.sh tests/t_bench.c tests/t_certificate.c tests/t_onednn.c tests/t_threads.c
