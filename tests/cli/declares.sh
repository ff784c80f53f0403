#!/bin/sh
# Declarations of single steps on the command line, in manifests and in reports: what is wrong with them is one
# line and exit 2, and each judgement shows the words that it rests on.
# shellcheck disable=SC2154 # set by the Makefile
set -u
kbit=$top_builddir/verify/kbit
legal=$top_builddir/tests/.libs/legal.so
port=$top_builddir/tests/step_port
work=$(mktemp -d) || exit 99
trap 'rm -rf "$work"' EXIT
failures=0

fail()
{
    echo "FAIL: $*"
    failures=$((failures + 1))
}

# refused PATTERN COMMAND...: exit 2, one line of error, nothing on stdout
refused()
{
    pattern=$1
    shift
    "$@" >"$work/out" 2>"$work/err"
    got=$?
    test $got -eq 2 || fail "exit $got, not 2: $*"
    test -s "$work/out" && fail "an error wrote to stdout: $*"
    test "$(wc -l <"$work/err")" -eq 1 || fail "not one line of error: $*"
    grep -q -e "$pattern" "$work/err" || fail "no '$pattern' but: $(cat "$work/err")"
}

"$kbit" gen store --case random-f16 -o "$work/store" && "$port" "$work/store" || fail 'the port'
for verb in "verify -c reference" "probe -c reference" "judge $work/store"; do
    # shellcheck disable=SC2086 # a verb and its candidate
    {
        refused "no step 'linear'" "$kbit" $verb --declare linear:acc=ieee
        refused 'store does not depend on acc, which is read by: outlier_matmul' "$kbit" $verb --declare store:acc=ieee
        refused "'store:speed=high': no key 'speed'" "$kbit" $verb --declare store:speed=high
        refused "'store:store=twice': store is given twice" "$kbit" $verb --declare 'store:store=any store:store=twice'
        refused 'store=once contradict for store' "$kbit" $verb --declare 'store=twice via=f16 store:store=once'
        refused 'ftz32=keep contradict for outlier_matmul_w16' "$kbit" $verb --declare 'outlier_matmul_w16:acc=cdna2 ftz-in16=flush'
        refused 'Volta has no bf16' "$kbit" $verb --declare 'subB=bf16 outlier_matmul:acc=v100'
    }
done
sed -i 's/"declares": ""/"declares": "store:via=f16"/' "$work/store/manifest.json"
refused 'via=f16 and store=once contradict for store' "$kbit" judge "$work/store"
sed -i 's/"declares": ".*"/"declares": "store=twice dequantize:dequant=any"/' "$work/store/manifest.json"
"$kbit" judge "$work/store" >"$work/out" # exact sums differ from float ones, or not: the words are what is looked at
grep -q 'declares store=twice, seed' "$work/out" || fail "judge shows other words than the step's: $(head -1 "$work/out")"

# A wrong candidate's own words are its fault, and named as such.
refused 'declarations .* contradict for llmint8_linear_bnb' "$kbit" verify -c reference --declare llmint8_linear_bnb:combine=round-twice

# Each judgement has the words of its own step.
words='quant=mul llmint8_linear_bnb:quant=any store:store=any'
"$kbit" verify -c "$legal:quantize-mul" --case random-f16 --declare "$words" -f json >"$work/json"
grep -q "^ \"declares\": \"$words\"," "$work/json" || fail 'the head has not all words'
of() { sed -n "/\"step\": \"$1\"/,/\"declares\"/s/.*\"declares\": \"\(.*\)\",/\1/p" "$work/json" | head -1; }
test "$(of quantize_rows)" = quant=mul || fail "quantize_rows rests on '$(of quantize_rows)'"
test "$(of llmint8_linear_bnb)" = quant=any || fail "llmint8_linear_bnb rests on '$(of llmint8_linear_bnb)'"
test "$(of llmint8_linear_paper)" = quant=mul || fail "llmint8_linear_paper rests on '$(of llmint8_linear_paper)'"
test "$(of store)" = store=any || fail "store rests on '$(of store)'"
test "$(of int8_matmul)" = '' || fail "int8_matmul rests on '$(of int8_matmul)'"
"$kbit" verify -c "$legal:quantize-mul" --case random-f16 --declare "$words" -f html >"$work/html"
grep -q '<td>quant=any</td></tr>' "$work/html" || fail 'HTML does not show the words of a step'

# In shards, and merged.
for i in 1 2; do "$kbit" verify -c reference -l quick --step store --declare 'store:store=any' --shard $i/2 -f json -o "$work/$i.json"; done
"$kbit" merge "$work/1.json" "$work/2.json" -f json >"$work/merged"
"$kbit" verify -c reference -l quick --step store --declare 'store:store=any' -f json | cmp - "$work/merged" || fail 'merged, the words differ'

# A hint names the step, and what it says is then right.
"$kbit" verify -c "$legal:quantize-reciprocal" --step quantize_rows --case ties --declare '' >"$work/out"
grep -q 'hint: this output is what quant=reciprocal gives; .* quantize_rows:KEY=VALUE for this step alone' "$work/out" ||
    fail "no hint: $(grep hint "$work/out")"
"$kbit" verify -c "$legal:quantize-reciprocal" --step quantize_rows --case ties --declare quantize_rows:quant=reciprocal >"$work/out" ||
    fail 'what the hint names is rejected'

# A probe's line is about the steps that it asked.
"$kbit" probe -c "$legal:w16-h100" --declare 'acc=tc-trunc outlier_matmul_w16:acc=h100' >"$work/out" || fail 'probe'
grep -q '^outlier_matmul_w16:acc=h100 consistent with' "$work/out" || fail "probe: $(grep acc= "$work/out")"
"$kbit" probe -c "$legal:w16-h100" --declare 'acc=h100 outlier_matmul_w16:acc=ieee' >"$work/out" && fail 'probe does not ask about the step'
grep -q '^outlier_matmul_w16:acc=ieee refuted' "$work/out" || fail "probe: $(grep acc= "$work/out")"

# What is not installed says so, and does not guess at variants.
"$kbit" list --candidates >"$work/out"
if grep -q '^ggml .*not usable' "$work/out"; then
    grep '^ggml ' "$work/out" | grep -q 'libggml-cpu.so' || fail 'the list does not say what is missing'
    grep '^ggml ' "$work/out" | grep -q 'variant' && fail 'the list guesses at a variant'
fi

test "$failures" -eq 0
