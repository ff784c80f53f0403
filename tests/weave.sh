#!/bin/sh
# Every woven block of the documents is what its source or its command gives today.
set -eu
: "${top_srcdir:?}" "${top_builddir:?}" "${WOVEN:?}"
cd "$top_srcdir"
# shellcheck disable=SC2086 # one word a document
sh tutorials/weave --check --builddir "$top_builddir" $WOVEN || {
    status=$?
    echo "weave.sh: run 'make update-docs' and look at what changes" >&2
    test "$status" = 1 || status=99
    exit "$status"
}
