# Right ports that know kbit_candidate.h alone, and bugs behind the words that admit them.
tests_legal_la_SOURCES += tests/legal/strangers.c
tests_mutants_la_SOURCES += \
	tests/mutants/absmax_flushes_too_much.c \
	tests/mutants/quantize_flushes_too_much.c \
	tests/mutants/store_flushes_too_much.c \
	tests/mutants/outliers_tiny_threshold.c \
	tests/mutants/relu_flushes_halves.c \
	tests/mutants/silu_short_log2e.c \
	tests/mutants/gelu_tanh_short_log2e.c \
	tests/mutants/rmsnorm_cut_before_gamma.c \
	tests/mutants/layernorm_half_shift.c \
	tests/mutants/gelu_erfc_fp16.c
