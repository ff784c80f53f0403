#!/bin/sh
# The command line of kbit bench: its table, its JSON, its exit status. No time is judged.
set -u
kbit=$top_builddir/verify/kbit
work=$(mktemp -d) || exit 99
trap 'rm -rf "$work"' EXIT
failures=0

fail() {
    echo "FAIL: $*"
    failures=$((failures + 1))
}

# expect STATUS ARGUMENT...: runs kbit bench into $work/out and $work/err
expect() {
    wanted=$1
    shift
    "$kbit" bench "$@" >"$work/out" 2>"$work/err"
    status=$?
    test "$status" -eq "$wanted" || fail "kbit bench $*: status $status, not $wanted: $(cat "$work/err")"
}

expect 0 --quick --reps=2 --only=certificate
test -s "$work/err" && fail "it wrote to stderr: $(cat "$work/err")"
$AWK '
    /^#/ { next }
    NF != 7 { print "not 7 columns: " $0; exit 1 }
    $1 != "certificate" || $3 != 2 || !($5 > 0) || !($4 >= $5) || !($6 > 0) || $7 != "B/s" { print; exit 1 }
    { sizes = sizes " " $2 }
    END { if (sizes != " 256 512 1024 2048") { print "sizes:" sizes; exit 1 } }
' "$work/out" || fail "the table is not as documented"
grep -q '^# slope certificate: [0-9.]* ' "$work/out" || fail "no slope"
grep -q '^# processor: .' "$work/out" || fail "no processor"
grep -q '^# measured 4, absent 0, failed 0$' "$work/out" || fail "no count"

expect 0 --quick --reps=2 --only=certificate --format=json
grep -q '"slope": ' "$work/out" || fail "JSON has no slope"
test "$(grep -c '"median_s"' "$work/out")" -eq 4 || fail "JSON does not hold 4 sizes"

expect 0 --quick --reps=1 --only=reference
test "$(grep -c '^reference\.' "$work/out")" -eq 8 || fail "not 8 reference steps"
test "$(grep -cv '^#' "$work/out")" -eq 8 || fail "--only=reference ran more than its group"

expect 0 --quick --reps=3 --only=commitment --format=json
for key in '"kbit_bench": 1' '"name": "commitment"' '"n": 3' '"unit": "B/s"' '"quick": true' '"absent": \[\]'; do
    grep -q "$key" "$work/out" || fail "JSON lacks $key"
done

# A candidate planted in front of ours: one that serves nothing is absent, a wrong one has failed.
plant() {
    cat >"$work/simt.c" <<EOF
#include "kbit_candidate.h"
static kbit_status wrong(void *bound, const kbit_call *call)
{
    (void)bound;
    for (size_t e = 0; e < call->M * call->N; e++)
        ((int32_t *)call->out[0].data)[e] = INT32_MIN; /* no sum of 256 products */
    return KBIT_OK;
}
static const kbit_op ops[] = {{.step = "int8_matmul", .run = wrong}};
static const kbit_candidate_v1 planted = {KBIT_CANDIDATE_ABI, sizeof planted, "planted", "", ops, $1};
const kbit_candidate_v1 *kbit_candidate(const char *variant)
{
    return variant ? 0 : &planted;
}
EOF
    $CC -shared -fPIC -I"$top_srcdir/reference" -o "$work/simt.so" "$work/simt.c" || fail "the plug-in does not compile"
}
export KBIT_CANDIDATES="$work"
plant 0
expect 77 --quick --only=int8_matmul.simt
grep -q '^# absent int8_matmul.simt 256: simt does not serve int8_matmul$' "$work/out" || fail "the absent candidate is not named"
grep -q '^# measured 0, absent 1, failed 0$' "$work/out" || fail "the absent candidate is not counted"
plant 1
expect 1 --quick --only=int8_matmul.simt
grep -q '^# failed int8_matmul.simt 256: planted: 65536 of 65536 outputs are wrong$' "$work/out" || fail "the wrong candidate is not named"
expect 1 --quick --only=int8_matmul.simt --format=json
grep -q '"reason": "planted: 65536 of 65536 outputs are wrong"' "$work/out" || fail "JSON does not say what failed"
unset KBIT_CANDIDATES

expect 2 --only=no_such_benchmark
grep -q 'no_such_benchmark' "$work/err" || fail "the unknown name is not named"
expect 2 --only=certif
expect 2 --reps=0
expect 2 --reps=1001
expect 2 --reps=x
expect 2 --format=tap
expect 2 --format=xml
expect 2 --no-such-option
expect 2 certificate
expect 0 --help
grep -q '^  certificate ' "$work/out" || fail "--help does not list the benchmarks"
if test -c /dev/full; then
    "$kbit" bench --quick --reps=1 --only=commitment >/dev/full 2>"$work/err"
    test $? -eq 2 || fail "a full disk went unnoticed"
fi
test "$failures" -eq 0
