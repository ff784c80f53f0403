# libkbit: what a student links. It needs libm and nothing else.
lib_LTLIBRARIES += libkbit.la
include_HEADERS += reference/kbit.h reference/kbit_candidate.h reference/kbit_data.h
noinst_HEADERS += reference/kbit_exact.h
pkgconfig_DATA += reference/kbit.pc
libkbit_la_LDFLAGS = $(AM_LDFLAGS) -version-info 0:0:0 -export-symbols-regex '^kbit_'
libkbit_la_LIBADD = libkbitref.la -lm
libkbit_la_SOURCES =

# libkbitref: the same objects for programs of this tree, which then run without the installed library.
noinst_LTLIBRARIES += libkbitref.la
libkbitref_la_SOURCES = reference/status.c
EXTRA_DIST += reference/steps.txt

# The formats and the steps of LLM.int8().
libkbitref_la_SOURCES += \
	reference/formats/bits.h \
	reference/formats/fp16.c \
	reference/formats/bf16.c \
	reference/formats/dtype.c \
	reference/llmint8/checks.h \
	reference/llmint8/outlier_columns.c \
	reference/llmint8/absmax_rows.c \
	reference/llmint8/quantize_rows.c \
	reference/llmint8/int8_matmul.c \
	reference/llmint8/dequantize.c \
	reference/llmint8/outlier_matmul.c \
	reference/llmint8/outlier_matmul_w16.c \
	reference/llmint8/store.c \
	reference/llmint8/llmint8_linear_bnb.c \
	reference/llmint8/llmint8_linear_paper.c
EXTRA_DIST += reference/llmint8/README.md

# libkbitexact: the oracles, for the tests and the referee. It needs MPFR and no other part of kbit.
noinst_LTLIBRARIES += libkbitexact.la
libkbitexact_la_CFLAGS = $(AM_CFLAGS) $(MPFR_CFLAGS)
libkbitexact_la_LIBADD = $(MPFR_LIBS)
libkbitexact_la_SOURCES = \
	reference/formats/encode_exact.c \
	reference/llmint8/outlier_columns_exact.c \
	reference/llmint8/absmax_rows_exact.c \
	reference/llmint8/quantize_rows_exact.c \
	reference/llmint8/int8_matmul_exact.c \
	reference/llmint8/dequantize_exact.c \
	reference/llmint8/outlier_matmul_exact.c \
	reference/llmint8/outlier_matmul_w16_exact.c \
	reference/llmint8/store_exact.c

include reference/proofs.mk
include reference/baselines.mk
include reference/accumulation.mk
include reference/producers.mk
# Test tensors with injected outlier features.
libkbitref_la_SOURCES += \
	reference/data/hash.c \
	reference/data/sample.h \
	reference/data/fill.c \
	reference/data/activations.c \
	reference/data/presets.c
noinst_HEADERS += reference/data/vectors.h
EXTRA_DIST += reference/data/README.md
