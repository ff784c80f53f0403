# Fuzzing: every parser on a committed corpus and on mutations of it; the command without memory;
# the finite spaces.
FUZZERS = tests/fuzz/fuzz_npy tests/fuzz/fuzz_safetensors tests/fuzz/fuzz_manifest \
	tests/fuzz/fuzz_declared
check_PROGRAMS += $(FUZZERS) tests/fuzz/planted_read tests/fuzz/planted_value
TESTS += tests/cli/html.sh tests/fuzz/replay.sh tests/cli/memory.sh
EXTRA_DIST += tests/cli/html.sh tests/cli/memory.sh tests/failing_malloc.c tests/fuzz/replay.sh tests/fuzz/long.sh tests/fuzz/corpus.sh tests/fuzz/corpus

FUZZ_CPPFLAGS = $(AM_CPPFLAGS) -I$(srcdir)/verify -D_GNU_SOURCE
tests_fuzz_fuzz_npy_SOURCES = tests/fuzz/fuzz_npy.c tests/fuzz/driver.c tests/fuzz/fuzz.h
tests_fuzz_fuzz_npy_CPPFLAGS = $(FUZZ_CPPFLAGS)
tests_fuzz_fuzz_npy_LDADD = libkbitjudge.la
tests_fuzz_fuzz_safetensors_SOURCES = tests/fuzz/fuzz_safetensors.c tests/fuzz/driver.c
tests_fuzz_fuzz_safetensors_CPPFLAGS = $(FUZZ_CPPFLAGS)
tests_fuzz_fuzz_safetensors_LDADD = libkbitjudge.la
tests_fuzz_fuzz_manifest_SOURCES = tests/fuzz/fuzz_manifest.c tests/fuzz/driver.c
tests_fuzz_fuzz_manifest_CPPFLAGS = $(FUZZ_CPPFLAGS)
tests_fuzz_fuzz_manifest_LDADD = libkbitjudge.la
tests_fuzz_fuzz_declared_SOURCES = tests/fuzz/fuzz_declared.c tests/fuzz/driver.c
tests_fuzz_fuzz_declared_CPPFLAGS = $(FUZZ_CPPFLAGS)
tests_fuzz_fuzz_declared_LDADD = libkbitjudge.la
tests_fuzz_planted_read_SOURCES = tests/fuzz/fuzz_planted.c tests/fuzz/driver.c
tests_fuzz_planted_read_CPPFLAGS = $(FUZZ_CPPFLAGS) -DPLANTED_READ
tests_fuzz_planted_read_LDADD = libkbitjudge.la
tests_fuzz_planted_value_SOURCES = tests/fuzz/fuzz_planted.c tests/fuzz/driver.c
tests_fuzz_planted_value_CPPFLAGS = $(FUZZ_CPPFLAGS)
tests_fuzz_planted_value_LDADD = libkbitjudge.la

# The long search, with clang: FUZZ_SECONDS on each parser.
fuzz:
	@top_srcdir='$(abs_top_srcdir)' top_builddir='$(abs_top_builddir)' JANSSON_CFLAGS='$(JANSSON_CFLAGS)' JANSSON_LIBS='$(JANSSON_LIBS)' \
	$(SHELL) $(srcdir)/tests/fuzz/long.sh
.PHONY: fuzz

# The finite spaces, all of them, and the table of what they gave. Minutes; not a part of check.
EXTRA_PROGRAMS = tests/exhaust_codes
tests_exhaust_codes_SOURCES = tests/exhaust_codes.c
tests_exhaust_codes_CPPFLAGS = $(FUZZ_CPPFLAGS)
tests_exhaust_codes_LDADD = libkbitjudge.la
CLEANFILES += tests/exhaust_codes$(EXEEXT)
EXTRA_DIST += tests/exhaust.sh verify/results/exhaust.md
if HAVE_CHECK
exhausted = tests/t_fp16.tap tests/t_bf16.tap tests/t_outlier_columns.tap \
	tests/t_quantize_rows.tap tests/t_int8_matmul.tap tests/t_bounds_quantize.tap \
	tests/t_bounds_weights.tap tests/exhaust_codes$(EXEEXT)
exhaust: $(exhausted)
	@top_srcdir='$(abs_top_srcdir)' top_builddir='$(abs_top_builddir)' \
	EXHAUST_UPDATE='$(EXHAUST_UPDATE)' $(SHELL) $(srcdir)/tests/exhaust.sh
else
exhaust:
	@echo 'make exhaust needs Check (Debian: check)' >&2; exit 77
endif
.PHONY: exhaust
