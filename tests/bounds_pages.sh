# bounds_pages.sh -- every theorem of "kbit list --bounds" has a page in reference/proofs: its source
# names the page, the page has a section of the theorem's name, and the label there is the same.
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

# The check is awake: without a section, and with another label, it fails.
cp -r "$proofs" "$work/proofs"
chmod -R u+w "$work"
sed '/<a id="product-certificate">/d' "$proofs/product_certificate.md" >"$work/proofs/product_certificate.md"
check "$work/proofs" | grep -q 'product-certificate: .*no section' || { echo "FAIL: a missing section passes"; exit 1; }
sed 's/\*\*Label: PROVED/**Label: CITED/' "$proofs/product_certificate.md" >"$work/proofs/product_certificate.md"
check "$work/proofs" | grep -q 'product-certificate: .*CITED' || { echo "FAIL: another label passes"; exit 1; }
exit 0
