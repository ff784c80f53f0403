# The kernels: every rung on the CPU layer against the reference.
if HAVE_CHECK
cuda_tests = \
	tests/t_cuda_quantize_rows.tap \
	tests/t_cuda_int8_matmul.tap \
	tests/t_cuda_statistics.tap \
	tests/t_cuda_epilogue.tap \
	tests/t_cuda_linear.tap \
	tests/t_cuda_calls.tap
check_PROGRAMS += $(cuda_tests)
TESTS += $(cuda_tests)
cuda_test_cppflags = $(AM_CPPFLAGS) -I$(srcdir)/cuda
cuda_test_cxxflags = $(AM_CXXFLAGS) $(CHECK_CFLAGS)
cuda_test_libs = libkernels_simt.la libkbitref.la $(CHECK_LIBS)

tests_t_cuda_quantize_rows_tap_SOURCES = tests/t_cuda_quantize_rows.cc tests/cuda_test.h
tests_t_cuda_quantize_rows_tap_CPPFLAGS = $(cuda_test_cppflags)
tests_t_cuda_quantize_rows_tap_CXXFLAGS = $(cuda_test_cxxflags)
tests_t_cuda_quantize_rows_tap_LDADD = $(cuda_test_libs)

tests_t_cuda_int8_matmul_tap_SOURCES = tests/t_cuda_int8_matmul.cc tests/cuda_test.h
tests_t_cuda_int8_matmul_tap_CPPFLAGS = $(cuda_test_cppflags)
tests_t_cuda_int8_matmul_tap_CXXFLAGS = $(cuda_test_cxxflags)
tests_t_cuda_int8_matmul_tap_LDADD = $(cuda_test_libs)

tests_t_cuda_statistics_tap_SOURCES = tests/t_cuda_statistics.cc tests/cuda_test.h
tests_t_cuda_statistics_tap_CPPFLAGS = $(cuda_test_cppflags)
tests_t_cuda_statistics_tap_CXXFLAGS = $(cuda_test_cxxflags)
tests_t_cuda_statistics_tap_LDADD = $(cuda_test_libs)

tests_t_cuda_epilogue_tap_SOURCES = tests/t_cuda_epilogue.cc tests/cuda_test.h
tests_t_cuda_epilogue_tap_CPPFLAGS = $(cuda_test_cppflags)
tests_t_cuda_epilogue_tap_CXXFLAGS = $(cuda_test_cxxflags)
tests_t_cuda_epilogue_tap_LDADD = $(cuda_test_libs)

tests_t_cuda_linear_tap_SOURCES = tests/t_cuda_linear.cc tests/cuda_test.h
tests_t_cuda_linear_tap_CPPFLAGS = $(cuda_test_cppflags)
tests_t_cuda_linear_tap_CXXFLAGS = $(cuda_test_cxxflags)
tests_t_cuda_linear_tap_LDADD = $(cuda_test_libs)

tests_t_cuda_calls_tap_SOURCES = tests/t_cuda_calls.cc tests/cuda_test.h cuda/simt/candidate.cc
tests_t_cuda_calls_tap_CPPFLAGS = $(cuda_test_cppflags)
tests_t_cuda_calls_tap_CXXFLAGS = $(cuda_test_cxxflags)
tests_t_cuda_calls_tap_LDADD = $(cuda_test_libs)
endif
EXTRA_DIST += tests/cuda_test.h \
	tests/t_cuda_quantize_rows.cc \
	tests/t_cuda_int8_matmul.cc \
	tests/t_cuda_statistics.cc \
	tests/t_cuda_epilogue.cc \
	tests/t_cuda_linear.cc \
	tests/t_cuda_calls.cc

TESTS += tests/cuda_code.sh
EXTRA_DIST += tests/cuda_code.sh
AM_TESTS_ENVIRONMENT += KBIT_NVCCFLAGS='$(KBIT_NVCCFLAGS)'; export KBIT_NVCCFLAGS;
