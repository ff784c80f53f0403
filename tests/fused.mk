# Planted bugs that passed until verify/cases/fused.c came, and the cases that were made stronger with it.
tests_mutants_la_SOURCES += \
	tests/mutants/paper_half_away.c \
	tests/mutants/linear_half_away.c \
	tests/mutants/paper_64_outliers.c \
	tests/mutants/paper_f16_sums.c \
	tests/mutants/paper_23_bits.c \
	tests/mutants/paper_square_weights.c \
	tests/mutants/paper_flushes_codes.c \
	tests/mutants/linear_flushes_codes.c \
	tests/mutants/paper_flushes_weights.c \
	tests/mutants/paper_statistics_1024.c \
	tests/mutants/paper_weights_16_bit_k.c \
	tests/mutants/linear_clamps_f32.c \
	tests/mutants/paper_one_token_f32.c \
	tests/mutants/paper_four_features.c \
	tests/mutants/paper_threshold_0_f32.c \
	tests/mutants/linear_one_token_f16.c \
	tests/mutants/paper_tail_of_16.c \
	tests/mutants/paper_full_list.c \
	tests/mutants/paper_bf16_256_columns.c \
	tests/mutants/linear_float_128_rows.c \
	tests/mutants/relu_quantize_zero_is_off.c \
	tests/mutants/rmsnorm_quantize_4096_columns.c \
	tests/mutants/silu_quantize_first_rows.c \
	tests/mutants/layernorm_quantize_ignores_inf.c \
	tests/mutants/relu_quantize_8192_columns.c
