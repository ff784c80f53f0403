#!/bin/sh
# make exhaust: every finite space in full. Prints a table and compares it with the committed one,
# verify/results/exhaust.md; EXHAUST_UPDATE=1 writes that instead. The seconds, on stderr, are
# information and not a result.
set -u
tests=$top_builddir/tests
committed=$top_srcdir/verify/results/exhaust.md
work=$(mktemp -d) || exit 99
trap 'rm -rf "$work"' EXIT
KBIT_EXHAUSTIVE=1 CK_TAP_LOG_FILE_NAME=- CK_VERBOSITY=silent CK_DEFAULT_TIMEOUT=3600
export KBIT_EXHAUSTIVE CK_TAP_LOG_FILE_NAME CK_VERBOSITY CK_DEFAULT_TIMEOUT
: >"$work/failures"

# measured NAME COMMAND... -- its stdout into $work/NAME.out
measured()
{
    name=$1
    shift
    start=$(date +%s)
    "$@" >"$work/$name.out" 2>"$work/$name.err"
    echo $? >"$work/$name.status"
    echo "$(($(date +%s) - start)) s: $*" | sed "s|$top_builddir/||" >&2
}

# looked_at NAME -- what was measured under that name is what row and table speak of from here on.
looked_at()
{
    cp "$work/$1.out" "$work/out"
    test "$(cat "$work/$1.status")" -eq 0 && return
    echo "$1" >>"$work/failures"
    tail -20 "$work/out" "$work/$1.err" >&2
}

# timed NAME COMMAND... -- both
timed()
{
    measured "$@"
    looked_at "$1"
}

# row SPACE SIZE STEM TEST CLAIM -- the claim stands if this test of the program run last passed
row()
{
    if grep -q "^ok .*t_$3\.c:[a-z0-9_]*:$4: Passed" "$work/out"; then
        claim=$5
    else
        claim='**not shown**'
        echo "$3: $4" >>"$work/failures"
    fi
    echo "| $1 | $2 | $claim | tests/t_$3.c, $4 |"
}

table()
{
    echo '# Finite spaces, all of them'
    echo
    echo 'Written by `make exhaust EXHAUST_UPDATE=1`; `make exhaust` runs everything again and compares.'
    echo
    echo '| space | size | result | program |'
    echo '|---|--:|---|---|'
    # 2^32 roundings each, by far the longest: side by side.
    for format in fp16 bf16; do measured "$format" "$tests/t_$format.tap" & done
    wait
    for format in fp16 bf16; do
        looked_at "$format"
        row "$format to fp32" 65536 $format test_widen_all 'each has the value that IEEE 754 gives its encoding'
        row "fp32 to $format" 4294967296 $format test_round_exhaustive 'each goes to the nearest, ties to even; NaN stays NaN'
    done
    timed outlier_columns "$tests/t_outlier_columns.tap"
    row 'fp16 against the outlier threshold' 65536 outlier_columns test_every_f16 'as the oracle, at each threshold tried'
    timed quantize_rows "$tests/t_quantize_rows.tap"
    row 'fp16 pairs 0 <= x <= absmax' 503856639 quantize_rows test_all_f16 'kbit_quantize_rows gives RNE(127x/absmax)'
    row 'bf16 pairs 0 <= x <= absmax' 532701119 quantize_rows test_all_bf16 'kbit_quantize_rows gives RNE(127x/absmax)'
    timed int8_matmul "$tests/t_int8_matmul.tap"
    row 'int8 x int8' 65536 int8_matmul test_all_pairs_of_codes 'each is the integer product'
    timed bounds_quantize "$tests/t_bounds_quantize.tap"
    row 'fp16 pairs 0 < x <= absmax' 503824896 bounds_quantize fp16_exhausted 'the errors of exact, mul and rdiv keep the bounds of bounds.h'
    row 'bf16 pairs 0 < x <= absmax, 2^-100 <= absmax < 2^100' 416140800 bounds_quantize bf16_exhausted 'the same'
    timed bounds_weights "$tests/t_bounds_weights.tap"
    row 'int8 code 1..127 x fp16 s > 0: w s/127 to fp16' 4031361 bounds_weights every_order_gives_the_nearest 'six orders of the operations give the nearest'
    timed small "$tests/exhaust_codes" small
    cat "$work/out"
    echo
    echo '## What each formula gets wrong, all pairs 0 <= x <= a'
    echo
    echo 'A code is the quotient rounded to an integer, ties to even; what is above 127 is taken as 128, which'
    echo 'an int8 cannot hold. In bf16 127x can overflow, and 127/a and a/127 overflow or are subnormal, at the'
    echo 'ends of the range; the reference scales x and a by 2^-7 where a > 2^120, and is right everywhere (above).'
    echo 'Each formula is a chain of correctly rounded operations, hence monotone in x: its'
    echo 'codes are a staircase, and the steps of all of them are found. By `tests/exhaust_codes fp16` and `bf16`.'
    for format in fp16 bf16; do
        echo
        echo "### $format"
        echo
        timed "codes_$format" "$tests/exhaust_codes" $format
        cat "$work/out"
    done
}

table >"$work/exhaust.md"
cat "$work/exhaust.md"
if test -s "$work/failures"; then
    sed 's/^/failed: /' "$work/failures" >&2
    exit 1
fi
if test -n "${EXHAUST_UPDATE:-}"; then
    mkdir -p "$(dirname "$committed")" && cp "$work/exhaust.md" "$committed"
else
    diff -u "$committed" "$work/exhaust.md" >&2
fi
