#!/bin/sh
# `make legal`: the legal variants over many elements. In rounds, each with its own seed, every variant
# is judged at its step: at level default, which asks the questions, and on the bulk cases of its step,
# which ask them often. Rounds go on until LEGAL_ELEMENTS elements were decided (1e9 if unset); every
# round is whole, so that each variant gets its share. None may be rejected. LEGAL_JOBS at a time. The
# ledger in the build tree makes a second run go on where the first one stopped, unless the referee or
# the variants were built anew since. Writes legal.md; progress goes to stderr.
set -eu
kbit=$top_builddir/verify/kbit
plugin=$top_builddir/tests/.libs/legal.so
ledger=$top_builddir/tests/legal.ledger # seed case variant step checked rejected undecided

# legal_scale.sh one SEED CASE VARIANT STEP: one judgement run, a line of the ledger
if test "${1:-}" = one; then
    shift
    test "$2" = default && cases='--level default' || cases="--case $2"
    report=$(mktemp)
    status=0
    # shellcheck disable=SC2086 # two words
    "$kbit" verify -q -c "$plugin:$3" --step "$4" --seed "$1" $cases >"$report" 2>&1 </dev/null || status=$?
    counts=$(sed -n 's/^ *\([0-9]*\) elements checked in .*: \([0-9]*\) rejected, \([0-9]*\) undecided.*/\1 \2 \3/p' "$report")
    test "$status" -le 1 && test -n "$counts" || { cat "$report" >&2; rm "$report"; exit 255; }
    case $counts in
    *' 0 '*) ;;
    *) sed -n '/^MISMATCH/,/reproduce/p' "$report" >&2 ;;
    esac
    rm "$report"
    echo "$1 $2 $3 $4 $counts" >>"$ledger"
    exit 0
fi

wanted=$(awk -v n="${LEGAL_ELEMENTS:-1e9}" 'BEGIN { printf "%.0f", n }')
test "$wanted" -gt 0 || { echo "LEGAL_ELEMENTS: '$LEGAL_ELEMENTS' is no number of elements" >&2; exit 2; }
built="# $(cat "$kbit" "$plugin" "$top_builddir/verify/kbit-run" | sha256sum | cut -c 1-64)"
commit=$(git -C "$top_srcdir" describe --always --dirty 2>/dev/null || echo unknown)
test -e "$ledger" && test "$(head -n 1 "$ledger" | cut -d ' ' -f 1-2)" = "$built" || echo "$built $commit" >"$ledger"
decided() { awk '!/^#/ { n += $5 } END { printf "%.0f", n }' "$ledger"; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
sed '/^#/d; /^$/d' "$top_srcdir/tests/legal/variants.txt" >"$work/variants"
seed=1
while test "$(decided)" -lt "$wanted"; do
    awk -v seed="$seed" '
        function ask(of) { if (!((seed, of, $1) in done)) print seed, of, $1, $2 }
        BEGIN {
            bulk["outlier_columns"] = "columns"
            bulk["absmax_rows"] = "absmax"
            bulk["quantize_rows"] = "quantize"
            bulk["int8_matmul"] = "product"
            bulk["dequantize"] = "dequantize"
            bulk["store"] = "store"
        }
        NR == FNR { done[$1, $2, $3]; next }
        {
            ask("default")
            name = "bulk-" ($2 ~ /^(relu|gelu|silu|layernorm|rmsnorm)/ ? "produced" : $2 in bulk ? bulk[$2] : "layer")
            if ($2 == "int8_matmul" || $2 == "dequantize")
                ask(name)
            else {
                ask(name "-f16")
                ask(name "-bf16")
                ask(name "-f32")
            }
        }' "$ledger" "$work/variants" |
        xargs -r -n 4 -P "${LEGAL_JOBS:-1}" "${SHELL:-/bin/sh}" "$0" one
    echo "seed $seed: $(decided) of $wanted elements decided" >&2
    seed=$((seed + 1))
done
{
    cat <<END
<!-- written by \`make legal\`; do not edit -->
# Legal variants over many elements

\`make legal LEGAL_ELEMENTS=$wanted\`, on $(date -u +%Y-%m-%d), of commit $(head -n 1 "$ledger" | cut -d ' ' -f 3): each variant of
[tests/legal](../../tests/legal) at its step, under what it declares, in rounds with seeds 1, 2, ... A
round is \`kbit verify --level default\`, and the cases \`bulk-*\` of that step in each type, of a million
to four million elements. Decided are the elements that a verdict was given on; undecided and not counted
are those of rows, of X or in the paper's layer of W, with so many exact ties that not all choices were tried,
where the variant declares that ties may go either way and goes by no rule that the referee knows.

| variant | step | seeds | decided | rejected | undecided |
|---|---|---|---|---|---|
END
    awk 'NR == FNR { if (!/^#/) { seeds[$3] += $2 == "default"; n[$3] += $5; bad[$3] += $6; open[$3] += $7 }; next }
        seeds[$1] {
            printf "| %s | %s | %d | %.0f | %.0f | %.0f |\n", $1, $2, seeds[$1], n[$1], bad[$1], open[$1]
            all += n[$1]; all_bad += bad[$1]; all_open += open[$1]; variants++
            if (least == "" || n[$1] < least) least = n[$1]
        }
        END {
            printf "| **%d variants** | | | **%.0f** | **%.0f** | **%.0f** |\n", variants, all, all_bad, all_open
            printf "\nNo variant has fewer than %.0f.\n", least
        }' "$ledger" "$work/variants"
} >"$work/legal.md"
mv "$work/legal.md" legal.md
tail -n 3 legal.md >&2
awk '!/^#/ { bad += $6 } END { exit bad > 0 }' "$ledger"
