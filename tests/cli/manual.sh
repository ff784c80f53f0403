#!/bin/sh
# Every option that a verb's --help names stands in the manual page.
kbit=$top_builddir/verify/kbit
page=$top_srcdir/verify/kbit.1
failures=0 options=0
for verb in verify gen judge merge list bench; do
    for option in $("$kbit" "$verb" --help | grep -oE -e '--[a-z]+' | sort -u); do
        options=$((options + 1))
        word=$(printf '%s' "$option" | sed 's/-/\\\\-/g')
        grep -q -e "$word" "$page" || {
            echo "FAIL: kbit.1 does not mention $option of kbit $verb"
            failures=$((failures + 1))
        }
    done
done
echo "$options options looked up"
test "$failures" -eq 0 && test "$options" -gt 20
