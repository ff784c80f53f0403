#!/bin/sh
# The way of a port through files: kbit gen, the example port in NumPy, kbit judge. All that it
# computes is admissible; one element changed in a file is not; files that are not what was asked
# for are refused.
set -u
kbit=$top_builddir/verify/kbit
port=$srcdir/verify/examples/numpy_port.py
for python in "${PYTHON:-python3}" /usr/bin/python3; do
    "$python" -c 'import numpy' 2>/dev/null && break
    python=
done
if test -z "$python"; then
    echo "skipped: no python3 with NumPy (Debian: python3-numpy)"
    exit 77
fi
work=$(mktemp -d) || exit 99
trap 'rm -rf "$work"' 0
failed=0

fail() {
    echo "FAIL: $*"
    failed=1
}

# judge STATUS DIR TEXT: kbit judge DIR exits with STATUS and says TEXT
judge() {
    "$kbit" judge "$2" >"$work/report" 2>&1
    got=$?
    if test $got -ne "$1" || ! grep -q -- "$3" "$work/report"; then
        fail "judge $2: status $got, wanted $1 and '$3':"
        cat "$work/report"
    fi
}

for step in outlier_columns absmax_rows quantize_rows int8_matmul dequantize outlier_matmul; do
    for case in random-f16 random-bf16 threshold-off ties degenerate all-outlier-rows \
        all-outlier-columns threshold-6.4 extremes-f16 inf shape-1x1x1 shape-0xNxK shape-MxNx0; do
        "$kbit" gen $step --case $case -o "$work/$step.$case" || fail "gen $step $case: $?"
    done
done
"$kbit" gen int8_matmul --case codes-int8 -o "$work/int8_matmul.codes-int8" || fail "gen: $?"
for step in rmsnorm layernorm relu rmsnorm_quantize layernorm_quantize relu_quantize; do
    for case in produced-f16 produced-bf16 produced-f32-f16 produced-exact produced-ties-bf16 produced-no-rows; do
        "$kbit" gen $step --case $case -o "$work/$step.$case" || fail "gen $step $case: $?"
    done
done
"$python" "$port" "$work"/*.* || fail "the port: $?"
judged=0
for folder in "$work"/*.*; do
    judge 0 "$folder" admissible
    judged=$((judged + 1))
done
echo "$judged folders judged"

# One element changed by one: the last byte of q, and the lowest of the last of c.
change() {
    "$python" - "$1" "$2" <<'EOF'
import sys
with open(sys.argv[1], "r+b") as file:
    file.seek(int(sys.argv[2]), 2)
    byte = file.read(1)[0]
    file.seek(-1, 1)
    file.write(bytes([byte ^ 1]))
EOF
}
change "$work/quantize_rows.ties/q.npy" -1
judge 1 "$work/quantize_rows.ties" "q(31,254) = "
change "$work/int8_matmul.codes-int8/c.npy" -4
judge 1 "$work/int8_matmul.codes-int8" "c(63,71) = "

# Four outputs: h, and what is judged on it.
change "$work/layernorm_quantize.produced-f16/q.npy" -1
judge 1 "$work/layernorm_quantize.produced-f16" "q(23,511) = "
change "$work/relu_quantize.produced-ties-bf16/absmax.npy" -4
judge 1 "$work/relu_quantize.produced-ties-bf16" "absmax(15,0) = "
change "$work/rmsnorm_quantize.produced-exact/h.npy" -2
judge 1 "$work/rmsnorm_quantize.produced-exact" "h(15,63) = "
rm "$work/rmsnorm_quantize.produced-bf16/outliers.npy"
judge 2 "$work/rmsnorm_quantize.produced-bf16" "outliers.npy: missing: output 'outliers'"

# Files that are missing, of another type, or from another case.
rm "$work/quantize_rows.degenerate/q.npy"
judge 2 "$work/quantize_rows.degenerate" "q.npy: missing: output 'q'"
cp "$work/int8_matmul.ties/c.npy" "$work/quantize_rows.inf/q.npy"
judge 2 "$work/quantize_rows.inf" "q.npy: is i32 "
cp "$work/absmax_rows.ties/x.npy" "$work/absmax_rows.inf/x.npy"
judge 2 "$work/absmax_rows.inf" "x.npy: is f16 "
"$kbit" gen quantize_rows -o "$work/quantize_rows.ties" 2>"$work/report" && fail "gen overwrote a case"
grep -q 'not an empty folder' "$work/report" || fail "$(cat "$work/report")"
exit $failed
