#!/bin/sh
# Writes the files that fuzzing starts from: corpus.sh FOLDER. Each is small and says what it is; the
# copy in tests/fuzz/corpus/ is this script's output, and a test compares the two.
set -eu
out=${1:?usage: corpus.sh FOLDER}
mkdir -p "$out/npy" "$out/safetensors" "$out/manifest" "$out/declared"

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
declared all 'quant=any dequant=any acc=tc-trunc store=any combine=round-twice subB=f16 nan=launder zero-stat=-0 overflow=sat'
declared references 'quant=exact,dequant=bnb,acc=ieee'
declared contradiction 'combine=round-twice store=once'
declared twice 'acc=ieee acc=ieee'
declared no-key 'atol=1'
declared no-value 'acc= store'
declared prefix 'acc=iee'
declared separators ' ,	acc=any-faithful	, store=twice,,'
