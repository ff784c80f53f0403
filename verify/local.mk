# libkbitverify: the judges, callable from C. kbit: the command. kbit-run: a candidate's sandbox.
noinst_LTLIBRARIES += libkbitjudge.la
libkbitjudge_la_CPPFLAGS = $(AM_CPPFLAGS) -I$(srcdir)/verify -D_GNU_SOURCE
libkbitjudge_la_CFLAGS = $(AM_CFLAGS) $(MPFR_CFLAGS) $(JANSSON_CFLAGS)
libkbitjudge_la_SOURCES = verify/error.c verify/error.h verify/threads.h verify/certificate.h

include verify/cert.mk
