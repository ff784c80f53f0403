# Other people's software as candidates. Nothing is linked to: each is looked for when it is asked for.
candidate_LTLIBRARIES += verify/candidates/python.la
verify_candidates_python_la_SOURCES = verify/candidates/python.c
verify_candidates_python_la_CPPFLAGS = $(AM_CPPFLAGS) -DKBIT_PORTDIR='"$(portsdir)"'
verify_candidates_python_la_LDFLAGS = $(PLUGIN_LINK)
verify_candidates_python_la_DEPENDENCIES = verify/candidates/ports
CLEANFILES += verify/candidates/ports
verify/candidates/ports:
	$(MKDIR_P) verify/candidates && ln -sfn $(abs_top_srcdir)/verify/candidates/python $@

FOREIGN_CANDIDATES = verify/candidates/ggml.la verify/candidates/bitsandbytes.la
candidate_LTLIBRARIES += $(FOREIGN_CANDIDATES)
FOREIGN_SOURCES = verify/candidates/foreign.c verify/candidates/foreign.h
verify_candidates_ggml_la_SOURCES = verify/candidates/ggml.c $(FOREIGN_SOURCES)
verify_candidates_ggml_la_LDFLAGS = $(PLUGIN_LINK)
verify_candidates_ggml_la_LIBADD = libkbitref.la -lm
verify_candidates_bitsandbytes_la_SOURCES = verify/candidates/bitsandbytes.c $(FOREIGN_SOURCES)
verify_candidates_bitsandbytes_la_LDFLAGS = $(PLUGIN_LINK)
verify_candidates_bitsandbytes_la_LIBADD = libkbitref.la -lm

# Ports in Python are data to kbit; --candidate python:FILE finds them by path.
portsdir = $(pkgdatadir)/python
dist_ports_DATA = \
	verify/candidates/python/kbit_port.py \
	verify/candidates/python/bitsandbytes_port.py verify/candidates/python/ctranslate2_port.py \
	verify/candidates/python/ggml_port.py \
	verify/candidates/python/onnxruntime_port.py verify/candidates/python/pytorch_port.py \
	verify/candidates/python/quanto_port.py verify/candidates/python/torchao_port.py
EXTRA_DIST += verify/candidates/judge-software verify/candidates/software_table.py \
	verify/candidates/software_intro.md \
	verify/candidates/software_notes.txt verify/candidates/python/witnesses.py \
	verify/results/software.md
software: all
	$(top_srcdir)/verify/candidates/judge-software --kbit verify/kbit$(EXEEXT) -o software.md; \
		status=$$?; test ! -s software.md || mv software.md $(top_srcdir)/verify/results/software.md; exit $$status
.PHONY: software
