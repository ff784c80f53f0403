#!/bin/sh
# The CPU layer answers as devices did: golden data of a device are a folder in cuda/conformance/golden,
# recorded there by conformance-cuda. Skips as long as there is none.
set -eu
golden=$top_srcdir/cuda/conformance/golden
devices=0
for folder in "$golden"/*/; do
    test -d "$folder" || continue
    devices=$((devices + 1))
    ! grep -l '^device: kbit CPU layer$' "$folder"*.txt || { echo "golden.sh: recorded on the CPU layer"; exit 1; }
    test "$(cat "$folder"*.txt | wc -c)" -lt 2000000 || { echo "golden.sh: $folder is larger than 2 MB"; exit 1; }
    "$top_builddir/cuda/conformance/conformance-simt" --golden "$folder"
done
echo "$devices devices"
if test "$devices" -eq 0; then
    echo 'skipped: no golden data of a device yet (cuda/conformance/README.md says how to record some)'
    exit 77
fi
