#!/bin/sh
# The conformance program on the CPU layer: every wrapper of the kernels is in it; what it records it
# finds again, and only that; a changed bit, in any of the files, is named with its place.
set -eu
conformance=$top_builddir/cuda/conformance/conformance-simt
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
fail() { echo "conformance.sh: $*"; exit 1; }
# expect STATUS WORDS COMMAND... -- the exit status, and words of its output.
expect() {
    status=$1 words=$2
    shift 2
    code=0
    "$@" >"$work/out" 2>&1 || code=$?
    test "$code" -eq "$status" || { cat "$work/out"; fail "$*: exit status $code, not $status"; }
    grep -qF -e "$words" "$work/out" || { cat "$work/out"; fail "$*: does not say '$words'"; }
}

# ---- all there is ----
sources="$top_srcdir/cuda/conformance/*.cuh"
# shellcheck disable=SC2086 # files
for wrapper in $(cat "$top_srcdir"/cuda/ptx*.cuh | grep -oE 'PTX_FUNCTION [a-z_0-9]+ \*?[a-z_0-9]+\(' | sed -E 's/.*[ *]([a-z_0-9]+)\(/\1/' | sort -u); do
    test "$wrapper" = shared_address || grep -q "ptx::$wrapper\>" $sources || fail "no file asks for ptx::$wrapper"
done
# What only orders memory has no answer of its own; what only renames bits has none either.
without_answer='__syncwarp __threadfence __align__ __trap __cvta_generic_to_shared __float_as_int __int_as_float'
# shellcheck disable=SC2086
for name in $(cat "$top_srcdir"/cuda/*.cu "$top_srcdir"/cuda/*.cuh | grep -ohE '\b__[a-z0-9_]+\(|\batomic[A-Z][A-Za-z]+\(' | tr -d '(' | sort -u); do
    case " $without_answer " in *" $name "*) continue ;; esac
    grep -q "\<$name\>" $sources || fail "no file asks for $name"
done
instructions=$("$conformance" --list | wc -l)
test "$instructions" -ge 75

# ---- recorded, and found again ----
expect 0 "$instructions instructions answered, 0 failed, 0 skipped" "$conformance" -o "$work/golden"
for line in 'device: kbit CPU layer' 'capability: 8.0' 'driver: none' 'model: a100' 'seed: 20220815' "command: conformance-simt -o $work/golden"; do
    grep -qx "$line" "$work/golden/mma_m16n8k16_f16.txt" || fail "no line '$line'"
done
grep -qx 'model: h100' "$work/golden/wgmma_f16.txt" || fail 'wgmma is not recorded as of h100'
expect 0 "$instructions instructions equal, 0 differ, 0 not recorded" "$conformance" --golden "$work/golden"
# The schedule changes no answer.
for setting in 'reverse late 1' 'priority random 2' 'priority random 3'; do
    # shellcheck disable=SC2086 # three words
    set -- $setting
    expect 0 "$instructions instructions equal, 0 differ" \
        env KBIT_SIMT_ORDER="$1" KBIT_SIMT_ASYNC="$2" KBIT_SIMT_SEED="$3" "$conformance" --golden "$work/golden"
done
# A folder of golden data stays below 2 MB.
bytes=$(cat "$work"/golden/*.txt | wc -c)
test "$bytes" -lt 2000000 || fail "a device's golden data take $bytes bytes"

# ---- rows of the model are told apart ----
expect 0 '2 instructions answered' env KBIT_SIMT_MMA=h100 "$conformance" -o "$work/h100" mma_m16n8k16_f16 mma_m16n8k16_bf16
for format in f16 bf16; do
    a=$work/golden/mma_m16n8k16_$format.txt h=$work/h100/mma_m16n8k16_$format.txt
    ! cmp -s "$a" "$h" || fail "the operands of $format do not tell a100 from h100"
    expect 0 "mma_m16n8k16_$format: equal, 48 cases, row h100" "$conformance" --golden "$work/h100" "mma_m16n8k16_$format"
    # The same numbers said to be of another row.
    sed 's/^model: h100$/model: a100/' "$h" >"$work/lie" && cp "$work/lie" "$h"
    expect 1 "mma_m16n8k16_$format: differs: case" "$conformance" --golden "$work/h100" "mma_m16n8k16_$format"
done

# ---- one bit, in each file ----
cp -r "$work/golden" "$work/bad"
for file in "$work"/bad/*.txt; do
    name=$(basename "$file" .txt)
    # the lowest bit of the last word that is no NaN
    awk '{ line[NR] = $0 } END {
        for (at = NR; !done; at--) {
            n = split(line[at], word, " ")
            for (w = n; w > 0 && !done; w--)
                if (word[w] !~ /^[7f]f[8-f]/) {
                    last = substr(word[w], 8)
                    word[w] = substr(word[w], 1, 7) substr("1032547698badcfe", index("0123456789abcdef", last), 1)
                    done = at
                }
            if (done) {
                line[at] = word[1]
                for (w = 2; w <= n; w++) line[at] = line[at] " " word[w]
            }
        }
        for (i = 1; i <= NR; i++) print line[i] }' "$file" >"$work/flipped"
    cp "$work/flipped" "$file"
    expect 1 "$name: differs: case" "$conformance" --golden "$work/bad" "$name"
done
expect 1 "0 instructions equal, $instructions differ" "$conformance" --golden "$work/bad"
expect 1 'lane 31, d[3]: row 15, column 7' "$conformance" --golden "$work/bad" mma_m16n8k32_s8
expect 1 'and kbit CPU layer gave' "$conformance" --golden "$work/bad" mma_m16n8k16_f16
expect 1 '  a: ' "$conformance" --golden "$work/bad" mma_m16n8k16_bf16
expect 1 'thread 383' "$conformance" --golden "$work/bad" setmaxnreg

# ---- what is not understood ----
short=$work/short
mkdir "$short"
head -n 20 "$work/golden/popc.txt" >"$short/popc.txt"
expect 1 'words in the file' "$conformance" --golden "$short" popc
sed 's/^seed: .*/seed: -1/' "$work/golden/popc.txt" >"$short/popc.txt"
expect 2 'popc.txt:11: not a line of golden data' "$conformance" --golden "$short" popc
sed 's/^operands: ..../operands: 0000/' "$work/golden/popc.txt" >"$short/popc.txt"
expect 1 "the file's operands are others" "$conformance" --golden "$short" popc
sed 's/^\(case 0: .*\)$/\1\nxyz/' "$work/golden/popc.txt" >"$short/popc.txt"
expect 2 'not a line of golden data' "$conformance" --golden "$short" popc
cp "$work/golden/ffs.txt" "$short/popc.txt"
expect 2 'of ffs, not 1 of popc' "$conformance" --golden "$short" popc
expect 77 '0 instructions equal, 0 differ, 1 not recorded' "$conformance" --golden "$short" clz
expect 2 'there is no instruction nonsense' "$conformance" nonsense
expect 2 'there is no option --nonsense' "$conformance" --nonsense
expect 2 '--seed x: not a number' "$conformance" --seed x
expect 2 '-o needs a value' "$conformance" -o
expect 2 'exclude each other' "$conformance" -o a --golden b
expect 0 'usage: conformance-simt' "$conformance" --help
# Another seed asks another question, and a file of it is compared under its own.
expect 0 '1 instructions answered' "$conformance" --seed 7 -o "$work/seven" dp4a_s32
expect 0 '1 instructions equal' "$conformance" --golden "$work/seven" dp4a_s32
! cmp -s "$work/seven/dp4a_s32.txt" "$work/golden/dp4a_s32.txt" || fail 'the seed changes nothing'

# ---- the program for a device, where nvcc has made it ----
cuda=$top_builddir/cuda/conformance/conformance-cuda
if test -x "$cuda"; then
    expect 0 'mma_m16n8k32_s8' "$cuda" --list
    test "$("$cuda" --list | cut -c1-18)" = "$("$conformance" --list | cut -c1-18)" || echo 'conformance.sh: the device has not all instructions'
    code=0
    "$cuda" --golden "$work/golden" >"$work/out" 2>&1 || code=$?
    test "$code" -eq 77 || { tail -n 20 "$work/out"; test "$code" -eq 0; } ||
        fail "the device and the CPU layer differ"
fi
echo "$instructions instructions, $bytes bytes"
