# Each instruction alone: the CPU layer against a second formulation, and against devices.
TESTS += tests/conformance.sh tests/golden.sh tests/race_mutants.sh
EXTRA_DIST += tests/conformance.sh tests/golden.sh tests/race_mutants.sh tests/race_run.cc \
	tests/conformance/expected.h
if HAVE_CHECK
check_PROGRAMS += tests/t_conformance.tap
TESTS += tests/t_conformance.tap
tests_t_conformance_tap_SOURCES = tests/conformance/t_conformance.cc tests/conformance/thread.cc \
	tests/conformance/warp.cc tests/conformance/products.cc tests/conformance/copies.cc \
	tests/conformance/expected.h
tests_t_conformance_tap_CXXFLAGS = $(AM_CXXFLAGS) $(CHECK_CFLAGS)
tests_t_conformance_tap_LDADD = libconformance_simt.la libkbitref.la $(CHECK_LIBS)
else
EXTRA_DIST += tests/conformance/t_conformance.cc tests/conformance/thread.cc \
	tests/conformance/warp.cc tests/conformance/products.cc tests/conformance/copies.cc
endif
