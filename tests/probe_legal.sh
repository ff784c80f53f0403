#!/bin/sh
# A probe refutes only what a declaration excludes: no legal variant is refuted under what it declares for the
# step that it computes in its own way, however more exact than the declared sequence it is.
# shellcheck disable=SC2154 # set by the Makefile
kbit=$top_builddir/verify/kbit
plugin=$top_builddir/tests/.libs/legal.so
test -e "$plugin" || { echo "$plugin is not built"; exit 99; }
work=$(mktemp -d) || exit 99
trap 'rm -rf "$work"' EXIT
probed=0 wrong=0
while read -r name step _; do
    # The questions are about these steps; the layers are asked one, about combine.
    case $step in quantize_rows | dequantize | outlier_matmul | outlier_matmul_w16 | store | absmax_rows) ;; *) continue ;; esac
    "$kbit" probe --candidate "$plugin:$name" --shape 8x8x64 >"$work/report" 2>&1
    status=$?
    if test "$status" -eq 1; then
        own=$(sed -n '1s/.*declares \(.*\), M x N x K.*/\1/p' "$work/report" | sed "s/^/ /; s/ / $step:/g")
        "$kbit" probe --candidate "$plugin:$name" --shape 8x8x64 --declare "$own" >"$work/report" 2>&1
        status=$?
    fi
    probed=$((probed + 1))
    test "$status" -eq 0 && continue
    wrong=$((wrong + 1))
    echo "WRONG  $name: exit $status"
    grep -A 4 -E ' refuted ' "$work/report"
done <"$top_srcdir/tests/legal/variants.txt"
echo "$probed legal variants probed, $wrong refuted"
test "$wrong" -eq 0 && test "$probed" -gt 0
