#!/bin/sh
# Each chapter's program prints its expected.out, its figure is the committed one, and its answers
# program accepts what it computes itself and refuses anything else.
set -eu
: "${top_srcdir:?}" "${top_builddir:?}"
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

fail() {
    echo "chapters.sh: $*" >&2
    exit 1
}

chapters=0
for source in "$top_srcdir"/tutorials/[0-9][0-9]-*/; do
    chapter=$(basename "$source")
    built=$top_builddir/tutorials/$chapter
    chapters=$((chapters + 1))
    "$built/${chapter#[0-9][0-9]-}" >"$scratch/out" || fail "$chapter: the program ended with $?"
    diff -u "$source/expected.out" "$scratch/out" || fail "$chapter: the program's output is not expected.out"
    "$built/figure" >"$scratch/figure.svg"
    diff -u "$source/figure.svg" "$scratch/figure.svg" || fail "$chapter: figure.svg is not what figure draws"

    # `answers` lists its exercises; `answers N --solution` prints one solution of exercise N.
    "$built/answers" --list >"$scratch/exercises"
    test -s "$scratch/exercises" || fail "$chapter: no exercise"
    while read -r exercise; do
        grep -q "^## Exercise $exercise\\." "$source/exercises.md" || fail "$chapter: exercise $exercise is not in exercises.md"
        solution=$("$built/answers" "$exercise" --solution)
        # shellcheck disable=SC2086 # one word a number
        "$built/answers" "$exercise" $solution >/dev/null || fail "$chapter: exercise $exercise refuses its own solution"
        # Each number of it matters.
        n=$(echo "$solution" | wc -w)
        while test "$n" -gt 0; do
            wrong=$(echo "$solution" | awk -v n="$n" '{ $n = $n + 1; print }')
            status=0
            # shellcheck disable=SC2086
            "$built/answers" "$exercise" $wrong >/dev/null || status=$?
            test "$status" = 1 || fail "$chapter: exercise $exercise takes $wrong for right (status $status)"
            n=$((n - 1))
        done
    done <"$scratch/exercises"
    test "$(grep -c '^## Exercise ' "$source/exercises.md")" = "$(wc -l <"$scratch/exercises")" ||
        fail "$chapter: exercises.md has exercises that answers does not know"
done
test "$chapters" != 0 || fail "no chapter found"
