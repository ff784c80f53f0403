# The kernels: built by nvcc where there is one, and always for the CPU layer (simt/), from the same
# sources. Two plug-ins for the referee, and libkbit_cuda for users of a device.
include cuda/simt/local.mk
include cuda/producers.mk

cuda_kernels = cuda/outlier_columns.cu cuda/absmax_rows.cu cuda/quantize_rows.cu \
	cuda/int8_matmul.cu cuda/dequantize.cu cuda/outlier_matmul.cu cuda/outlier_matmul_w16.cu \
	cuda/store.cu $(producer_kernels) cuda/llmint8_linear_bnb.cu cuda/hopper.cu cuda/hopper2.cu cuda/dispatch.cu
cuda_headers = cuda/arguments.h cuda/candidate_steps.cuh cuda/element.cuh \
	cuda/epilogue.cuh cuda/hopper2.cuh cuda/hopper_output.cuh cuda/hopper_plan.cuh cuda/int8_few.cuh cuda/int8_hopper.cuh \
	cuda/int8_hopper2.cuh cuda/int8_plan.cuh cuda/int8_ring.cuh cuda/int8_stream.cuh cuda/int8_tile.cuh \
	cuda/last_block.cuh cuda/launch.cuh cuda/linear_epilogue.cuh cuda/linear_hopper.cuh \
	cuda/linear_hopper2.cuh cuda/linear_product.cuh cuda/linear_ring.cuh cuda/linear_stream.cuh \
	cuda/outlier_tile.cuh cuda/production.h cuda/producer_pass.cuh cuda/quantize_pass.cuh cuda/row.cuh cuda/rungs.h cuda/tensor_map.cuh \
	cuda/workspace.cuh
EXTRA_DIST += cuda/ladders.md build-aux/nvcc-wrap.sh cuda/kbit_cuda.h cuda/candidate.cu $(cuda_kernels) $(cuda_headers)

# For the CPU: one file a kernel, `#include "../<stem>.cu"`, so that the compiler, its flags,
# sanitizers and dependencies are those of any C++ file. Tests link this library too.
noinst_LTLIBRARIES += libkernels_simt.la
libkernels_simt_la_CXXFLAGS = $(AM_CXXFLAGS) -fvisibility=hidden -Wno-pass-failed -Wno-psabi # clang: #pragma unroll; tensor maps are 64-byte aligned parameters
libkernels_simt_la_LIBADD = libkbitsimt.la
libkernels_simt_la_SOURCES = cuda/simt/outlier_columns.cc cuda/simt/absmax_rows.cc \
	cuda/simt/quantize_rows.cc cuda/simt/int8_matmul.cc cuda/simt/dequantize.cc \
	cuda/simt/outlier_matmul.cc cuda/simt/outlier_matmul_w16.cc cuda/simt/store.cc \
	$(producer_simt) cuda/simt/llmint8_linear_bnb.cc cuda/simt/hopper.cc cuda/simt/hopper2.cc cuda/simt/dispatch.cc

# For C++ libtool's -export-symbols-regex hides nothing from the dynamic linker; this does.
export_own_only = -Wl,--exclude-libs,ALL

candidate_LTLIBRARIES += verify/candidates/simt.la
verify_candidates_simt_la_CXXFLAGS = $(AM_CXXFLAGS) -fvisibility=hidden
verify_candidates_simt_la_LDFLAGS = $(PLUGIN_LINK) $(export_own_only)
verify_candidates_simt_la_LIBADD = libkernels_simt.la
verify_candidates_simt_la_SOURCES = cuda/simt/candidate.cc
include cuda/race.mk
include cuda/conformance/local.mk
include cuda/bench/local.mk

if HAVE_NVCC
AM_V_NVCC = $(am__v_NVCC_@AM_V@)
am__v_NVCC_ = $(am__v_NVCC_@AM_DEFAULT_V@)
am__v_NVCC_0 = @echo "  NVCC    " $@;
am__v_NVCC_1 =

# No contraction: bits are claimed. -MT names the .lo, else an edited header would rebuild nothing.
# -prefer-pic: one object serves the library and the plug-in.
SUFFIXES += .cu
.cu.lo:
	$(AM_V_NVCC)$(MKDIR_P) $(@D)/$(DEPDIR) && \
	$(LIBTOOL) $(AM_V_lt) --tag=CXX --mode=compile \
	  $(SHELL) $(top_srcdir)/build-aux/nvcc-wrap.sh $(NVCC) -prefer-pic $(KBIT_NVCCFLAGS) $(NVCC_GENCODE) \
	  $(NVCCFLAGS) -I$(srcdir)/reference -MD -MT $@ -MF $(@D)/$(DEPDIR)/$(*F).cu.d -c -o $@ $<
-include cuda/$(DEPDIR)/*.cu.d

# wgmma is in sm_90a only: two files, one architecture.
cuda/hopper.lo cuda/hopper2.lo: NVCC_GENCODE = $(NVCC_HOPPER_GENCODE)

CUDA_LIBS = $(CUDA_LDFLAGS) -lcudart_static -lpthread -ldl -lrt

noinst_LTLIBRARIES += libkernels_cuda.la
libkernels_cuda_la_SOURCES = $(cuda_kernels)
nodist_EXTRA_libkernels_cuda_la_SOURCES = cuda/links_as.cxx

include_HEADERS += cuda/kbit_cuda.h
lib_LTLIBRARIES += libkbit_cuda.la
libkbit_cuda_la_LDFLAGS = $(AM_LDFLAGS) -version-info 0:0:0
libkbit_cuda_la_LIBADD = libkernels_cuda.la $(CUDA_LIBS)
libkbit_cuda_la_SOURCES =
nodist_EXTRA_libkbit_cuda_la_SOURCES = cuda/links_as.cxx

candidate_LTLIBRARIES += verify/candidates/cuda.la
verify_candidates_cuda_la_LDFLAGS = $(PLUGIN_LINK) $(export_own_only)
verify_candidates_cuda_la_LIBADD = libkernels_cuda.la $(CUDA_LIBS)
verify_candidates_cuda_la_SOURCES = cuda/candidate.cu
nodist_EXTRA_verify_candidates_cuda_la_SOURCES = cuda/links_as.cxx
endif

clean-local: clean-cuda
clean-cuda:
	-rm -f cuda/$(DEPDIR)/*.cu.d
.PHONY: clean-cuda
