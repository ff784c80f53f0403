# What all steps refuse; and the tester tested at length: systematic mutants, and legal variants over many
# elements, neither of which is part of `make check`. Both write a table of verify/results.
if HAVE_CHECK
check_PROGRAMS += tests/t_refusals.tap
TESTS += tests/t_refusals.tap
tests_t_refusals_tap_SOURCES = tests/t_refusals.c
tests_t_refusals_tap_CFLAGS = $(reference_test_cflags)
tests_t_refusals_tap_LDADD = $(reference_test_libs)
endif
EXTRA_DIST += tests/t_refusals.c

LEGAL_ELEMENTS = 1e9
LEGAL_JOBS = 2
legal: tests/legal.la verify/kbit$(EXEEXT) verify/kbit-run$(EXEEXT)
	top_srcdir='$(abs_top_srcdir)' top_builddir='$(abs_top_builddir)' LEGAL_ELEMENTS='$(LEGAL_ELEMENTS)' \
		LEGAL_JOBS='$(LEGAL_JOBS)' $(SHELL) $(top_srcdir)/tests/legal_scale.sh
	mkdir -p $(top_srcdir)/verify/results && mv legal.md $(top_srcdir)/verify/results/legal.md

# Needs universalmutator (PyPI) for $(PYTHON). All mutants take hours; MUTATE_FLAGS='--minutes 60' takes
# what an hour allows, and the next run goes on (mutate.py --help).
PYTHON = python3
MUTATE_FLAGS =
MUTATE_JOBS = 2
mutate: all tests/legal.la $(check_PROGRAMS)
	top_srcdir='$(abs_top_srcdir)' top_builddir='$(abs_top_builddir)' CC='$(CC)' CXX='$(CXX)' \
		KBIT_CFLAGS='$(KBIT_CFLAGS)' KBIT_CXXFLAGS='$(KBIT_CXXFLAGS)' \
		TEST_CFLAGS='$(CHECK_CFLAGS) $(MPFR_CFLAGS)' TEST_LIBS='$(CHECK_LIBS) $(MPFR_LIBS) $(JANSSON_LIBS) $(NETTLE_LIBS)' \
		$(PYTHON) $(top_srcdir)/tests/mutate/mutate.py --jobs $(MUTATE_JOBS) $(MUTATE_FLAGS) \
		--report mutation.md reference kernels; status=$$?; \
	test ! -f mutation.md || mv mutation.md $(top_srcdir)/verify/results/mutation.md; exit $$status
.PHONY: legal mutate

EXTRA_DIST += tests/legal_scale.sh tests/mutate/mutate.py tests/mutate/bench.py \
	tests/mutate/parts.py tests/mutate/operators.rules \
	tests/mutate/accounted.txt tests/mutate/report.md verify/results/legal.md verify/results/mutation.md

# More planted bugs: those of paths that only some shapes, types and list lengths reach.
tests_mutants_la_SOURCES += \
	tests/mutants/outliers_zero_columns.c \
	tests/mutants/absmax_row_above_1024.c \
	tests/mutants/store_finite_bias.c \
	tests/mutants/linear_output_as_input.c \
	tests/mutants/linear_weight_128.c \
	tests/mutants/linear_finite_weights.c \
	tests/mutants/paper_finite_weights.c \
	tests/mutants/outlier_product_weight_128.c \
	tests/mutants/linear_one_token_off.c \
	tests/mutants/absmax_nan_at_the_end.c \
	tests/mutants/dequantize_inf_to_max.c \
	tests/mutants/dequantize_truncated_accumulator.c \
	tests/mutants/product_tail_48.c \
	tests/mutants/outliers_ignore_inf_bf16.c \
	tests/mutants/outliers_ulp_below.c \
	tests/mutants/quantize_nan_code_bf16.c \
	tests/mutants/store_zero_sign.c \
	tests/mutants/outliers_16_bit_columns.c \
	tests/mutants/outliers_at_most_256.c \
	tests/mutants/outliers_one_per_word.c \
	tests/mutants/outliers_16_bit_rows.c \
	tests/mutants/outliers_one_row.c \
	tests/mutants/outliers_keep_threshold.c \
	tests/mutants/absmax_flushes_bf16.c \
	tests/mutants/absmax_16_bit_columns.c \
	tests/mutants/absmax_16_bit_rows.c \
	tests/mutants/absmax_nan_in_one_lane.c \
	tests/mutants/absmax_first_warp.c \
	tests/mutants/absmax_keeps_maximum.c \
	tests/mutants/absmax_f16_overflow.c \
	tests/mutants/quantize_256_columns.c \
	tests/mutants/quantize_16_bit_rows.c \
	tests/mutants/quantize_16_bit_columns.c \
	tests/mutants/quantize_tie_of_large_codes.c \
	tests/mutants/quantize_tie_of_63.c \
	tests/mutants/quantize_adds_half.c \
	tests/mutants/quantize_bf16_product.c \
	tests/mutants/quantize_overflows.c \
	tests/mutants/product_16_bit_k.c \
	tests/mutants/product_signed_16_bit_k.c \
	tests/mutants/product_third_tile.c \
	tests/mutants/product_last_tile_corner.c \
	tests/mutants/product_one_feature.c \
	tests/mutants/product_one_token.c \
	tests/mutants/product_16_bit_columns.c \
	tests/mutants/product_square_transposed.c \
	tests/mutants/dequantize_last_column.c \
	tests/mutants/dequantize_16_bit_rows.c \
	tests/mutants/dequantize_scales_in_fp16.c \
	tests/mutants/dequantize_large_accumulators.c \
	tests/mutants/outlier_product_128_columns.c \
	tests/mutants/outlier_product_1024_columns.c \
	tests/mutants/outlier_product_tail_twice.c \
	tests/mutants/outlier_product_not_gathered.c \
	tests/mutants/outlier_product_bf16_weights.c \
	tests/mutants/outlier_product_fp16_d.c \
	tests/mutants/outlier_product_d_twice.c \
	tests/mutants/outlier_product_flushes_bf16.c \
	tests/mutants/outlier_product_one_column.c \
	tests/mutants/outlier_product_last_feature.c \
	tests/mutants/w16_product_128_columns.c \
	tests/mutants/w16_product_fp16_terms.c \
	tests/mutants/store_fp16_bias.c \
	tests/mutants/store_bf16_bias.c \
	tests/mutants/store_16_bit_columns.c \
	tests/mutants/store_nan_wraps.c \
	tests/mutants/store_early_overflow.c \
	tests/mutants/store_rounds_subnormals_away.c \
	tests/mutants/store_scaled_bias.c \
	tests/mutants/linear_one_token.c \
	tests/mutants/linear_256_columns.c \
	tests/mutants/linear_fp16_bias.c \
	tests/mutants/linear_16_bit_features.c \
	tests/mutants/linear_last_feature.c \
	tests/mutants/linear_stale_workspace.c \
	tests/mutants/paper_one_token.c \
	tests/mutants/paper_256_columns.c
