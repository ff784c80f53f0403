#!/bin/sh
# kbit probe: a right candidate is not refuted under what it declares, planted ones are, at the key that
# they lie about and with operands, observation and what the flag allows.
# shellcheck disable=SC2154 # set by the Makefile
kbit=$top_builddir/verify/kbit
legal=$top_builddir/tests/.libs/legal.so
mutants=$top_builddir/tests/.libs/mutants.so
work=$(mktemp -d) || exit 99
trap 'rm -rf "$work"' EXIT
failures=0

fail()
{
    echo "FAIL: $*"
    failures=$((failures + 1))
}

# probe STATUS OPTION...
probe()
{
    expected=$1
    shift
    "$kbit" probe "$@" >"$work/out" 2>"$work/err"
    got=$?
    test "$got" -eq "$expected" || fail "exit $got, not $expected: kbit probe $*
$(grep -A 4 -E 'refuted|no answer|kbit' "$work/out" "$work/err" | head -12)"
}

# refuted FLAG OPTION...: FLAG, and it alone, is refuted, with the three things that show it
refuted()
{
    flag=$1
    shift
    probe 1 "$@"
    test "$(sed -n 's/ *refuted .*//p' "$work/out")" = "$flag" ||
        fail "refuted is '$(sed -n 's/ *refuted .*//p' "$work/out")', not $flag: kbit probe $*"
    grep -q "observed .*, $flag allows ." "$work/out" || fail "no operands or observation: $*"
}

# The same where the lie shows in the answers to other keys' questions as well.
refuted_too()
{
    flag=$1
    shift
    probe 1 "$@"
    grep -q "^$flag  *refuted " "$work/out" || fail "$flag is not refuted: kbit probe $*"
    grep -q "observed .*, $flag allows ." "$work/out" || fail "no operands or observation: $*"
}

rows()
{
    sed -n 's/.*answers are consistent with: //p' "$work/out"
}

# expect_rows TEXT
expect_rows() { test "$(rows)" = "$1" || fail "rows '$(rows)', not '$1'"; }

# --- right candidates, whatever the shape ---
for shape in 1x1x16 64x64x64 130x70x200; do
    probe 0 -c reference --shape "$shape"
    probe 0 --shape "$shape"
done
ieee='ieee, fma, pairwise, cdna1 (MODEL), cdna1-bf16 (MODEL)'
probe 0 -c reference
expect_rows "$ieee"
"$kbit" list --declares | sed -n 's/^\([a-zA-Z][a-zA-Z0-9-]*\)=.*/\1/p' | sort -u >"$work/keys"
sed -n 's/^\([a-zA-Z][a-zA-Z0-9-]*\)=.* consistent with .*/\1/p' "$work/out" | sort -u >"$work/probed"
diff "$work/keys" "$work/probed" || fail "a key is not probed"

# --- tensor cores: each row under its own name, and under others ---
for variant in v100 v100-onto-d a100 a100-onto-d a100-spread h100 h100-onto-d cdna2 cdna2-onto-d cdna3 \
    cdna3-onto-d pairwise flushed-operands flushed-results split-h100 split-f16; do
    grep -q "^w16-$variant " "$top_srcdir/tests/legal/variants.txt" || continue
    probe 0 -c "$legal:w16-$variant"
done
probe 0 -c "$legal:w16-h100"
expect_rows 'h100 (MODEL)'
probe 0 -c "$legal:w16-a100"
expect_rows 'turing (MODEL), turing-4 (MODEL), a100 (MODEL)'
probe 0 -c "$legal:w16-v100"
expect_rows 'v100 (MODEL)'
probe 0 -c "$legal:w16-cdna2"
expect_rows 'cdna2 (MODEL), cdna2-bf16 (MODEL)'
probe 0 -c "$legal:w16-cdna3"
expect_rows 'cdna3 (MODEL)'
refuted acc=a100 -c "$legal:w16-h100" --declare acc=a100
refuted acc=h100 -c "$legal:w16-a100" --declare acc=h100
refuted acc=v100 -c "$legal:w16-a100" --declare acc=v100
refuted acc=a100 -c "$legal:w16-v100" --declare acc=a100
refuted acc=a100 -c "$legal:w16-cdna3" --declare acc=a100
refuted acc=ieee -c "$legal:w16-h100" --declare acc=ieee
refuted acc=h100 -c reference --declare acc=h100
probe 0 -c "$legal:w16-h100" --declare acc=tc-trunc
probe 0 -c "$legal:w16-a100" --declare acc=turing # the same arithmetic by another name

# --- the other keys, each lied about ---
refuted acc=h100 -c "$mutants:w16-product-20-bits"
refuted_too splitk=f32 -c "$mutants:w16-product-lies-f32-parts"
refuted_too splitk=none -c "$mutants:w16-product-undeclared-f16-parts"
refuted_too ftz-in16=keep -c "$legal:w16-flushed-operands" --declare ''
refuted_too ftz-in16=keep -c "$mutants:w16-product-lies-a100"
refuted_too variance=two-pass -c "$mutants:layernorm-undeclared-one-pass"
refuted gamma=f32 -c "$legal:rmsnorm-gamma-after-round" --declare gamma=f32
refuted_too centre=first -c "$legal:layernorm-centred-last" --declare centre=first
refuted gelu=erf -c "$legal:gelu-erfc" --declare gelu=erf
refuted exp=ieee -c "$legal:silu-fast" --declare exp=ieee
refuted rsqrt=ieee -c "$legal:rmsnorm-rsqrt-above" --declare rsqrt=ieee
refuted ftz32=keep -c "$legal:w16-flushed-results" --declare ''
refuted ftz-out16=flush -c "$mutants:store-lies-flush"
refuted ftz-out16=keep -c "$legal:store-flushed" --declare ''
refuted quant=exact -c "$mutants:quantize-undeclared-mul"
refuted quant=mul -c "$mutants:quantize-lies-mul"
refuted quant=rdiv -c "$mutants:quantize-lies-rdiv"
refuted dequant=bnb -c "$mutants:dequantize-lost-digit"
refuted store=twice -c "$mutants:store-lies-twice"
refuted store=once -c "$mutants:store-undeclared-twice"
refuted combine=f32 -c "$legal:linear-round-twice" --declare ''
refuted subB=f16 -c "$mutants:outlier-product-lies-f16-weights"
refuted nan=propagate -c "$mutants:absmax-launders-nan"
refuted zero-stat=+0 -c "$mutants:absmax-minus-zero"
refuted overflow=inf -c "$mutants:store-saturates"

# --- a candidate that dies does not take the referee along, and is not called consistent ---
crasher=$(sed -n 's/^\(crashes\) .*/\1/p' "$top_srcdir/tests/mutants/expected.txt")
probe 1 -c "$mutants:$crasher"
grep -q 'no answer: ' "$work/out" || fail "a dead candidate's question is not named"

# --- formats, usage ---
probe 1 -c "$legal:w16-h100" --declare acc=a100 -f json
grep -q '"schema": "kbit-probe"' "$work/out" || fail "JSON without its schema"
grep -q '"state": "refuted"' "$work/out" || fail "JSON does not say refuted"
first=$(cksum <"$work/out")
probe 1 -c "$legal:w16-h100" --declare acc=a100 -f json
test "$first" = "$(cksum <"$work/out")" || fail "two runs print different JSON"
for option in '--shape 64x64' '--shape 64x64x15' '--shape 0x1x16' '--format tap' '--declare speed=high' \
    '--declare acc=cdna2' '-c nosuch' 'extra'; do
    # shellcheck disable=SC2086 # an option and its value
    probe 2 $option
    test -s "$work/out" && fail "an error wrote to stdout: $option"
done
probe 77 -c cuda
probe 0 --help
grep -q '^Usage: kbit probe' "$work/out" || fail 'no help'

test "$failures" -eq 0
