# A convenience library, not headers only: its code is compiled once, without the kernels' own
# instrumentation, and the plug-in that runs kernels on the CPU absorbs it.
noinst_LTLIBRARIES += libkbitsimt.la
libkbitsimt_la_SOURCES = \
	cuda/prelude.cuh cuda/ptx.cuh cuda/ptx_hopper.cuh cuda/ptx_wgmma.cuh \
	cuda/simt/simt.h cuda/simt/types.h cuda/simt/half.h cuda/simt/options.h cuda/simt/runtime.h \
	cuda/simt/warp.h cuda/simt/intrinsics.h cuda/simt/atomics.h cuda/simt/stream.h \
	cuda/simt/tensor.h cuda/simt/context.h cuda/simt/ready.h cuda/simt/block.h \
	cuda/simt/sanitizer.h cuda/simt/mma_s8.h cuda/simt/mma_float.h \
	cuda/simt/cluster.h cuda/simt/cluster.cc \
	cuda/simt/context.cc cuda/simt/ready.cc cuda/simt/block.cc \
	cuda/simt/memory.cc cuda/simt/fault.cc cuda/simt/options.cc cuda/simt/launch.cc cuda/simt/launch_log.cc cuda/simt/launch_log.h \
	cuda/simt/warp_operations.cc cuda/simt/async_copy.cc cuda/simt/ldmatrix.cc \
	cuda/simt/mma_s8.cc cuda/simt/mma_s8_x86.cc cuda/simt/mma_float.cc \
	cuda/simt/hopper.h cuda/simt/async_proxy.h cuda/simt/tensor_map.h cuda/simt/tensor_map.cc \
	cuda/simt/mbarrier.cc cuda/simt/bulk_copy.cc cuda/simt/matrix_descriptor.cc cuda/simt/wgmma.cc \
	cuda/simt/wgmma_product.cc cuda/simt/named_barrier.cc
libkbitsimt_la_CXXFLAGS = $(AM_CXXFLAGS) -fvisibility=hidden
libkbitsimt_la_LIBADD = libkbitaccumulation.la -lpthread
EXTRA_DIST += cuda/simt/README.md
