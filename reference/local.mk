# libkbit: what a student links. It needs libm and nothing else.
lib_LTLIBRARIES += libkbit.la
include_HEADERS += reference/kbit.h reference/kbit_candidate.h reference/kbit_data.h
noinst_HEADERS += reference/kbit_exact.h
pkgconfig_DATA += reference/kbit.pc
libkbit_la_LDFLAGS = $(AM_LDFLAGS) -version-info 0:0:0 -export-symbols-regex '^kbit_'
libkbit_la_LIBADD = -lm
libkbit_la_SOURCES = reference/status.c
EXTRA_DIST += reference/steps.txt
include reference/proofs.mk
