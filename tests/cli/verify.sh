#!/bin/sh
# kbit verify, list, gen and judge as a user meets them: exit codes, messages, formats, repetition.
kbit=$top_builddir/verify/kbit
mutants=$top_builddir/tests/.libs/mutants.so
work=$(mktemp -d) || exit 99
trap 'rm -rf "$work"' EXIT
failures=0

fail()
{
    echo "FAIL: $*"
    failures=$((failures + 1))
}

# expect STATUS PATTERN COMMAND...: the exit status, and a line of stdout or stderr
expect()
{
    status=$1 pattern=$2
    shift 2
    "$@" >"$work/out" 2>"$work/err"
    got=$?
    test "$got" -eq "$status" || fail "exit $got, not $status: $*"
    grep -q -e "$pattern" "$work/out" "$work/err" || fail "no '$pattern' from: $*
$(head -3 "$work/out" "$work/err")"
    case $status in
    2) test -s "$work/out" && fail "an error wrote to stdout: $*"
        test "$(grep -vc "^Try 'kbit" "$work/err")" -eq 1 || fail "not one line of error: $*" ;;
    esac
}

# --- verdicts and exit codes ---
expect 0 'verdict on reference: admissible' "$kbit" verify -c reference -l quick
expect 0 'verdict on simt: admissible' "$kbit" verify -l quick
expect 1 'c(4,0) = ' "$kbit" verify -c "$mutants:product-bit-0" --case codes-k1041
expect 77 'cuda' "$kbit" verify -c cuda -l quick
expect 0 '^Usage: kbit verify' "$kbit" verify --help
expect 0 '^Usage: kbit' "$kbit" --help
expect 0 '^kbit [0-9]' "$kbit" --version
expect 2 "no verb 'verfy'" "$kbit" verfy

# --- usage errors name the thing at fault ---
expect 2 "no case 'nosuch'" "$kbit" verify --case nosuch
expect 2 "no step 'nosuch'" "$kbit" verify --step nosuch
expect 2 "'high'" "$kbit" verify --level high
expect 2 "'xml'" "$kbit" verify --format xml
expect 2 "'-1'" "$kbit" verify --seed -1
expect 2 "'1e3'" "$kbit" verify --seed 1e3
expect 2 "'3;4'" "$kbit" verify --step store --element '3;4'
expect 2 'needs --step' "$kbit" verify --element 3,4
expect 2 "'extra'" "$kbit" verify extra
expect 2 "no key 'atol'" "$kbit" verify --declare atol=1
expect 2 "hexadecimal" "$kbit" verify --key 12
expect 2 'nosuch.so' "$kbit" verify -c ./nosuch.so
expect 2 'candidate nosuch' "$kbit" verify -c nosuch
expect 2 "no variant 'nosuch'" "$kbit" verify -c "$mutants:nosuch"
expect 2 'nowhere/report' "$kbit" verify -c reference -l quick --case nan -o "$work/nowhere/report"
expect 2 'nosuch.safetensors' "$kbit" verify --tensors "$work/nosuch.safetensors"

# --- things that are no candidate ---
echo 'int x;' >"$work/none.c"
printf '%s\n' '#include "kbit_candidate.h"' \
    'const kbit_candidate_v1 *kbit_candidate(const char *v) { static kbit_candidate_v1 c = {99, sizeof c, "x", "", 0, 0}; (void)v; return &c; }' >"$work/abi.c"
printf '%s\n' '#include <stdlib.h>' '__attribute__((constructor)) static void f(void) { abort(); }' >"$work/dies.c"
for plugin in none abi dies; do
    $CC -shared -fPIC -I"$top_srcdir/reference" -o "$work/$plugin.so" "$work/$plugin.c" || fail "$plugin.c does not compile"
done
expect 2 'no symbol kbit_candidate' "$kbit" verify -c "$work/none.so"
expect 2 'ABI 99' "$kbit" verify -c "$work/abi.so"
expect 2 'killed by signal 6 .* while it was loaded' "$kbit" verify -c "$work/dies.so"
echo 'no library' >"$work/text.so"
expect 2 'text.so' "$kbit" verify -c "$work/text.so"

# --- a plug-in written from the header alone, wrong in its last element; it never answers once asked twice ---
cat >"$work/hangs.c" <<'END'
#include <unistd.h>
#include "kbit_candidate.h"
static kbit_status run(void *b, const kbit_call *c) { (void)b; (void)c; for (;;) pause(); }
static const kbit_op ops[] = {{"store", run, 0, 0}};
static const kbit_candidate_v1 me = {KBIT_CANDIDATE_ABI, sizeof me, "hangs", "", ops, 1};
const kbit_candidate_v1 *kbit_candidate(const char *v) { return v ? 0 : &me; }
END
$CC -shared -fPIC -I"$top_srcdir/reference" -o "$work/hangs.so" "$work/hangs.c" || fail 'hangs.c does not compile'
expect 1 'no answer within 1 s' "$kbit" verify -c "$work/hangs.so" --case no-bias --timeout 1

# --- the printed command reproduces the element ---
"$kbit" verify -c "$mutants:quantize-one-code" -l quick >"$work/first"
command=$(sed -n 's/^ *reproduce: [^ ]* //p' "$work/first" | head -1)
element=$(grep -m 1 '^  q(' "$work/first")
# the words hold no blanks but between them
set -- $command
"$kbit" "$@" >"$work/second"
test $? -eq 1 || fail "the reproducing command did not exit 1: $command"
grep -qF "$element" "$work/second" || fail "the reproducing command does not show $element"
expect 0 'admissible: {' "$kbit" verify -c reference --case random-f16 --step quantize_rows --element 1,2

# --- repetition and formats ---
"$kbit" verify -c reference -l quick >"$work/a"
KBIT_JOBS=1 "$kbit" verify -c reference -l quick -o "$work/b"
cmp "$work/a" "$work/b" || fail 'two reports on the same seed differ'
"$kbit" verify -c reference -l quick --seed 2 >"$work/c" || fail 'seed 2 is rejected'
"$kbit" verify -c reference -l quick -f tap >"$work/tap"
plan=$(sed -n 's/^1\.\.//p' "$work/tap")
test "$plan" -eq "$(grep -c '^ok ' "$work/tap")" || fail 'the TAP plan does not match its lines'
"$kbit" verify -c "$mutants:product-bit-0" -l quick -f json >"$work/json"
if command -v python3 >/dev/null; then
    python3 - "$work/json" <<'END' || fail 'the JSON report is not what it promises'
import json, sys
r = json.load(open(sys.argv[1]))
assert r["schema"] == "kbit-report" and r["schema_version"] == 1 and r["okay"] is False
bad = [j for j in r["judgements"] if j["result"] == "MISMATCH"]
assert bad and all(j["step"] == "int8_matmul" and j["mismatches"] for j in bad)
assert r["totals"]["rejected"] == sum(j["rejected"] for j in r["judgements"])
END
fi
test -z "$(find "$work" -name '*partial*')" || fail 'a partial report is left behind'

# --- a key replays ---
key=$(sed -n 's/.*"evidence": "sha256 [0-9a-f]* key \([0-9a-f]*\)".*/\1/p' "$work/json" | head -1)
"$kbit" verify -c reference --case codes-uniform --key "$key" -f json | grep -q "$key" || fail "key $key is not replayed"

# --- lists ---
for what in steps cases candidates declares bounds presets; do
    "$kbit" list --$what >"$work/list" || fail "list --$what"
    test "$(grep -vc '^#' "$work/list")" -gt 1 || fail "list --$what is empty"
done
expect 2 "'extra'" "$kbit" list extra

# --- gen and judge ---
expect 2 'which step' "$kbit" gen -o "$work/g"
expect 2 'where to' "$kbit" gen quantize_rows
expect 2 "no step 'nosuch'" "$kbit" gen nosuch -o "$work/g"
"$kbit" gen quantize_rows -o "$work/g" --case ties || fail gen
expect 2 "$work/g" "$kbit" gen quantize_rows -o "$work/g"
expect 2 'q.npy' "$kbit" judge "$work/g"
expect 2 'manifest' "$kbit" judge "$work"

test "$failures" -eq 0
