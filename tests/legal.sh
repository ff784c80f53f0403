#!/bin/sh
# Legal variants, each right under what it declares: none may be rejected, and none undecided but where
# tests/legal/variants.txt says so. Each must also be what it says, another computation: a bit of its
# outputs differs from the reference's somewhere in the cases, or no right variant's could.
kbit=$top_builddir/verify/kbit
plugin=$top_builddir/tests/.libs/legal.so
test -e "$plugin" || { echo "$plugin is not built"; exit 99; }
work=$(mktemp -d) || exit 99
trap 'rm -rf "$work"' EXIT
admitted=0 wrong=0
while read -r name step bits verdict; do
    case $name in '#' | '') continue ;; esac
    "$kbit" verify --candidate "$plugin:$name" --step "$step" >"$work/report" 2>&1
    status=$?
    differing=$("$top_builddir/tests/rules" --differing "$plugin:$name" "$step") || differing=unknown
    rejected=$(sed -n 's/.* judgements: \([0-9]*\) rejected, .*/\1/p' "$work/report")
    undecided=$(sed -n 's/.* rejected, \([0-9]*\) undecided, .*/\1/p' "$work/report")
    case $verdict:$status in
    admissible:0) right=$(test "${undecided:-1}" -eq 0 && echo yes) ;;
    undecided:1) right=$(test "${undecided:-0}" -gt 0 && test "${rejected:-1}" -eq 0 && echo yes) ;;
    *) right= ;;
    esac
    case $bits:$differing in
    same:0) ;;
    differs:0 | *:unknown | same:*) right= ;;
    esac
    if test "$right" = yes; then
        admitted=$((admitted + 1))
        echo "admitted  $name: $step, $differing elements differ from the reference, $undecided undecided"
    else
        wrong=$((wrong + 1))
        echo "WRONG     $name: $step, expected $bits and $verdict; exit $status, $differing differ"
        grep -A 4 -m 3 -E 'MISMATCH|kbit verify:' "$work/report" | sed 's/^/    /'
    fi
done <"$top_srcdir/tests/legal/variants.txt"
echo "$admitted legal variants admitted, $wrong wrong"
test "$wrong" -eq 0 && test "$admitted" -gt 0
