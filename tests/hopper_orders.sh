#!/bin/sh
# The referee on the kernels that dispatch chooses for compute capability 9.0, and under each limit of
# the ladders: admissible whatever the schedule, and under the declaration that goes with the limit.
kbit=$top_builddir/verify/kbit
KBIT_SIMT_CAPABILITY=90
export KBIT_SIMT_CAPABILITY
failures=0 runs=0

# judge CANDIDATE DECLARES VARIABLE...
judge() {
    candidate=$1 declares=$2
    shift 2
    runs=$((runs + 1))
    output=$(env "$@" "$kbit" verify --candidate "$candidate" --level quick --quiet 2>&1)
    status=$?
    if test $status -ne 0 || ! printf '%s\n' "$output" | grep -q "declares $declares,"; then
        echo "FAIL: $candidate $*, status $status, expected to declare $declares"
        printf '%s\n' "$output" | head -30
        failures=$((failures + 1))
    fi
}

fused='quant=exact dequant=any acc=tc-trunc store=once'
plain='quant=exact dequant=bnb store=once'
for seed in 1 2; do
    judge simt "$fused" KBIT_SIMT_ORDER=priority KBIT_SIMT_ASYNC=random KBIT_SIMT_SEED=$seed
done
judge simt "$fused" KBIT_SIMT_ORDER=reverse KBIT_SIMT_ASYNC=late KBIT_SIMT_POISON=random
judge simt:v6 "$fused" KBIT_SIMT_ORDER=forward
judge simt:v5 "$fused" KBIT_SIMT_ORDER=forward
judge simt:v4 "$fused" KBIT_SIMT_ORDER=forward
judge simt:v3 "$fused" KBIT_SIMT_ORDER=forward
judge simt:v2 "$plain" KBIT_SIMT_ORDER=forward
judge simt:v1 "$plain" KBIT_SIMT_ORDER=forward
judge simt "$fused" KBIT_SIMT_CAPABILITY=89
echo "$runs runs, $failures rejected"
test "$failures" -eq 0 && test "$runs" -eq 10
