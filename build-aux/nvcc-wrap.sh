#!/bin/sh
# nvcc-wrap.sh NVCC ARGUMENTS... -- libtool passes flags meant for the host compiler; hand those that
# nvcc does not know to its -Xcompiler.
nvcc=$1
shift
count=$#
while test "$count" -gt 0; do
    flag=$1
    shift
    case $flag in
    -fPIC | -DPIC | -fno-* | -fvisibility=* | -fsanitize=*) set -- "$@" -Xcompiler "$flag" ;;
    *) set -- "$@" "$flag" ;;
    esac
    count=$((count - 1))
done
exec "$nvcc" "$@"
