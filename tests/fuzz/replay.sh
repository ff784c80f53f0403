#!/bin/sh
# Each parser on its corpus and on mutations of it, always the same ones; and the corpus is what its
# script writes. `make fuzz` searches longer.
mutations=${KBIT_FUZZ_MUTATIONS:-200000}
here=$top_builddir/tests/fuzz
corpus=$top_srcdir/tests/fuzz/corpus
work=$(mktemp -d) || exit 99
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 99
failures=0

fail()
{
    echo "FAIL: $*"
    failures=$((failures + 1))
}

sh "$top_srcdir/tests/fuzz/corpus.sh" "$work/corpus"
diff -r "$work/corpus" "$corpus" >/dev/null || fail "tests/fuzz/corpus is not what corpus.sh writes"

for parser in npy safetensors manifest declared options message; do
    "$here/fuzz_$parser" "$corpus/$parser" "$mutations" 1 || {
        fail "$parser dies on these bytes:"
        od -c fuzz-finding | head -40
    }
done

# A report is written in four formats each time.
"$here/fuzz_report" "$corpus/report" "$((mutations / 20))" 1 || {
    fail "report dies on these bytes:"
    od -c fuzz-finding | head -40
}

# What the driver would miss, these show.
for planted in read value; do
    rm -f fuzz-finding
    if (ulimit -c 0; "$here/planted_$planted" "$corpus/npy" "$mutations" 1) >/dev/null 2>&1; then
        fail "the planted bug '$planted' is not found in $mutations mutations"
    elif test ! -s fuzz-finding; then
        fail "the planted bug '$planted' leaves no finding"
    else
        echo "found: the planted bug '$planted'"
    fi
done
test "$failures" -eq 0
