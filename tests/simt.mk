# The execution layer that runs .cu files on the CPU, on kernels of its own.
EXTRA_DIST += tests/simt/kernels.cu tests/simt/kernels.h
