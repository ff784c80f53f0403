# Tests of the theorems: the constants are those that Gappa proves, and Coq agrees.
TESTS += tests/bounds.sh tests/prove.sh
EXTRA_DIST += tests/bounds.sh tests/prove.sh
