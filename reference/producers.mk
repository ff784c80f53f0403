# What stands in front of an int8 product: normalizations and activations, alone and quantized.
include_HEADERS += reference/kbit_producers.h
noinst_HEADERS += reference/kbit_producers_exact.h reference/producers/producer.h
libkbitref_la_SOURCES += \
	reference/producers/rmsnorm.c \
	reference/producers/layernorm.c \
	reference/producers/relu.c \
	reference/producers/gelu.c \
	reference/producers/gelu_tanh.c \
	reference/producers/silu.c \
	reference/producers/rmsnorm_quantize.c \
	reference/producers/layernorm_quantize.c \
	reference/producers/relu_quantize.c \
	reference/producers/gelu_quantize.c \
	reference/producers/gelu_tanh_quantize.c \
	reference/producers/silu_quantize.c
libkbitexact_la_SOURCES += \
	reference/producers/rmsnorm_exact.c \
	reference/producers/layernorm_exact.c \
	reference/producers/gelu_exact.c \
	reference/producers/gelu_tanh_exact.c \
	reference/producers/silu_exact.c
EXTRA_DIST += reference/producers/README.md reference/proofs/producers.md
