# Files: NPY tensors, safetensors models, and the folder of a case.
libkbitjudge_la_SOURCES += \
	verify/io/array.c verify/io/array.h \
	verify/io/file.c verify/io/file.h \
	verify/io/npy.c verify/io/npy.h verify/io/npy_header.c \
	verify/io/nearest.c verify/io/nearest.h \
	verify/io/safetensors.c verify/io/safetensors.h \
	verify/io/safetensors_header.c verify/io/safetensors_header.h \
	verify/io/model.c verify/io/model.h \
	verify/io/manifest.c verify/io/manifest.h \
	verify/io/manifest_format.c verify/io/manifest_parse.c

EXTRA_DIST += verify/examples/fetch-minilm.sh verify/examples/hidden_states.py \
	verify/examples/sentences.json verify/examples/numpy_port.py verify/examples/slurm.sh
