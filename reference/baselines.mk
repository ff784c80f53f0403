# The paper's baselines and its outlier analysis: reference, oracles, header.
include_HEADERS += reference/kbit_baselines.h
noinst_HEADERS += reference/kbit_baselines_exact.h
libkbitref_la_SOURCES += \
	reference/baselines/scaled_matmul.h \
	reference/baselines/absmax_tensor.c \
	reference/baselines/rowwise.c \
	reference/baselines/vectorwise.c \
	reference/baselines/zeropoint.c \
	reference/baselines/zeropoint_product.c \
	reference/baselines/zeropoint_vectorwise.c \
	reference/baselines/decomposition.c \
	reference/baselines/outlier_features.c
libkbitexact_la_SOURCES += \
	reference/baselines/absmax_tensor_exact.c \
	reference/baselines/vectorwise_exact.c \
	reference/baselines/zeropoint_exact.c \
	reference/baselines/zeropoint_vectorwise_exact.c
EXTRA_DIST += reference/baselines/README.md
