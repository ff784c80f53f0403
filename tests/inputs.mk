# The cases are what they say.
if HAVE_CHECK
check_PROGRAMS += tests/t_cases.tap tests/t_layer.tap
TESTS += tests/t_cases.tap tests/t_layer.tap
tests_t_cases_tap_CPPFLAGS = $(VERIFY_CPPFLAGS) $(CHECK_CFLAGS) $(MPFR_CFLAGS)
tests_t_cases_tap_SOURCES = tests/t_cases.c verify/candidates/reference_ops.c
tests_t_cases_tap_LDADD = libkbitjudge.la $(CHECK_LIBS)
tests_t_layer_tap_CPPFLAGS = $(VERIFY_CPPFLAGS) $(CHECK_CFLAGS) $(MPFR_CFLAGS)
tests_t_layer_tap_SOURCES = tests/t_layer.c verify/candidates/reference_ops.c
tests_t_layer_tap_LDADD = libkbitjudge.la $(CHECK_LIBS)
endif
EXTRA_DIST += tests/t_cases.c tests/t_layer.c

# Operands on which legal candidates err most: `make worst` searches, the test replays.
check_PROGRAMS += tests/worst/worst
tests_worst_worst_CPPFLAGS = $(VERIFY_CPPFLAGS)
tests_worst_worst_CFLAGS = $(VERIFY_CFLAGS)
tests_worst_worst_SOURCES = tests/worst/worst.c tests/worst/worst.h tests/worst/targets.c
tests_worst_worst_LDADD = libkbitjudge.la -lm
TESTS += tests/worst.sh
EXTRA_DIST += tests/worst.sh verify/results/tightness.md $(WORST_CASES)
WORST_CASES = tests/worst/dequantize-any-f32-underflow.txt tests/worst/dequantize-any-f32.txt \
	tests/worst/dequantize-any.txt tests/worst/dequantize-bnb-f32-underflow.txt \
	tests/worst/dequantize-bnb-f32.txt tests/worst/dequantize-bnb.txt tests/worst/gelu.txt \
	tests/worst/gelu_tanh.txt tests/worst/layernorm-one-pass.txt tests/worst/layernorm-two-pass.txt \
	tests/worst/linear_bnb-any.txt tests/worst/linear_bnb-f16-weights.txt \
	tests/worst/linear_bnb-faithful.txt tests/worst/linear_bnb-int8-part.txt \
	tests/worst/linear_bnb-round-twice.txt tests/worst/linear_bnb-truncating.txt \
	tests/worst/linear_bnb.txt tests/worst/linear_paper-faithful.txt \
	tests/worst/linear_paper-truncating.txt tests/worst/linear_paper.txt \
	tests/worst/outlier_matmul-f16-weights.txt tests/worst/outlier_matmul-faithful.txt \
	tests/worst/outlier_matmul-ieee.txt tests/worst/outlier_matmul-truncating.txt \
	tests/worst/outlier_matmul-underflow.txt tests/worst/outlier_matmul_w16-a100.txt \
	tests/worst/outlier_matmul_w16-cdna2.txt tests/worst/outlier_matmul_w16-cdna3.txt \
	tests/worst/outlier_matmul_w16-faithful.txt tests/worst/outlier_matmul_w16-h100.txt \
	tests/worst/outlier_matmul_w16-ieee.txt tests/worst/outlier_matmul_w16-split-f16.txt \
	tests/worst/outlier_matmul_w16-split-f32.txt tests/worst/outlier_matmul_w16-truncating.txt \
	tests/worst/outlier_matmul_w16-turing.txt tests/worst/outlier_matmul_w16-underflow.txt \
	tests/worst/outlier_matmul_w16-v100.txt tests/worst/quantize-exact-bf16.txt \
	tests/worst/quantize-exact-f16.txt tests/worst/quantize-exact-f32.txt \
	tests/worst/quantize-gap-f16.txt tests/worst/quantize-mul-bf16.txt \
	tests/worst/quantize-mul-f16.txt tests/worst/quantize-mul-f32.txt \
	tests/worst/quantize-rdiv-bf16.txt tests/worst/quantize-rdiv-f16.txt \
	tests/worst/quantize-rdiv-f32.txt tests/worst/quantize-reciprocal-bf16.txt \
	tests/worst/quantize-reciprocal-f16.txt tests/worst/quantize-reciprocal-f32.txt \
	tests/worst/rmsnorm-rsqrt.txt tests/worst/rmsnorm.txt tests/worst/silu.txt

# Searches anew (some seconds), and writes the files and the table.
worst: tests/worst/worst$(EXEEXT)
	./tests/worst/worst$(EXEEXT) search $(srcdir)/tests/worst
	./tests/worst/worst$(EXEEXT) table $(srcdir)/tests/worst/*.txt >tests/worst/table
	mv tests/worst/table $(srcdir)/verify/results/tightness.md
.PHONY: worst

# A layer in files: certified or sampled.
check_PROGRAMS += tests/layer_port
tests_layer_port_CPPFLAGS = $(VERIFY_CPPFLAGS)
tests_layer_port_CFLAGS = $(VERIFY_CFLAGS)
tests_layer_port_SOURCES = tests/layer_port.c
tests_layer_port_LDADD = libkbitjudge.la -lm
TESTS += tests/cli/layer.sh
EXTRA_DIST += tests/cli/layer.sh
EXTRA_DIST += tests/scale_full.sh verify/results/scale.md

# The full size of OPT-175B, measured on this machine (minutes, 1 GB of disk at a time).
scale: all tests/layer_port$(EXEEXT)
	top_builddir='$(abs_top_builddir)' $(SHELL) $(srcdir)/tests/scale_full.sh >tests/scale.md
	mv tests/scale.md $(srcdir)/verify/results/scale.md
.PHONY: scale
