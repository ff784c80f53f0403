#!/bin/sh
# Every planted bug must be rejected at the step it is in, with the element named, and nothing else of
# that candidate may be. Prints one line a mutant.
kbit=$top_builddir/verify/kbit
plugin=$top_builddir/tests/.libs/mutants.so
work=$(mktemp -d) || exit 99
trap 'rm -rf "$work"' EXIT
killed=0 survived=0
while read -r name step result; do
    case $name in '#' | '') continue ;; esac
    "$kbit" verify --candidate "$plugin:$name" --level quick --format tap >"$work/report" 2>"$work/errors"
    status=$?
    # TAP lines: "not ok N - STEP MODE CASE", then "# RESULT: ..."
    caught=$(awk -v step="$step" -v result="$result:" \
        '/^not ok/ { at = $5 } /^# / && at == step && $2 == result { n++ } END { print n + 0 }' "$work/report")
    elsewhere=$(awk -v step="$step" '/^not ok/ && $5 != step' "$work/report" | head -3)
    named=$(grep -c -E "^# ($step|[a-z_0-9]+\([0-9]+,[0-9]+\) =|.*(element|killed|exited|wrote|served|changed|written))" "$work/report")
    if test "$status" -eq 1 && test "$caught" -gt 0 && test "$named" -gt 0 && test -z "$elsewhere"; then
        killed=$((killed + 1))
        echo "rejected  $name: $step $result in $caught judgements"
    else
        survived=$((survived + 1))
        echo "SURVIVED  $name (exit $status, $caught judgements of $step as $result) $elsewhere"
        sed 's/^/    /' "$work/errors"
    fi
done <"$top_srcdir/tests/mutants/expected.txt"
echo "$killed mutants rejected, $survived survived"
test "$survived" -eq 0 && test "$killed" -gt 0
