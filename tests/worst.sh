#!/bin/sh
# The committed worst cases give, bit for bit, the err/bound that they record, the referee admits each,
# each bound is used to a fifth at least, and the published table is theirs. A search finds the same
# again from the same seed.
worst=$top_builddir/tests/worst/worst
work=$(mktemp -d) || exit 99
trap 'rm -rf "$work"' EXIT
failures=0
fail()
{
    echo "FAIL: $*"
    failures=$((failures + 1))
}
"$worst" table "$top_srcdir"/tests/worst/*.txt >"$work/table" || fail 'the worst cases are not what they record'
cmp "$work/table" "$top_srcdir/verify/results/tightness.md" || fail 'verify/results/tightness.md is stale: make worst'

mkdir "$work/1" "$work/2" "$work/3"
for i in 1 2; do "$worst" search "$work/$i" 7 2000 dequantize-bnb 2>"$work/err" || fail 'search'; done
cmp "$work/1/dequantize-bnb.txt" "$work/2/dequantize-bnb.txt" || fail 'one seed gives two results'
"$worst" search "$work/3" 8 2000 dequantize-bnb 2>"$work/err"
cmp -s "$work/1/dequantize-bnb.txt" "$work/3/dequantize-bnb.txt" && fail 'the seed does nothing'
grep -q '^# seed 8, ' "$work/err" || fail 'the seed is not printed'

# A record that is not what the operands give is found out, and so is a target without a file.
for sum in outlier_matmul-ieee dequantize-any; do
    sed 's/^ratio .*/ratio 0x1p-1/' "$top_srcdir/tests/worst/$sum.txt" >"$work/changed.txt"
    "$worst" table "$work/changed.txt" >"$work/out" 2>"$work/err" && fail "$sum: a wrong record passes"
    grep -q 'recorded 0x1p-1' "$work/err" || fail "$sum: the wrong record is not named"
done
grep -q 'no file for linear_bnb ' "$work/err" || fail 'a missing file is not named'
test "$failures" -eq 0
