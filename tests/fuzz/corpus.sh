#!/bin/sh
# Writes the files that fuzzing starts from: corpus.sh FOLDER. Each is small and says what it is; the
# copy in tests/fuzz/corpus/ is this script's output, and a test compares the two.
set -eu
out=${1:?usage: corpus.sh FOLDER}
mkdir -p "$out/npy" "$out/safetensors" "$out/manifest" "$out/declared" "$out/options" "$out/message" "$out/report"

# octal N BYTES -- N as so many little-endian bytes, escaped for printf
octal() {
    n=$1
    i=0
    while test "$i" -lt "$2"; do
        printf '\\%03o' $((n % 256))
        n=$((n / 256))
        i=$((i + 1))
    done
}

# npy NAME VERSION HEADER ELEMENTS -- HEADER as it stands, ELEMENTS escaped for printf
npy() {
    width=$(test "$2" = 1 && echo 2 || echo 4)
    {
        printf '\223NUMPY'
        # shellcheck disable=SC2059 # the formats are built from numbers
        printf "$(octal "$2" 1)\\000$(octal ${#3} "$width")"
        printf '%s' "$3"
        # shellcheck disable=SC2059
        printf "$4"
    } >"$out/npy/$1"
}
zeros4='\000\000\000\000'
npy f32-2x1 1 "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 1), }" "$zeros4$zeros4"
npy f16-2 1 "{'descr': '<f2', 'fortran_order': False, 'shape': (2,), }  " '\000\074\000\174'
npy u2-1x2-version2 2 "{'descr': '<u2', 'fortran_order': False, 'shape': (1, 2)}" '\200\077\200\377'
npy i1-double-quotes 1 '{"shape":(3,),"descr":"|i1","fortran_order":False}' '\177\201\000'
npy i4-empty 1 "{'descr': '<i4', 'fortran_order': False, 'shape': (0, 7), }" ''
npy fortran 1 "{'descr': '<f4', 'fortran_order': True, 'shape': (1, 1), }" "$zeros4"
npy big-endian 1 "{'descr': '>f4', 'fortran_order': False, 'shape': (1,), }" "$zeros4"
npy records 1 "{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,), }" "$zeros4"
npy overflow 1 "{'descr': '<f4', 'fortran_order': False, 'shape': (4294967296, 4294967296), }" ''
npy twice 1 "{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': (1,), }" "$zeros4"
npy too-short 1 "{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }" "$zeros4"
printf '\223NUMPY\001\000\377\377{' >"$out/npy/claims-too-much"
: >"$out/npy/empty"

# safetensors NAME HEADER ELEMENTS
safetensors() {
    {
        # shellcheck disable=SC2059
        printf "$(octal ${#2} 8)"
        printf '%s' "$2"
        # shellcheck disable=SC2059
        printf "$3"
    } >"$out/safetensors/$1"
}
safetensors f32 '{"w":{"dtype":"F32","shape":[1,2],"data_offsets":[0,8]}}' "$zeros4$zeros4"
safetensors two '{"__metadata__":{"format":"pt"},"b":{"dtype":"F16","shape":[2],"data_offsets":[4,8]},"a":{"dtype":"BF16","shape":[2,1],"data_offsets":[0,4]}}' "$zeros4$zeros4"
safetensors f32-too-large-for-fp16 '{"w":{"dtype":"F32","shape":[1,1],"data_offsets":[0,4]}}' '\377\377\177\177'
safetensors unknown-type '{"w":{"dtype":"F4","shape":[3],"data_offsets":[0,2]},"x":{"dtype":"I64","shape":[],"data_offsets":[2,10]}}' "\\001\\002$zeros4$zeros4"
safetensors empty-tensors '{"a":{"dtype":"F32","shape":[0,5],"data_offsets":[0,0]},"b":{"dtype":"F16","shape":[1,0],"data_offsets":[0,0]}}' ''
safetensors no-tensor '{}' ''
safetensors overlap '{"a":{"dtype":"I8","shape":[2],"data_offsets":[0,2]},"b":{"dtype":"I8","shape":[2],"data_offsets":[1,3]}}' '\001\002\003'
safetensors hole '{"a":{"dtype":"I8","shape":[1],"data_offsets":[1,2]}}' '\001\002'
safetensors overflow '{"a":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,0]}}' ''
safetensors descending '{"a":{"dtype":"I8","shape":[1],"data_offsets":[2,1]}}' '\001\002'
safetensors twice '{"a":{"dtype":"I8","shape":[1],"data_offsets":[0,1]},"a":{"dtype":"I8","shape":[1],"data_offsets":[0,1]}}' '\001'
safetensors escape-in-name '{"a\u001b[2J\n":{"dtype":"I8","shape":[9],"data_offsets":[0,1]}}' '\001'
printf '\377\377\377\377\377\377\377\377{}' >"$out/safetensors/claims-too-much"
: >"$out/safetensors/empty"

# manifest NAME STEP THRESHOLD DECLARES INPUTS OUTPUTS
manifest() {
    printf '{"schema":"kbit-case","schema_version":1,"kbit_version":"0.1.0","step":"%s","case":"random-f16","seed":"18446744073709551615","M":2,"N":3,"K":4,"threshold":"%s","declares":"%s","inputs":[%s],"outputs":[%s]}\n' \
        "$2" "$3" "$4" "$5" "$6" >"$out/manifest/$1"
}
x='{"name":"x","file":"x.npy","dtype":"f16","shape":[2,4]}'
absmax='{"name":"absmax","file":"absmax.npy","dtype":"f32","shape":[2]}'
outliers='{"name":"outliers","file":"outliers.npy","dtype":"i32","shape":[0]}'
manifest quantize quantize_rows 0x1.8p+2 'quant=any' "$x,$absmax,$outliers" '{"name":"q","file":"q.npy","dtype":"i8","shape":[2,4]}'
manifest free-length outlier_columns off '' "$x" '{"name":"outliers","file":"outliers.npy","dtype":"i32","shape":[null]}'
manifest bf16 store off 'store=twice overflow=sat' '{"name":"y","file":"y.npy","dtype":"bf16","shape":[1,1]}' ''
manifest leaves-folder quantize_rows off '' '{"name":"x","file":"../x.npy","dtype":"f16","shape":[2,4]}' ''
manifest same-file absmax_rows off '' "$x,$x" "$absmax"
manifest overflow absmax_rows off '' '{"name":"x","file":"x.npy","dtype":"f32","shape":[9223372036854775807,9]}' "$absmax"
manifest unknown-step quantise_rows off '' "$x" "$absmax"
manifest decimal-threshold absmax_rows 6.1 '' "$x" "$absmax"
manifest threshold-not-finite absmax_rows 0x1p+200 '' "$x" "$absmax"
printf '{"schema":"kbit-report","schema_version":1}' >"$out/manifest/other-schema"
printf '[[[[[[[[[[[[[[[[' >"$out/manifest/brackets"
printf '{"schema":"kbit-case","schema":"kbit-case"}' >"$out/manifest/twice"
: >"$out/manifest/empty"

declared() { printf '%s' "$2" >"$out/declared/$1"; }
declared nothing ''
declared one 'quant=mul'
declared all 'quant=any dequant=any acc=tc-trunc store=any combine=round-twice subB=f16 nan=launder zero-stat=-0 overflow=sat bias=after-round via=f16'
declared references 'quant=exact,dequant=bnb,acc=ieee'
declared contradiction 'combine=round-twice store=once'
declared twice 'acc=ieee acc=ieee'
declared no-key 'atol=1'
declared no-value 'acc= store'
declared prefix 'acc=iee'
declared step 'quant=reciprocal llmint8_linear_bnb:acc=tc-trunc,llmint8_linear_bnb:dequant=any'
declared step-back 'acc=tc-trunc outlier_matmul:acc=ieee'
declared step-unknown 'linear:acc=ieee'
declared step-foreign 'store:acc=ieee'
declared step-contradiction 'combine=round-twice store=twice llmint8_linear_bnb:store=once'
declared step-empty ':acc=ieee'
declared steps-two 'store:store:store=any'
declared separators ' ,	acc=any-faithful	, store=twice,,'

option() { printf '%s' "$2" >"$out/options/$1"; }
option number 18446744073709551614
option hexadecimal 0xFFFFFFFFFFFFFFFF
option trailing 1x
option element 3,4
option shard 2/3
option shape 64x64x1041
option last-shard 1000000/1000000
option key 00112233445566778899aabbccddeeff00112233445566778899AABBCCDDEEFF
option short-key 0011
option case random-f16
option near-case randon-f16
option step llmint8_linear_bnb
option candidate ./a:b/mine.so:v1
option no-variant mine.so:
option empty ''

# record NAME KIND -- a record of zeros after its first words; KIND as in fuzz_message.c
words() {
    for word in "$@"; do
        # shellcheck disable=SC2059
        printf "$(octal "$word" 4)"
    done
}
protocol=1801611522
record() {
    name=$1 kind=$2 zeros=$3
    shift 3
    {
        # shellcheck disable=SC2059
        printf "$(octal "$kind" 1)"
        words "$@"
        head -c "$zeros" /dev/zero
    } >"$out/message/$name"
}
record hello 0 2112 $protocol 0
record hello-unknown-status 0 2112 $protocol 99
record hello-short 0 100 $protocol 0
record reply 1 584 $protocol 7 0 0
record reply-to-another 1 584 $protocol 8 0 0
record no-reply 1 20 1 2 3
# page NAME STEP WORD*22 -- what a process left that died
page() {
    name=$1 step=$2
    shift 2
    {
        printf '\002'
        words "$@"
        printf '%s' "$step"
        head -c $((64 - ${#step})) /dev/zero
    } >"$out/message/$name"
}
# phase exec end signal code place access tensor in-plugin - offset bytes address at syscall - argument
page null quantize_rows 5 0 0 11 1 2 2 0 1 0 0 0 0 0 16 0 4400 0 0 0 0 0
page behind-output quantize_rows 5 0 0 11 1 3 2 3 1 0 16 0 15 0 4096 1 4400 0 0 0 0 0
page before-input quantize_rows 5 0 0 11 1 3 1 0 0 0 4294967200 4294967295 30 0 4096 1 0 0 0 0 0 0
page in-input quantize_rows 5 0 0 11 2 3 2 1 0 0 4 0 12 0 4096 1 0 0 0 0 0 0
page earlier dequantize 4 0 0 11 2 4 2 3 0 0 0 0 4 0 4096 1 0 0 0 0 0 0
page forbidden store 5 0 0 31 1 0 0 0 0 0 0 0 0 0 0 0 0 0 62 0 1 0
page no-step nosuch 5 0 0 7 1 3 0 9 0 0 0 2147483648 4294967295 4294967295 0 0 0 0 0 0 0 0
page jumped '' 5 0 2 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0

# report NAME SHARD JUDGEMENTS
report() {
    printf '{"schema":"kbit-report","schema_version":1,"kbit_version":"0.1.0","candidate":"./mine.so","name":"mine","declares":"","seed":"1","level":"quick","selection":"","reproduce":"kbit verify","shard":%s,"okay":true,"totals":{},"judgements":[%s]}\n' \
        "$2" "$3" >"$out/report/$1"
}
shard='{"index":1,"of":2,"units":3}'
judgement() {
    printf '{"unit":0,"step":"%s","case":"ties","mode":"%s","verdict":%s,"result":"%s","theorem":"%s","elements":6,"checked":6,"rejected":%s,"undecided":0,"err_over_bound":%s,"seed":"18446744073709551615","evidence":"","note":"%s","mismatches":[%s]}' "$@"
}
mismatch='{"tensor":"q","row":0,"column":1,"observed":"3","admissible":"{4}","inputs":""}'
report whole null "$(judgement store ISOLATED '"EXACT"' admissible '' 0 null '' '')"
report shard "$shard" "$(judgement dequantize CHAINED '"ENCLOSED"' admissible dequantize-bnb 0 0.7 '' ''),$(judgement quantize_rows ISOLATED '"SET"' MISMATCH quantize-f32 1 '"inf"' 'hint' "$mismatch")"
report crashed null "$(judgement llmint8_linear_bnb FUSED null CRASHED '' 0 null 'killed by signal 11 <&> it printed' '')"
report crashed-yet-exact null "$(judgement store FUSED '"EXACT"' CRASHED '' 0 null '' '')"
report unknown-step null "$(judgement quantise ISOLATED '"EXACT"' admissible '' 0 null '' '')"
report control null "$(judgement store ISOLATED '"EXACT"' admissible '' 0 null 'a\u001b[2J' '')"
report shard-of-none '{"index":2,"of":1,"units":1}' ''
printf '[[[[[[[[[[[[[[[[' >"$out/report/brackets"
printf '{"schema":"kbit-case","schema_version":1}' >"$out/report/other-schema"
: >"$out/report/empty"
