#!/bin/sh
# Layers in files: what kbit gen writes in blocks is what it writes whole; a transparent layer is judged
# completely, of another one a sample is, and every report says so; kbit verify --tensors in shards and
# jobs gives the report of one run.
set -u
kbit=$top_builddir/verify/kbit
port=$top_builddir/tests/layer_port
work=$(mktemp -d) || exit 99
trap 'rm -rf "$work"' EXIT
key=000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f
failures=0

fail()
{
    echo "FAIL: $*"
    failures=$((failures + 1))
}

# ---- the same files, made in blocks of rows and made whole ----
for case in layer-small transparent-small; do
    for step in llmint8_linear_bnb llmint8_linear_paper quantize_rows int8_matmul dequantize outlier_matmul_w16; do
        "$kbit" gen $step --case $case --seed 5 -o "$work/$case.$step" || fail "gen $step --case $case"
    done
    whole=$work/$case
    cmp "$whole.llmint8_linear_bnb/x.npy" "$whole.quantize_rows/x.npy" || fail "$case: x"
    cmp "$whole.llmint8_linear_bnb/w.npy" "$whole.int8_matmul/w.npy" || fail "$case: w"
    cmp "$whole.llmint8_linear_bnb/w_absmax.npy" "$whole.dequantize/w_absmax.npy" || fail "$case: w_absmax"
    cmp "$whole.llmint8_linear_paper/w16.npy" "$whole.outlier_matmul_w16/w16.npy" || fail "$case: w16"
    "$kbit" gen llmint8_linear_bnb --case $case --seed 6 -o "$work/other" || fail "gen --seed 6"
    cmp -s "$whole.llmint8_linear_bnb/w.npy" "$work/other/w.npy" && fail "$case: the seed does nothing"
    rm -r "$work/other"
done

# ---- judged ----
# judge STATUS FOLDER PATTERN [OPTION]...: the exit status, and a line of the report
judge()
{
    wanted=$1 folder=$2 pattern=$3
    shift 3
    "$kbit" judge "$folder" "$@" >"$work/report" 2>"$work/err"
    got=$?
    test $got -eq "$wanted" || fail "judge $folder $*: exit $got, not $wanted"
    grep -q -e "$pattern" "$work/report" "$work/err" || {
        fail "judge $folder $*: no '$pattern' in"
        cat "$work/report" "$work/err"
    }
}
layer=$work/layer-small.llmint8_linear_bnb transparent=$work/transparent-small.llmint8_linear_bnb
"$port" "$layer" || fail 'the port'
"$port" "$transparent" || fail 'the port'
judge 0 "$layer" ' 4608 elements checked'
grep -q sampled "$work/report" && fail 'all of it was judged, and it is called a sample'
judge 0 "$transparent" 'CERTIFIED .* 4608 .* transparent-certificate$' --sample 1,1
grep -q sampled "$work/report" && fail 'a certified layer is called a sample'
judge 0 "$layer" '^sampled .*: 5 of 48 rows, 7 of 96 columns; 781 of 4608 elements judged$' --sample 5,7
grep -q '^verdict on .*: admissible where sampled$' "$work/report" || fail 'the verdict does not say that it is of a sample'
grep -q 'linear-bnb  (sampled)$' "$work/report" || fail 'the line does not say that it is of a sample'
grep -q -i complete "$work/report" && fail 'a sample is called complete'
judge 0 "$layer" '^ok 1 - .*(sampled 5 of 48 rows, 7 of 96 columns)$' --sample 5,7 -f tap
judge 0 "$layer" '<h2>Sampled, not complete</h2>' --sample 5,7 -f html
grep -q '5 of 48 rows, 7 of 96 columns; 781 of 4608 elements judged' "$work/report" || fail 'html does not say what was sampled'
judge 0 "$layer" '"of_columns": 96' --sample 5,7 -f json
judge 0 "$layer" '"sampled": null' --sample 48,7 -f json

# The key says where: replayed it gives the same report, drawn anew another one.
judge 0 "$layer" "key $key" --sample 5,7 --key $key
cp "$work/report" "$work/first"
judge 0 "$layer" "key $key" --sample 5,7 --key $key
cmp "$work/first" "$work/report" || fail 'the same key, another report'
judge 0 "$layer" sampled --sample 5,7
cmp -s "$work/first" "$work/report" && fail 'two drawn keys are the same'

# One wrong bit: of a transparent layer always found; else where it is sampled.
"$port" "$transparent" change 31 95 || fail 'the port'
judge 1 "$transparent" 'out(31,95) = ' --sample 1,1
"$port" "$layer" change 31 95 || fail 'the port'
judge 1 "$layer" 'out(31,95) = ' --sample 48,1
judge 1 "$layer" 'out(31,95) = ' --sample 1,96
judge 0 "$layer" 'admissible where sampled' --sample 1,1 --key $key
"$port" "$layer" || fail 'the port'
judge 0 "$layer" 'out(0,3) = ' --sample 1,1 --element 0,3
judge 1 "$transparent" 'certified with its row' --sample 1,1 --element 47,95
judge 1 "$transparent" 'admissible: {' --sample 1,1 --element 31,95

# Wrong usage and wrong files.
judge 2 "$layer" "sample takes two whole numbers" --sample 5
judge 2 "$layer" "sample takes two whole numbers" --sample 5,x
judge 2 "$layer" "sample takes at least 1,1" --sample 0,1
judge 2 "$layer" "key takes 64" --sample 1,1 --key 12
judge 2 "$work/layer-small.int8_matmul" "sample is for the llmint8_linear steps" --sample 1,1
cp "$transparent/w.npy" "$work/w.npy"
head -c 5000 "$work/w.npy" >"$transparent/w.npy"
judge 2 "$transparent" 'w.npy: ' --sample 1,1
cp "$work/w.npy" "$transparent/w.npy"
rm "$transparent/out.npy"
judge 2 "$transparent" 'was not written' --sample 1,1

# A gen that cannot be finished leaves nothing behind.
mkdir "$work/taken" && touch "$work/taken/file"
"$kbit" gen llmint8_linear_bnb --case layer-small -o "$work/taken" 2>/dev/null && fail 'gen into a folder in use'
test "$(ls "$work/taken")" = file || fail 'gen left files in a folder in use'
(ulimit -f 4 && trap '' XFSZ && "$kbit" gen llmint8_linear_bnb --case layer-small -o "$work/full") 2>"$work/err" &&
    fail 'gen beyond the largest file'
grep -q 'w.npy: cannot be written\|x.npy: cannot be written' "$work/err" || fail "gen on a full disk: $(cat "$work/err")"
test -e "$work/full" && fail 'gen on a full disk left its folder'

# ---- weights of a model, in shards and jobs ----
# A .safetensors file of fp16 weights: their .npy files without the 128 bytes of header.
offset=0 header='' data=$work/data
: >"$data"
for case in random-f16 no-bias threshold-off outliers-6.7b few-ties; do
    "$kbit" gen outlier_matmul_w16 --case $case -o "$work/w.$case" || fail "gen $case"
    shape=$(head -c 128 "$work/w.$case/w16.npy" | LC_ALL=C sed -n "s/.*'shape': (\([0-9]*\), \([0-9]*\)).*/\1,\2/p")
    tail -c +129 "$work/w.$case/w16.npy" >>"$data"
    end=$(wc -c <"$data")
    header="$header${header:+,}\"$case.weight\":{\"dtype\":\"F16\",\"shape\":[$shape],\"data_offsets\":[$offset,$end]}"
    offset=$end
done
header="{$header}"
size=${#header}
# shellcheck disable=SC2059 # octal bytes
{
    printf "\\$(printf %o $((size % 256)))\\$(printf %o $((size / 256)))\\0\\0\\0\\0\\0\\0"
    printf '%s' "$header"
    cat "$data"
} >"$work/model.safetensors"
verify() { "$kbit" verify --tensors "$work/model.safetensors" --rows 3 --key $key "$@"; }
for candidate in reference "$top_builddir/tests/.libs/mutants.so:quantize-one-code"; do
    verify -c "$candidate" -f json -o "$work/whole.json"
    wanted=$?
    test $wanted -le 1 || fail "verify --tensors: exit $wanted"
    test "$(grep -c '"case": ".*\.weight"' "$work/whole.json")" -ge 50 || fail 'not all weights were judged'
    for jobs in 2 7; do
        verify -c "$candidate" -f json -j $jobs -o "$work/jobs.json"
        test $? -eq $wanted || fail "--tensors --jobs $jobs exits differently"
        cmp "$work/whole.json" "$work/jobs.json" || fail "--tensors --jobs $jobs changes the report"
    done
    for shards in 2 5; do
        set --
        for i in $(seq $shards); do
            verify -c "$candidate" -f json --shard "$i/$shards" -j 2 -o "$work/$i.json"
            test $? -le 1 || fail "--tensors --shard $i/$shards"
            set -- "$work/$i.json" "$@"
        done
        "$kbit" merge "$@" -f json -o "$work/merged.json"
        test $? -eq $wanted || fail "--tensors: $shards shards merged exit differently"
        cmp "$work/whole.json" "$work/merged.json" || fail "--tensors: $shards shards merged are not the run"
    done
done
verify -c reference --shard 6/6 2>"$work/err"
test $? -eq 2 || fail '--tensors: more shards than weights'
grep -q 'only 5 units' "$work/err" || fail '--tensors: more shards than weights are not explained'

test "$failures" -eq 0
