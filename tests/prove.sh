# prove.sh -- Coq checks every theorem, and refuses a false one.
set -u
proofs=${top_srcdir:?}/reference/proofs
sh "$proofs/prove.sh"
status=$?
[ $status -eq 0 ] || exit $status

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# No constant of bounds.h without a proof that was just run.
listed=$(sed -n 's/^    X(\(KBIT[A-Z0-9_]*\),.*/\1/p' "$proofs/bounds.h" | wc -l)
named=$(cat "$proofs"/*.g | grep -c '^#: KBIT_BOUND_')
if [ "$listed" -eq 0 ] || [ "$listed" -ne "$named" ]; then
    echo "FAIL: bounds.h lists $listed theorems, the scripts state $named"
    exit 1
fi

# A bound tighter than the truth, and a proof that leans on a rule of its own, are refused.
sed 's/d -\/ M in ?/d -\/ M in [-1b-40, 1b-40]/' "$proofs/dequantize_bnb.g" >"$work/false.g"
sh "$proofs/prove.sh" "$work/false.g" && { echo "FAIL: a false bound was proved"; exit 1; }
{
    cat "$proofs/dequantize_bnb.g"
    echo 'd -> M;'
} >"$work/rule.g"
sh "$proofs/prove.sh" "$work/rule.g" && { echo "FAIL: an assumed rule was accepted"; exit 1; }

# Nor is a theorem of coq/ without a proof: admitted, from an axiom of its own, or false.
theorem='Theorem wrong : (1 = 2)%R.'
printf '%s\n' 'Require Import Reals.' "$theorem" 'Admitted.' >"$work/admitted.v"
printf '%s\n' 'Require Import Reals.' 'Axiom wish : (1 = 2)%R.' "$theorem" 'Proof. exact wish. Qed.' >"$work/axiom.v"
printf '%s\n' 'Require Import Reals Lra.' "$theorem" 'Proof. lra. Qed.' >"$work/wrong.v"
sh "$proofs/prove.sh" "$work/admitted.v" "$work/axiom.v" "$work/wrong.v" >"$work/verdicts"
for file in admitted axiom wrong; do
    grep -q "^FAILED .*$file\.v" "$work/verdicts" || { echo "FAIL: $file.v was called proved"; exit 1; }
done

# The constants in coq/ and on the layer's page are those of bounds.h.
same()
{
    there=$(sed -n "s/^#define KBIT_BOUND_$1 (*-*\\(0x[0-9a-f.]*p[-+0-9]*\\))*$/\\1/p" "$proofs/bounds.h")
    [ -n "$there" ] && grep -qF "$2$there" "$proofs/$3" || {
        echo "FAIL: $3 has not '$2$there', KBIT_BOUND_$1 of bounds.h"
        exit 1
    }
}
same DEQUANT_BNB_LO 'dequantize_bound := ' coq/linear.v
same OUTLIER_SCALE_LO 'scale_bound := ' coq/linear.v
same DEQUANT_ANY_HI 'any_bound := ' coq/product.v
same DEQUANT_BNB_LO "| r | " llmint8_linear.md
same OUTLIER_SCALE_LO "| r' | " llmint8_linear.md

# No file of coq/ is left out.
for file in "$proofs"/coq/*.v; do
    grep -qx "$(basename "$file")" "$proofs/coq/_CoqProject" || {
        echo "FAIL: coq/_CoqProject does not name $(basename "$file")"
        exit 1
    }
done
exit 0
