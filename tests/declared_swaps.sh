#!/bin/sh
# A declaration chooses the theorem, and a wrong one is rejected: legal variants, each judged by what another
# one declares, or by nothing. (tests/legal.sh judges each by its own and admits it.)
# shellcheck disable=SC2154 # set by the Makefile
kbit=$top_builddir/verify/kbit
plugin=$top_builddir/tests/.libs/legal.so
test -e "$plugin" || { echo "$plugin is not built"; exit 99; }
work=$(mktemp -d) || exit 99
trap 'rm -rf "$work"' EXIT
rejected=0 wrong=0
while read -r name step declares; do
    case $name in '#' | '') continue ;; esac
    test "$declares" = - && declares=
    "$kbit" verify --candidate "$plugin:$name" --step "$step" --declare "$declares" >"$work/report" 2>&1
    status=$?
    if test "$status" -eq 1 && grep -q '^MISMATCH' "$work/report"; then
        rejected=$((rejected + 1))
        echo "rejected  $name under '$declares'"
    else
        wrong=$((wrong + 1))
        echo "WRONG     $name under '$declares': exit $status"
        tail -3 "$work/report"
    fi
done <<'END'
# variant step declaration (-: none)
quantize-reciprocal quantize_rows -
quantize-reciprocal quantize_rows quant=mul
quantize-reciprocal quantize_rows quant=rdiv
quantize-mul quantize_rows quant=reciprocal
quantize-rdiv quantize_rows quant=reciprocal
quantize-double quantize_rows quant=reciprocal
linear-reciprocal llmint8_linear_bnb -
linear-reciprocal llmint8_linear_bnb quant=mul
linear-composed llmint8_linear_bnb quant=reciprocal
paper-reciprocal llmint8_linear_paper quant=rdiv
paper-composed llmint8_linear_paper quant=reciprocal
outliers-bf16-weights outlier_matmul -
outliers-bf16-weights outlier_matmul subB=f16
outliers-f16-weights outlier_matmul subB=bf16
outliers-reversed outlier_matmul subB=bf16
outliers-x-weights outlier_matmul subB=f16
outliers-x-weights outlier_matmul subB=bf16
outliers-f16-weights outlier_matmul subB=x
linear-x-weights llmint8_linear_bnb -
linear-x-weights llmint8_linear_bnb subB=f16
store-via-f16 store -
store-via-f16 store store=twice
store-twice store via=f16,store=twice
store-bias-after store -
store-bias-after store store=any
store-twice store bias=after-round,store=twice
store-bias-after-via-f16 store via=f16,store=twice
store-bias-after-via-f16 store bias=after-round,store=twice
linear-via-f16 llmint8_linear_bnb -
linear-composed llmint8_linear_bnb via=f16,store=twice
linear-bias-after llmint8_linear_bnb -
linear-bias-after llmint8_linear_bnb combine=round-twice,store=twice
linear-composed llmint8_linear_bnb bias=after-round,store=twice
paper-bias-after llmint8_linear_paper -
paper-composed llmint8_linear_paper bias=after-round,store=twice
linear-bnb-cuda llmint8_linear_bnb combine=round-twice,store=twice,subB=x
linear-bnb-cuda llmint8_linear_bnb via=f16,store=twice,subB=x
linear-bnb-cuda-bias llmint8_linear_bnb combine=round-twice,via=f16,store=twice,subB=x
linear-bnb-cuda llmint8_linear_bnb combine=round-twice,via=f16,store=twice,subB=x,bias=after-round
columns-launder-nan outlier_columns -
outliers-from-the-end outlier_columns nan=launder
absmax-launders-nan absmax_rows -
quantize-launders-nan quantize_rows -
quantize-double quantize_rows nan=launder
relu-quantize-launders-nan relu_quantize -
relu-quantize-ties-away relu_quantize quant=any,nan=launder
absmax-tree absmax_rows nan=launder
linear-launders-nan llmint8_linear_bnb -
linear-composed llmint8_linear_bnb nan=launder
paper-round-twice llmint8_linear_paper -
paper-composed llmint8_linear_paper combine=round-twice,store=twice
columns-flushed outlier_columns -
absmax-flushed absmax_rows -
quantize-flushed quantize_rows -
quantize-flushed-inverse quantize_rows quant=reciprocal
w16-flushed-numbers outlier_matmul_w16 -
store-flushed-numbers store -
relu-flushed relu -
gelu-flushed gelu -
gelu-tanh-flushed gelu_tanh -
silu-flushed silu exp=fast
relu-quantize-flushed relu_quantize -
rmsnorm-gamma-after-round rmsnorm -
rmsnorm-reversed rmsnorm gamma=after-round
layernorm-gamma-after-round layernorm -
layernorm-tree layernorm gamma=after-round
rmsnorm-quantize-gamma-after-round rmsnorm_quantize -
layernorm-centred-last layernorm -
layernorm-scale-and-shift layernorm gamma=after-round
layernorm-quantize-centred-last layernorm_quantize -
gelu-erfc gelu -
silu-fast silu -
silu-quantize-fast silu_quantize ftz32=flush
# a word of another step changes nothing for this one
quantize-reciprocal quantize_rows llmint8_linear_bnb:quant=reciprocal
linear-reciprocal llmint8_linear_bnb quant=reciprocal,llmint8_linear_bnb:quant=exact
END
echo "$rejected declarations rejected, $wrong not"
test "$wrong" -eq 0 && test "$rejected" -gt 0
