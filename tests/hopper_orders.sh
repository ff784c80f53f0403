#!/bin/sh
# The referee on the two steps that have a Hopper rung, as dispatch chooses for compute capability 9.0
# and under limits of the ladders: admissible whatever the schedule, and under the declaration that
# goes with the limit; with each of the tiles that a Hopper kernel may have, which must have run. The
# other steps have no such rung: simt_orders.sh.
kbit=$top_builddir/verify/kbit
KBIT_SIMT_CAPABILITY=90
export KBIT_SIMT_CAPABILITY
failures=0 runs=0
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT

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
    for limit in 7 6 5 4 3; do judge simt:v$limit $step "$fused" KBIT_SIMT_ORDER=forward; done
    for limit in 2 1; do judge simt:v$limit $step "$plain" KBIT_SIMT_ORDER=forward; done
    for tile in narrow wide pair; do
        judge simt:$tile $step "$fused" KBIT_SIMT_LAUNCHES="$work/$tile" KBIT_SIMT_ORDER=priority KBIT_SIMT_ASYNC=random KBIT_SIMT_SEED=3
        judge simt:$tile $step "$fused" KBIT_SIMT_ORDER=reverse KBIT_SIMT_ASYNC=late
    done
done

# ran TILE PATTERN LEAST -- so many of Hopper's kernels ran, and all of them match the pattern.
ran() {
    n=$(sed -n 's/^launched priority random [a-z]* kbit:://p' "$work/$1" | grep -c -e "$2")
    all=$(grep -c '^launched priority random [a-z]* kbit::hopper' "$work/$1")
    echo "$1: $n of Hopper's kernels"
    if test "$n" -lt "$3" || test "$n" -ne "$all"; then
        echo "FAIL: with tile $1 $n kernels ran, $all of all tiles"
        failures=$((failures + 1))
    fi
}
ran narrow '^hopper::product<' 3
ran wide '^hopper2::product<.*, 1>$' 3
ran pair '^hopper2::product<.*, 2>$' 3
echo "$runs runs, $failures rejected"
test "$failures" -eq 0 && test "$runs" -eq 32
