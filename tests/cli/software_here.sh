#!/bin/sh
# The real libraries, as far as $PYTHON and the loader have them: each is reached and judged on one case, and
# the port in PyTorch goes the way of files. What is not there is skipped with its reason.
set -u
kbit=$top_builddir/verify/kbit
ports=$srcdir/verify/candidates/python
PYTHONDONTWRITEBYTECODE=1
export PYTHONDONTWRITEBYTECODE
work=$(mktemp -d) || exit 99
trap 'rm -rf "$work"' EXIT
reached=0 skipped=0 failures=0

for candidate in ggml bitsandbytes "python:$ports/pytorch_port.py" "python:$ports/onnxruntime_port.py" \
    "python:$ports/ctranslate2_port.py" "python:$ports/torchao_port.py" "python:$ports/quanto_port.py" \
    "python:$ports/bitsandbytes_port.py:default" "python:$ports/ggml_port.py"; do
    step=int8_matmul case=random-f16
    case $candidate in
    bitsandbytes) step=absmax_rows ;;
    *ggml_port*) step=layernorm case=produced-f32 ;;
    esac
    "$kbit" verify -c "$candidate" --case $case --step $step >"$work/out" 2>"$work/err"
    status=$?
    if test $status -eq 2 && grep -q 'skipped: ' "$work/err"; then
        skipped=$((skipped + 1))
        sed "s|^.*skipped: |skipped: ${candidate##*/}: |" "$work/err"
    elif test $status -eq 0 && grep -q ' admissible  ' "$work/out"; then
        reached=$((reached + 1))
        sed -n 's/^# kbit [^ ]* candidate \([^,]*\),.*/judged: \1/p' "$work/out"
    else
        failures=$((failures + 1))
        echo "FAIL: $candidate: status $status"
        cat "$work/out" "$work/err"
    fi
done

for step in outlier_columns absmax_rows quantize_rows int8_matmul dequantize outlier_matmul; do
    for case in random-f16 random-bf16 ties near-ties degenerate all-outlier-rows threshold-6.4 inf large-sums \
        shape-0xNxK shape-MxNx0; do
        "$kbit" gen $step --case $case -o "$work/case.$step.$case" || failures=$((failures + 1))
    done
done
"${PYTHON:-python3}" "$srcdir/verify/examples/torch_port.py" "$work"/case.* 2>"$work/err"
status=$?
if test $status -eq 77; then
    skipped=$((skipped + 1))
    cat "$work/err"
elif test $status -ne 0; then
    failures=$((failures + 1))
    cat "$work/err"
else
    reached=$((reached + 1))
    for folder in "$work"/case.*; do
        "$kbit" judge "$folder" >"$work/out" 2>&1 || {
            failures=$((failures + 1))
            cat "$work/out"
        }
    done
    echo 'judged: torch_port.py'
fi
echo "$reached reached, $skipped skipped, $failures failed"
test $failures -eq 0 || exit 1
test $reached -gt 0 || exit 77
