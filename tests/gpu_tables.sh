#!/bin/sh
# Tables of measured times say what the result files say, and nothing without them; plots are made, and a
# file that is no measurement is refused or says so on every plot. The results here are synthetic.
set -u
command -v python3 >/dev/null || {
    echo "gpu_tables.sh: skipped, no python3"
    exit 77
}
bench=$top_srcdir/cuda/bench
work=$(mktemp -d) || exit 99
trap 'rm -rf "$work"' EXIT
failures=0
fail() {
    echo "FAIL: $*"
    failures=$((failures + 1))
}
run() {
    wanted=$1
    shift
    "$@" >"$work/out" 2>"$work/err"
    status=$?
    test $status -eq "$wanted" || fail "$*: status $status, not $wanted: $(tail -n 3 "$work/err" "$work/out")"
}

# The tree as it is.
run 0 python3 "$bench/tables.py" --check "$top_srcdir"
cat "$work/out"
if ! ls "$bench"/results/*.json >/dev/null 2>&1; then
    grep -E '^\| (v[0-9]|hopper[0-9]*) \|' "$top_srcdir/cuda/ladders.md" | grep -v 'not measured on hardware |$' &&
        fail "ladders.md has a gain and there are no results"
    test "$(grep -c 'not measured on hardware |$' "$bench/README.md")" -eq 13 || fail "README.md: not 13 targets without a measurement"
fi

# A tree with a (synthetic) result.
mkdir -p "$work/top/cuda/bench/results"
cp "$top_srcdir/cuda/ladders.md" "$work/top/cuda/"
cp "$bench/README.md" "$work/top/cuda/bench/"
python3 "$top_srcdir/tests/bench_fixture.py" --as-measurement >"$work/top/cuda/bench/results/synthetic.json"
run 1 python3 "$bench/tables.py" --check "$work/top"
run 0 python3 "$bench/tables.py" "$work/top"
run 0 python3 "$bench/tables.py" --check "$work/top"
grep -q '^| v2 .*| M = 1: [0-9.]* us.*M = 4096: [0-9.]* us ([0-9]* Tops); \[SYNTHETIC device\](bench/results/synthetic.json) |$' "$work/top/cuda/ladders.md" ||
    fail "ladders.md: no gain of int8_matmul v2"
test "$(grep -cE '^\| (v[0-9]|hopper[0-9]*) \|.*synthetic.json' "$work/top/cuda/ladders.md")" -eq 29 || fail "ladders.md: not 29 rungs"
grep -q '^| layer over fp16, M 1..16 | 1.6 | 1.85 | 1.[0-9]* at worst, ' "$work/top/cuda/bench/README.md" || fail "README.md: no speedup"
grep -q '^| layer over fp16, every cell of the grid | 1.0 |  | [0-9.]* at worst, ' "$work/top/cuda/bench/README.md" || fail "README.md: not every cell"
grep -q '^| layer, M 1, 64 M weights and more | 2.8 TB/s | 2.85 TB/s | [0-9.]* TB/s at worst, ' "$work/top/cuda/bench/README.md" || fail "README.md: no rate"
grep -q '^| layer, k = 16 against k = 0 | 5 % | 3 % | [0-9.-]* % at worst, of ' "$work/top/cuda/bench/README.md" || fail "README.md: no cost of 16 columns"
grep -q '^| int8 product, 8192 x 8192 x 8192 | 1300 Tops | 1400 Tops | [0-9]* Tops |' "$work/top/cuda/bench/README.md" || fail "README.md: no square product"
grep -q '^| 6.7b.o | [0-9.]* (' "$work/top/cuda/bench/README.md" || fail "README.md: no layer times"
sed 's/at worst/at best/' "$work/top/cuda/bench/README.md" >"$work/edited" && cp "$work/edited" "$work/top/cuda/bench/README.md"
run 1 python3 "$bench/tables.py" --check "$work/top"
grep -q '^-.*at best' "$work/out" || fail "what was edited by hand is not shown"
run 0 python3 "$bench/tables.py" "$work/top"
# ladder.sh takes such a table, and not one that names a file which is not there.
mkdir -p "$work/top/cuda" && cp "$top_srcdir/cuda/dispatch.cu" "$work/top/cuda/"
run 0 env top_srcdir="$work/top" sh "$top_srcdir/tests/ladder.sh"
rm "$work/top/cuda/bench/results/synthetic.json"
run 1 env top_srcdir="$work/top" sh "$top_srcdir/tests/ladder.sh"

# No measurement has no place there.
python3 "$top_srcdir/tests/bench_fixture.py" >"$work/top/cuda/bench/results/synthetic.json"
run 1 python3 "$bench/tables.py" --check "$work/top"
grep -q 'SYNTHETIC, not a measurement' "$work/err" || fail "tables.py does not say why"
"$top_builddir/cuda/bench/kbit-gpu-bench-simt" -q -o "$work/simt" --cells=2 >"$work/out" 2>&1 || fail "no run: $(cat "$work/out")"
cp "$work/simt/gpu-bench.json" "$work/top/cuda/bench/results/synthetic.json"
run 1 python3 "$bench/tables.py" "$work/top"
grep -q 'CPU layer: not a measurement' "$work/err" || fail "tables.py takes the CPU layer's times"
echo '{"schema": "other"}' >"$work/top/cuda/bench/results/synthetic.json"
run 1 python3 "$bench/tables.py" "$work/top"
echo 'no json' >"$work/top/cuda/bench/results/synthetic.json"
run 1 python3 "$bench/tables.py" "$work/top"

# Plots.
if python3 -c 'import matplotlib' 2>/dev/null; then
    python3 "$top_srcdir/tests/bench_fixture.py" >"$work/synthetic.json"
    run 1 python3 "$bench/plot.py" "$work/synthetic.json" -o "$work/plots"
    test ! -e "$work/plots" || fail "a synthetic file was plotted as if it were measured"
    run 0 python3 "$bench/plot.py" "$work/synthetic.json" -o "$work/plots" --not-a-measurement
    for plot in speedup tops bandwidth outliers table5 parts; do
        grep -q 'SYNTHETIC, not a measurement' "$work/plots/$plot.svg" || fail "$plot.svg does not say what it is"
    done
    python3 "$bench/plot.py" "$work/synthetic.json" -o "$work/again" --not-a-measurement >"$work/out" 2>&1
    diff -r "$work/plots" "$work/again" >"$work/out" || fail "the same file gives other plots"
    run 0 python3 "$bench/plot.py" "$work/simt/gpu-bench.json" -o "$work/none" --not-a-measurement
    grep -q 'speedup: nothing in the file to draw' "$work/err" || fail "what is not drawn is not named"
    run 1 python3 "$bench/plot.py" "$work/no-such-file"
else
    echo "gpu_tables.sh: plots are not tested, python3 has no matplotlib"
    run 77 python3 "$bench/plot.py" "$work/synthetic.json"
fi
test $failures -eq 0
