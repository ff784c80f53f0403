#!/bin/sh
# The vectors that reference/data/README.md prints are those of vectors.h (which t_data holds against
# the library), and its Python program prints them too.
set -eu
readme=$top_srcdir/reference/data/README.md
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# The lines of the first fenced block of a language.
block() {
    awk -v fence="\`\`\`$1" '$0 == fence {inside = 1; next} /^```/ {inside = 0} inside' "$readme"
}

block text >"$work/readme"
block python >"$work/example.py"
"$top_builddir/tests/data_vectors" >"$work/library"
if ! diff -u "$work/library" "$work/readme"; then
    echo "FAIL: the vectors in $readme are not those of reference/data/vectors.h"
    exit 1
fi
if ! python3 -c 'import sys; sys.exit(sys.version_info < (3, 6))' 2>/dev/null; then
    echo "SKIP: no python3 (3.6 or later) to run the example of $readme; its vectors were compared"
    exit 77
fi
python3 "$work/example.py" >"$work/python"
if ! diff -u "$work/readme" "$work/python"; then
    echo "FAIL: the Python program in $readme prints other vectors than it says"
    exit 1
fi
