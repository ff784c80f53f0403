# bounds.sh -- bounds.h is what reference/proofs/bounds.sh writes today, and the generator is awake.
set -u
proofs=${top_srcdir:?}/reference/proofs
command -v "${GAPPA:-gappa}" >/dev/null || {
    echo "SKIP: gappa is not installed, so bounds.h was not compared with it (Debian: gappa)"
    exit 77
}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

sh "$proofs/bounds.sh" >"$work/bounds.h" || exit 1
if ! diff "$proofs/bounds.h" "$work/bounds.h"; then
    echo "FAIL: bounds.h (<) is not what its scripts give today (>); run 'make bounds'"
    exit 1
fi

# Another constant k in a script must change its bounds.
cp "$proofs"/*.g "$work"
sed 's/1065154b-34/1065155b-34/' "$proofs/dequantize_bnb.g" >"$work/dequantize.g"
cmp -s "$proofs/dequantize_bnb.g" "$work/dequantize.g" && { echo "FAIL: nothing was edited"; exit 1; }
sh "$proofs/bounds.sh" "$work" >"$work/changed.h" || exit 1
cmp -s "$work/bounds.h" "$work/changed.h" && {
    echo "FAIL: another k gives the same bounds"
    exit 1
}

# A claim without a goal, and a goal that Gappa cannot prove, must stop the generator.
sed 's/^#: KBIT_BOUND_DEQUANT_BNB: .*/#: KBIT_BOUND_DEQUANT_BNB: no_such_goal/' \
    "$proofs/dequantize_bnb.g" >"$work/dequantize.g"
sh "$proofs/bounds.sh" "$work" >/dev/null 2>&1 && { echo "FAIL: a missing goal passes"; exit 1; }
sed 's/ d -\/ M in ?/ d -\/ M in [-1b-40, 1b-40]/' "$proofs/dequantize_bnb.g" >"$work/dequantize.g"
sh "$proofs/bounds.sh" "$work" >/dev/null 2>&1 && { echo "FAIL: an unproved goal passes"; exit 1; }
echo "PASS: bounds.h is up to date"
