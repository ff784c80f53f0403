# Tests of the documents, of the tools that keep them, and of the tree.
DOC_TESTS = tests/tree.sh tests/weave.sh tests/chapters.sh \
	tests/cli/quickstart.sh tests/cli/tree.sh tests/cli/weave.sh
TESTS += $(DOC_TESTS)
EXTRA_DIST += $(DOC_TESTS)
AM_TESTS_ENVIRONMENT += WOVEN='$(WOVEN)'; export WOVEN;
