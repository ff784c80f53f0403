# The theorems: bounds.h is what Gappa proves, Coq agrees, and no observed error leaves a bound.
TESTS += tests/bounds.sh tests/prove.sh tests/proofs_broken.sh tests/bounds_pages.sh
EXTRA_DIST += tests/bounds.sh tests/prove.sh tests/proofs_broken.sh tests/bounds_pages.sh tests/attained.h
if HAVE_CHECK
PROOF_TESTS = tests/t_bounds_quantize.tap tests/t_bounds_dequantize.tap \
	tests/t_bounds_weights.tap tests/t_bounds_linear.tap
check_PROGRAMS += $(PROOF_TESTS)
TESTS += $(PROOF_TESTS)
tests_t_bounds_quantize_tap_SOURCES = tests/t_bounds_quantize.c
tests_t_bounds_quantize_tap_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_t_bounds_quantize_tap_LDADD = $(CHECK_LIBS) -lm
tests_t_bounds_dequantize_tap_SOURCES = tests/t_bounds_dequantize.c
tests_t_bounds_dequantize_tap_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS) $(MPFR_CFLAGS)
tests_t_bounds_dequantize_tap_LDADD = $(CHECK_LIBS) $(MPFR_LIBS) -lm
tests_t_bounds_weights_tap_SOURCES = tests/t_bounds_weights.c
tests_t_bounds_weights_tap_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_t_bounds_weights_tap_LDADD = libkbitref.la $(CHECK_LIBS) -lm
tests_t_bounds_linear_tap_SOURCES = tests/t_bounds_linear.c
tests_t_bounds_linear_tap_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_t_bounds_linear_tap_LDADD = libkbitref.la $(CHECK_LIBS) -lm
endif
# The pages' examples are what their program prints.
WOVEN += reference/proofs/quantize_gap.md reference/proofs/quantize_rows.md \
	reference/proofs/dequantize.md reference/proofs/accumulate.md reference/proofs/accumulate_fused.md \
	reference/proofs/outlier_matmul.md reference/proofs/linear_enclosure.md \
	reference/proofs/llmint8_linear.md reference/proofs/product_certificate.md
