#!/bin/sh
# Candidates that misbehave: the referee outlives each, names what it did, and what it answered rightly
# still passes. One plug-in a file of tests/contain/, built here from the public header.
kbit=$top_builddir/verify/kbit
here=$top_srcdir/tests/contain
work=$(mktemp -d) || exit 99
trap 'rm -rf "$work"' EXIT
CONTAIN_DAEMON=$work/daemon
export CONTAIN_DAEMON
ulimit -c 0
failures=0 named=0 missing=

fail()
{
    echo "FAIL: $*"
    failures=$((failures + 1))
}

# build NAME
build()
{
    if test -e "$here/$1.cc"; then
        $CXX -O1 -shared -fPIC -I"$top_srcdir/reference" -o "$work/$1.so" "$here/$1.cc"
    else
        $CC -std=gnu11 -O1 -shared -fPIC -pthread -I"$top_srcdir/reference" -I"$top_srcdir/verify" \
            -o "$work/$1.so" "$here/$1.c" -lm
    fi || fail "$1 does not compile"
}

# Every file is expected to do something.
for file in "$here"/*.c "$here"/*.cc; do
    name=$(basename "${file%.*}")
    case $name in described) continue ;; esac
    grep -q "^$name |" "$here/expected.txt" || fail "$name is not in expected.txt"
done

"$kbit" verify -c reference --case random-f16 --step dequantize | sed 's/reference/contained/' >"$work/right"
while IFS='|' read -r name options result words; do
    case $name in '#'* | '') continue ;; esac
    name=${name% } result=${result# } result=${result% } words=${words# }
    case $name in
    reduces_x87 | rounds_up_sse | fast_math_loaded | traps_exceptions)
        test "$(uname -m)" = x86_64 || { missing="$missing $name"; continue; } ;;
    allocates)
        ! grep -q '^#define KBIT_SANITIZED 1' "$top_builddir/config.h" || { missing="$missing $name"; continue; } ;;
    esac
    build "$name"
    # shellcheck disable=SC2086 # options are words
    "$kbit" verify -c "$work/$name.so" --case random-f16 --step dequantize $options >"$work/report" 2>"$work/errors"
    status=$?
    test ! -s "$work/errors" || fail "$name: on stderr: $(head -1 "$work/errors")"
    if test "$result" = admissible; then
        test "$status" -eq 0 || fail "$name: exit $status: $(sed -n 4,6p "$work/report")"
        sed 's/candidate [a-z]*, declares [^,]*,/candidate contained,/' "$work/report" >"$work/a"
        sed 's/candidate [a-z]*, declares [^,]*,/candidate contained,/' "$work/right" >"$work/b"
        cmp -s "$work/a" "$work/b" || fail "$name: the report differs: $(diff "$work/a" "$work/b" | head -3)"
        named=$((named + 1))
        continue
    fi
    test "$status" -eq 1 || fail "$name: exit $status, not 1"
    grep -q "^$result dequantize ISOLATED, case random-f16" "$work/report" || fail "$name: no $result: $(sed -n 3,6p "$work/report")"
    if grep -qE -e "$words" "$work/report"; then
        named=$((named + 1))
        echo "$name: $(grep -A1 "^$result" "$work/report" | sed -n 2p)"
    else
        fail "$name: not '$words' but: $(grep -A1 "^$result" "$work/report" | sed -n 2p)"
    fi
done <"$here/expected.txt"
echo "$named behaviours named; not on this machine:${missing:- none}"

# A process that left its session is gone with the run.
if test -s "$work/daemon"; then
    kill -0 "$(cat "$work/daemon")" 2>/dev/null && fail "the daemon lives on"
else
    fail 'the daemon was not started'
fi

# A crash does not take another name with it: the second load is another candidate.
"$kbit" verify -c "$work/renames.so" -l quick --step dequantize >"$work/report"
grep -q 'loaded again, .* not what it said at first' "$work/report" || fail 'another name at the second load is not seen'

# Descriptions: exit 2 and one line.
build described
while IFS='|' read -r variant words; do
    case $variant in '#'*) continue ;; esac
    variant=${variant% } words=${words# }
    "$kbit" verify -c "$work/described.so${variant:+:$variant}" -l quick --timeout 2 >"$work/report" 2>"$work/errors"
    status=$?
    test "$status" -eq 2 || fail "described:$variant: exit $status"
    test ! -s "$work/report" || fail "described:$variant: something on stdout"
    test "$(wc -l <"$work/errors")" -eq 1 || fail "described:$variant: $(wc -l <"$work/errors") lines of error"
    grep -qE -e "$words" "$work/errors" || fail "described:$variant: not '$words' but: $(cat "$work/errors")"
done <"$here/described.txt"

test "$failures" -eq 0 && test "$named" -gt 30
