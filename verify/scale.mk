# Layers and products that are too large to hold: judged from files, in blocks.
libkbitjudge_la_SOURCES += \
	verify/linear_files.c verify/linear_files.h \
	verify/linear_passes.h \
	verify/linear_stream.c verify/linear_stream.h \
	verify/linear_transparent.c \
	verify/row_files.c verify/row_files.h
libkbitjudge_la_CFLAGS += $(NETTLE_CFLAGS)
verify_kbit_SOURCES += verify/cmd/gen_stream.c verify/cmd/gen_stream.h verify/cmd/bench_layer.c
