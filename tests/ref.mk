# The reference: a Check program a stem, and the data generator's specification.
EXTRA_DIST += tests/data.sh
noinst_HEADERS += tests/kbit_check.h tests/linear_check.h
check_PROGRAMS += tests/data_vectors
TESTS += tests/data.sh
tests_data_vectors_SOURCES = tests/data_vectors.c

if HAVE_CHECK
reference_tests = \
	tests/t_fp16.tap \
	tests/t_bf16.tap \
	tests/t_dtype.tap \
	tests/t_outlier_columns.tap \
	tests/t_absmax_rows.tap \
	tests/t_quantize_rows.tap \
	tests/t_int8_matmul.tap \
	tests/t_dequantize.tap \
	tests/t_outlier_matmul.tap \
	tests/t_outlier_matmul_w16.tap \
	tests/t_store.tap \
	tests/t_llmint8_linear_bnb.tap \
	tests/t_llmint8_linear_paper.tap \
	tests/t_data.tap
check_PROGRAMS += $(reference_tests)
TESTS += $(reference_tests)
reference_test_cflags = $(AM_CFLAGS) $(CHECK_CFLAGS) $(MPFR_CFLAGS)
reference_test_libs = libkbitexact.la libkbit.la $(CHECK_LIBS) $(MPFR_LIBS) -lm

tests_t_fp16_tap_SOURCES = tests/t_fp16.c
tests_t_fp16_tap_CFLAGS = $(reference_test_cflags)
tests_t_fp16_tap_LDADD = $(reference_test_libs)
tests_t_bf16_tap_SOURCES = tests/t_bf16.c
tests_t_bf16_tap_CFLAGS = $(reference_test_cflags)
tests_t_bf16_tap_LDADD = $(reference_test_libs)
tests_t_dtype_tap_SOURCES = tests/t_dtype.c
tests_t_dtype_tap_CFLAGS = $(reference_test_cflags)
tests_t_dtype_tap_LDADD = $(reference_test_libs)
tests_t_outlier_columns_tap_SOURCES = tests/t_outlier_columns.c
tests_t_outlier_columns_tap_CFLAGS = $(reference_test_cflags)
tests_t_outlier_columns_tap_LDADD = $(reference_test_libs)
tests_t_absmax_rows_tap_SOURCES = tests/t_absmax_rows.c
tests_t_absmax_rows_tap_CFLAGS = $(reference_test_cflags)
tests_t_absmax_rows_tap_LDADD = $(reference_test_libs)
tests_t_quantize_rows_tap_SOURCES = tests/t_quantize_rows.c
tests_t_quantize_rows_tap_CFLAGS = $(reference_test_cflags)
tests_t_quantize_rows_tap_LDADD = $(reference_test_libs)
tests_t_int8_matmul_tap_SOURCES = tests/t_int8_matmul.c
tests_t_int8_matmul_tap_CFLAGS = $(reference_test_cflags)
tests_t_int8_matmul_tap_LDADD = $(reference_test_libs)
tests_t_dequantize_tap_SOURCES = tests/t_dequantize.c
tests_t_dequantize_tap_CFLAGS = $(reference_test_cflags)
tests_t_dequantize_tap_LDADD = $(reference_test_libs)
tests_t_outlier_matmul_tap_SOURCES = tests/t_outlier_matmul.c
tests_t_outlier_matmul_tap_CFLAGS = $(reference_test_cflags)
tests_t_outlier_matmul_tap_LDADD = $(reference_test_libs)
tests_t_outlier_matmul_w16_tap_SOURCES = tests/t_outlier_matmul_w16.c
tests_t_outlier_matmul_w16_tap_CFLAGS = $(reference_test_cflags)
tests_t_outlier_matmul_w16_tap_LDADD = $(reference_test_libs)
tests_t_store_tap_SOURCES = tests/t_store.c
tests_t_store_tap_CFLAGS = $(reference_test_cflags)
tests_t_store_tap_LDADD = $(reference_test_libs)
tests_t_llmint8_linear_bnb_tap_SOURCES = tests/t_llmint8_linear_bnb.c
tests_t_llmint8_linear_bnb_tap_CFLAGS = $(reference_test_cflags)
tests_t_llmint8_linear_bnb_tap_LDADD = $(reference_test_libs)
tests_t_llmint8_linear_paper_tap_SOURCES = tests/t_llmint8_linear_paper.c
tests_t_llmint8_linear_paper_tap_CFLAGS = $(reference_test_cflags)
tests_t_llmint8_linear_paper_tap_LDADD = $(reference_test_libs)
tests_t_data_tap_SOURCES = tests/t_data.c
tests_t_data_tap_CFLAGS = $(reference_test_cflags)
tests_t_data_tap_LDADD = $(reference_test_libs)
endif
