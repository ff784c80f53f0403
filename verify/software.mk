# Other people's software as candidates. Nothing is linked to: each is looked for when it is asked for.
candidate_LTLIBRARIES += verify/candidates/python.la
verify_candidates_python_la_SOURCES = verify/candidates/python.c
verify_candidates_python_la_LDFLAGS = $(PLUGIN_LINK)

FOREIGN_CANDIDATES = verify/candidates/ggml.la verify/candidates/bitsandbytes.la
candidate_LTLIBRARIES += $(FOREIGN_CANDIDATES)
FOREIGN_SOURCES = verify/candidates/foreign.c verify/candidates/foreign.h
verify_candidates_ggml_la_SOURCES = verify/candidates/ggml.c $(FOREIGN_SOURCES)
verify_candidates_ggml_la_LDFLAGS = $(PLUGIN_LINK)
verify_candidates_ggml_la_LIBADD = libkbitref.la -lm
verify_candidates_bitsandbytes_la_SOURCES = verify/candidates/bitsandbytes.c $(FOREIGN_SOURCES)
verify_candidates_bitsandbytes_la_LDFLAGS = $(PLUGIN_LINK)
verify_candidates_bitsandbytes_la_LIBADD = libkbitref.la -lm
