#!/bin/sh
# The HTML report: well-formed, complete, self-contained, and safe against a hostile candidate's words.
kbit=$top_builddir/verify/kbit
work=$(mktemp -d) || exit 99
trap 'rm -rf "$work"' EXIT
failures=0

fail()
{
    echo "FAIL: $*"
    failures=$((failures + 1))
}

# --- a candidate whose name, file and words are markup, quotes, control characters and no UTF-8 ---
cat >"$work/hostile.c" <<'END'
#include <stdio.h>
#include <stdlib.h>
#include "kbit_candidate.h"
static const char words[] = "</title></style><script>alert(1)</script>'\"&amp;]]>-->\x1b[2J\xff\xc3";
static kbit_status store(void *b, const kbit_call *c) { (void)b; (void)c; return KBIT_OK; }
static kbit_status dies(void *b, const kbit_call *c) { (void)b; (void)c; fputs(words, stderr); abort(); }
static const kbit_op ops[] = {{"store", store, 0, 0}, {"quantize_rows", dies, 0, 0}};
static const kbit_candidate_v1 me = {KBIT_CANDIDATE_ABI, sizeof me, words, "", ops, 2};
const kbit_candidate_v1 *kbit_candidate(const char *v) { (void)v; return &me; }
END
mkdir "$work/<script>alert(2)&'"
hostile="$work/<script>alert(2)&'/a\"b.so"
$CC -shared -fPIC -I"$top_srcdir/reference" -o "$hostile" "$work/hostile.c" || fail 'hostile.c does not compile'

"$kbit" verify -c reference -l quick -f html -o "$work/good.html" || fail "exit $? on the reference"
"$kbit" verify -c "$top_builddir/tests/.libs/mutants.so:dequantize-128" --case random-f16 -f html -o "$work/bad.html"
test $? -eq 1 || fail 'the mutant is not rejected'
(ulimit -c 0; "$kbit" verify -c "$hostile" --case random-f16 -f html >"$work/hostile.html")
test $? -eq 1 || fail 'the hostile candidate is not rejected'
"$kbit" gen store -o "$work/case" --case random-f16 || fail gen
"$kbit" judge "$work/case" -f html -o "$work/none.html" 2>/dev/null
test $? -eq 2 && test ! -e "$work/none.html" || fail 'judge without an output leaves a report'

# --- what must be there ---
for step in $("$kbit" list --steps | sed -n 's/^\([a-z][a-z0-9_]*\) .*/\1/p'); do
    grep -q "<th scope=\"row\">$step</th>" "$work/good.html" || fail "step $step is not in the table"
done
for words in 'class="verdict good">admissible<' '<svg ' '<desc id="bounds-what">' '<desc id="sets-what">' \
    'class="bound"' 'prefers-color-scheme:dark' '<dd><code>nothing (the reference&#39;s choices)</code>'; do
    grep -qF "$words" "$work/good.html" || fail "good.html lacks $words"
done
for words in 'class="verdict bad">MISMATCH<' 'class="beyond"' ' --case random-f16 --step dequantize --seed 1 --element 0,0<'; do
    grep -qF "$words" "$work/bad.html" || fail "bad.html lacks $words"
done
"$kbit" verify -c "$top_builddir/tests/.libs/mutants.so:dequantize-128" --case random-f16 >"$work/bad.txt"
for value in $(grep -oE '= -?0x[0-9a-f.]+p[+-][0-9]+' "$work/bad.txt" | cut -c3- | sort -u); do
    grep -qF -e "$value" "$work/bad.html" || fail "bad.html lacks the observed value $value"
done

# --- what must not ---
for file in good bad hostile; do
    if grep -qiE '<script|<link|<img|<iframe|src=|href=|@import|url\(|https?://' "$work/$file.html"; then
        fail "$file.html is not self-contained: $(grep -oiE '<script.{20}|<link|<img|src=.{20}|href=.{20}|https?://.{20}' "$work/$file.html" | head -3)"
    fi
    LC_ALL=C grep -q "$(printf '[\001-\010\013-\037\177]')" "$work/$file.html" && fail "$file.html holds control characters"
done
grep -qF '&lt;script&gt;alert(1)' "$work/hostile.html" || fail "the hostile name is lost"
grep -qF '&lt;script&gt;alert(2)&amp;&#39;/a&quot;b.so' "$work/hostile.html" || fail "the hostile path is lost"

# --- well-formed, as HTML and (doctype and void tags apart) as XML, in UTF-8 ---
if command -v python3 >/dev/null; then
    python3 - "$work"/good.html "$work"/bad.html "$work"/hostile.html <<'END' || fail 'a report is not well-formed'
import sys
from html.parser import HTMLParser

class Checker(HTMLParser):
    VOID = {"meta"}
    def __init__(self):
        super().__init__()
        self.open, self.ids, self.refs, self.text = [], set(), set(), ""
    def handle_starttag(self, tag, attributes):
        if tag not in self.VOID:
            self.open.append(tag)
        attributes = dict(attributes)
        assert attributes.get("id") not in self.ids or attributes.get("id") is None, attributes
        self.ids.add(attributes.get("id"))
        self.refs.update((attributes.get("aria-labelledby") or "").split())
    def handle_startendtag(self, tag, attributes):
        pass
    def handle_endtag(self, tag):
        assert self.open and self.open.pop() == tag, (self.getpos(), tag)
    def handle_data(self, data):
        self.text += data

for path in sys.argv[1:]:
    checker = Checker()
    checker.feed(open(path, encoding="utf-8", errors="strict").read())
    checker.close()
    assert not checker.open, (path, checker.open)
    assert checker.refs <= checker.ids, checker.refs - checker.ids
assert "<script>alert(1)</script>" in checker.text
END
elif command -v xmllint >/dev/null; then
    for file in good bad hostile; do
        sed -e 1d -e 's/<meta \([^>]*\)>/<meta \1\/>/g' "$work/$file.html" | xmllint --noout - || fail "$file.html is not well-formed"
    done
else
    echo 'not checked, since there is neither python3 nor xmllint: that the reports are well-formed'
fi
test "$failures" -eq 0
