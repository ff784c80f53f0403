#!/bin/sh
# The weaving tool itself: what it fills in, what it leaves alone, what it refuses.
# shellcheck disable=SC2016 # backquotes are Markdown here
set -eu
: "${top_srcdir:?}"
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
mkdir -p "$scratch/src dir/code" "$scratch/build/verify" "$scratch/build/tutorials/01-one"
cd "$scratch"

fail() {
    echo "cli/weave.sh: $*" >&2
    exit 1
}

# weave STATUS ARGUMENT... -- runs the tool, which must end with STATUS; output in out and err.
weave() {
    expected=$1
    shift
    status=0
    sh "$top_srcdir/tutorials/weave" --srcdir "src dir" --builddir build "$@" >out 2>err || status=$?
    test "$status" = "$expected" || {
        cat out err >&2
        fail "weave $* ended with $status, not $expected"
    }
}

printf '#!/bin/sh\necho first\nprintf "took %%s s" "$1"\necho noise >&2\n' >build/verify/tool
printf '#!/bin/sh\npwd\nexit 3\n' >build/tutorials/01-one/one
chmod +x build/verify/tool build/tutorials/01-one/one

cat >"src dir/code/a.c" <<'END'
int before;
    /* ANCHOR: body */
    if (x) {
        // ANCHOR: inner
        y();
        // ANCHOR_END: inner
        
    }
    /* ANCHOR_END: body */
int after;
/* ANCHOR: body-two */
two
/* ANCHOR_END: body-two */
END
cat >doc.md <<'END'
# Text stays
<!-- code: code/a.c#body -->
```c
old
```
<!-- code: code/a.c#inner -->
```c
```
<!-- console -->
```console
$ echo \
  "it's" '$HOME'
old
$ one
```
<!-- console | sed 's/took .* s/took T s/' -->
```
$ tool 17
```
<!-- console if: false -->
```
$ echo unwoven
kept
```
<!-- console if: true | tr a-z A-Z -->
```
$ echo woven
```
An example of a marker:
```
<!-- code: nowhere.c -->
```
END
cat >expected.md <<END
# Text stays
<!-- code: code/a.c#body -->
\`\`\`c
if (x) {
    y();

}
\`\`\`
<!-- code: code/a.c#inner -->
\`\`\`c
y();
\`\`\`
<!-- console -->
\`\`\`console
\$ echo \\
  "it's" '\$HOME'
it's \$HOME
\$ one
$(cd build && pwd)
(exit status 3)
\`\`\`
<!-- console | sed 's/took .* s/took T s/' -->
\`\`\`
\$ tool 17
first
took T s
\`\`\`
<!-- console if: false -->
\`\`\`
\$ echo unwoven
kept
\`\`\`
<!-- console if: true | tr a-z A-Z -->
\`\`\`
\$ echo woven
WOVEN
\`\`\`
An example of a marker:
\`\`\`
<!-- code: nowhere.c -->
\`\`\`
END
cp doc.md old.md
weave 1 --check doc.md
cmp -s doc.md old.md || fail "--check wrote to the file"
grep -q '^+y();$' out || fail "--check does not show the difference"
grep -q '^doc.md:20: left alone, since this fails here: false$' err || fail "a condition that fails is not reported"
weave 0 doc.md
sed 's/ *$//' doc.md >trimmed.md
diff -u expected.md trimmed.md || fail "the woven text differs"
weave 0 --check doc.md
test ! -s out || fail "an up-to-date file gives output"

# refused MESSAGE TEXT -- a document that must be refused, unchanged.
refused() {
    printf '%b' "$2" >bad.md
    cp bad.md old.md
    weave 2 bad.md
    grep -qF "$1" err || {
        cat err >&2
        fail "no message '$1'"
    }
    cmp -s bad.md old.md || fail "a refused file was written to: $1"
}
refused 'bad.md:1: code/b.c cannot be read' '<!-- code: code/b.c -->\n```\n```\n'
refused 'bad.md:1: code/a.c has no anchor nothing' '<!-- code: code/a.c#nothing -->\n```\n```\n'
refused 'bad.md:2: no fenced block follows' 'x\n<!-- code: code/a.c -->\n\n```\n```\n'
refused 'bad.md:1: the fenced block is not closed' '<!-- console -->\n```\n$ true\n'
refused 'bad.md:1: a console block starts with' '<!-- console -->\n```\ntrue\n```\n'
refused 'bad.md:1: cannot run (status 127): no-such-command' '<!-- console -->\n```\n$ no-such-command\n```\n'
refused 'bad.md:1: not understood: unless: x' '<!-- console unless: x -->\n```\n$ true\n```\n'
printf '/* ANCHOR: a */\n' >"src dir/open.c"
refused 'open.c has no anchor a that is closed' '<!-- code: open.c#a -->\n```\n```\n'
printf '/* ANCHOR: a */\n/* ANCHOR_END: a */\n/* ANCHOR: a */\n/* ANCHOR_END: a */\n' >"src dir/twice.c"
refused 'twice.c opens the anchor a twice' '<!-- code: twice.c#a -->\n```\n```\n'

weave 2 missing.md
weave 2 --no-such-option doc.md
weave 2
