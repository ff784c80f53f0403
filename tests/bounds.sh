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

# Nor may a number of coq/ be changed unseen, lose its theorem, or be one that its theorem says nothing of.
mkdir "$work/coq"
cp "$proofs"/coq/*.v "$proofs/coq/_CoqProject" "$work/coq"
cp "$proofs/dequantize_bnb.g" "$work/dequantize.g" # as it was
from_coq()
{
    sed "$1" "$proofs/coq/judged.v" >"$work/coq/judged.v"
    cmp -s "$proofs/coq/judged.v" "$work/coq/judged.v" && { echo "FAIL: judged.v was not edited"; exit 1; }
    sh "$proofs/bounds.sh" "$work" >"$work/changed.h" 2>/dev/null
}
from_coq 's/^Definition cut := .*/Definition cut := 0x1p-24./' || { echo "FAIL: another number stops the generator"; exit 1; }
grep -q '^#define KBIT_CUT 0x1p-24$' "$work/changed.h" || { echo "FAIL: bounds.h does not follow coq/"; exit 1; }
from_coq 's/^Theorem fused_judged/Theorem other/' && { echo "FAIL: a number without a theorem passes"; exit 1; }
from_coq 's/m \* cut + u_nearest in/m * bpow radix2 (-23) + u_nearest in/' && { echo "FAIL: a theorem about another number passes"; exit 1; }
echo "PASS: bounds.h is up to date"
