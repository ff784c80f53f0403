#!/bin/sh
# The kernels' verdict must not depend on how the CPU layer schedules threads and copies: every step,
# under several seeds of the priority schedule, late and random copies, and the other orders.
kbit=$top_builddir/verify/kbit
failures=0 runs=0

judge()
{
    runs=$((runs + 1))
    if ! output=$(env "$@" "$kbit" verify --candidate simt --level quick --quiet 2>&1); then
        echo "FAIL: $*"
        echo "$output" | grep -v admissible | head -20
        failures=$((failures + 1))
    fi
}

for seed in 1 2 3; do
    judge KBIT_SIMT_ORDER=priority KBIT_SIMT_ASYNC=random KBIT_SIMT_SEED=$seed
done
judge KBIT_SIMT_ORDER=priority KBIT_SIMT_ASYNC=late KBIT_SIMT_SEED=4 KBIT_SIMT_POISON=random
judge KBIT_SIMT_ORDER=reverse KBIT_SIMT_ASYNC=late
echo "$runs schedules, $failures rejected"
test "$failures" -eq 0 && test "$runs" -eq 5
