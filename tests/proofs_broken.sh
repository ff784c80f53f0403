#!/bin/sh
# proofs_broken.sh -- no constant of the judges is larger than its proof needs by a factor of two, and no
# proof has a hypothesis to spare: with a number of coq/judged.v halved, or a hypothesis weakened, Coq must
# refuse the theorem that speaks of it.
set -u
coq=${top_srcdir:?}/reference/proofs/coq
coqc=${COQC:-coqc}
work=$(mktemp -d) || exit 99
trap 'rm -rf "$work"' EXIT
cp "$coq"/*.v "$coq/_CoqProject" "$work"
cd "$work" || exit 99
echo 'From Flocq Require Import Core.' >probe.v
"$coqc" probe.v >/dev/null 2>&1 || {
    echo "SKIP: coqc and Flocq are not installed, so no proof was broken (Debian: coq, libcoq-flocq)"
    exit 77
}
for file in $(grep '\.v$' _CoqProject); do
    "$coqc" -Q . Kbit "$file" >log 2>&1 || { cat log; echo "FAIL: $file as it is"; exit 1; }
done

# refused FILE THEOREM WHAT -- Coq stops within that theorem, or that lemma.
refused()
{
    if "$coqc" -Q . Kbit "$1" >log 2>&1; then
        echo "FAIL: $3, and Coq still proves all of $1"
        exit 1
    fi
    line=$(sed -n 's/.*, line \([0-9]*\), .*/\1/p' log | sed 1q)
    within=$(sed -n "1,${line:-1}s/^\(Theorem\|Lemma\|Corollary\) \([A-Za-z0-9_]*\).*/\2/p" "$1" | sed -n '$p')
    [ "$within" = "$2" ] || { cat log; echo "FAIL: $3: Coq stops in '$within', not in $2"; exit 1; }
    echo "$3: $2 is refused"
}

# NAME THEOREM DEFINITION VALUE of each constant. Half of it must be too small, but where more is harder.
awk '/^\(\*: KBIT_/ { name = $2; theorem = $4; sub(/:$/, "", theorem) }
     /^Definition/ && name { sub(/\.$/, "", $4); print name, theorem, $2, $4; name = "" }' judged.v >constants
while read -r name theorem definition value; do
    exponent=${value##*p}
    case $name in
    *_LIMIT) other=$((exponent + 1)) what=doubled ;;
    *) other=$((exponent - 1)) what=halved ;;
    esac
    case $other in -*) ;; *) other=+$other ;; esac
    sed "s/^Definition $definition := $value\.$/Definition $definition := ${value%p*}p$other./" judged.v >broken.v
    cmp -s judged.v broken.v && { echo "FAIL: $name was not edited"; exit 1; }
    refused broken.v "$theorem" "$name $what"
done <constants
echo "$(wc -l <constants) constants"
[ -s constants ] || exit 1

# F fraction bits that do not hold a product's 2 bits: then the largest one loses as well.
sed 's/(2 \* bits <= F)%Z -> *$/(bits <= F)%Z ->/; s/(2 \* bits <= F)%Z ->/(bits <= F)%Z ->/' nvidia.v >broken.v
cmp -s nvidia.v broken.v && { echo "FAIL: nvidia.v was not edited"; exit 1; }
refused broken.v product_is_kept "fraction bits for half of a product"
# A bf16 product that is not rounded: it may be below the smallest number.
sed 's/^Definition product_loss := .*/Definition product_loss := 0./' linear_bf16.v >broken.v
refused broken.v product_of_bf16 "bf16 products without underflow"
# One column more than int32 holds.
sed 's/133144/133145/' overflow.v >broken.v
refused broken.v accumulator_is_int32 "K = 133,145"
