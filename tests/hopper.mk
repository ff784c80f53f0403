# Hopper: its instructions on the CPU layer, and the kernels that are made of them.
hopper_scripts = tests/simt/hopper_nvcc.sh tests/hopper_code.sh tests/hopper_mutants.sh tests/hopper_orders.sh
TESTS += $(hopper_scripts)
EXTRA_DIST += tests/hopper2_sequence.h tests/t_cuda_hopper.cc tests/t_cuda_hopper2.cc $(hopper_scripts) tests/simt/hopper_wrappers.cu tests/simt/cluster_kernels.cu

# Broken on purpose, and linked with this program.
check_PROGRAMS += tests/hopper_run
tests_hopper_run_SOURCES = tests/hopper_run.cc tests/hopper2_sequence.h
tests_hopper_run_LDADD = libkernels_simt.la libkbitref.la
AM_TESTS_ENVIRONMENT += KBIT_TEST_CXXFLAGS='$(AM_CXXFLAGS)'; export KBIT_TEST_CXXFLAGS;

if HAVE_CHECK
hopper_test_flags = $(simt_test_flags) -Wno-psabi # tensor maps are parameters, 64-byte aligned
hopper_programs = tests/t_simt_hopper.tap tests/t_simt_hopper_faults.tap tests/t_simt_cluster.tap
check_PROGRAMS += $(hopper_programs)
TESTS += $(hopper_programs)

tests_t_simt_hopper_tap_SOURCES = tests/simt/t_hopper.cc tests/simt/hopper_wrappers.cc \
	tests/simt/hopper_wrappers.h tests/simt/testing.h
tests_t_simt_hopper_tap_CXXFLAGS = $(hopper_test_flags)
tests_t_simt_hopper_tap_LDADD = $(simt_test_libs)
tests_t_simt_hopper_faults_tap_SOURCES = tests/simt/t_hopper_faults.cc tests/simt/testing.h
tests_t_simt_hopper_faults_tap_CXXFLAGS = $(hopper_test_flags)
tests_t_simt_hopper_faults_tap_LDADD = $(simt_test_libs)

tests_t_simt_cluster_tap_SOURCES = tests/simt/t_cluster.cc tests/simt/cluster_kernels.cc \
	tests/simt/cluster_kernels.h tests/simt/testing.h
tests_t_simt_cluster_tap_CXXFLAGS = $(hopper_test_flags)
tests_t_simt_cluster_tap_LDADD = $(simt_test_libs)

check_PROGRAMS += tests/t_cuda_hopper.tap tests/t_cuda_hopper2.tap
TESTS += tests/t_cuda_hopper.tap tests/t_cuda_hopper2.tap
tests_t_cuda_hopper_tap_SOURCES = tests/t_cuda_hopper.cc tests/cuda_test.h
tests_t_cuda_hopper_tap_CPPFLAGS = $(AM_CPPFLAGS) -I$(srcdir)/cuda
tests_t_cuda_hopper_tap_CXXFLAGS = $(AM_CXXFLAGS) $(CHECK_CFLAGS)
tests_t_cuda_hopper_tap_LDADD = libkernels_simt.la libkbitref.la $(CHECK_LIBS)
tests_t_cuda_hopper2_tap_SOURCES = tests/t_cuda_hopper2.cc tests/hopper2_sequence.h tests/cuda_test.h
tests_t_cuda_hopper2_tap_CPPFLAGS = $(AM_CPPFLAGS) -I$(srcdir)/cuda
tests_t_cuda_hopper2_tap_CXXFLAGS = $(AM_CXXFLAGS) $(CHECK_CFLAGS)
tests_t_cuda_hopper2_tap_LDADD = libkernels_simt.la libkbitref.la $(CHECK_LIBS)
endif
