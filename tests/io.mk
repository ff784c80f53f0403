# Files: NPY, safetensors, the folder of a case; a real model where one can be fetched.
EXTRA_DIST += tests/io_scratch.h tests/cli/numpy.sh tests/cli/numpy_cross.py \
	tests/cli/fetch-minilm.sh tests/cli/minilm.sh tests/cli/port.sh
TESTS += tests/cli/numpy.sh tests/cli/fetch-minilm.sh tests/cli/minilm.sh tests/cli/port.sh

check_PROGRAMS += tests/io_copy
tests_io_copy_SOURCES = tests/io_copy.c
tests_io_copy_CPPFLAGS = $(AM_CPPFLAGS) -I$(srcdir)/verify -D_GNU_SOURCE
tests_io_copy_LDADD = libkbitjudge.la

if HAVE_CHECK
IO_CPPFLAGS = $(AM_CPPFLAGS) -I$(srcdir)/verify -D_GNU_SOURCE
IO_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
IO_LDADD = libkbitjudge.la $(CHECK_LIBS)

check_PROGRAMS += tests/t_npy.tap tests/t_safetensors.tap tests/t_manifest.tap
TESTS += tests/t_npy.tap tests/t_safetensors.tap tests/t_manifest.tap

tests_t_npy_tap_SOURCES = tests/t_npy.c
tests_t_npy_tap_CPPFLAGS = $(IO_CPPFLAGS)
tests_t_npy_tap_CFLAGS = $(IO_CFLAGS)
tests_t_npy_tap_LDADD = $(IO_LDADD)

tests_t_safetensors_tap_SOURCES = tests/t_safetensors.c
tests_t_safetensors_tap_CPPFLAGS = $(IO_CPPFLAGS)
tests_t_safetensors_tap_CFLAGS = $(IO_CFLAGS)
tests_t_safetensors_tap_LDADD = $(IO_LDADD)

tests_t_manifest_tap_SOURCES = tests/t_manifest.c
tests_t_manifest_tap_CPPFLAGS = $(IO_CPPFLAGS)
tests_t_manifest_tap_CFLAGS = $(IO_CFLAGS)
tests_t_manifest_tap_LDADD = $(IO_LDADD)
endif
