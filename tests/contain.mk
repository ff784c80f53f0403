# Candidates that misbehave, bad input, and what else a user may do wrong.
TESTS += tests/contain.sh tests/cli/badinput.sh
EXTRA_DIST += tests/contain.sh tests/cli/badinput.sh tests/contain
