#!/bin/sh
# make gpu-bundle: what is in it, what its programs need, and that it works from an empty environment
# in another folder, on the CPU layer; and that it says so in one line where there is no device.
set -u
work=$(mktemp -d) || exit 99
trap 'rm -rf "$work"' EXIT
failures=0
fail() {
    echo "FAIL: $*"
    failures=$((failures + 1))
}
says() { grep -q -e "$1" "$2" || fail "$2 does not say '$1': $(tail -n 20 "$2")"; }

if ! make -C "$top_builddir" --no-print-directory gpu-bundle GPU_BUNDLE="$work/made/kbit-gpu-bundle" >"$work/log" 2>&1; then
    if grep -q 'configure found no static libraries' "$work/log"; then
        echo "gpu_bundle.sh: skipped, configure found no static libraries"
        exit 77
    fi
    cat "$work/log"
    exit 1
fi
tail -n 1 "$work/log"

# ---- contents ------------------------------------------------------------------------------------
archive=$work/made/kbit-gpu-bundle.tar.gz
mkdir "$work/there" && tar -C "$work/there" -xzf "$archive" || fail "the archive cannot be read"
bundle=$work/there/kbit-gpu-bundle
diff -r "$work/made/kbit-gpu-bundle" "$bundle" || fail "the archive is not the folder"
rm -rf "$work/made/kbit-gpu-bundle"
for file in README run.sh plot.py results.py bitsandbytes_times.py bin/kbit bin/kbit-run bin/kbit-gpu-bench-simt \
    candidates/simt.so candidates/reference.so; do
    test -s "$bundle/$file" || fail "not in the bundle: $file"
done
cuda=no
test "${NVCC:-no}" = no || cuda=yes
if test $cuda = yes; then
    test -s "$bundle/bin/kbit-gpu-bench" && test -s "$bundle/candidates/cuda.so" || fail "no program for a GPU"
else
    echo "gpu_bundle.sh: configure found no nvcc: the bundle without its programs for a GPU"
fi
test "$(wc -c <"$archive")" -lt 60000000 || fail "the archive has $(wc -c <"$archive") bytes"
test "$(du -sb "$bundle" | cut -f1)" -lt 60000000 || fail "the folder has $(du -sb "$bundle" | cut -f1) bytes"

# ---- needs nothing but the C library, of no newer version than it says and than the one here -----------
stated=$(sed -n 's/.*GNU C library \([0-9.]*\) or newer.*/\1/p' "$bundle/README")
here=$(getconf GNU_LIBC_VERSION | sed 's/glibc //')
newest=$(printf '%s\n%s\n' "$stated" "$here" | sort -t. -k1,1n -k2,2n | tail -n 1)
test -n "$stated" && test "$newest" = "$here" || fail "README wants glibc '$stated', here is $here"
grep -q '@' "$bundle/README" && fail "README has a place that was not filled"
for program in "$bundle"/bin/* "$bundle"/candidates/*; do
    ldd "$program" | grep -vE 'linux-vdso|lib(c|m|dl|rt|pthread)\.so\.[0-9]+ |ld-linux' >"$work/ldd" &&
        fail "$program needs $(cat "$work/ldd")"
    LC_ALL=C objdump -T "$program" | grep -o 'GLIBC_[0-9][0-9.]*' | sed 's/GLIBC_//' >"$work/versions"
    test "$({ cat "$work/versions"; echo "$stated"; } | sort -t. -k1,1n -k2,2n | tail -n 1)" = "$stated" ||
        fail "$program wants a newer glibc than README says"
done

# ---- bare: no environment, another folder, no device --------------------------------------------------
run() {
    wanted=$1
    shift
    (cd "$work" && env -i "$bundle/run.sh" "$@") >"$work/out" 2>"$work/err" </dev/null
    status=$?
    test $status -eq "$wanted" || fail "run.sh $*: status $status, not $wanted: $(tail -n 20 "$work/err" "$work/out")"
}
run 2 nonsense
says "no stage 'nonsense'" "$work/err"
run 2 --no-such-option
run 2 --seconds 0
run 2 --seconds
run 2 --level most --candidate simt
run 2 --candidate none
run 2 verify --candidate simt -o "$bundle/README/folder"
says 'README/folder' "$work/err"
run 0 --help
says 'conformance' "$work/out"
test ! -e "$work/results" || fail "a refused command left results"
if test $cuda = no || ! "$bundle/bin/kbit-gpu-bench" --device >/dev/null 2>&1; then
    for arguments in '' all verify bench; do
        # shellcheck disable=SC2086 # none, or one
        run 77 $arguments
        test "$(wc -l <"$work/err")" -eq 1 || fail "no device is not one line: $(cat "$work/err")"
        says '^run.sh: no device: ' "$work/err"
        test ! -s "$work/out" && test ! -e "$work/results" || fail "without a device there is more than that line"
    done
fi

# ---- the CPU layer -------------------------------------------------------------------------------
# Time is over before the last steps; the next run has them, and does not do the others again.
run 0 verify --candidate simt --level quick --seconds 2 -o results
says 'not begun, time is over' "$work/results/summary.txt"
run 0 verify probe --candidate simt --level quick -o results
says '^  verify-quick  *right' "$work/results/summary.txt"
says '^  bits-against-simt  *right' "$work/results/summary.txt"
says '^  judged-tiny  *right' "$work/results/summary.txt"
says 'compute-sanitizer: not for the CPU layer' "$work/results/summary.txt"
says 'no time here is a measurement' "$work/results/summary.txt"
says 'verdict on simt: admissible' "$work/results/verify-quick.log"
says '^claimed: [0-9]* outputs' "$work/results/bits-against-simt.log"
cmp -s "$work/out" "$work/results/summary.txt" || fail "the last screen is not summary.txt"
cp "$work/results/steps.txt" "$work/steps"
run 0 conformance bench --candidate simt -o results
head -n "$(wc -l <"$work/steps")" "$work/results/steps.txt" | cmp -s - "$work/steps" || fail "steps were done again"
says 'cells: 25 of 25 done' "$work/results/summary.txt"
if test -x "$bundle/bin/conformance-simt"; then
    says '^  conformance  *right' "$work/results/summary.txt"
else
    says 'conformance: absent' "$work/results/summary.txt"
fi
# Something wrong is said, kept, and is the exit status.
cat >"$work/planted.c" <<'END'
#include "kbit_candidate.h"
static kbit_status wrong(void *bound, const kbit_call *call)
{
    (void)bound;
    for (size_t e = 0; e < call->M * call->N; e++)
        ((int32_t *)call->out[0].data)[e] = 1;
    return KBIT_OK;
}
static const kbit_op ops[] = {{.step = "int8_matmul", .run = wrong}};
static const kbit_candidate_v1 planted = {KBIT_CANDIDATE_ABI, sizeof planted, "planted", "", ops, 1};
const kbit_candidate_v1 *kbit_candidate(const char *variant)
{
    return variant ? 0 : &planted;
}
END
$CC -shared -fPIC -I"$top_srcdir/reference" -o "$bundle/candidates/simt.so" "$work/planted.c" || fail "the plug-in does not compile"
run 1 verify --candidate simt --level quick --seconds 60 -o wrong
says '^  verify-quick  *WRONG' "$work/wrong/summary.txt"
says ' 1 wrong' "$work/wrong/summary.txt"
test $failures -eq 0
