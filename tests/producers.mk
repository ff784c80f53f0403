# The producers: a Check program a stem, the judge's intervals, and the kernels.
noinst_HEADERS += tests/producers_check.h
if HAVE_CHECK
producer_tests = tests/t_rmsnorm.tap \
	tests/t_layernorm.tap \
	tests/t_relu.tap \
	tests/t_gelu.tap \
	tests/t_gelu_tanh.tap \
	tests/t_silu.tap \
	tests/t_rmsnorm_quantize.tap \
	tests/t_layernorm_quantize.tap \
	tests/t_relu_quantize.tap \
	tests/t_gelu_quantize.tap \
	tests/t_gelu_tanh_quantize.tap \
	tests/t_silu_quantize.tap
check_PROGRAMS += $(producer_tests)
TESTS += $(producer_tests)
tests_t_rmsnorm_tap_SOURCES = tests/t_rmsnorm.c
tests_t_rmsnorm_tap_CFLAGS = $(reference_test_cflags)
tests_t_rmsnorm_tap_LDADD = $(reference_test_libs)
tests_t_layernorm_tap_SOURCES = tests/t_layernorm.c
tests_t_layernorm_tap_CFLAGS = $(reference_test_cflags)
tests_t_layernorm_tap_LDADD = $(reference_test_libs)
tests_t_relu_tap_SOURCES = tests/t_relu.c
tests_t_relu_tap_CFLAGS = $(reference_test_cflags)
tests_t_relu_tap_LDADD = $(reference_test_libs)
tests_t_gelu_tap_SOURCES = tests/t_gelu.c
tests_t_gelu_tap_CFLAGS = $(reference_test_cflags)
tests_t_gelu_tap_LDADD = $(reference_test_libs)
tests_t_gelu_tanh_tap_SOURCES = tests/t_gelu_tanh.c
tests_t_gelu_tanh_tap_CFLAGS = $(reference_test_cflags)
tests_t_gelu_tanh_tap_LDADD = $(reference_test_libs)
tests_t_silu_tap_SOURCES = tests/t_silu.c
tests_t_silu_tap_CFLAGS = $(reference_test_cflags)
tests_t_silu_tap_LDADD = $(reference_test_libs)
tests_t_rmsnorm_quantize_tap_SOURCES = tests/t_rmsnorm_quantize.c
tests_t_rmsnorm_quantize_tap_CFLAGS = $(reference_test_cflags)
tests_t_rmsnorm_quantize_tap_LDADD = $(reference_test_libs)
tests_t_layernorm_quantize_tap_SOURCES = tests/t_layernorm_quantize.c
tests_t_layernorm_quantize_tap_CFLAGS = $(reference_test_cflags)
tests_t_layernorm_quantize_tap_LDADD = $(reference_test_libs)
tests_t_relu_quantize_tap_SOURCES = tests/t_relu_quantize.c
tests_t_relu_quantize_tap_CFLAGS = $(reference_test_cflags)
tests_t_relu_quantize_tap_LDADD = $(reference_test_libs)
tests_t_gelu_quantize_tap_SOURCES = tests/t_gelu_quantize.c
tests_t_gelu_quantize_tap_CFLAGS = $(reference_test_cflags)
tests_t_gelu_quantize_tap_LDADD = $(reference_test_libs)
tests_t_gelu_tanh_quantize_tap_SOURCES = tests/t_gelu_tanh_quantize.c
tests_t_gelu_tanh_quantize_tap_CFLAGS = $(reference_test_cflags)
tests_t_gelu_tanh_quantize_tap_LDADD = $(reference_test_libs)
tests_t_silu_quantize_tap_SOURCES = tests/t_silu_quantize.c
tests_t_silu_quantize_tap_CFLAGS = $(reference_test_cflags)
tests_t_silu_quantize_tap_LDADD = $(reference_test_libs)

check_PROGRAMS += tests/t_interval.tap tests/t_produced.tap tests/t_cuda_producers.tap
TESTS += tests/t_interval.tap tests/t_produced.tap tests/t_cuda_producers.tap
tests_t_interval_tap_SOURCES = tests/t_interval.c
tests_t_interval_tap_CPPFLAGS = $(VERIFY_TEST_CPPFLAGS)
tests_t_interval_tap_LDADD = libkbitjudge.la $(CHECK_LIBS)
tests_t_produced_tap_SOURCES = tests/t_produced.c verify/candidates/reference_ops.c
tests_t_produced_tap_CPPFLAGS = $(VERIFY_TEST_CPPFLAGS)
tests_t_produced_tap_LDADD = libkbitjudge.la $(CHECK_LIBS)
tests_t_cuda_producers_tap_SOURCES = tests/t_cuda_producers.cc tests/cuda_test.h
tests_t_cuda_producers_tap_CPPFLAGS = $(cuda_test_cppflags) -I$(srcdir)/verify
tests_t_cuda_producers_tap_CXXFLAGS = $(cuda_test_cxxflags)
tests_t_cuda_producers_tap_LDADD = libkbitjudge.la $(cuda_test_libs)
endif
EXTRA_DIST += tests/t_cuda_producers.cc
tests_mutants_la_SOURCES += tests/mutants/each_produced.h tests/mutants/each_produced.c \
	tests/mutants/layernorm_k_minus_1.c \
	tests/mutants/layernorm_eps_outside.c \
	tests/mutants/layernorm_own_eps.c \
	tests/mutants/layernorm_not_centred.c \
	tests/mutants/layernorm_undeclared_one_pass.c \
	tests/mutants/layernorm_fp16_sum.c \
	tests/mutants/layernorm_drops_last_column.c \
	tests/mutants/layernorm_stale_mean.c \
	tests/mutants/layernorm_shifts_first.c \
	tests/mutants/layernorm_no_shift.c \
	tests/mutants/layernorm_via_bf16.c \
	tests/mutants/layernorm_lies_rsqrt.c \
	tests/mutants/layernorm_undeclared_rsqrt.c \
	tests/mutants/layernorm_next_gamma.c \
	tests/mutants/rmsnorm_centred.c \
	tests/mutants/rmsnorm_gamma_plus_one.c \
	tests/mutants/rmsnorm_fp16_normalized.c \
	tests/mutants/rmsnorm_sum_for_mean.c \
	tests/mutants/rmsnorm_launders_nan.c \
	tests/mutants/rmsnorm_16_bit_columns.c \
	tests/mutants/relu_launders_nan.c \
	tests/mutants/relu_leaks.c \
	tests/mutants/relu_6.c \
	tests/mutants/gelu_by_tanh.c \
	tests/mutants/gelu_quick.c \
	tests/mutants/gelu_short_constant.c \
	tests/mutants/gelu_cuts_off.c \
	tests/mutants/gelu_tanh_typo.c \
	tests/mutants/gelu_tanh_approximate.c \
	tests/mutants/gelu_tanh_by_erf.c \
	tests/mutants/silu_fp16_exp.c \
	tests/mutants/silu_sign.c \
	tests/mutants/silu_overflows.c \
	tests/mutants/layernorm_quantize_unrounded.c \
	tests/mutants/rmsnorm_quantize_unrounded_absmax.c \
	tests/mutants/layernorm_quantize_columns_of_x.c \
	tests/mutants/gelu_quantize_keeps_codes.c \
	tests/mutants/silu_quantize_whole_absmax.c \
	tests/mutants/relu_quantize_last_row.c \
	tests/mutants/gelu_tanh_quantize_leaves_count.c
tests_legal_la_SOURCES += tests/mutants/each_produced.h tests/mutants/each_produced.c tests/legal/producers.c
TESTS += tests/producer_code.sh
EXTRA_DIST += tests/producer_code.sh
TESTS += tests/producer_mutants.sh
EXTRA_DIST += tests/producer_mutants.sh tests/producer_run.cc
