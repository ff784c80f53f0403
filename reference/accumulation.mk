# How machines add: one model. A library of its own, since the CPU layer of cuda/ needs this much.
include_HEADERS += reference/kbit_accumulation.h
noinst_LTLIBRARIES += libkbitaccumulation.la
libkbitaccumulation_la_SOURCES = \
	reference/accumulation/alignments.h \
	reference/accumulation/rows.c \
	reference/accumulation/operand.c \
	reference/accumulation/align_all.c \
	reference/accumulation/align_twice.c \
	reference/accumulation/align_pairs.c \
	reference/accumulation/align_nothing.c \
	reference/accumulation/accumulate.c
libkbitref_la_LIBADD = libkbitaccumulation.la
libkbitref_la_SOURCES += reference/accumulation/split.c
libkbitexact_la_SOURCES += reference/accumulation/accumulate_exact.c
EXTRA_DIST += reference/accumulation/README.md
