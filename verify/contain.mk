# The sandbox: what runs in the candidate's process, and what watches it from outside.
verify_kbit_run_CPPFLAGS = $(AM_CPPFLAGS) -I$(srcdir)/verify -D_GNU_SOURCE
verify_kbit_run_CFLAGS = $(AM_CFLAGS)
verify_kbit_run_SOURCES = verify/kbit-run.c verify/protocol.h \
	verify/sandbox/guard.c verify/sandbox/guard.h \
	verify/sandbox/load.c verify/sandbox/load.h \
	verify/sandbox/places.c verify/sandbox/places.h \
	verify/sandbox/state.c verify/sandbox/state.h \
	verify/sandbox/watch.c verify/sandbox/watch.h

libkbitjudge_la_SOURCES += \
	verify/sandbox/autopsy.c verify/sandbox/autopsy.h \
	verify/sandbox/crowd.c verify/sandbox/crowd.h \
	verify/sandbox/files.c verify/sandbox/files.h \
	verify/sandbox/message.c verify/sandbox/message.h \
	verify/sandbox/process.c verify/sandbox/process.h

libkbitjudge_la_SOURCES += verify/option_values.c verify/option_values.h verify/hint.c verify/hint.h
