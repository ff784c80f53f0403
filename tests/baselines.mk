# Tests of the baselines.
EXTRA_DIST += tests/baselines.h
if HAVE_CHECK
BASELINE_TESTS = tests/t_absmax_tensor.tap \
	tests/t_rowwise.tap \
	tests/t_vectorwise.tap \
	tests/t_zeropoint.tap \
	tests/t_zeropoint_product.tap \
	tests/t_zeropoint_vectorwise.tap \
	tests/t_decomposition.tap \
	tests/t_outlier_features.tap
check_PROGRAMS += $(BASELINE_TESTS)
TESTS += $(BASELINE_TESTS)
tests_t_absmax_tensor_tap_SOURCES = tests/t_absmax_tensor.c
tests_t_absmax_tensor_tap_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS) $(MPFR_CFLAGS)
tests_t_absmax_tensor_tap_LDADD = libkbitexact.la libkbitref.la $(CHECK_LIBS) $(MPFR_LIBS) -lm
tests_t_rowwise_tap_SOURCES = tests/t_rowwise.c
tests_t_rowwise_tap_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS) $(MPFR_CFLAGS)
tests_t_rowwise_tap_LDADD = libkbitexact.la libkbitref.la $(CHECK_LIBS) $(MPFR_LIBS) -lm
tests_t_vectorwise_tap_SOURCES = tests/t_vectorwise.c
tests_t_vectorwise_tap_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS) $(MPFR_CFLAGS)
tests_t_vectorwise_tap_LDADD = libkbitexact.la libkbitref.la $(CHECK_LIBS) $(MPFR_LIBS) -lm
tests_t_zeropoint_tap_SOURCES = tests/t_zeropoint.c
tests_t_zeropoint_tap_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS) $(MPFR_CFLAGS)
tests_t_zeropoint_tap_LDADD = libkbitexact.la libkbitref.la $(CHECK_LIBS) $(MPFR_LIBS) -lm
tests_t_zeropoint_product_tap_SOURCES = tests/t_zeropoint_product.c
tests_t_zeropoint_product_tap_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS) $(MPFR_CFLAGS)
tests_t_zeropoint_product_tap_LDADD = libkbitexact.la libkbitref.la $(CHECK_LIBS) $(MPFR_LIBS) -lm
tests_t_zeropoint_vectorwise_tap_SOURCES = tests/t_zeropoint_vectorwise.c
tests_t_zeropoint_vectorwise_tap_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS) $(MPFR_CFLAGS)
tests_t_zeropoint_vectorwise_tap_LDADD = libkbitexact.la libkbitref.la $(CHECK_LIBS) $(MPFR_LIBS) -lm
tests_t_decomposition_tap_SOURCES = tests/t_decomposition.c
tests_t_decomposition_tap_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS) $(MPFR_CFLAGS)
tests_t_decomposition_tap_LDADD = libkbitexact.la libkbitref.la $(CHECK_LIBS) $(MPFR_LIBS) -lm
tests_t_outlier_features_tap_SOURCES = tests/t_outlier_features.c
tests_t_outlier_features_tap_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS) $(MPFR_CFLAGS)
tests_t_outlier_features_tap_LDADD = libkbitexact.la libkbitref.la $(CHECK_LIBS) $(MPFR_LIBS) -lm
endif
