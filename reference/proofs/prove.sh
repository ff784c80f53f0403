#!/bin/sh
# prove.sh -- have Coq check every proof: those that Gappa finds for the intervals of bounds.h, and
# those that are written out in coq/.
#
#   prove.sh [SCRIPT.g|FILE.v...]     default: all *.g beside this file, then coq/ in the order of
#                                     coq/_CoqProject
#
# GAPPA, COQC and AWK name the programs. One line a theorem on stdout, then the total; on stderr what is
# being checked, and the seconds it took. Exit status: 0 all proved, 1 one is not, 77 a program or library
# is missing, which is named.
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
mkdir "$work/gappa" "$work/coq"
printf '%s\n' 'Require Import Gappa.Gappa_library.' 'From Flocq Require Import Core Plus_error.' >"$work/probe.v"
(cd "$work" && "$coqc" probe.v) >/dev/null 2>&1 || {
    echo "prove: Coq does not find its Gappa and Flocq libraries, so nothing was proved ($packages)" >&2
    exit 77
}

if [ $# -eq 0 ]; then
    set -- "$here"/*.g
    for file in $(grep '\.v$' "$here/coq/_CoqProject"); do set -- "$@" "$here/coq/$file"; done
fi
proved=0
failed=0
found_here=
began=$(date +%s)
number=0

# checking WHAT / checked -- progress.
checking()
{
    since=$(date +%s)
    printf 'prove: %s ...' "$1" >&2
}
checked()
{
    echo " $(($(date +%s) - since)) s" >&2
}

# verdict WHY PLACE NAME... -- one line a theorem; WHY is empty if all of them are proved.
verdict()
{
    why=$1
    place=$2
    shift 2
    for name in "$@"; do
        if [ -z "$why" ]; then
            echo "PROVED  $name  ($place)"
            proved=$((proved + 1))
        else
            echo "FAILED  $name  ($place: $why)"
            failed=$((failed + 1))
        fi
    done
    [ -z "$why" ] || sed 's/^/    /' "$work/log" >&2
}

# Gappa turns a rewriting rule that a script supplies into an assumption; none may.
unproved='^ *(Hypothesis|Hypotheses|Axiom|Parameter|Conjecture|Admitted)'

prove_gappa()
{
    stem=$(basename "$1" .g)
    why=
    if ! "$gappa" -Eprecision=53 -Bcoq "$1" >"$work/gappa/$stem.v" 2>"$work/log"; then
        why="gappa finds no proof"
    elif grep -Eq "$unproved" "$work/gappa/$stem.v"; then
        why="the proof rests on an unproved assumption"
    elif ! (cd "$work/gappa" && "$coqc" "$stem.v") >"$work/log" 2>&1; then
        why="Coq rejects the proof"
    fi
    # shellcheck disable=SC2046 # one word a theorem
    verdict "$why" "$stem.g" $(sed -n 's/^#: \(KBIT_BOUND_[^:]*\):.*/\1/p' "$1")
}

# Compiles a file of coq/ and remembers its theorems for assumed.
compiled=
theorems=
prove_coq()
{
    stem=$(basename "$1" .v)
    names=$(sed -n 's/^\(Theorem\|Corollary\) \([A-Za-z0-9_]*\).*/\2/p' "$1")
    cp "$1" "$work/coq/$stem.v"
    if (cd "$work/coq" && "$coqc" -Q . Kbit "$stem.v") >"$work/log" 2>&1; then
        compiled="$compiled $stem"
        for name in $names; do theorems="$theorems $stem.$name"; done
    else
        # shellcheck disable=SC2086 # one word a theorem; a file of lemmas alone is named itself
        verdict "Coq rejects the proof" "coq/$stem.v" ${names:-$stem}
    fi
}

# What Coq's real numbers themselves rest on, and the heading of that list. A proof may lean on
# nothing else.
logic='Axioms ClassicalDedekindReals.sig_forall_dec ClassicalDedekindReals.sig_not_dec
FunctionalExtensionality.functional_extensionality_dep Classical_Prop.classic'

# assumed THEOREM... -- what else they rest on. One question for all of them, since each walks
# through all of Coq's real numbers.
assumed()
{
    {
        echo "From Kbit Require$compiled."
        echo "Definition all := (I$(for theorem in "$@"; do echo ", @$theorem"; done))."
        echo 'Print Assumptions all.'
    } >"$work/coq/assumptions.v"
    if ! (cd "$work/coq" && "$coqc" -Q . Kbit assumptions.v) >"$work/log" 2>&1; then
        echo "something that Coq cannot say"
    fi
    for axiom in $(sed -n 's/^\([A-Za-z_][A-Za-z0-9_.]*\)\( *:.*\)*$/\1/p' "$work/log"); do
        case " $(echo $logic) " in
        *" $axiom "*) ;;
        *) echo "$axiom" ;;
        esac
    done
}

for script in "$@"; do
    number=$((number + 1))
    checking "$number of $#: $(basename "$script")"
    case $script in
    *.v) prove_coq "$script" >"$work/verdicts" 2>"$work/why" ;;
    *) prove_gappa "$script" >"$work/verdicts" 2>"$work/why" ;;
    esac
    checked
    cat "$work/verdicts"
    cat "$work/why" >&2
done
if [ -n "$theorems" ]; then
    # shellcheck disable=SC2086 # one word a theorem
    checking "what the theorems of coq/ rest on"
    found=$(assumed $theorems)
    checked
    for theorem in $theorems; do
        [ -z "$found" ] || found_here=$(assumed "$theorem")
        verdict "${found_here:+the proof rests on $found_here}" "coq/${theorem%%.*}.v" "${theorem#*.}"
    done
fi
echo "$proved proved, $failed failed in $(($(date +%s) - began)) s; $("$gappa" --version), $("$coqc" --version | sed -n 1p)"
[ "$failed" -eq 0 ] && [ "$proved" -gt 0 ]
