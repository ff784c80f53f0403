#!/bin/sh
# The table of rungs in cuda/README.md and the ladders of cuda/dispatch.cu are the same, each file
# that the table names exists, and a gain that is stated has a file of results behind it.
set -eu
top=${top_srcdir:?}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
grep -o '{"[a-z0-9]*", [0-9]*, [a-z0-9_]*}' "$top/cuda/dispatch.cu" |
    sed 's/{"\([a-z0-9]*\)", [0-9]*, \([a-z0-9_]*\)_[a-z0-9]*}/\2 \1/' | sort >"$work/ladders"
grep '^| `[a-z0-9_]*` | ' "$top/cuda/README.md" | tr -d '`' | awk -F ' [|] ' '{ sub(/^[|] /, "", $1); print $1, $2 }' |
    sort >"$work/table"
test "$(wc -l <"$work/ladders")" -ge 20 || { echo "ladder.sh: found no ladders in dispatch.cu"; exit 1; }
diff "$work/ladders" "$work/table" || { echo "ladder.sh: dispatch.cu (<) and cuda/README.md (>) differ"; exit 1; }
grep '^| `[a-z0-9_]*` | ' "$top/cuda/README.md" | while IFS='|' read -r _ ladder rung _ file _ gain _; do
    file=$(printf '%s' "$file" | tr -d '` ')
    test -f "$top/cuda/$file" || { echo "ladder.sh: no cuda/$file"; exit 1; }
    case $gain in
    ' not measured on hardware ') ;;
    *) result=$(printf '%s' "$gain" | grep -o 'bench/results/[^ )]*') && test -f "$top/cuda/$result" ||
        { echo "ladder.sh: $ladder $rung: a gain without a file of results: $gain"; exit 1; } ;;
    esac
done
echo "$(wc -l <"$work/table") rungs"
