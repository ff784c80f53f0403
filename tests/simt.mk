# The execution layer that runs .cu files on the CPU, on kernels of its own.
simt_scripts = tests/simt/asm.sh tests/simt/nvcc.sh tests/simt/half.sh tests/simt/options.sh
TESTS += $(simt_scripts)
EXTRA_DIST += $(simt_scripts) tests/simt/kernels.cu tests/simt/wrappers.cu \
	tests/simt/toolkit_half.cc tests/simt/compare_half.cc

check_PROGRAMS += tests/simt_run_gemm
tests_simt_run_gemm_SOURCES = tests/simt/run_gemm.cc tests/simt/kernels.cc tests/simt/kernels.h
tests_simt_run_gemm_LDADD = libkbitsimt.la -lpthread

if HAVE_CHECK
simt_test_flags = $(AM_CXXFLAGS) $(CHECK_CFLAGS)
simt_test_libs = libkbitsimt.la $(CHECK_LIBS) -lpthread
simt_programs = tests/t_simt_half.tap tests/t_simt_warp.tap tests/t_simt_tensor.tap \
	tests/t_simt_kernels.tap tests/t_simt_faults.tap tests/t_simt_orders.tap
check_PROGRAMS += $(simt_programs)
TESTS += $(simt_programs)

tests_t_simt_half_tap_SOURCES = tests/simt/t_half.cc tests/simt/testing.h
tests_t_simt_half_tap_CXXFLAGS = $(simt_test_flags)
tests_t_simt_half_tap_LDADD = $(simt_test_libs)
tests_t_simt_warp_tap_SOURCES = tests/simt/t_warp.cc tests/simt/testing.h
tests_t_simt_warp_tap_CXXFLAGS = $(simt_test_flags)
tests_t_simt_warp_tap_LDADD = $(simt_test_libs)
tests_t_simt_tensor_tap_SOURCES = tests/simt/t_tensor.cc tests/simt/wrappers.cc \
	tests/simt/wrappers.h tests/simt/testing.h
tests_t_simt_tensor_tap_CXXFLAGS = $(simt_test_flags)
tests_t_simt_tensor_tap_LDADD = $(simt_test_libs)
tests_t_simt_faults_tap_SOURCES = tests/simt/t_faults.cc tests/simt/testing.h
tests_t_simt_faults_tap_CXXFLAGS = $(simt_test_flags)
tests_t_simt_faults_tap_LDADD = $(simt_test_libs)
tests_t_simt_orders_tap_SOURCES = tests/simt/t_orders.cc tests/simt/testing.h
tests_t_simt_orders_tap_CXXFLAGS = $(simt_test_flags)
tests_t_simt_orders_tap_LDADD = $(simt_test_libs)
tests_t_simt_kernels_tap_SOURCES = tests/simt/t_kernels.cc tests/simt/kernels.cc \
	tests/simt/kernels.h tests/simt/testing.h
tests_t_simt_kernels_tap_CXXFLAGS = $(simt_test_flags)
tests_t_simt_kernels_tap_LDADD = $(simt_test_libs)
endif
