#!/bin/sh
# bundle.sh FOLDER README VERSION GENCODE NVCC -- the README of a GPU bundle, what it needs of the system, its
# archive; fails where a program needs more than the C library.
set -eu
folder=$1 readme=$2 version=$3 gencode=$4 nvcc=$5

programs=$(find "$folder/bin" "$folder/candidates" -type f)
# The C library's own files, and the loader.
for program in $programs; do
    needed=$(LC_ALL=C objdump -p "$program" | awk '$1 == "NEEDED" { print $2 }' |
        grep -vxE 'lib(c|m|dl|rt|pthread)\.so\.[0-9]+|ld-linux.*\.so\.[0-9]+' || true)
    test -z "$needed" || { echo "bundle.sh: $program needs $needed" >&2; exit 1; }
done
glibc=$(for program in $programs; do LC_ALL=C objdump -T "$program"; done |
    grep -o 'GLIBC_[0-9][0-9.]*' | sed 's/GLIBC_//' | sort -u -t. -k1,1n -k2,2n | tail -n 1)
archs=$(echo "$gencode" | grep -o 'code=[a-z]*_[0-9a-z]*' | sed 's/code=//; s/^compute_/PTX of compute_/' | tr '\n' ' ')
release=$("$nvcc" --version 2>/dev/null | sed -n 's/.*release \([0-9.]*\).*/\1/p')
driver="for CUDA $release or newer"
test -n "$release" || driver='of no use: no program for a GPU was built' archs='no GPU '
conformance="Conformance programs: absent, the build did not have them."
test ! -x "$folder/bin/conformance-simt" || conformance="Conformance programs: here."
sed -e "s|@VERSION@|$version|" -e "s|@GLIBC@|$glibc|" -e "s|@ARCHS@|${archs% }|" \
    -e "s|@DRIVER@|$driver|" -e "s|@CONFORMANCE@|$conformance|" "$readme" >"$folder/README"
tar -C "$(dirname "$folder")" -czf "$folder.tar.gz" "$(basename "$folder")"
limit=$((60 * 1000 * 1000))
size=$(wc -c <"$folder.tar.gz")
whole=$(du -sb "$folder" | cut -f 1)
echo "gpu-bundle: $folder, $whole bytes; $folder.tar.gz, $size bytes; glibc $glibc"
test "$size" -lt $limit && test "$whole" -lt $limit || { echo "bundle.sh: more than $limit bytes" >&2; exit 1; }
