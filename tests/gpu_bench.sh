#!/bin/sh
# kbit bench gpu on the CPU layer: everything but the times. What it finds, writes, refuses; that a run
# which stops, dies or hangs is taken up; that its times cannot be taken for measurements.
set -u
kbit=$top_builddir/verify/kbit
program=$top_builddir/cuda/bench/kbit-gpu-bench-simt
work=$(mktemp -d) || exit 99
trap 'rm -rf "$work"' EXIT
failures=0
fail() {
    echo "FAIL: $*"
    failures=$((failures + 1))
}
# expect STATUS ARGUMENT...: runs it through kbit into $work/out and $work/err
expect() {
    wanted=$1
    shift
    "$kbit" bench gpu --backend=simt --quiet "$@" >"$work/out" 2>"$work/err" </dev/null
    status=$?
    test "$status" -eq "$wanted" || fail "$*: status $status, not $wanted: $(cat "$work/err")"
}
says() { grep -q -e "$1" "$work/$2" || fail "$2 does not say '$1': $(cat "$work/$2")"; }
# json EXPRESSION FILE: of the object d, with Python where it is
json() {
    command -v python3 >/dev/null || return 0
    python3 -c 'import json, sys
d = json.load(open(sys.argv[2]))
sys.exit(not eval(sys.argv[1]))' "$1" "$2" || fail "$2: not so: $1"
}

# ---- a whole run, in one piece and in three ------------------------------------------------------
expect 0 -o "$work/whole" --grid=tiny
says 'cells: 25 of 25 done' out
says 'candidates: [0-9]* timed, [0-9]* absent, 0 wrong, 0 failed' out
says 'not a measurement' out
whole=$work/whole/gpu-bench.json
json 'd["schema"] == "kbit-gpu-bench" and d["schema_version"] == 1 and d["complete"] is True' "$whole"
json 'd["measurement"] is False and d["label"] == "CPU layer: not a measurement" and d["run"]["seed"] == 1' "$whole"
json 'len(d["cells"]) == 25 and len({c["cell"] for c in d["cells"]}) == 25' "$whole"
json 'all(x["state"] in ("timed", "absent") for c in d["cells"] for x in c["candidates"])' "$whole"
json 'all(x["not_a_measurement_us"]["min"] <= x["not_a_measurement_us"]["q1"] <= x["not_a_measurement_us"]["median"] <= x["not_a_measurement_us"]["q3"] for c in d["cells"] for x in c["candidates"] if x["state"] == "timed")' "$whole"
json '{x["name"] for c in d["cells"] for x in c["candidates"]} >= {"layer", "int8_matmul", "quantize", "copy", "cublas-f16", "cublas-bf16", "cublaslt-f16", "cublaslt-i8", "cublaslt-i8-scales", "int8_matmul:v1", "llmint8_linear_bnb:v3", "store:v2"}' "$whole"
json 'all(x["checked"].split("(")[0] == {"layer": "ENCLOSED" if c["M"] == 20 and c["k"] else "EXACT", "int8_matmul": "CERTIFIED"}.get(x["name"], "EXACT") for c in d["cells"] for x in c["candidates"] if x["state"] == "timed" and ":" not in x["name"])' "$whole"
json 'd["events"][0]["event"] == "start" and d["events"][-1]["event"] == "stop" and "absent" in d["events"][0]["clocks"]' "$whole"
# No key under which a reader would find a time, a rate or a share.
grep -qE '"(us|tops|gb_s|share_of_copy|copy_gb_s)"' "$whole" && fail "the CPU layer's times look like measurements"

expect 0 -o "$work/parts" --cells=4
says 'cells: 4 of 25 done (the same command goes on)' out
json 'd["complete"] is False and d["cells_done"] == 4' "$work/parts/gpu-bench.json"
printf '{"cell":"tiny.a M=1 k=0 gr' >>"$work/parts/journal.jsonl" # what a process leaves that was killed
expect 0 -o "$work/parts" --cells=5
says 'cells: 9 of 25 done' out
expect 0 -o "$work/parts"
says 'cells: 25 of 25 done' out
json 'd["complete"] is True and len({c["cell"] for c in d["cells"]}) == len(d["cells"]) == 25' "$work/parts/gpu-bench.json"
json 'sum(e["event"] == "start" for e in d["events"]) == 3' "$work/parts/gpu-bench.json"
lines=$(wc -l <"$work/parts/journal.jsonl")
expect 0 -o "$work/parts"
test "$(wc -l <"$work/parts/journal.jsonl")" -eq $((lines + 2)) || fail "a run with nothing to do did something"
rm "$work/parts/gpu-bench.json"
expect 0 -o "$work/parts" --report
json 'len(d["cells"]) == 25' "$work/parts/gpu-bench.json"

# A cell that would take hours here: the time is over before it is begun, or after it.
expect 0 -o "$work/late" --seconds=1 --cells=2
says 'done' out

# ---- a worker that dies, and one that hangs ------------------------------------------------------
# The cell is far too large for the CPU layer: there is time to kill the worker, or to wait too long.
lost_in() {
    words=$1 folder=$2
    test "$status" -eq 1 || fail "a worker that was lost: status $status"
    says "$words" err
    json "len(d['lost']) == 1 and d['lost'][0]['candidate'] == 'preparation' and '$words' in d['lost'][0]['how']" "$folder/gpu-bench.json"
    json "d['complete'] is True and '$words' in d['cells'][0]['skipped']" "$folder/gpu-bench.json"
}
endless() {
    "$program" -q -o "$1" --grid=opt --shape=175b.fc1 --tokens=4096 --outliers=8 --mode=graph --l2=cold \
        --hang="$2" >"$work/out" 2>"$work/err"
}
endless "$work/hung" 2
status=$?
lost_in 'no sign of life for 2 s' "$work/hung"

endless "$work/killed" 300 &
shell=$!
worker='' tries=0
while test -z "$worker" && test $tries -lt 300; do
    # In the cell, and not on its way there: then the last line of the journal is the start.
    if grep -q '"event":"start"' "$work/killed/journal.jsonl" 2>/dev/null; then
        for file in /proc/[0-9]*/cmdline; do
            { tr '\0' ' ' <"$file"; } 2>/dev/null | grep -q -- "-o $work/killed " || continue
            process=$(echo "$file" | cut -d/ -f3)
            parent=$(sed -n 's/^PPid:[[:space:]]*//p' "/proc/$process/status" 2>/dev/null)
            { tr '\0' ' ' <"/proc/$parent/cmdline"; } 2>/dev/null | grep -q -- "^$program .*-o $work/killed " && worker=$process
        done
    fi
    tries=$((tries + 1))
    sleep 0.1
done
sleep 1
kill -KILL "$worker" || fail "no worker to kill"
wait "$shell"
status=$?
lost_in 'the process died: Killed' "$work/killed"

# A candidate that was lost is not tried again in its cell; one lost three times, nowhere.
expect 0 -o "$work/before" --cells=1 --shape=tiny.a --mode=graph
first=$("$program" --list --shape=tiny.a --mode=graph | sed -n 2p)
others=$("$program" --list --shape=tiny.a --mode=graph | sed -n 3,5p)
printf '{"lost":"%s","candidate":"layer","how":"planted"}\n' "$first" >>"$work/before/journal.jsonl"
expect 0 -o "$work/before" --cells=1 --shape=tiny.a --mode=graph
json "[x['why'] for c in d['cells'] if c['cell'] == '$first' for x in c['candidates'] if x['name'] == 'layer'] == ['planted']" "$work/before/gpu-bench.json"
echo "$others" | sed 's/.*/{"lost":"&","candidate":"quantize","how":"planted"}/' >>"$work/before/journal.jsonl"
expect 0 -o "$work/before" --shape=tiny.a --mode=graph
json "sum('lost in it 3 times' in x.get('why', '') for c in d['cells'] for x in c['candidates'] if x['name'] == 'quantize') >= 1" "$work/before/gpu-bench.json"

# ---- journals that are no journals, folders that are none ----------------------------------------
damage() {
    rm -rf "$work/bad"
    cp -r "$work/whole" "$work/bad"
    cat >"$work/bad/journal.jsonl"
    expect 2 -o "$work/bad"
    says "$1" err
}
sed '3s/.*/not a line/' "$work/whole/journal.jsonl" | damage 'line 3 is no line of a journal'
sed '2s/"event":"start"/"word":"start"/' "$work/whole/journal.jsonl" | damage 'line 2 is no line'
sed '1s/"kbit_gpu_bench_journal":1/"kbit_gpu_bench_journal":2/' "$work/whole/journal.jsonl" | damage 'line 1 is no line'
sed '1s/"seed":1/"seed":2/' "$work/whole/journal.jsonl" | damage 'of another run'
sed '1s/"device":"[^"]*"/"device":"another"/' "$work/whole/journal.jsonl" | damage 'of another run'
sed 's/"cell":/"cell":"twice","cell":/' "$work/whole/journal.jsonl" | damage 'is no line'
printf '' | damage 'no first line'
echo file >"$work/file"
expect 2 -o "$work/file/folder"
says "$work/file/folder" err
expect 2 -o "$work/no/such/parent"
expect 2 -o "$work/nothing-there" --report
if test -c /dev/full; then
    "$program" --list >/dev/full 2>"$work/err"
    test $? -eq 2 || fail "a full disk went unnoticed"
fi

# ---- usage ---------------------------------------------------------------------------------------
for wrong in --seconds=0 --seconds=x --cells=-1 --grid=none --grid=tiny,none --shape=tiny.z --tokens=1,x \
    --tokens= --outliers=x --mode=both --l2=hot --candidates=none --candidates=layer,none --seed=-1 \
    --hang=0 --tokens=999 --no-such-option word; do
    expect 2 "$wrong" -o "$work/usage"
    test -s "$work/err" || fail "$wrong: not a word"
done
test ! -e "$work/usage" || fail "a refused command made its folder"
expect 0 --help
says 'Usage: kbit bench gpu' out
says 'int8_matmul:hopper' out
# Each rung of each ladder is a candidate; of ladders, only those named here are not timed.
not_timed=' produce '
grep -o '{"[a-z0-9]*", [0-9]*, [a-z0-9_]*}' "$top_srcdir/cuda/dispatch.cu" |
    sed 's/{"\([a-z0-9]*\)", [0-9]*, \([a-z0-9_]*\)_[a-z0-9]*}/\2 \1/' >"$work/rungs.list"
test "$(wc -l <"$work/rungs.list")" -ge 25 || fail "found no ladders in dispatch.cu"
while read -r step rung; do
    case $not_timed in *" $step "*) continue ;; esac
    grep -q -e " $step:$rung\( \|\$\)" "$work/out" || fail "$step:$rung is no candidate"
done <"$work/rungs.list"
expect 0 --list --grid=all
test "$(sort "$work/out" | uniq -d | wc -l)" -eq 0 || fail "a cell is listed twice"
for cell in '6.7b.qkv M=1 k=0 graph cold' '13b.o M=79 k=512 eager warm' '175b.fc2 M=4096 k=64 eager cold' \
    'table5.5140 M=2048 k=8 graph cold' '6.7b.o M=8 k=8 graph cold rungs'; do
    grep -qxF "$cell" "$work/out" || fail "not in the grid: $cell"
done
# A run that is cut off is a spread sample: all shapes and all of the coarse M come first.
head -n 80 "$work/out" | sed 's/ k=8 graph cold$//' | sort -u >"$work/coarse"
test "$(wc -l <"$work/coarse")" -eq 80 || fail "the coarse grid does not come first"
test "$(head -n 24 "$work/out" | cut -d' ' -f1 | sort -u | wc -l)" -ge 8 || fail "the first cells are of few shapes"
expect 0 -o "$work/only" --cells=1 --candidates=layer,int8_matmul:*
json '{x["name"] for c in d["cells"] for x in c["candidates"]} == {"layer"}' "$work/only/gpu-bench.json"
expect 0 -o "$work/rungs" --candidates=int8_matmul:* --tokens=5 --outliers=3 --shape=tiny.a
json '{x["name"] for c in d["cells"] for x in c["candidates"]} == {"int8_matmul:v%d" % i for i in range(1, 6)}' "$work/rungs/gpu-bench.json"
expect 0 --device
says 'no device' out

"$kbit" bench gpu --backend=none 2>"$work/err"
test $? -eq 2 || fail "--backend=none was taken"
"$kbit" bench gpu -o "$work/cuda" >"$work/out" 2>"$work/err"
status=$?
if test $status -eq 77; then
    test "$(wc -l <"$work/err")" -eq 1 || fail "no device is not one line: $(cat "$work/err")"
    test ! -s "$work/out" || fail "without a device it prints"
fi

# ---- what is timed, judged by the referee --------------------------------------------------------
for cell in '1 0' '5 3' '20 3'; do
    expect 0 --dump="$work/case" --shape=tiny.a --tokens="${cell% *}" --outliers="${cell#* }"
    "$kbit" judge "$work/case" >"$work/out" 2>&1 || fail "the layer with M k = $cell: $(tail -n 5 "$work/out")"
    rm -rf "$work/case"
done
expect 0 --dump="$work/case" --shape=tiny.a --tokens=20 --outliers=3
printf '\377\177' | dd of="$work/case/out.npy" bs=1 seek=300 conv=notrunc 2>/dev/null # a NaN
"$kbit" judge "$work/case" >"$work/out" 2>&1 && fail "a NaN in the dumped output was not seen"
expect 2 --dump="$work/case"

# ---- bits: the same program twice is the same; and it is what kbit says -----------------------------
expect 0 --bits --grid=bits --shape=bits.c --tokens=7
cp "$work/out" "$work/bits"
grep -q ' WRONG' "$work/bits" && fail "a kernel is wrong: $(grep ' WRONG' "$work/bits")"
test "$(grep -c ' bits right$' "$work/bits")" -ge 40 || fail "few outputs: $(wc -l <"$work/bits")"
KBIT_SIMT_ORDER=random KBIT_SIMT_SEED=5 "$program" --bits --grid=bits --shape=bits.c --tokens=7 >"$work/again"
diff "$work/bits" "$work/again" || fail "another schedule gives other bits"
# Hopper's kernels, with each of their tiles.
KBIT_SIMT_CAPABILITY=90 "$program" --bits --shape=bits.a --tokens=33 --outliers=3 >"$work/hopper" 2>"$work/err" ||
    fail "capability 90: $(cat "$work/err")"
for rung in hopper hopper2 hopper2-pair; do
    for step in int8_matmul llmint8_linear_bnb; do
        grep -q " $step:$rung .* right\$" "$work/hopper" || fail "$step:$rung was not used"
    done
done
test $failures -eq 0
