# The GPU benchmarks: their data and checks, the program on the CPU layer, the bundle, plots and tables.
if HAVE_CHECK
check_PROGRAMS += tests/t_gpu_bench.tap
TESTS += tests/t_gpu_bench.tap
tests_t_gpu_bench_tap_SOURCES = tests/t_gpu_bench.cc tests/cuda_test.h
tests_t_gpu_bench_tap_CPPFLAGS = $(AM_CPPFLAGS) -I$(srcdir)/cuda
tests_t_gpu_bench_tap_CXXFLAGS = $(AM_CXXFLAGS) $(CHECK_CFLAGS) -Wno-psabi
tests_t_gpu_bench_tap_LDADD = libgpubench_simt.la $(CHECK_LIBS)
endif
bench_scripts = tests/gpu_bench.sh tests/gpu_bundle.sh tests/gpu_tables.sh
TESTS += $(bench_scripts)
EXTRA_DIST += tests/t_gpu_bench.cc tests/bench_fixture.py $(bench_scripts)
