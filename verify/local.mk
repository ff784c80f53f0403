# libkbitverify: the judges, callable from C. kbit: the command. kbit-run: a candidate's sandbox.
VERIFY_CPPFLAGS = $(AM_CPPFLAGS) -I$(srcdir)/verify -D_GNU_SOURCE \
	-DKBIT_LIBEXECDIR='"$(pkglibexecdir)"' -DKBIT_CANDIDATEDIR='"$(candidatedir)"'
VERIFY_CFLAGS = $(AM_CFLAGS) $(MPFR_CFLAGS) $(JANSSON_CFLAGS)

noinst_LTLIBRARIES += libkbitjudge.la
libkbitjudge_la_CPPFLAGS = $(VERIFY_CPPFLAGS)
libkbitjudge_la_CFLAGS = $(VERIFY_CFLAGS)
libkbitjudge_la_SOURCES = \
	verify/problem.c \
	verify/codes.c verify/codes.h \
	verify/declared.c verify/declared.h \
	verify/enclosure.c verify/enclosure.h \
	verify/error.c verify/error.h \
	verify/locate.c verify/locate.h \
	verify/linear.c verify/linear.h \
	verify/numbers.c verify/numbers.h \
	verify/product_files.c verify/product_files.h \
	verify/judge_rows.c verify/judge_rows.h \
	verify/commit_files.c verify/commit_files.h \
	verify/report.c verify/report.h verify/report_json.c verify/report_read.c \
	verify/report_html.c verify/report_html.h verify/report_plots.c \
	verify/run.c verify/run.h \
	verify/sandbox.c verify/sandbox.h verify/protocol.h \
	verify/step.c verify/step.h \
	verify/stored.c verify/stored.h \
	verify/summation.c verify/summation.h \
	verify/tensors.c verify/tensors.h \
	verify/theorems.c verify/kbit_verify.h \
	verify/ties.c verify/ties.h \
	verify/units.c verify/units.h \
	verify/steps/absmax_rows.c \
	verify/steps/dequantize.c \
	verify/steps/int8_matmul.c verify/steps/int8_matmul.h \
	verify/steps/llmint8_linear_bnb.c \
	verify/steps/llmint8_linear_paper.c \
	verify/steps/outlier_columns.c \
	verify/steps/outlier_matmul.c verify/steps/outlier_matmul.h \
	verify/steps/outlier_matmul_w16.c \
	verify/steps/quantize_rows.c \
	verify/steps/store.c
libkbitjudge_la_LIBADD = libkbitexact.la libkbitref.la $(JANSSON_LIBS) $(MPFR_LIBS) -lm

bin_PROGRAMS += verify/kbit
verify_kbit_CPPFLAGS = $(VERIFY_CPPFLAGS)
verify_kbit_CFLAGS = $(VERIFY_CFLAGS)
verify_kbit_SOURCES = \
	verify/cmd/cmd.h \
	verify/cmd/common.c \
	verify/cmd/gen.c \
	verify/cmd/judge.c \
	verify/cmd/list.c \
	verify/cmd/main.c \
	verify/cmd/merge.c \
	verify/cmd/probe.c \
	verify/cmd/verify.c
verify_kbit_LDADD = libkbitjudge.la

candidate_LTLIBRARIES += verify/candidates/reference.la
verify_candidates_reference_la_LDFLAGS = $(PLUGIN_LINK)
verify_candidates_reference_la_SOURCES = \
	verify/candidates/reference.c \
	verify/candidates/reference_ops.c verify/candidates/reference_ops.h
verify_candidates_reference_la_LIBADD = libkbitref.la -lm

pkglibexec_PROGRAMS += verify/kbit-run
include verify/contain.mk

include verify/cases.mk
include verify/producers.mk
include verify/io.mk
include verify/probe.mk
include verify/cert.mk
include verify/scale.mk
include verify/software.mk

# The judges as a library, for programs that have their own tensors.
lib_LTLIBRARIES += libkbitverify.la
include_HEADERS += verify/kbit_verify.h
pkgconfig_DATA += verify/kbitverify.pc
libkbitverify_la_SOURCES =
libkbitverify_la_LDFLAGS = $(AM_LDFLAGS) -version-info 0:0:0 \
	-export-symbols-regex '^kbit_(judge|theorems|(kind|mode|result|label)_name)$$'
libkbitverify_la_LIBADD = libkbitjudge.la

dist_man1_MANS += verify/kbit.1

# The paper's outlier analysis on hidden states in .npy files.
noinst_PROGRAMS += verify/examples/outlier_features
verify_examples_outlier_features_CPPFLAGS = $(VERIFY_CPPFLAGS)
verify_examples_outlier_features_CFLAGS = $(VERIFY_CFLAGS)
verify_examples_outlier_features_SOURCES = verify/examples/outlier_features.c
verify_examples_outlier_features_LDADD = libkbitjudge.la
