# The GPU benchmarks: one source, two programs. kbit-gpu-bench has the CUDA runtime and a device;
# kbit-gpu-bench-simt has the CPU layer, so that everything but the times is tested without one. kbit
# starts them (`kbit bench gpu`) and links neither.
gpu_bench_host = cuda/bench/bits.cc cuda/bench/clocks.cc cuda/bench/clocks.h cuda/bench/dump.cc cuda/bench/grid.cc \
	cuda/bench/grid.h cuda/bench/journal.cc cuda/bench/journal.h cuda/bench/main.cc \
	cuda/bench/measure.cc cuda/bench/measure.h cuda/bench/report.cc cuda/bench/settings.h \
	cuda/bench/supervise.cc cuda/bench/work.cc
gpu_bench_device = cuda/bench/candidates.cu cuda/bench/check.cu cuda/bench/data.cu cuda/bench/peers.cu \
	cuda/bench/problem.cu cuda/bench/runtime.cu
EXTRA_DIST += $(gpu_bench_device) cuda/bench/candidates.h cuda/bench/check.h cuda/bench/data.h \
	cuda/bench/peers.h cuda/bench/problem.h cuda/bench/runtime.h

gpu_bench_cppflags = $(AM_CPPFLAGS) -I$(srcdir)/cuda -D_GNU_SOURCE
gpu_bench_cxxflags = $(AM_CXXFLAGS) $(JANSSON_CFLAGS) -fvisibility=hidden

noinst_LTLIBRARIES += libgpubench_simt.la
libgpubench_simt_la_CPPFLAGS = $(gpu_bench_cppflags)
libgpubench_simt_la_CXXFLAGS = $(gpu_bench_cxxflags) -Wno-psabi
libgpubench_simt_la_LIBADD = libkernels_simt.la libkbitref.la
libgpubench_simt_la_SOURCES = cuda/bench/simt/candidates.cc cuda/bench/simt/check.cc \
	cuda/bench/simt/data.cc cuda/bench/simt/peers.cc cuda/bench/simt/problem.cc \
	cuda/bench/simt/runtime.cc

pkglibexec_PROGRAMS += cuda/bench/kbit-gpu-bench-simt
cuda_bench_kbit_gpu_bench_simt_CPPFLAGS = $(gpu_bench_cppflags) -DKBIT_BENCH_CPU_LAYER
cuda_bench_kbit_gpu_bench_simt_CXXFLAGS = $(gpu_bench_cxxflags)
cuda_bench_kbit_gpu_bench_simt_LDADD = libgpubench_simt.la $(JANSSON_LIBS)
cuda_bench_kbit_gpu_bench_simt_SOURCES = $(gpu_bench_host)

if HAVE_NVCC
noinst_LTLIBRARIES += libgpubench.la
libgpubench_la_SOURCES = $(gpu_bench_device)
nodist_EXTRA_libgpubench_la_SOURCES = cuda/links_as.cxx

pkglibexec_PROGRAMS += cuda/bench/kbit-gpu-bench
cuda_bench_kbit_gpu_bench_CPPFLAGS = $(gpu_bench_cppflags)
cuda_bench_kbit_gpu_bench_CXXFLAGS = $(gpu_bench_cxxflags)
cuda_bench_kbit_gpu_bench_LDADD = libgpubench.la libkernels_cuda.la libkbitref.la $(JANSSON_LIBS) $(CUDA_LIBS)
cuda_bench_kbit_gpu_bench_SOURCES = $(gpu_bench_host)
endif

# ---- make gpu-bundle: a folder for a machine that has nothing but a driver --------------------------
# GPU_BUNDLE is the folder, GPU_BUNDLE.tar.gz its archive. Everything is linked anew from the objects of
# this build, with static libraries; what nvcc was configured for is what the programs can run on.
GPU_BUNDLE = kbit-gpu-bundle
gpu_bundle_strip = -s -Wl,--as-needed
gpu_bundle_cxx = $(CXX) $(AM_CXXFLAGS) $(CXXFLAGS) $(LDFLAGS) $(BUNDLE_CXX_LINK) $(gpu_bundle_strip)
gpu_bundle_system = -lm -lpthread -ldl -lrt
pic_objects = $(SED) 's|\([^ /]*\)\.lo|.libs/\1.o|g'
gpu_bundle_files = cuda/bench/run.sh cuda/bench/plot.py cuda/bench/bitsandbytes_times.py cuda/bench/results.py
EXTRA_DIST += $(gpu_bundle_files) cuda/bench/bundle.README cuda/bench/bundle.sh cuda/bench/README.md \
	cuda/bench/tables.py
gpu_bundle_parts = verify/kbit$(EXEEXT) verify/kbit-run$(EXEEXT) verify/candidates/reference.la \
	verify/candidates/simt.la cuda/bench/kbit-gpu-bench-simt$(EXEEXT)
if HAVE_NVCC
gpu_bundle_parts += verify/candidates/cuda.la cuda/bench/kbit-gpu-bench$(EXEEXT)
endif

# The conformance programs, where the build has them; empty leaves them out.
BUNDLE_CONFORMANCE = $(cuda_conformance_conformance_simt_OBJECTS) \
	$(cuda_conformance_conformance_simt_DEPENDENCIES) $(cuda_conformance_conformance_cuda_OBJECTS) \
	$(cuda_conformance_conformance_cuda_DEPENDENCIES)

if HAVE_BUNDLE
gpu-bundle: $(gpu_bundle_parts) $(BUNDLE_CONFORMANCE)
	rm -rf $(GPU_BUNDLE) $(GPU_BUNDLE).tar.gz
	$(MKDIR_P) $(GPU_BUNDLE)/bin $(GPU_BUNDLE)/candidates
	$(CC) $(AM_CFLAGS) $(CFLAGS) $(LDFLAGS) -static-libgcc $(gpu_bundle_strip) -o $(GPU_BUNDLE)/bin/kbit \
	  $(verify_kbit_OBJECTS) .libs/libkbitjudge.a $(BUNDLE_LIBS) $(gpu_bundle_system)
	$(CC) $(AM_CFLAGS) $(CFLAGS) $(LDFLAGS) -static-libgcc $(gpu_bundle_strip) -o $(GPU_BUNDLE)/bin/kbit-run \
	  $(verify_kbit_run_OBJECTS) $(gpu_bundle_system)
	$(gpu_bundle_cxx) -o $(GPU_BUNDLE)/bin/kbit-gpu-bench-simt $(cuda_bench_kbit_gpu_bench_simt_OBJECTS) \
	  .libs/libgpubench_simt.a $(BUNDLE_LIBS) $(gpu_bundle_system)
	$(gpu_bundle_cxx) -shared $(export_own_only) -o $(GPU_BUNDLE)/candidates/reference.so \
	  `echo $(verify_candidates_reference_la_OBJECTS) | $(pic_objects)` .libs/libkbitref.a $(gpu_bundle_system)
	$(gpu_bundle_cxx) -shared $(export_own_only) -o $(GPU_BUNDLE)/candidates/simt.so \
	  `echo $(verify_candidates_simt_la_OBJECTS) | $(pic_objects)` .libs/libkernels_simt.a $(gpu_bundle_system)
if HAVE_NVCC
	$(gpu_bundle_cxx) -o $(GPU_BUNDLE)/bin/kbit-gpu-bench $(cuda_bench_kbit_gpu_bench_OBJECTS) \
	  .libs/libgpubench.a .libs/libkernels_cuda.a .libs/libkbitref.a $(BUNDLE_LIBS) \
	  $(CUDA_LDFLAGS) -lcudart_static $(gpu_bundle_system)
	$(gpu_bundle_cxx) -shared $(export_own_only) -o $(GPU_BUNDLE)/candidates/cuda.so \
	  `echo $(verify_candidates_cuda_la_OBJECTS) | $(pic_objects)` .libs/libkernels_cuda.a $(CUDA_LDFLAGS) -lcudart_static $(gpu_bundle_system)
endif
	if test -n "`echo $(BUNDLE_CONFORMANCE)`"; then \
	  $(gpu_bundle_cxx) -o $(GPU_BUNDLE)/bin/conformance-simt $(cuda_conformance_conformance_simt_OBJECTS) \
	    .libs/libconformance_simt.a .libs/libkbitref.a $(gpu_bundle_system) || exit 1; fi
	if test -n "`echo $(BUNDLE_CONFORMANCE)`" && test -n "$(cuda_conformance_conformance_cuda_OBJECTS)"; then \
	  $(gpu_bundle_cxx) -o $(GPU_BUNDLE)/bin/conformance-cuda $(cuda_conformance_conformance_cuda_OBJECTS) \
	    .libs/libconformance_cuda.a .libs/libkbitref.a $(CUDA_LDFLAGS) -lcudart_static $(gpu_bundle_system) || exit 1; fi
	for file in $(gpu_bundle_files); do cp $(srcdir)/$$file $(GPU_BUNDLE)/ || exit 1; done
	$(SHELL) $(srcdir)/cuda/bench/bundle.sh $(GPU_BUNDLE) $(srcdir)/cuda/bench/bundle.README \
	  '$(PACKAGE_VERSION)' '$(NVCC_GENCODE)' '$(NVCC)'
else
gpu-bundle:
	@echo "gpu-bundle: configure found no static libraries to link it with (config.log says which)"; exit 77
endif
.PHONY: gpu-bundle
CLEANFILES += $(GPU_BUNDLE).tar.gz
clean-local: clean-gpu-bundle
clean-gpu-bundle:
	-rm -rf $(GPU_BUNDLE)
.PHONY: clean-gpu-bundle
