#!/bin/sh
# KBIT_SIMT_TRAFFIC: wavefronts and sectors of a transposition, with bank conflicts and without.
set -eu
file=$(mktemp)
trap 'rm -f "$file"' EXIT
KBIT_SIMT_TRAFFIC=$file ./tests/t_simt_race.tap
KBIT_SIMT_TRAFFIC=$file RACE_TEST_PADDED=1 ./tests/t_simt_race.tap
if KBIT_SIMT_TRAFFIC=/nonexistent/file ./tests/t_simt_race.tap; then
    echo "a file that cannot be written was no error"
    exit 1
fi
