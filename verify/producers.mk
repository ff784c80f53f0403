# The producers in front of an int8 product: their judges and cases.
libkbitjudge_la_SOURCES += \
	verify/interval.c verify/interval.h \
	verify/normalized.c verify/normalized.h \
	verify/activated.c verify/activated.h \
	verify/produced.c verify/produced.h \
	verify/cases/producers.c \
	verify/steps/rmsnorm.c \
	verify/steps/layernorm.c \
	verify/steps/relu.c \
	verify/steps/gelu.c \
	verify/steps/gelu_tanh.c \
	verify/steps/silu.c \
	verify/steps/rmsnorm_quantize.c \
	verify/steps/layernorm_quantize.c \
	verify/steps/relu_quantize.c \
	verify/steps/gelu_quantize.c \
	verify/steps/gelu_tanh_quantize.c \
	verify/steps/silu_quantize.c
