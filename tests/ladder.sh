#!/bin/sh
# cuda/ladders.md and the ladders of cuda/dispatch.cu have the same rungs, and a measured gain has a
# file of results behind it.
set -eu
top=${top_srcdir:?}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
grep -o '{"[a-z0-9]*", [0-9]*, [a-z0-9_]*}' "$top/cuda/dispatch.cu" |
    sed 's/{"\([a-z0-9]*\)", [0-9]*, \([a-z0-9_]*\)_[a-z0-9]*}/\2 \1/' | sort >"$work/ladders"
awk '/^## / { ladder = $2; sub(/,$/, "", ladder) }
     /^[|] (v[0-9]+|hopper2?) / { print ladder, $2 "|" $0 }' "$top/cuda/ladders.md" >"$work/rows"
cut -d'|' -f1 "$work/rows" | sort >"$work/table"
test "$(wc -l <"$work/ladders")" -ge 20 || { echo "ladder.sh: found no ladders in dispatch.cu"; exit 1; }
diff "$work/ladders" "$work/table" || { echo "ladder.sh: dispatch.cu (<) and cuda/ladders.md (>) differ"; exit 1; }
status=0
while IFS='|' read -r rung _ _ _ _ gain _; do
    case $gain in
    ' not measured on hardware ') ;;
    *)
        result=$(printf '%s' "$gain" | grep -o 'bench/results/[^ )]*' || true)
        if test -z "$result" || ! test -f "$top/cuda/$result"; then
            echo "ladder.sh: $rung: a gain without a file of results: $gain"
            status=1
        fi
        ;;
    esac
done <"$work/rows"
echo "$(wc -l <"$work/table") rungs"
exit "$status"
