# The race runtime, on kernels with planted races, and on all kernels.
EXTRA_DIST += tests/simt/race_kernels.cu tests/simt/race_kernels.h tests/simt/race_hopper.cu \
	tests/simt/race_hopper.h tests/simt/places.h tests/simt/traffic.sh tests/race.sh
TESTS += tests/race.sh
if HAVE_RACE
if HAVE_CHECK
# A library, so that the program itself is linked without the compiler's race runtime.
check_LTLIBRARIES += tests/librace_kernels.la
tests_librace_kernels_la_CXXFLAGS = $(race_flags)
tests_librace_kernels_la_LIBADD = libkbitrace.la
tests_librace_kernels_la_SOURCES = tests/simt/race_kernels.cc tests/simt/race_hopper.cc tests/simt/kernels.cc \
	tests/simt/cluster_kernels.cc
$(tests_librace_kernels_la_OBJECTS): CXXFLAGS = -g -O0

check_PROGRAMS += tests/t_simt_race.tap
TESTS += tests/t_simt_race.tap tests/simt/traffic.sh
tests_t_simt_race_tap_SOURCES = tests/simt/t_race.cc tests/simt/places.h tests/simt/testing.h tests/simt/race_kernels.h \
	tests/simt/kernels.h
tests_t_simt_race_tap_CXXFLAGS = $(simt_test_flags)
tests_t_simt_race_tap_LDADD = tests/librace_kernels.la $(CHECK_LIBS) -lpthread

check_PROGRAMS += tests/t_simt_race_hopper.tap
TESTS += tests/t_simt_race_hopper.tap
tests_t_simt_race_hopper_tap_SOURCES = tests/simt/t_race_hopper.cc tests/simt/places.h \
	tests/simt/race_hopper.h tests/simt/testing.h
tests_t_simt_race_hopper_tap_CXXFLAGS = $(simt_test_flags)
tests_t_simt_race_hopper_tap_LDADD = tests/librace_kernels.la $(CHECK_LIBS) -lpthread

check_PROGRAMS += tests/t_simt_race_cluster.tap
TESTS += tests/t_simt_race_cluster.tap
tests_t_simt_race_cluster_tap_SOURCES = tests/simt/t_race_cluster.cc tests/simt/places.h \
	tests/simt/cluster_kernels.h tests/simt/testing.h
tests_t_simt_race_cluster_tap_CXXFLAGS = $(simt_test_flags) -Wno-psabi
tests_t_simt_race_cluster_tap_LDADD = tests/librace_kernels.la $(CHECK_LIBS) -lpthread
endif
endif
