# Candidates that misbehave, bad input, and what else a user may do wrong.
TESTS += tests/contain.sh
EXTRA_DIST += tests/contain.sh tests/contain
