# The conformance programs: each instruction alone, on a device and on the CPU layer, from the same
# sources.
noinst_PROGRAMS += cuda/conformance/conformance-simt

conformance_instructions = cuda/conformance/arithmetic.cuh cuda/conformance/bits.cuh \
	cuda/conformance/block.cuh cuda/conformance/cluster.cuh cuda/conformance/convert.cuh cuda/conformance/cp_async.cuh \
	cuda/conformance/device.cuh cuda/conformance/ldmatrix.cuh cuda/conformance/map.cuh \
	cuda/conformance/mbarrier.cuh cuda/conformance/mma.cuh cuda/conformance/products.h \
	cuda/conformance/roles.cuh cuda/conformance/tma.cuh cuda/conformance/warp.cuh \
	cuda/conformance/wgmma.cuh
conformance_program = cuda/conformance/main.cc cuda/conformance/golden.cc cuda/conformance/golden.h \
	cuda/conformance/common.cc cuda/conformance/conformance.h
EXTRA_DIST += cuda/conformance/README.md cuda/conformance/instructions.cu \
	cuda/conformance/instructions_hopper.cu $(conformance_instructions)

# Tests link the instructions, too.
noinst_LTLIBRARIES += libconformance_simt.la
libconformance_simt_la_CXXFLAGS = $(AM_CXXFLAGS) -fvisibility=hidden -Wno-pass-failed -Wno-psabi
libconformance_simt_la_LIBADD = libkbitsimt.la
libconformance_simt_la_SOURCES = cuda/conformance/instructions.cc \
	cuda/conformance/instructions_hopper.cc cuda/conformance/common.cc

cuda_conformance_conformance_simt_SOURCES = cuda/conformance/main.cc cuda/conformance/golden.cc \
	cuda/conformance/golden.h cuda/conformance/conformance.h
cuda_conformance_conformance_simt_LDADD = libconformance_simt.la libkbitref.la

if HAVE_NVCC
noinst_PROGRAMS += cuda/conformance/conformance-cuda
cuda/conformance/instructions_hopper.lo: NVCC_GENCODE = $(NVCC_HOPPER_GENCODE)
-include cuda/conformance/$(DEPDIR)/*.cu.d

noinst_LTLIBRARIES += libconformance_cuda.la
libconformance_cuda_la_SOURCES = cuda/conformance/instructions.cu \
	cuda/conformance/instructions_hopper.cu
nodist_EXTRA_libconformance_cuda_la_SOURCES = cuda/links_as.cxx

cuda_conformance_conformance_cuda_SOURCES = $(conformance_program)
cuda_conformance_conformance_cuda_LDADD = libconformance_cuda.la libkbitref.la $(CUDA_LIBS)
endif
