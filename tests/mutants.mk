# Planted bugs: one plug-in, one small file each; all must be rejected.
check_LTLIBRARIES += tests/mutants.la
tests_mutants_la_LDFLAGS = $(PLUGIN_LINK)
tests_mutants_la_CPPFLAGS = $(AM_CPPFLAGS) -I$(srcdir)/verify
tests_mutants_la_LIBADD = libkbitref.la -lm
tests_mutants_la_SOURCES = \
	verify/candidates/reference_ops.c verify/candidates/reference_ops.h \
	tests/mutants/mutant.h tests/mutants/mutants.list tests/mutants/mutants.c \
	tests/mutants/quantize_truncates.c \
	tests/mutants/quantize_half_away.c \
	tests/mutants/quantize_128.c \
	tests/mutants/quantize_fp16_scale.c \
	tests/mutants/quantize_one_code.c \
	tests/mutants/quantize_keeps_outliers.c \
	tests/mutants/outliers_greater.c \
	tests/mutants/outliers_fp16_threshold.c \
	tests/mutants/outliers_first_rows.c \
	tests/mutants/outliers_ignore_nan.c \
	tests/mutants/absmax_with_outliers.c \
	tests/mutants/absmax_max.c \
	tests/mutants/absmax_minus_zero.c \
	tests/mutants/product_bit_0.c \
	tests/mutants/product_swapped_rows.c \
	tests/mutants/product_fp32.c \
	tests/mutants/product_k_minus_1.c \
	tests/mutants/product_saturates_16.c \
	tests/mutants/product_serves_overflow.c \
	tests/mutants/dequantize_lost_digit.c \
	tests/mutants/dequantize_128.c \
	tests/mutants/dequantize_one_scale.c \
	tests/mutants/dequantize_fp16_product.c \
	tests/mutants/outlier_product_drops_last.c \
	tests/mutants/outlier_product_no_scale.c \
	tests/mutants/outlier_product_neighbour.c \
	tests/mutants/outlier_product_skips_zeros.c \
	tests/mutants/store_truncates.c \
	tests/mutants/store_bias_row.c \
	tests/mutants/store_undeclared_twice.c \
	tests/mutants/linear_flipped_bit.c \
	tests/mutants/linear_no_outliers.c \
	tests/mutants/linear_column_statistics.c \
	tests/mutants/linear_weights_128.c \
	tests/mutants/paper_int8_outliers.c \
	tests/mutants/writes_zeros.c \
	tests/mutants/writes_nothing.c \
	tests/mutants/writes_most.c \
	tests/mutants/writes_behind.c \
	tests/mutants/writes_before.c \
	tests/mutants/writes_input.c \
	tests/mutants/crashes.c \
	tests/mutants/exits.c \
	tests/mutants/aborts.c \
	tests/mutants/nondeterministic.c \
	tests/mutants/flushes_subnormals.c
TESTS += tests/mutants.sh
EXTRA_DIST += tests/mutants.sh tests/mutants/expected.txt
