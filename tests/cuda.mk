# The kernels: every rung on the CPU layer against the reference.
if HAVE_CHECK
cuda_test_programs = tests/t_cuda_quantize_rows.tap tests/t_cuda_int8_matmul.tap
check_PROGRAMS += $(cuda_test_programs)
TESTS += $(cuda_test_programs)

CUDA_TEST_CPPFLAGS = $(AM_CPPFLAGS) -I$(srcdir)/cuda
CUDA_TEST_CXXFLAGS = $(AM_CXXFLAGS) $(CHECK_CFLAGS)
CUDA_TEST_LIBS = libkernels_simt.la libkbitref.la $(CHECK_LIBS)

tests_t_cuda_quantize_rows_tap_CPPFLAGS = $(CUDA_TEST_CPPFLAGS)
tests_t_cuda_quantize_rows_tap_CXXFLAGS = $(CUDA_TEST_CXXFLAGS)
tests_t_cuda_quantize_rows_tap_SOURCES = tests/t_cuda_quantize_rows.cc tests/cuda_test.h
tests_t_cuda_quantize_rows_tap_LDADD = $(CUDA_TEST_LIBS)

tests_t_cuda_int8_matmul_tap_CPPFLAGS = $(CUDA_TEST_CPPFLAGS)
tests_t_cuda_int8_matmul_tap_CXXFLAGS = $(CUDA_TEST_CXXFLAGS)
tests_t_cuda_int8_matmul_tap_SOURCES = tests/t_cuda_int8_matmul.cc tests/cuda_test.h
tests_t_cuda_int8_matmul_tap_LDADD = $(CUDA_TEST_LIBS)
endif
EXTRA_DIST += tests/cuda_test.h tests/t_cuda_quantize_rows.cc tests/t_cuda_int8_matmul.cc
