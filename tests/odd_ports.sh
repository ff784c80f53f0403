#!/bin/sh
# Ports written against kbit_candidate.h alone, by another hand than the reference: odd and right ones are
# admitted, odd and wrong ones are rejected, each as it declares.
# shellcheck disable=SC2154 # set by the Makefile
kbit=$top_builddir/verify/kbit
plugin=$top_builddir/tests/.libs/odd.so
test -e "$plugin" || { echo "$plugin is not built"; exit 99; }
work=$(mktemp -d) || exit 99
trap 'rm -rf "$work"' EXIT
wrong=0 judged=0

# names FILE: "name step" of each port of a table
names() { sed -n 's/^    {"\([a-z-]*\)", "\([a-z0-9_]*\)".*/\1 \2/p' "$top_srcdir/tests/odd/$1.c"; }

# expect TABLE STATUS RESULT
expect()
{
    names "$1" >"$work/names"
    while read -r name step; do
        "$kbit" verify --candidate "$plugin:$name" --step "$step" >"$work/report" 2>&1
        status=$?
        judged=$((judged + 1))
        if test "$status" -eq "$2" && grep -q "$3" "$work/report"; then
            echo "$1 $name: $(tail -1 "$work/report")"
        else
            wrong=$((wrong + 1))
            echo "WRONG $1 $name: exit $status"
            grep -A 4 -m 2 -E '^(MISMATCH|UNDECIDED|CRASHED|DIRTY)|kbit verify:' "$work/report"
        fi
    done <"$work/names"
}
expect legal 0 'verdict on .*: admissible$'
expect bugs 1 '^MISMATCH'
echo "$judged ports judged, $wrong wrongly"
test "$wrong" -eq 0 && test "$judged" -ge 20
