# The adapters of other people's software: on fakes always, on the real ones where they are.
TESTS += tests/cli/software.sh tests/cli/software_here.sh
EXTRA_DIST += tests/cli/software.sh tests/cli/software_here.sh tests/software/fake_ggml.c \
	tests/software/fake_bitsandbytes.c tests/software/fake_port.py verify/examples/torch_port.py \
	verify/examples/candidate.c
