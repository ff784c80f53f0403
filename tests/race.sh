#!/bin/sh
# Every kernel that dispatch can choose, and the plainest one of each step, is free of races and of
# uninitialised shared reads on cases that reach tails, outliers, several tiles, slices of K, and, for
# compute capability 9.0, the copy engine and the products of warpgroups.
set -eu
plugin=verify/candidates/simt-race.la
if ! test -f "$plugin"; then
    echo "skipped: this compiler or this build has no race runtime ($plugin was not built)"
    exit 77
fi
for case in random-f16 transparent-ragged one-column shape-1x3x17 produced-bf16 produced-5120 produced-16400; do
    for variant in simt-race simt-race:v1; do
        ./verify/kbit verify --quiet --candidate "$variant" --case "$case"
    done
done
for case in random-f16 transparent-ragged; do
    for tile in '' :wide :pair; do
        KBIT_SIMT_CAPABILITY=90 KBIT_SIMT_ORDER=priority KBIT_SIMT_ASYNC=random \
            ./verify/kbit verify --quiet --candidate "simt-race$tile" --case "$case"
    done
done
