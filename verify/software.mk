# Other people's software as candidates. Nothing is linked to: each is looked for when it is asked for.
candidate_LTLIBRARIES += verify/candidates/python.la
verify_candidates_python_la_SOURCES = verify/candidates/python.c
verify_candidates_python_la_LDFLAGS = $(PLUGIN_LINK)
