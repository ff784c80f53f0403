# libkbitverify: the judges, callable from C. kbit: the command. kbit-run: a candidate's sandbox.
VERIFY_CPPFLAGS = $(AM_CPPFLAGS) -I$(srcdir)/verify -D_GNU_SOURCE
VERIFY_CFLAGS = $(AM_CFLAGS) $(MPFR_CFLAGS) $(JANSSON_CFLAGS)

noinst_LTLIBRARIES += libkbitjudge.la
libkbitjudge_la_CPPFLAGS = $(VERIFY_CPPFLAGS)
libkbitjudge_la_CFLAGS = $(VERIFY_CFLAGS)
libkbitjudge_la_SOURCES = \
	verify/codes.c verify/codes.h \
	verify/declared.c verify/declared.h \
	verify/enclosure.c verify/enclosure.h \
	verify/error.c verify/error.h \
	verify/linear.c verify/linear.h \
	verify/numbers.c verify/numbers.h \
	verify/product.c verify/product.h \
	verify/step.c verify/step.h \
	verify/theorems.c verify/certificate.h verify/threads.h \
	verify/steps/absmax_rows.c \
	verify/steps/dequantize.c \
	verify/steps/int8_matmul.c \
	verify/steps/llmint8_linear_bnb.c \
	verify/steps/llmint8_linear_paper.c \
	verify/steps/outlier_columns.c \
	verify/steps/outlier_matmul.c verify/steps/outlier_matmul.h \
	verify/steps/outlier_matmul_w16.c \
	verify/steps/quantize_rows.c \
	verify/steps/store.c
libkbitjudge_la_LIBADD =

pkglibexec_PROGRAMS += verify/kbit-run
verify_kbit_run_SOURCES = verify/kbit-run.c verify/protocol.h
verify_kbit_run_CFLAGS = $(AM_CFLAGS)

include verify/io.mk
libkbitjudge_la_CPPFLAGS = $(AM_CPPFLAGS) -I$(srcdir)/verify -D_GNU_SOURCE
libkbitjudge_la_CFLAGS = $(AM_CFLAGS) $(MPFR_CFLAGS) $(JANSSON_CFLAGS)
libkbitjudge_la_SOURCES = verify/error.c verify/error.h verify/threads.h verify/certificate.h

include verify/cert.mk
