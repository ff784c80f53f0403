#!/bin/sh
# kbit judge in shards: the rows of one output in N runs that share a key drawn after all of it was hashed;
# merged, they are the report of one run, byte by byte, and so are several threads.
# shellcheck disable=SC2154 # set by the Makefile
set -u
kbit=$top_builddir/verify/kbit
port=$top_builddir/tests/step_port
key=000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f
work=$(mktemp -d) || exit 99
trap 'rm -rf "$work"' EXIT
failures=0

fail()
{
    echo "FAIL: $*"
    failures=$((failures + 1))
}

# in_shards NAME N STATUS OPTION...: the folder judged in one run, in N shards merged, and by other threads
in_shards()
{
    name=$1 n=$2 wanted=$3
    shift 3
    "$kbit" judge "$work/$name" "$@" -f json -j 1 -o "$work/whole.json"
    test $? -eq "$wanted" || fail "$name: the whole exits differently"
    shards=
    for i in $(seq "$n" -1 1); do
        "$kbit" judge "$work/$name" "$@" --shard "$i/$n" -f json -o "$work/shard.$i.json"
        test $? -le 1 || fail "$name: shard $i/$n"
        shards="$shards $work/shard.$i.json"
    done
    for format in text tap json; do
        "$kbit" judge "$work/$name" "$@" -f $format >"$work/whole"
        # shellcheck disable=SC2086 # names without blanks
        "$kbit" merge $shards -f $format -o "$work/merged"
        test $? -eq "$wanted" || fail "$name: merge exits with another status than $wanted"
        cmp "$work/whole" "$work/merged" || {
            fail "$name: $n shards merged are not the run, as $format"
            diff "$work/whole" "$work/merged" | head -6
        }
    done
    for jobs in 2 3 64; do
        "$kbit" judge "$work/$name" "$@" -f json -j $jobs | cmp - "$work/whole.json" || fail "$name: --jobs $jobs changes the report"
    done
}

for step in absmax_rows quantize_rows dequantize outlier_matmul outlier_matmul_w16 store llmint8_linear_bnb llmint8_linear_paper; do
    "$kbit" gen $step --case outliers-f32 -o "$work/$step" || fail "gen $step"
    "$port" "$work/$step" || fail "the port, $step"
    in_shards $step 3 0
    "$port" "$work/$step" 7 || fail "the port, $step"
    in_shards $step 5 1
done
# A hint is that of the whole run, and one element is shown once.
"$kbit" gen quantize_rows --case ties -o "$work/ties" && "$port" "$work/ties" || fail 'ties'
in_shards ties 2 0 --declare quant=any
"$kbit" judge "$work/ties" --declare quant=any --element 3,1 >"$work/whole"
grep -q '^q(3,1)\|q(3,1) = ' "$work/whole" || fail 'the element is not shown'
in_shards ties 4 0 --declare quant=any --element 3,1

# Those that draw a key: a product, a layer that is certified, one that is sampled.
"$kbit" gen int8_matmul --case random-f16 -o "$work/product" && "$port" "$work/product" || fail 'product'
in_shards product 3 0 --key $key
"$port" "$work/product" 101 || fail 'product'
in_shards product 4 1 --key $key
for case in transparent-small layer-small; do
    "$kbit" gen llmint8_linear_bnb --case $case -o "$work/$case" && "$port" "$work/$case" || fail "$case"
    in_shards $case 3 0 --sample 9,5 --key $key
done
"$port" "$work/transparent-small" 1001 || fail 'transparent-small'
in_shards transparent-small 4 1 --sample 9,5 --key $key

# The key is drawn once all of the output was hashed; a shard of another output is refused.
"$port" "$work/product" || fail 'product'
commitment=$("$kbit" judge "$work/product" --commit) || fail '--commit'
for i in 1 2; do
    "$kbit" judge "$work/product" --shard $i/2 --commitment "$commitment" -f json -o "$work/p.$i.json" || fail "shard $i/2"
done
"$kbit" merge "$work/p.1.json" "$work/p.2.json" >"$work/merged" || fail 'committed shards do not merge'
grep -q 'verdict on .*: admissible$' "$work/merged" || fail 'committed shards are not admissible'
again=$("$kbit" judge "$work/product" --commit)
test "${commitment%:*}" = "${again%:*}" || fail 'the same output has another hash'
test "${commitment#*:}" != "${again#*:}" || fail 'the key is not drawn anew'

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
"$kbit" judge "$work/product" --shard 2/2 --commitment "$again" -f json -o "$work/p.2.json" || fail 'the other key'
refused 'not one output certified with one key' "$kbit" merge "$work/p.1.json" "$work/p.2.json"
"$port" "$work/product" 101 || fail 'product'
refused 'not the one that was committed to' "$kbit" judge "$work/product" --shard 2/2 --commitment "$commitment"
refused 'share a key: --commitment' "$kbit" judge "$work/product" --shard 1/2
refused 'share a key: --commitment' "$kbit" judge "$work/layer-small" --sample 9,5 --shard 1/2
refused 'draws no key' "$kbit" judge "$work/store" --commit
refused 'only 16 rows\|only [0-9]* rows' "$kbit" judge "$work/store" --shard 1000/1000
refused 'takes I/N' "$kbit" judge "$work/store" --shard 3/2
refused 'takes what --commit printed' "$kbit" judge "$work/product" --commitment 00:11
refused 'both give a key' "$kbit" judge "$work/product" --commitment "$commitment" --key $key
refused 'goes before --shard' "$kbit" judge "$work/product" --commit --shard 1/2
refused 'jobs takes a whole number' "$kbit" judge "$work/store" --jobs 0
"$kbit" gen outlier_columns --case random-f16 -o "$work/columns" && "$port" "$work/columns" || fail 'columns'
"$kbit" judge "$work/columns" -j 4 >"$work/out" || fail 'outlier_columns by threads'
refused 'have no parts' "$kbit" judge "$work/columns" --shard 1/2
"$kbit" verify -c reference --case nan --shard 1/1 -f json -o "$work/verify.json"
"$kbit" judge "$work/store" --shard 1/2 -f json -o "$work/s.1.json"
"$kbit" judge "$work/dequantize" --shard 2/2 -f json -o "$work/s.2.json"
refused "its candidate is" "$kbit" merge "$work/s.1.json" "$work/s.2.json"

# The example for Slurm, with the scheduler's variables set by hand.
slurm() { KBIT=$kbit KBIT_OPTIONS='--sample 9,5' "$top_srcdir/verify/examples/slurm.sh" "$@"; }
slurm commit "$work/layer-small" "$work/reports" || fail 'slurm.sh commit'
for i in 1 2 3; do
    SLURM_ARRAY_TASK_ID=$i SLURM_ARRAY_TASK_COUNT=3 slurm judge "$work/layer-small" "$work/reports" || fail "slurm.sh judge, $i"
done
slurm merge "$work/reports" >"$work/merged" || fail 'slurm.sh merge'
drawn=$(sed 's/.*://' "$work/reports/commitment")
"$kbit" judge "$work/layer-small" --sample 9,5 --key "$drawn" | cmp - "$work/merged" || fail 'slurm.sh merges to another report'

test "$failures" -eq 0
