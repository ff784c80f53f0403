#!/bin/sh
# Every planted bug must be rejected at the step it is in, as what tests/mutants/expected.txt says, with
# the element or the event named. Prints one line a mutant.
kbit=$top_builddir/verify/kbit
plugin=$top_builddir/tests/.libs/mutants.so
expected=$top_srcdir/tests/mutants/expected.txt
test -e "$plugin" || { echo "$plugin is not built"; exit 99; }
work=$(mktemp -d) || exit 99
trap 'rm -rf "$work"' EXIT

# A mutant that is built but not expected would never run.
sed -n 's/^MUTANT(\(.*\))$/\1/p' "$top_srcdir/tests/mutants/mutants.list" | tr _ - | sort >"$work/built"
sed '/^#/d; s/ .*//' "$expected" | sort >"$work/named"
diff "$work/built" "$work/named" || { echo "mutants.list and expected.txt differ"; exit 1; }

# Nor may the committed kill matrix name one that is gone.
awk -F'|' 'NF == 10 && $2 != " mutant " && $2 ~ /^ [a-z]/ { split($2, word, " "); print word[1] }' \
    "$top_srcdir/verify/results/mutants.md" | sort >"$work/published"
test "$(wc -l <"$work/published")" -gt 0 && gone=$(comm -23 "$work/published" "$work/named") &&
    test -z "$gone" || { echo "verify/results/mutants.md is stale (make mutants): $gone"; exit 1; }

rejected=0 survived=0
while read -r name step result options; do
    case $name in '#' | '') continue ;; esac
    case $options in *--level* | *--case*) ;; *) options="--level quick $options" ;; esac
    # shellcheck disable=SC2086 # options are words
    "$kbit" verify --candidate "$plugin:$name" --step "$step" --format tap $options \
        >"$work/report" 2>"$work/errors"
    status=$?
    # TAP lines: "not ok N - STEP MODE CASE", then "# RESULT: ..."
    caught=$(awk -v step="$step" -v result="$result:" \
        '/^not ok/ { at = $5 } /^# / && at == step && $2 == result { n++ } END { print n + 0 }' "$work/report")
    named=$(grep -c -E "^# ([a-z_0-9]+\([0-9]+,[0-9]+\) =|.*(element|killed|exited|wrote|served|refused|impossible|precondition|changed|written|answer|entries|dimension|closed))" "$work/report")
    if test "$status" -eq 1 && test "$caught" -gt 0 && test "$named" -gt 0; then
        rejected=$((rejected + 1))
        echo "rejected  $name: $step $result in $caught judgements"
    else
        survived=$((survived + 1))
        echo "SURVIVED  $name (exit $status, $caught judgements of $step as $result, $named named)"
        sed 's/^/    /' "$work/errors"
    fi
done <"$expected"
echo "$rejected mutants rejected, $survived survived"
test "$survived" -eq 0 && test "$rejected" -gt 0
