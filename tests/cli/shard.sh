#!/bin/sh
# Shards merge into the report of one run, several jobs change no byte of it, and reports that are
# not the shards of one run are refused by a line that says in what.
set -u
kbit=$top_builddir/verify/kbit
mutants=$top_builddir/tests/.libs/mutants.so
work=$(mktemp -d) || exit 99
trap 'rm -rf "$work"' EXIT
key=000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f
failures=0

fail()
{
    echo "FAIL: $*"
    failures=$((failures + 1))
}

# one_run NAME N OPTION...: the run in one, and in N shards merged, in every format
one_run()
{
    name=$1 n=$2
    shift 2
    "$kbit" verify "$@" --key $key -f json -o "$work/whole.json"
    wanted=$?
    for i in $(seq "$n"); do
        "$kbit" verify "$@" --key $key -f json --shard "$i/$n" -o "$work/$name.$i.json"
        test $? -le 1 || fail "$name: shard $i/$n"
    done
    shards=
    for i in $(seq "$n" -1 1); do shards="$shards $work/$name.$i.json"; done
    for format in text tap json; do
        "$kbit" verify "$@" --key $key -f $format >"$work/whole"
        # shellcheck disable=SC2086 # names without blanks
        "$kbit" merge $shards -f $format -o "$work/merged"
        got=$?
        test $got -eq $wanted || fail "$name: merge exits with $got, the run with $wanted"
        cmp "$work/whole" "$work/merged" || fail "$name: $n shards merged are not the run, as $format"
    done
    cmp "$work/whole" "$work/whole.json" || fail "$name: -o writes something else"
}

one_run reference 3 -c reference
one_run alone 1 -c reference -l quick
one_run step 7 -c reference --step quantize_rows -l quick --seed 9
one_run crowd 23 -c reference -l quick
for mutant in quantize-one-code product-bit-0; do
    one_run $mutant 2 -c "$mutants:$mutant" -l quick
done
grep -q 'reproduce: .*kbit verify' "$work/product-bit-0.1.json" && fail 'JSON holds the text report'
"$kbit" merge "$work/product-bit-0.1.json" "$work/product-bit-0.2.json" | grep -q 'reproduce: .*kbit verify' ||
    fail 'the merged report does not say how to reproduce a mismatch'

# Without a key all but the evidence is the same.
"$kbit" verify -c reference -l quick -f json | sed 's/"evidence": .*//' >"$work/whole"
for i in 1 2; do "$kbit" verify -c reference -l quick -f json --shard $i/2 -o "$work/free.$i.json"; done
"$kbit" merge "$work"/free.?.json -f json | sed 's/"evidence": .*//' | cmp - "$work/whole" || fail 'keys drawn anew change more than the evidence'

# A shard's report says that it is one.
"$kbit" verify -c reference -l quick --shard 2/3 >"$work/out" || fail 'shard 2/3'
grep -q '^# kbit .*, shard 2/3$' "$work/out" || fail 'the head does not name the shard'
grep -q '^verdict on reference, shard 2/3: admissible$' "$work/out" || fail 'the verdict does not name the shard'

# Jobs: the same bytes, whether candidates behave or die.
cat >"$work/dies.c" <<'END'
#include <stdlib.h>
#include "kbit_candidate.h"
static kbit_status run(void *b, const kbit_call *c) { (void)b; if (c->M % 2) abort(); return KBIT_ERR_UNSUPPORTED; }
static const kbit_op ops[] = {{"store", run, 0, 0}, {"dequantize", run, 0, 0}};
static const kbit_candidate_v1 me = {KBIT_CANDIDATE_ABI, sizeof me, "dies", "", ops, 2};
const kbit_candidate_v1 *kbit_candidate(const char *v) { return v ? 0 : &me; }
END
$CC -shared -fPIC -I"$top_srcdir/reference" -o "$work/dies.so" "$work/dies.c" || fail 'dies.c does not compile'
for candidate in reference "$mutants:product-bit-0" "$work/dies.so"; do
    "$kbit" verify -c "$candidate" -l quick --key $key -f json >"$work/one"
    wanted=$?
    for jobs in 2 5 256; do
        "$kbit" verify -c "$candidate" -l quick --key $key -f json --jobs $jobs >"$work/many"
        test $? -eq $wanted || fail "$candidate: --jobs $jobs exits differently"
        cmp "$work/one" "$work/many" || fail "$candidate: --jobs $jobs changes the report"
    done
done
grep -q CRASHED "$work/one" || fail 'the candidate that dies did not'
"$kbit" verify -c reference -l quick --key $key -f json --shard 2/3 -j 3 >"$work/many"
"$kbit" verify -c reference -l quick --key $key -f json --shard 2/3 | cmp - "$work/many" || fail 'jobs change a shard'

# --fail-fast: the beginning of the report, up to the first judgement that rejects, with any number of jobs.
for candidate in "$mutants:product-bit-0" "$work/dies.so"; do
    "$kbit" verify -c "$candidate" -l quick -f tap | sed '1,2d; /^#/d; /^not ok/q' >"$work/wanted"
    grep -q '^not ok' "$work/wanted" || fail "$candidate is not rejected"
    "$kbit" verify -c "$candidate" -l quick -f json --key $key --fail-fast >"$work/one"
    test $? -eq 1 || fail "$candidate: --fail-fast does not exit with 1"
    grep -q '"selection": "--key .*--fail-fast, which stopped it"' "$work/one" || fail 'the report does not say it was stopped'
    for jobs in 1 2 5; do
        "$kbit" verify -c "$candidate" -l quick -f tap --fail-fast -j $jobs | sed '1,2d; /^#/d' | cmp - "$work/wanted" ||
            fail "$candidate: --fail-fast with $jobs jobs is not the beginning of the whole report"
        "$kbit" verify -c "$candidate" -l quick -f json --key $key --fail-fast -j $jobs | cmp - "$work/one" ||
            fail "$candidate: --jobs $jobs changes what --fail-fast reports"
    done
    "$kbit" verify -c "$candidate" -l quick --fail-fast | grep -q 'stopped at the first rejection' || fail 'the text does not say it was stopped'
done
"$kbit" verify -c reference -l quick --key $key -f json --fail-fast >"$work/one"
"$kbit" verify -c reference -l quick --key $key -f json | cmp - "$work/one" || fail '--fail-fast changes the report of a right candidate'

# refused PATTERN COMMAND...: exit 2, one line of error, nothing on stdout
refused()
{
    pattern=$1
    shift
    "$@" >"$work/out" 2>"$work/err"
    got=$?
    test $got -eq 2 || fail "exit $got, not 2: $*"
    test -s "$work/out" && fail "an error wrote to stdout: $*"
    test "$(grep -vc "^Try 'kbit" "$work/err")" -eq 1 || fail "not one line of error: $*"
    grep -q -e "$pattern" "$work/err" || fail "no '$pattern' but: $(cat "$work/err")"
}

refused 'fail-fast does not go with --shard' "$kbit" verify -c reference --fail-fast --shard 1/2
a=$work/reference.1.json b=$work/reference.2.json c=$work/reference.3.json
refused 'which reports' "$kbit" merge
refused "'xml'" "$kbit" merge "$a" "$b" "$c" -f xml
refused 'shard 2/3 is not among the 2 given' "$kbit" merge "$a" "$c"
refused 'reference.3.json: shard 3/3' "$kbit" merge "$a" "$c" "$b" "$c"
refused 'whole.json: the report of a whole run' "$kbit" merge "$a" "$work/whole.json"
refused "nosuch.json: No such file" "$kbit" merge "$a" "$work/nosuch.json" "$c"
"$kbit" verify -c reference --key $key --shard 2/2 -f json -o "$work/half.json"
refused "its number of shards is 2" "$kbit" merge "$a" "$work/half.json"
head -c 5000 "$b" >"$work/cut.json"
refused 'cut.json: line' "$kbit" merge "$a" "$work/cut.json" "$c"
echo '{"schema": "kbit-case"}' >"$work/other.json"
refused 'other.json: not a JSON report' "$kbit" merge "$work/other.json"

# other TEXT PATTERN OPTION...: shard 2/3 of another run
other()
{
    pattern=$1
    shift
    "$kbit" verify "$@" -f json --shard 2/3 -o "$work/other.json"
    refused "other.json: its $pattern" "$kbit" merge "$a" "$work/other.json" "$c"
}
other 'candidate is' -c "$top_builddir/verify/candidates/.libs/reference.so" --key $key
other 'seed is 2, that of .*reference.1.json 1' -c reference --key $key --seed 2
other "level is 'quick'" -c reference --key $key -l quick
other "declares is 'quant=any" -c reference --key $key --declare quant=any
other "selection is ''" -c reference
other "selection is '--step store --key" -c reference --key $key --step store

# edited SED PATTERN: shard 2/3 with something changed in it
edited()
{
    sed "$1" "$b" >"$work/edited.json"
    cmp -s "$b" "$work/edited.json" && fail "$1 changes nothing"
    refused "edited.json: .*$2" "$kbit" merge "$a" "$work/edited.json" "$c"
}
edited 's/"kbit_version": ".*"/"kbit_version": "0.0.9"/' '0\.0\.9'
edited 's/"name": ".*"/"name": "somebody"/' 'somebody'
edited 's/"units": .*/"units": 1/' 'number of units'
edited '0,/"unit": 1,/s//"unit": 2,/' 'unit 2, which is not of shard 2/3'
edited '0,/"unit": 1,/s//"unit": 1000001,/' 'unit 1000001'
edited 's/"index": 2/"index": 4/' "member 'shard'"
edited 's/"schema_version": 1/"schema_version": 2/' schema_version
edited '0,/"mode": "[A-Z]*"/s//"mode": "ISLAND"/' "judgement 0: member 'mode'"
edited '0,/"step": "[a-z_]*"/s//"step": "nosuch"/' "judgement 0: member 'step'"
edited '0,/"elements": [0-9]*/s//"elements": -1/' "judgement 0: member 'elements'"
edited '0,/"seed": "[0-9]*"/s//"seed": "1e3"/' "member 'seed'"

for shard in 0/3 4/3 1 1/ /3 1/0 -1/3 1/3x x; do
    refused 'shard takes I/N' "$kbit" verify -c reference --shard $shard
done
refused 'the run has only 1 units' "$kbit" verify -c reference --case nan --shard 2/2
refused 'jobs takes a whole number' "$kbit" verify -c reference --jobs 0

# The example for Slurm, with the scheduler's variables set by hand.
slurm() { KBIT=$kbit KBIT_OPTIONS="--level quick --key $key" "$top_srcdir/verify/examples/slurm.sh" "$@"; }
"$kbit" verify -c "$mutants:product-bit-0" -l quick --key $key >"$work/whole"
for i in 1 2 3; do
    SLURM_ARRAY_TASK_ID=$i SLURM_ARRAY_TASK_COUNT=3 slurm shard "$mutants:product-bit-0" "$work/reports" ||
        fail "slurm.sh: shard $i ends with $?"
done
slurm merge "$work/reports" >"$work/merged"
test $? -eq 1 || fail 'slurm.sh merge: a mismatch does not end with 1'
cmp "$work/whole" "$work/merged" || fail 'slurm.sh merges to another report'
rm "$work/reports/shard-2.json"
slurm merge "$work/reports" >"$work/merged" 2>&1
test $? -eq 2 || fail 'slurm.sh merge: a missing shard does not end with 2'
grep -q 'shard 2/3 is not among' "$work/merged" || fail 'slurm.sh merge does not name the missing shard'
SLURM_ARRAY_TASK_ID=1 SLURM_ARRAY_TASK_COUNT=3 slurm shard nosuch "$work/reports" 2>/dev/null
test $? -eq 2 || fail 'slurm.sh shard: an error does not end with 2'

test "$failures" -eq 0
