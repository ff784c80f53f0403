#!/bin/sh
# The accumulation model gives the bits that the independent simulator MMA-Sim gives: on the committed
# vectors always, and on new ones where Python can import mmasim. KBIT_PYTHON names the interpreter,
# KBIT_ACCUMULATION_COUNT how many new dot products a row and type. Neither side is a device.
compare=$top_builddir/tests/compare_accumulation
vectors=$top_srcdir/tests/accumulation_vectors.txt
work=$(mktemp -d) || exit 99
trap 'rm -rf "$work"' EXIT

head -n 1 "$vectors"
"$compare" <"$vectors" || exit 1

# A wrong row must show: v100's sums are not a100's, h100's not turing's.
for pair in v100:a100 h100:turing a100:h100 cdna3:cdna2 cdna2:ieee; do
    sed -n "s/^${pair%:*} /${pair#*:} /p" "$vectors" >"$work/wrong"
    test -s "$work/wrong" || { echo "no vectors of ${pair%:*}"; exit 1; }
    if "$compare" <"$work/wrong" >/dev/null; then
        echo "the vectors cannot tell ${pair%:*} from ${pair#*:}"
        exit 1
    fi
done

python=${KBIT_PYTHON:-python3}
unset CC CXX # mmasim compiles a part of itself, and takes one word only
if ! "$python" "$top_srcdir/tests/accumulation_vectors.py" "${KBIT_ACCUMULATION_COUNT:-300}" 2 \
    >"$work/new" 2>"$work/errors"; then
    reason=$(grep 'cannot be imported' "$work/errors") ||
        { command -v "$python" >/dev/null && cat "$work/errors" && exit 1; reason="no $python"; }
    echo "new vectors: skipped, $reason"
    exit 0
fi
head -n 1 "$work/new"
"$compare" <"$work/new"
