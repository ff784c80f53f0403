#!/bin/sh
# The adapters of other people's software, on libraries made for the test: what is right is admissible,
# what is wrong is rejected, what is absent is skipped with its reason. Needs none of the real ones.
set -u
kbit=$top_builddir/verify/kbit
ours=$top_srcdir/tests/software
judge=$top_srcdir/verify/candidates/judge-software
PYTHONPATH=$top_srcdir/verify/candidates/python PYTHONDONTWRITEBYTECODE=1
export PYTHONPATH PYTHONDONTWRITEBYTECODE
unset KBIT_GGML KBIT_BITSANDBYTES
work=$(mktemp -d) || exit 99
trap 'rm -rf "$work"' EXIT
failures=0 checks=0 skipped=0

# expect STATUS TEXT COMMAND...: it exits with STATUS and prints TEXT
expect()
{
    status=$1 text=$2
    shift 2
    checks=$((checks + 1))
    "$@" >"$work/out" 2>&1
    got=$?
    if test "$got" -ne "$status" || ! grep -qF -e "$text" "$work/out"; then
        echo "FAIL: $*: status $got, wanted $status and '$text':"
        head -20 "$work/out"
        failures=$((failures + 1))
    fi
}

# library NAME SOURCE FLAGS...
library()
{
    name=$1 source=$2
    shift 2
    "$CC" -std=gnu11 -O1 -ffp-contract=off -shared -fPIC "$@" -o "$work/$name.so" "$ours/$source.c" -lm ||
        { echo "FAIL: $source.c does not compile"; exit 1; }
}

# $CC may be several words.
CC_WORDS=$CC
CC=$work/cc
printf '#!/bin/sh\nexec %s "$@"\n' "$CC_WORDS" >"$CC"
chmod +x "$CC"
for name in ggml bitsandbytes; do
    library "$name" "fake_$name"
    library "wrong_$name" "fake_$name" -DWRONG
done
library bare fake_ggml -DBARE

# --- C libraries ---
expect 2 'skipped: ' "$kbit" verify -c "ggml:$work/none.so" --case blocks-32
expect 2 '$KBIT_GGML says where it is' "$kbit" verify -c "ggml:$work/none.so" --case blocks-32
expect 2 '$KBIT_BITSANDBYTES says where it is' "$kbit" verify -c "bitsandbytes:$work/none.so"
expect 2 'undefined symbol: ggml_cpu_init' "$kbit" verify -c "ggml:$work/bare.so" --case blocks-32
expect 2 'undefined symbol: cquantize_blockwise_cpu_fp32' "$kbit" verify -c "bitsandbytes:$work/bare.so"
expect 2 'knows no variant' "$kbit" verify -c "ggml:avx9:$work/ggml.so" --case blocks-32
for form in "ggml:$work/ggml.so" "ggml:ref:$work/ggml.so"; do
    for case in blocks-32 blocks-32-ties blocks-32-f32 blocks-32-degenerate; do
        expect 0 'quantize_rows         ISOLATED  SET        admissible      1       9600' "$kbit" verify -c "$form" --case $case
    done
    expect 0 'int8_matmul           ISOLATED  CERTIFIED  admissible      1       4608' "$kbit" verify -c "$form" --case codes-int8
    expect 1 '(1 absent)' "$kbit" verify -c "$form" --case random-f16 --step quantize_rows
    expect 1 '(1 absent)' "$kbit" verify -c "$form" --case codes-k1041 --step int8_matmul
done
KBIT_GGML=$work/wrong_ggml.so
export KBIT_GGML
expect 1 'q(0,7) = ' "$kbit" verify -c ggml --case blocks-32 --step quantize_rows
expect 1 'MISMATCH' "$kbit" verify -c ggml --case codes-uniform --step int8_matmul

for case in random-f16 random-bf16 random-f32 ties degenerate shape-1x3x17; do
    expect 0 'quantize_rows         ISOLATED  SET        admissible      1' "$kbit" verify -c "bitsandbytes:$work/bitsandbytes.so" --case $case
    expect 0 'absmax_rows           ISOLATED  EXACT      admissible      1' "$kbit" verify -c "bitsandbytes:$work/bitsandbytes.so" --case $case
done
expect 1 '(1 absent)' "$kbit" verify -c "bitsandbytes:$work/bitsandbytes.so" --case threshold-6 --step quantize_rows
expect 1 '(1 absent)' "$kbit" verify -c "bitsandbytes:$work/bitsandbytes.so" --case shape-MxNx0 --step absmax_rows
expect 1 'admissible: {127}' "$kbit" verify -c "bitsandbytes:$work/wrong_bitsandbytes.so" --case random-f16 --step quantize_rows

# --- the example to start from, at most 30 lines, as its first comment says ---
"$CC" -std=c11 -Wall -Wextra -Werror -shared -fPIC -I"$top_srcdir/reference" -o "$work/mine.so" "$top_srcdir/verify/examples/candidate.c" ||
    { echo 'FAIL: candidate.c does not compile'; failures=$((failures + 1)); }
expect 0 'verdict on mine: admissible' "$kbit" verify -c "$work/mine.so" --step int8_matmul
test "$(wc -l <"$top_srcdir/verify/examples/candidate.c")" -lt 30 || { echo 'FAIL: candidate.c is long'; failures=$((failures + 1)); }

# --- ports in Python ---
expect 2 'which script?' "$kbit" verify -c python
expect 2 'No such file' "$kbit" verify -c "python:$work/none.py"
python=
for found in "${PYTHON:-python3}" /usr/bin/python3; do
    test -n "$python" || ! "$found" -c 'import numpy' 2>/dev/null || python=$found
done
if test -n "$python"; then
    PYTHON=$python
    export PYTHON
    port=python:$ours/fake_port.py
    expect 0 'int8_matmul           ISOLATED  CERTIFIED  admissible ' "$kbit" verify -c "$port" --step int8_matmul -l quick
    expect 0 'candidate fake' "$kbit" verify -c "$port" --step outlier_columns
    expect 0 'admissible' "$kbit" verify -c "$port:prints" --case codes-uniform
    expect 1 'c(63,71) = ' "$kbit" verify -c "$port:wrong" --case codes-int8 --step int8_matmul
    expect 1 'error RuntimeError: no int8 in this library' "$kbit" verify -c "$port:raises" --case codes-int8
    expect 1 'unsupported not today' "$kbit" verify -c "$port:unsupported" --case codes-int8 --step int8_matmul -f json
    expect 1 'the port ended during the call' "$kbit" verify -c "$port:dies" --case codes-int8
    expect 1 'error TypeError: int8_matmul gave int64, not i32' "$kbit" verify -c "$port:type" --case codes-int8
    expect 1 'error its shape is (4608,), not (64, 72)' "$kbit" verify -c "$port:shape" --case codes-int8
    expect 2 'skipped: a library that nobody has is not there' "$kbit" verify -c "$port:missing"
    expect 2 'skipped: no-such-python' env PYTHON=no-such-python "$kbit" verify -c "$port"
    cp "$ours/fake_port.py" "$work/elsewhere.py"
    expect 0 'admissible' env -u PYTHONPATH "$kbit" verify -c "python:$work/elsewhere.py" --case codes-int8
    "$kbit" gen int8_matmul --case codes-int8 -o "$work/case" && "$python" "$ours/fake_port.py" "$work/case"
    expect 0 'admissible' "$kbit" judge "$work/case"
    expect 77 'absent: this port has no step store' sh -c "'$kbit' gen store -o '$work/store' && '$python' '$ours/fake_port.py' '$work/store'"
    printf '#!/bin/sh\nexec "%s" -S "$@"\n' "$python" >"$work/bare-python"
    chmod +x "$work/bare-python"
    expect 2 'skipped: NumPy is not there' env PYTHON="$work/bare-python" "$kbit" verify -c "$port"
else
    echo 'not checked, since there is no python3 with NumPy (Debian: python3-numpy): ports in Python'
    skipped=$((skipped + 1))
fi

# --- make software's script, which needs Python alone ---
if python3 -c '' 2>/dev/null; then
    printf '#!/bin/sh\nexec python3 -S "$@"\n' >"$work/bare-python"
    chmod +x "$work/bare-python"
    PYTHON=$work/bare-python
    export PYTHON
    : >"$work/none"
    echo 'ggml* | quantize_rows | mismatch | * | What | Why' >"$work/one"
    echo 'ggml* | * | mismatch | * | What | Why' >"$work/all"
    echo 'ggml* | * | mismatch | random-f32 | What | Why' >"$work/stale"
    run() { python3 "$judge" --kbit "$kbit" --level quick --only "$1" --notes "$work/$2"; }
    expect 0 '--only GLOB' python3 "$judge" --help
    expect 1 "no candidate 'nothing'" run nothing none
    expect 0 '| skipped: NumPy is not there' run 'torchao' none
    KBIT_GGML=$work/ggml.so
    expect 0 '| ggml-fake | C, dlopen | quantize_rows | ' run ggml none
    expect 0 ' | 0 | 0 | admissible |' run ggml none
    expect 1 '1 notes not needed' run ggml stale
    KBIT_GGML=$work/wrong_ggml.so
    expect 1 '**unexplained**' run 'ggml:ref' none
    expect 1 'unexplained: ggml int8_matmul' run ggml one
    expect 0 'CERTIFIED product-certificate' run ggml all
    expect 0 '**4 cases rejected**' run ggml all
    expect 1 '2 fields, not 6' sh -c "echo 'a | b' >'$work/bad'; python3 '$judge' --notes '$work/bad'"
else
    echo 'not checked, since there is no python3: judge-software'
    skipped=$((skipped + 1))
fi
echo "$checks checks, $failures failed, $skipped groups skipped"
test "$failures" -eq 0 && test "$checks" -gt 20
