# The kernels with the race runtime: compiled with -fsanitize=thread, whose functions cuda/simt/race.cc
# answers in place of the compiler's runtime. Without optimization, so that each access in the source
# is one access, and its line is known.
if HAVE_RACE
noinst_LTLIBRARIES += libkbitrace.la libkernels_race.la
libkbitrace_la_CXXFLAGS = $(AM_CXXFLAGS) -fvisibility=hidden
libkbitrace_la_LIBADD = libkbitsimt.la
libkbitrace_la_SOURCES = cuda/simt/race.cc cuda/simt/race_history.cc cuda/simt/race_order.cc \
	cuda/simt/race_sites.cc cuda/simt/traffic.cc

race_flags = $(AM_CXXFLAGS) -fvisibility=hidden -Wno-pass-failed -fsanitize=thread
libkernels_race_la_CXXFLAGS = $(race_flags)
libkernels_race_la_LIBADD = libkbitrace.la
libkernels_race_la_SOURCES = $(libkernels_simt_la_SOURCES)

candidate_LTLIBRARIES += verify/candidates/simt-race.la
verify_candidates_simt_race_la_CXXFLAGS = $(race_flags) -DKBIT_RACE_RUNTIME
verify_candidates_simt_race_la_LDFLAGS = $(PLUGIN_LINK) $(export_own_only)
verify_candidates_simt_race_la_LIBADD = libkernels_race.la
verify_candidates_simt_race_la_SOURCES = cuda/simt/candidate.cc

$(libkernels_race_la_OBJECTS) $(verify_candidates_simt_race_la_OBJECTS): CXXFLAGS = -g -O0
else
EXTRA_DIST += cuda/simt/race.cc cuda/simt/race_history.cc cuda/simt/race_order.cc \
	cuda/simt/race_sites.cc cuda/simt/traffic.cc
endif
EXTRA_DIST += cuda/simt/race.h cuda/simt/traffic.h cuda/simt/monitor.h
