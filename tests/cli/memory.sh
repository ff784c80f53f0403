#!/bin/sh
# kbit when memory runs out: the k-th allocation fails, or all from the k-th on. Each time the result
# is the right one, or exit 2 with one line that says so, no report and no file half-written.
kbit=$top_builddir/verify/kbit
if grep -q '^#define KBIT_SANITIZED 1' "$top_builddir/config.h"; then
    echo 'skipped: AddressSanitizer brings its own allocator'
    exit 77
fi
work=$(mktemp -d) || exit 99
trap 'rm -rf "$work"' EXIT
if ! $CC -std=gnu11 -O1 -shared -fPIC -o "$work/failing.so" "$top_srcdir/tests/failing_malloc.c" 2>"$work/why"; then
    echo "skipped: the preload does not build here: $(head -1 "$work/why")"
    exit 77
fi
KBIT_JOBS=1
export KBIT_JOBS
ulimit -c 0
failures=0 runs=0 refused=0 MAY_PRINT='' DENSE=200 TIMED=''

fail()
{
    failures=$((failures + 1))
    test "$failures" -gt 40 || echo "FAIL: $*"
}

# injected K COMMAND... -- with allocation K failing; FAIL_ON set: and all that follow
injected()
{
    at=$1
    shift
    env LD_PRELOAD="$work/failing.so" KBIT_FAIL_AT="$at" ${FAIL_ON:+KBIT_FAIL_ON=1} "$@" >"$work/out" 2>"$work/err"
}

# spread N DENSE -- the first DENSE, then a geometric sequence up to N
spread()
{
    awk -v n="$1" -v dense="$2" 'BEGIN { for (k = 1; k <= n; k = k < dense ? k + 1 : int(k * 1.07) + 1) print k }'
}

# sweep MADE COMMAND... -- MADE: the file or folder that the command makes, or -
sweep()
{
    made=$1
    shift
    test "$made" = - || rm -rf "${made:?}"
    env LD_PRELOAD="$work/failing.so" KBIT_FAIL_COUNT="$work/count" "$@" >"$work/right" 2>"$work/err"
    status=$?
    count=$(cat "$work/count")
    test "$status" -lt 2 || fail "exit $status without any failure: $*"
    test "$count" -gt 0 || fail "no allocation is seen: $*"
    test "$made" = - || { rm -rf "$work/made.right" && cp -r "$made" "$work/made.right"; }
    before=$refused
    for FAIL_ON in '' 1; do
        for k in $(spread "$count" "${FAIL_ON:-$DENSE}"); do
            test "$made" = - || rm -rf "${made:?}"
            injected "$k" "$@"
            got=$?
            runs=$((runs + 1))
            what="allocation $k of $count${FAIL_ON:+ and on}: $*"
            if test "$got" -eq 2; then
                refused=$((refused + 1))
                test -n "$MAY_PRINT" || test ! -s "$work/out" || fail "exit 2, but something on stdout; $what"
                test "$(grep -c . "$work/err")" -eq 1 || fail "exit 2 with $(grep -c . "$work/err") lines of error; $what"
                grep -q 'memory' "$work/err" || fail "'$(head -1 "$work/err")' does not speak of memory; $what"
                test "$made" = - || test ! -e "$made" || fail "$made is there after exit 2; $what"
            elif test -n "$TIMED" && test "$got" -eq 77; then # bench: a size too large for this machine
                refused=$((refused + 1))
                grep -q 'absent.*memory' "$work/out" || fail "exit 77 without a reason; $what"
            elif test "$got" -eq "$status"; then
                test -n "$TIMED" || cmp -s "$work/out" "$work/right" || fail "exit $got with another result; $what"
                test "$made" = - || diff -r "$made" "$work/made.right" >/dev/null || fail "$made differs; $what"
            else
                fail "exit $got, not 2 or $status ($(head -1 "$work/err")); $what"
            fi
            test "$made" = - || test -z "$(find "$work/scratch" -mindepth 1 -maxdepth 1 ! -name "$(basename "$made")")" || {
                fail "$(ls -A "$work/scratch") is left; $what"
                rm -rf "$work/scratch"
                mkdir "$work/scratch"
            }
        done
    done
    echo "$((refused - before)) refusals of $count allocations: $*" | sed "s|$work|.|g"
}

mkdir "$work/scratch"
sweep - "$kbit" verify -c reference --case shape-1x3x17
sweep "$work/scratch/report" "$kbit" verify -c reference --case shape-1x3x17 --step store -f json -o "$work/scratch/report"
sweep - "$kbit" probe -c reference --shape 1x1x16 -f json
sweep - "$kbit" list --cases
sweep - "$kbit" list --steps
MAY_PRINT=1 # a list is printed as it is found
sweep - "$kbit" list --candidates
MAY_PRINT=
sweep "$work/scratch/case" "$kbit" gen absmax_rows --case shape-1x3x17 -o "$work/scratch/case"
"$kbit" gen absmax_rows --case shape-1x3x17 -o "$work/judged" || fail 'kbit gen'
printf '\223NUMPY\001\000\066\000{"descr":"<f4","fortran_order":False,"shape":(1,)}    \000\000\200\077' >"$work/judged/absmax.npy"
sweep - "$kbit" judge "$work/judged"

# The rest of the verbs, formats and options, less densely.
DENSE=24
for what in declares bounds presets; do
    sweep - "$kbit" list --$what
done
sweep - "$kbit" verify -c reference --case shape-1x3x17 --jobs 2 -f tap
sweep "$work/scratch/page" "$kbit" verify -c reference --case shape-1x3x17 -f html -o "$work/scratch/page"
mutants=$top_builddir/tests/.libs/mutants.so
sweep - "$kbit" verify -c "$mutants:crashes" --case shape-1x3x17 --step store
sweep - "$kbit" verify -c "$mutants:quantize-undeclared-mul" --case ties --step quantize_rows
header='{"a.weight":{"dtype":"F16","shape":[3,17],"data_offsets":[0,102]}}'
{
    # shellcheck disable=SC2059 # a number
    printf "\\$(printf %03o ${#header})\0\0\0\0\0\0\0"
    printf '%s%102s' "$header" ''
} >"$work/model.safetensors"
sweep - "$kbit" verify -c reference --tensors "$work/model.safetensors" --rows 2 --key "$(printf '%064d' 7)"
sweep - "$kbit" probe -c reference --shape 16x16x16
sweep - "$kbit" probe -c reference --shape 16x16x16 -f json
for shard in 1 2; do
    "$kbit" verify -c reference --step store -l quick --shard $shard/2 -f json -o "$work/$shard.json" || fail "shard $shard"
done
sweep - "$kbit" merge "$work/1.json" "$work/2.json"
sweep "$work/scratch/merged" "$kbit" merge "$work/2.json" "$work/1.json" -f json -o "$work/scratch/merged"
"$kbit" gen int8_matmul --case codes-int8 -o "$work/product" || fail 'kbit gen int8_matmul'
shape=$(tr -d ' \n' <"$work/product/manifest.json" | sed -n 's/.*"outputs":.*"shape":\[\([0-9]*\),\([0-9]*\)\].*/\1 \2/p')
M=${shape% *} N=${shape#* }
header="{'descr': '<i4', 'fortran_order': False, 'shape': ($M, $N)}"
{
    # shellcheck disable=SC2059 # a number
    printf "\\223NUMPY\\001\\000\\$(printf %03o ${#header})\\000"
    printf '%s' "$header"
    head -c $((4 * M * N)) /dev/zero
} >"$work/product/c.npy"
TIMED=1 # a key is drawn each time, and times differ
sweep - "$kbit" judge "$work/product"
sweep - "$kbit" bench --quick --reps=1 --only=reference.dequantize
echo "$runs runs, $refused of them refused for lack of memory, $failures wrong"
test "$failures" -eq 0 && test "$refused" -gt 0
