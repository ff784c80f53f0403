# Legal variants: one plug-in; none may be rejected.
check_LTLIBRARIES += tests/legal.la
tests_legal_la_LDFLAGS = $(PLUGIN_LINK)
tests_legal_la_CPPFLAGS = $(AM_CPPFLAGS) -I$(srcdir)/verify -I$(srcdir)/tests/mutants
tests_legal_la_LIBADD = libkbitref.la -lm
tests_legal_la_SOURCES = \
	verify/candidates/reference_ops.c verify/candidates/reference_ops.h \
	tests/mutants/each.h tests/mutants/each.c tests/legal/legal.h tests/legal/legal.c \
	tests/legal/statistics.c tests/legal/quantize.c tests/legal/product.c \
	tests/mutants/by_row.h tests/mutants/by_row.c tests/legal/accumulation.c \
	tests/legal/dequantize.c tests/legal/outliers.c tests/legal/store.c tests/legal/linear.c \
	tests/legal/tensor_cores.c tests/legal/wider.c tests/legal/declared.c
TESTS += tests/legal.sh
EXTRA_DIST += tests/legal.sh tests/legal/variants.txt
