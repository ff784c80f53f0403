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
failures=0 runs=0 refused=0 MAY_PRINT=

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
        for k in $(spread "$count" "${FAIL_ON:-200}"); do
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
            elif test "$got" -eq "$status"; then
                cmp -s "$work/out" "$work/right" || fail "exit $got with another result; $what"
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
echo "$runs runs, $refused of them refused for lack of memory, $failures wrong"
test "$failures" -eq 0 && test "$refused" -gt 0
