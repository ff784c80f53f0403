# libkbitcert: the certificate of an int8 product and the threads it runs on. -fopenmp-simd turns the
# `#pragma omp simd` of the long loops on; no OpenMP runtime is linked.
noinst_LTLIBRARIES += libkbitcert.la
libkbitcert_la_CPPFLAGS = $(AM_CPPFLAGS) -I$(srcdir)/verify -D_GNU_SOURCE
libkbitcert_la_CFLAGS = $(AM_CFLAGS) $(NETTLE_CFLAGS) -fopenmp-simd
libkbitcert_la_LIBADD = $(NETTLE_LIBS)
libkbitcert_la_SOURCES = \
	verify/certificate.c \
	verify/certificate.h \
	verify/certificate_blocked.c \
	verify/certificate_key.c \
	verify/certificate_parts.h \
	verify/certificate_plain.c \
	verify/certificate_recompute.c \
	verify/multiversion.h \
	verify/product.c verify/product.h \
	verify/stream.c \
	verify/stream.h \
	verify/stream_recompute.c \
	verify/threads.c \
	verify/threads.h
libkbitjudge_la_LIBADD += libkbitcert.la

if HAVE_ONEDNN
candidate_LTLIBRARIES += verify/candidates/onednn.la
verify_candidates_onednn_la_SOURCES = verify/candidates/onednn.c
verify_candidates_onednn_la_LDFLAGS = $(PLUGIN_LINK)
verify_candidates_onednn_la_LIBADD = $(DNNL_LIBS)
endif
EXTRA_DIST += verify/candidates/onednn.c

# kbit bench
verify_kbit_SOURCES += \
	verify/cmd/bench.c \
	verify/cmd/bench.h \
	verify/cmd/bench_candidate.c \
	verify/cmd/bench_certificate.c \
	verify/cmd/bench_gpu.c \
	verify/cmd/bench_gpu.h \
	verify/cmd/bench_math.c \
	verify/cmd/bench_report.c \
	verify/cmd/bench_series.h \
	verify/cmd/bench_steps.c
