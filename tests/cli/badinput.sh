#!/bin/sh
# What a user gets wrong: options, files, settings. Each is exit 2 and one line on stderr that names the
# thing at fault; nothing on stdout.
kbit=$top_builddir/verify/kbit
work=$(mktemp -d) || exit 99
trap 'rm -rf "$work"' EXIT
failures=0 refused=0

fail()
{
    echo "FAIL: $*"
    failures=$((failures + 1))
}

# refuse PATTERN COMMAND...
refuse()
{
    pattern=$1
    shift
    "$@" >"$work/out" 2>"$work/err"
    status=$?
    refused=$((refused + 1))
    test "$status" -eq 2 || fail "exit $status, not 2: $*"
    test ! -s "$work/out" || fail "something on stdout: $*"
    test "$(grep -vc "^Try 'kbit" "$work/err")" -eq 1 || fail "not one line of error: $*: $(cat "$work/err")"
    grep -q -e "$pattern" "$work/err" || fail "no '$pattern' but: $(head -1 "$work/err") ($*)"
}

# --- names, and what was meant ---
refuse "no verb 'verfy'; nearest: 'verify'" "$kbit" verfy
refuse "no step 'quantise_rows'; nearest: 'quantize_rows'" "$kbit" verify --step quantise_rows
refuse "no step 'quantise_rows'; nearest: 'quantize_rows'" "$kbit" gen quantise_rows -o "$work/g"
refuse "no case 'random-f61'; nearest: 'random-f16'" "$kbit" verify --case random-f61
refuse "no case 'tie'; nearest: 'ties'" "$kbit" gen store --case tie -o "$work/g"
refuse "no such benchmark" "$kbit" bench --only=nothing

# --- numbers are whole, and in range ---
for number in 1x '' ' 1' -1 +1 1e3 1.0 0x 0xg 18446744073709551616; do
    refuse "not '$number'" "$kbit" verify --seed "$number"
done
refuse "not '0'" "$kbit" verify --jobs 0
refuse "not '257'" "$kbit" verify --jobs 257
refuse "not '0'" "$kbit" verify --timeout 0
refuse "not '15'" "$kbit" verify --memory 15
refuse "not '0'" "$kbit" bench --reps 0
refuse "not '1x'" "$kbit" bench --reps 1x
for shard in 0/2 3/2 1 1/ /2 1/2x x1/2 1//2 1/1000001; do
    refuse "not '$shard'" "$kbit" verify --shard "$shard"
done
for shape in '' 64 64x64 64x64x 64x64x64x 64x64x64x64 ' 64x64x64' 64x64x8 0x64x64 64x64x64k; do
    refuse "not '$shape'" "$kbit" probe --shape "$shape"
done
for sample in '' 3 '3,' ',3' '3,4,' 3,4x; do
    refuse "not '$sample'" "$kbit" judge --sample "$sample" "$work"
done
for element in '' ',' '1,' ',1' '1,2,' 1,2x -1,0 1,18446744073709551616; do
    refuse "not '$element'" "$kbit" verify --step store --element "$element"
done
refuse "hexadecimal digits, not 'zz'" "$kbit" verify --key zz
refuse "hexadecimal digits" "$kbit" verify --key "$(printf '%063d ' 0)"
"$kbit" verify -c reference --case nan --step store --seed 010 | grep -q 'seed 10$' || fail '--seed 010 is not ten'

# --- options against each other, and twice ---
refuse '^kbit verify: --seed is given twice' "$kbit" verify --seed 1 --seed 1
refuse '^kbit verify: --candidate is given twice' "$kbit" verify -c simt --candidate reference
refuse '^kbit gen: --output is given twice' "$kbit" gen store -o "$work/g" -o "$work/h"
refuse '^kbit probe: --shape is given twice' "$kbit" probe --shape 64x64x64 --shape 64x64x64
refuse '^kbit judge: --format is given twice' "$kbit" judge "$work" -f json -f tap
refuse '^kbit merge: --output is given twice' "$kbit" merge a.json -o x -o y
refuse '^kbit bench: --only is given twice' "$kbit" bench --only=a --only=b
refuse "declaration 'quant=any': quant is given twice" "$kbit" verify -c reference --declare quant=mul --declare quant=any
refuse "contradict" "$kbit" verify -c reference --declare combine=round-twice --declare store=once
refuse 'needs --step' "$kbit" verify --element 0,0
refuse 'needs --tensors' "$kbit" verify --rows 4
refuse 'needs --tensors' "$kbit" verify --activations x.npy
refuse 'does not go with --activations' "$kbit" verify --tensors w --rows 4 --activations x.npy
refuse 'does not go with --tensors' "$kbit" verify --tensors w --level quick
refuse 'does not go with --tensors' "$kbit" verify --tensors w --case nan
refuse 'does not ask step store' "$kbit" verify --case codes-int8 --step store
refuse 'asks int8_matmul only' "$kbit" gen store --case codes-int8 -o "$work/g"
refuse '99,0: no output of store' "$kbit" verify -c reference --case random-f16 --step store --element 99,0
refuse 'nothing is judged here' "$kbit" bench --format html
"$kbit" verify -c reference --case ties --step quantize_rows --declare quant=any --declare store=twice |
    grep -q 'declares quant=any store=twice,' || fail 'two --declare do not add up'

# --- settings ---
refuse 'KBIT_JOBS takes' env KBIT_JOBS=two "$kbit" verify
refuse "^kbit verify: KBIT_RUN=$work/nowhere: No such file" env KBIT_RUN="$work/nowhere" "$kbit" verify -c reference
refuse "^kbit verify: KBIT_RUN=$work: not a program" env KBIT_RUN="$work" "$kbit" verify -c reference
printf 'junk' >"$work/junk" && chmod +x "$work/junk"
refuse "^kbit verify: KBIT_RUN=$work/junk: cannot be run" env KBIT_RUN="$work/junk" "$kbit" verify -c reference
printf '#!/bin/sh\necho starting; exit 3\n' >"$work/other"
chmod +x "$work/other"
refuse "KBIT_RUN=$work/other: not this kbit's kbit-run: it ended with status 3; it printed: starting" env KBIT_RUN="$work/other" "$kbit" verify -c reference
refuse 'it printed: simt: KBIT_SIMT_ORDER=sideways: expected forward' env KBIT_SIMT_ORDER=sideways "$kbit" verify
refuse 'candidate .*nosuch.so: No such file' "$kbit" verify -c "$work/nosuch.so"
refuse "takes NAME, FILE or either:VARIANT" "$kbit" verify -c reference:
mkdir "$work/folder.so"
refuse 'folder.so' "$kbit" verify -c "$work/folder.so"

# --- files of a case ---
"$kbit" gen quantize_rows --case shape-1x3x17 -o "$work/case" || fail 'kbit gen'

# npy FILE HEADER BYTES... -- an NPY file, version 1
npy()
{
    file=$1 header=$2
    shift 2
    {
        # shellcheck disable=SC2059 # a number
        printf "\223NUMPY\001\000\\$(printf %03o ${#header})\000"
        printf '%s' "$header"
        printf "$@"
    } >"$file"
}
zeros=$(printf '\\000%.0s' 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17)
good="{'descr': '|i1', 'fortran_order': False, 'shape': (1, 17), }"

# fresh: the case with an output that is whole
fresh()
{
    rm -rf "$work/c"
    cp -r "$work/case" "$work/c"
    npy "$work/c/q.npy" "$good" "$zeros"
}
judge() { refuse "$1" "$kbit" judge "$work/c"; }
fresh
"$kbit" judge "$work/c" >"$work/out"
test $? -eq 1 || fail 'zeros are not a mismatch'
npy "$work/c/q.npy" "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 1), }" '\000\000\000\000'
judge 'c/q.npy: is f32'
npy "$work/c/q.npy" "{'descr': '|u1', 'fortran_order': False, 'shape': (1, 17), }" "$zeros"
judge "c/q.npy: type '|u1' is none of"
npy "$work/c/q.npy" "{'descr': '|i1', 'fortran_order': False, 'shape': (17,), }" "$zeros"
judge 'c/q.npy: is i8 \[17\]; the manifest says i8 \[1, 17\]'
npy "$work/c/q.npy" "{'descr': '|i1', 'fortran_order': True, 'shape': (17, 1), }" "$zeros"
judge 'c/q.npy: '
fresh
npy "$work/c/absmax.npy" "{'descr': '>f4', 'fortran_order': False, 'shape': (1,), }" '\000\000\000\000'
judge "c/absmax.npy: type '>f4' is big-endian"
fresh
npy "$work/c/q.npy" "$good" '\000\000'
judge 'c/q.npy: truncated: its shape needs 17 bytes, 2 are there'
npy "$work/c/q.npy" "$good" "$zeros$zeros"
judge 'c/q.npy: 17 trailing bytes'
printf '\223NUMPY\002\000\377\377\377\177{' >"$work/c/q.npy"
judge 'c/q.npy: its header claims 2147483647 bytes'
: >"$work/c/q.npy"
judge 'c/q.npy: not an NPY file'
rm "$work/c/q.npy"
judge 'c/q.npy: missing'
mkdir "$work/c/q.npy"
judge 'c/q.npy: not a regular file'
fresh
rm "$work/c/x.npy"
judge 'c/x.npy: '
fresh
if test "$(id -u)" -ne 0; then
    chmod 0 "$work/c/x.npy"
    judge 'c/x.npy: Permission denied'
else
    echo 'not tried as root: a file without permission to read'
fi
fresh
echo '{' >"$work/c/manifest.json"
judge 'c/manifest.json:'
rm "$work/c/manifest.json"
judge 'c/manifest.json: No such file'
refuse 'nowhere/manifest.json' "$kbit" judge "$work/nowhere"
refuse 'which folder' "$kbit" judge

# --- inputs that break the step's precondition: no output is right ---
fresh
npy "$work/c/absmax.npy" "{'descr': '<f4', 'fortran_order': False, 'shape': (1,), }" '\000\000\000\075'
judge 'there is no right output: x(0,[0-9]*) = .* exceeds absmax(0) = 0x1p-5'
npy "$work/c/absmax.npy" "{'descr': '<f4', 'fortran_order': False, 'shape': (1,), }" '\000\000\200\277'
judge 'exceeds absmax(0) = -0x1p+0'
fresh
refuse '1,0: q is 1 x 17' "$kbit" judge "$work/c" --element 1,0
refuse "no key 'atol'" "$kbit" judge "$work/c" --declare atol=1
"$kbit" gen int8_matmul --case codes-k131072 -o "$work/p" || fail 'kbit gen int8_matmul'
npy "$work/p/c.npy" "{'descr': '<i4', 'fortran_order': False, 'shape': (2, 3), }" '%24s' ''
refuse 'row 0 could overflow int32' "$kbit" judge "$work/p"

# --- reports that are none ---
echo '{}' >"$work/none.json"
refuse 'none.json: not a JSON report of kbit' "$kbit" merge "$work/none.json"
refuse 'nosuch.json' "$kbit" merge "$work/nosuch.json"
refuse 'which reports' "$kbit" merge

# --- what may have been forgotten ---
mutants=$top_builddir/tests/.libs/mutants.so
for pair in quantize-undeclared-mul:quant=mul quantize-undeclared-rdiv:quant=rdiv store-saturates:overflow=sat \
    absmax-minus-zero:zero-stat=-0; do
    "$kbit" verify -c "$mutants:${pair%:*}" -l quick >"$work/out"
    test $? -eq 1 || fail "${pair%:*} passes"
    grep -q "^  hint: this output is what ${pair#*:} gives" "$work/out" || fail "no hint at ${pair#*:}"
    # The hint is about one case's output.
    step=$(sed -n 's/^MISMATCH \([a-z_]*\) .*/\1/p' "$work/out" | head -1)
    case=$(sed -n 's/^MISMATCH .*, case \([^:]*\).*/\1/p' "$work/out" | head -1)
    "$kbit" verify -c "$mutants:${pair%:*}" --case "$case" --step "$step" --declare "${pair#*:}" >"$work/out" ||
        fail "the hint ${pair#*:} does not help"
done
"$kbit" verify -c "$mutants:quantize-one-code" -l quick | grep -q 'hint:' && fail 'a hint at a wrong code'

# --- a command that reproduces carries the options that mattered, and finds a weight by its name ---
header='{"a.weight":{"dtype":"F16","shape":[3,17],"data_offsets":[0,102]},"b.weight":{"dtype":"F16","shape":[3,17],"data_offsets":[102,204]}}'
{
    # shellcheck disable=SC2059 # a number
    printf "\\$(printf %03o ${#header})\0\0\0\0\0\0\0"
    printf '%s%204s' "$header" ''
} >"$work/model.safetensors"
"$kbit" verify -c "$mutants:quantize-126" --tensors "$work/model.safetensors" --rows 3 --declare quant=any >"$work/out"
command=$(sed -n 's/^ *reproduce: [^ ]* //p' "$work/out" | tail -1)
case $command in
*"--declare 'quant=any' --rows 3 --tensors $work/model.safetensors:b.weight --step quantize_rows"*) ;;
*) fail "the reproducing command is: $command" ;;
esac
eval "set -- $command"
"$kbit" "$@" >"$work/second"
test $? -eq 1 || fail "this does not reproduce: $command"
element=$(grep '^  q(' "$work/out" | tail -1)
grep -qF "$element" "$work/second" || fail "$element is not reproduced by: $command"

# --- several lists ---
"$kbit" list --cases --steps >"$work/out"
grep -q '^# step ' "$work/out" && grep -q '^# case ' "$work/out" || fail 'two lists are not printed'

echo "$refused refusals, $failures wrong"
test "$failures" -eq 0 && test "$refused" -gt 80
