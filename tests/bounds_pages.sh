# bounds_pages.sh -- every theorem of "kbit list --bounds" has a page in reference/proofs: its source
# names the page, the page has a section of the theorem's name, and the label there is the same. And
# every declared sequence of operations has its own proved bound.
set -u
proofs=${top_srcdir:?}/reference/proofs
work=$(mktemp -d) || exit 99
trap 'rm -rf "$work"' EXIT
"${top_builddir:?}/verify/kbit" list --bounds >"$work/bounds" || exit 1

# Two lines a theorem: "ID LABEL statement" and "LABEL? source: SOURCE".
check()
{
    awk -v proofs="$1" '
        function fail(why) { print "FAIL: " id ": " why; failed = 1 }
        # The first label at or after the section; "(MODEL)" within prose is none.
        function label_of(page, line, found, label) {
            while ((getline line < page) > 0) {
                if (line == "<a id=\"" id "\"></a>") found = 1
                if (found && match(line, /\*\*Label: [A-Z]+/)) {
                    label = substr(line, RSTART + 9, RLENGTH - 9)
                    break
                }
            }
            close(page)
            return found ? (label ? label : "no label") : "no section"
        }
        / source: / {
            if (!match($0, /reference\/proofs\/[a-z0-9_]+\.md/)) { fail("its source names no page"); next }
            page = substr($0, RSTART, RLENGTH)
            sub(/reference\/proofs/, proofs, page)
            there = label_of(page)
            if (there != label) fail(page " has " there ", kbit list --bounds " label)
            # Coq files and scripts that are named must exist.
            rest = $0
            while (match(rest, /[a-z0-9_\/]+\.(g|v)/)) {
                file = proofs "/" substr(rest, RSTART, RLENGTH)
                if ((getline line < file) <= 0) fail(file " does not exist")
                close(file)
                rest = substr(rest, RSTART + RLENGTH)
            }
            n++
            next
        }
        { id = $1; label = $2 }
        END { if (n == 0) { id = "nothing"; fail("no theorem was read") } else print n " theorems"; exit failed }
    ' "$work/bounds"
}
check "$proofs" || exit 1

# Every sequence of operations that can be declared has a proved bound; quant=any, a class of
# sequences, has the gap theorem, and a bound where that does not help, for fp32.
"$top_builddir/verify/kbit" list --declares >"$work/declares" || exit 1
declared()
{
    sed -n "s/^$1=\\([a-z0-9-]*\\) .*/\\1/p" "$work/declares" | tr 'a-z-' 'A-Z_'
}
names=
for sequence in $(declared quant); do
    test "$sequence" != ANY || names="$names QUANT_ANY_F32"
    test "$sequence" = ANY || for format in F16 BF16 F32 ZERO; do names="$names QUANT_${sequence}_$format"; done
done
for sequence in $(declared dequant); do names="$names DEQUANT_$sequence"; done
echo "sequences:$names"
for name in QUANT_EXACT_F16 DEQUANT_ANY $names; do
    case "$names " in *" $name "*) ;; *) echo "FAIL: $name was not found among the declared"; exit 1 ;; esac
    grep -q "^    X(KBIT_BOUND_$name, \"PROVED\"" "$proofs/bounds.h" || {
        echo "FAIL: bounds.h has no KBIT_BOUND_$name"
        exit 1
    }
done

# The check is awake: without a section, and with another label, it fails.
cp -r "$proofs" "$work/proofs"
chmod -R u+w "$work"
sed '/<a id="product-certificate">/d' "$proofs/product_certificate.md" >"$work/proofs/product_certificate.md"
check "$work/proofs" | grep -q 'product-certificate: .*no section' || { echo "FAIL: a missing section passes"; exit 1; }
sed 's/\*\*Label: PROVED/**Label: CITED/' "$proofs/product_certificate.md" >"$work/proofs/product_certificate.md"
check "$work/proofs" | grep -q 'product-certificate: .*CITED' || { echo "FAIL: another label passes"; exit 1; }
exit 0
