#!/bin/sh
# `make legal`: the legal variants over many elements. Judges each variant's step at level default with
# seed 1, then with seed 2, and so on in rounds, until LEGAL_ELEMENTS elements were decided (1e9 if unset);
# none may be rejected. The ledger in the build tree makes a second run go on where the first one stopped.
# Writes legal.md; progress goes to stderr.
set -eu
kbit=$top_builddir/verify/kbit
plugin=$top_builddir/tests/.libs/legal.so
ledger=$top_builddir/tests/legal.ledger # seed variant step checked rejected undecided
wanted=$(awk -v n="${LEGAL_ELEMENTS:-1e9}" 'BEGIN { printf "%.0f", n }')
test "$wanted" -gt 0 || { echo "LEGAL_ELEMENTS: '$LEGAL_ELEMENTS' is no number of elements" >&2; exit 2; }
touch "$ledger"
decided() { awk '{ n += $4 } END { printf "%.0f", n }' "$ledger"; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
sed '/^#/d; /^$/d' "$top_srcdir/tests/legal/variants.txt" >"$work/variants"
seed=1
while test "$(decided)" -lt "$wanted"; do
    while read -r name step _; do
        ! grep -q "^$seed $name " "$ledger" || continue
        test "$(decided)" -lt "$wanted" || break
        status=0
        "$kbit" verify -q -c "$plugin:$name" --step "$step" --seed "$seed" >"$work/report" 2>&1 </dev/null || status=$?
        counts=$(sed -n 's/^ *\([0-9]*\) elements checked in .*: \([0-9]*\) rejected, \([0-9]*\) undecided.*/\1 \2 \3/p' "$work/report")
        if test "$status" -gt 1 || test -z "$counts"; then
            cat "$work/report" >&2
            exit 1
        fi
        echo "$seed $name $step $counts" >>"$ledger"
        case $counts in
        *' 0 '*) ;;
        *) sed -n '/^MISMATCH/,/reproduce/p' "$work/report" >&2 ;;
        esac
    done <"$work/variants"
    echo "seed $seed: $(decided) of $wanted elements decided" >&2
    seed=$((seed + 1))
done
{
    cat <<END
<!-- written by \`make legal\`; do not edit -->
# Legal variants over many elements

\`make legal LEGAL_ELEMENTS=$wanted\`, on $(date -u +%Y-%m-%d): each variant of
[tests/legal](../../tests/legal) at its step, \`kbit verify --level default\`, with seeds 1, 2, ... in rounds.
Decided are the elements that a verdict was given on; undecided are those of rows with more than 16 exact
ties, where the variant declares that ties may go either way, and are not counted.

| variant | step | seeds | decided | rejected | undecided |
|---|---|---|---|---|---|
END
    awk 'NR == FNR { seeds[$2]++; n[$2] += $4; bad[$2] += $5; open[$2] += $6; next }
        seeds[$1] {
            printf "| %s | %s | %d | %.0f | %.0f | %.0f |\n", $1, $2, seeds[$1], n[$1], bad[$1], open[$1]
            all += n[$1]; all_bad += bad[$1]; all_open += open[$1]; variants++
        }
        END { printf "| **%d variants** | | | **%.0f** | **%.0f** | **%.0f** |\n", variants, all, all_bad, all_open }' \
        "$ledger" "$work/variants"
} >"$work/legal.md"
mv "$work/legal.md" legal.md
tail -n 1 legal.md >&2
awk '{ bad += $5 } END { exit bad > 0 }' "$ledger"
