# The production kernels, each branch of dispatch, and what they do with what they are not made for.
if HAVE_CHECK
kernel_tests = tests/t_cuda_pass.tap tests/t_cuda_ring.tap tests/t_cuda_dispatch.tap
check_PROGRAMS += $(kernel_tests)
TESTS += $(kernel_tests)

tests_t_cuda_pass_tap_SOURCES = tests/t_cuda_pass.cc tests/cuda_test.h
tests_t_cuda_pass_tap_CPPFLAGS = $(cuda_test_cppflags)
tests_t_cuda_pass_tap_CXXFLAGS = $(cuda_test_cxxflags)
tests_t_cuda_pass_tap_LDADD = $(cuda_test_libs)

tests_t_cuda_ring_tap_SOURCES = tests/t_cuda_ring.cc tests/cuda_test.h
tests_t_cuda_ring_tap_CPPFLAGS = $(cuda_test_cppflags)
tests_t_cuda_ring_tap_CXXFLAGS = $(cuda_test_cxxflags)
tests_t_cuda_ring_tap_LDADD = $(cuda_test_libs)

tests_t_cuda_dispatch_tap_SOURCES = tests/t_cuda_dispatch.cc tests/cuda_test.h
tests_t_cuda_dispatch_tap_CPPFLAGS = $(cuda_test_cppflags)
tests_t_cuda_dispatch_tap_CXXFLAGS = $(cuda_test_cxxflags)
tests_t_cuda_dispatch_tap_LDADD = $(cuda_test_libs)
endif
EXTRA_DIST += tests/t_cuda_pass.cc tests/t_cuda_ring.cc tests/t_cuda_dispatch.cc

TESTS += tests/ladder.sh tests/kernel_mutants.sh tests/launches.sh
EXTRA_DIST += tests/launches.sh tests/ladder.sh tests/kernel_mutants.sh tests/kernel_run.cc cuda/README.md
