#!/bin/sh
# prove.sh -- have Coq check the proof that Gappa finds for every theorem behind bounds.h.
#
#   prove.sh [SCRIPT.g...]     default: all scripts beside this file
#
# GAPPA, COQC and AWK name the programs. One line a theorem, then the total. Exit status: 0 all
# proved, 1 one is not, 77 a program is missing.
set -u
LC_ALL=C
export LC_ALL
here=$(cd "$(dirname "$0")" && pwd)
gappa=${GAPPA:-gappa}
coqc=${COQC:-coqc}
packages="Debian: gappa, coq, libcoq-gappa, libcoq-flocq"

for program in "$gappa" "$coqc"; do
    command -v "$program" >/dev/null || {
        echo "prove: $program is not installed, so nothing was proved ($packages)" >&2
        exit 77
    }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
echo 'Require Import Gappa.Gappa_library.' >"$work/probe.v"
(cd "$work" && "$coqc" probe.v) >/dev/null 2>&1 || {
    echo "prove: Coq does not find the Gappa library, so nothing was proved ($packages)" >&2
    exit 77
}

[ $# -gt 0 ] || set -- "$here"/*.g
# Gappa turns a rewriting rule that a script supplies into an assumption; none may.
unproved='^ *(Hypothesis|Hypotheses|Axiom|Parameter|Conjecture|Admitted)'
proved=0
failed=0
for script in "$@"; do
    stem=$(basename "$script" .g)
    why=
    if ! "$gappa" -Eprecision=53 -Bcoq "$script" >"$work/$stem.v" 2>"$work/log"; then
        why="gappa finds no proof"
    elif grep -Eq "$unproved" "$work/$stem.v"; then
        why="the proof rests on an unproved assumption"
    elif ! (cd "$work" && "$coqc" "$stem.v") >"$work/log" 2>&1; then
        why="Coq rejects the proof"
    fi
    for name in $(sed -n 's/^#: \(KBIT_BOUND_[^:]*\):.*/\1/p' "$script"); do
        if [ -z "$why" ]; then
            echo "PROVED  $name  ($stem.g)"
            proved=$((proved + 1))
        else
            echo "FAILED  $name  ($stem.g: $why)"
            failed=$((failed + 1))
        fi
    done
    [ -z "$why" ] || sed 's/^/    /' "$work/log" >&2
done
echo "$proved proved, $failed failed; $("$gappa" --version), $("$coqc" --version | sed -n 1p)"
[ "$failed" -eq 0 ] && [ "$proved" -gt 0 ]
