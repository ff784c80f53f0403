#!/bin/sh
# Format, cppcheck and shellcheck over the whole tree. What is not installed is skipped, with a reason;
# generated files (reference/proofs/bounds.h) are nobody's to format.
cd "$top_srcdir" || exit 99
files=$(find reference cuda verify tutorials tests \( -name '*.[ch]' -o -name '*.cc' -o -name '*.cu' -o -name '*.cuh' \) \
    ! -path reference/proofs/bounds.h | sort)
scripts=$(find quickstart build-aux/nvcc-wrap.sh tests verify cuda tutorials reference \( -name '*.sh' -o -name quickstart -o -name weave \) | sort)
failures=0 skipped=

# The formatting of another release of clang-format differs.
if clang-format --version 2>/dev/null | grep -q 'version 14\.'; then
    for file in $files; do
        clang-format --dry-run -Werror "$file" 2>/dev/null || {
            echo "FAIL: $file: run clang-format -i"
            failures=$((failures + 1))
        }
    done
else
    skipped="$skipped clang-format-14"
fi

if command -v cppcheck >/dev/null; then
    cppcheck -q --enable=warning,portability,performance --inline-suppr --error-exitcode=1 --std=c11 \
        -Ireference -Iverify -D_GNU_SOURCE -DKBIT_LIBEXECDIR='""' -DKBIT_CANDIDATEDIR='""' \
        reference verify tutorials tests/mutants || failures=$((failures + 1))
else
    skipped="$skipped cppcheck"
fi

if command -v shellcheck >/dev/null; then
    for script in $scripts; do
        # SC2154: make check sets top_srcdir and its kin; SC2086: lists of words are
        # meant; SC3045: ulimit -c is in every sh that runs here;
        # SC2010: the names that ls prints here are our own
        shellcheck -s sh -S warning -e SC2154,SC2086,SC3045,SC2010 "$script" || failures=$((failures + 1))
    done
else
    skipped="$skipped shellcheck"
fi

test -z "$skipped" || echo "SKIP: not installed:$skipped"
test "$failures" -eq 0 || exit 1
test "$(echo "$skipped" | wc -w)" -lt 3 || exit 77
