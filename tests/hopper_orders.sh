#!/bin/sh
# The referee on the two steps that have a Hopper rung, as dispatch chooses for compute capability 9.0
# and under limits of the ladders: admissible whatever the schedule, and under the declaration that
# goes with the limit. The other steps have no such rung: simt_orders.sh.
kbit=$top_builddir/verify/kbit
KBIT_SIMT_CAPABILITY=90
export KBIT_SIMT_CAPABILITY
failures=0 runs=0

# judge CANDIDATE STEP DECLARES VARIABLE...
judge() {
    candidate=$1 step=$2 declares=$3
    shift 3
    runs=$((runs + 1))
    output=$(env "$@" "$kbit" verify --candidate "$candidate" --step "$step" --level quick --quiet 2>&1)
    status=$?
    if test $status -ne 0 || ! printf '%s\n' "$output" | grep -q "declares $declares,"; then
        echo "FAIL: $candidate $step $*, status $status, expected to declare $declares"
        printf '%s\n' "$output" | head -30
        failures=$((failures + 1))
    fi
}

fused='quant=exact dequant=bnb store=once llmint8_linear_bnb:dequant=any llmint8_linear_bnb:acc=tc-trunc'
plain='quant=exact dequant=bnb store=once'
for step in int8_matmul llmint8_linear_bnb; do
    judge simt $step "$fused" KBIT_SIMT_ORDER=priority KBIT_SIMT_ASYNC=random KBIT_SIMT_SEED=1
    judge simt $step "$fused" KBIT_SIMT_ORDER=priority KBIT_SIMT_ASYNC=random KBIT_SIMT_SEED=2
    judge simt $step "$fused" KBIT_SIMT_ORDER=reverse KBIT_SIMT_ASYNC=late KBIT_SIMT_POISON=random
    for limit in 5 4 3; do judge simt:v$limit $step "$fused" KBIT_SIMT_ORDER=forward; done
    for limit in 2 1; do judge simt:v$limit $step "$plain" KBIT_SIMT_ORDER=forward; done
done
echo "$runs runs, $failures rejected"
test "$failures" -eq 0 && test "$runs" -eq 16
