#!/bin/sh
# Every kernel that dispatch can launch, with each of its template arguments, runs on the CPU layer
# under the priority schedule with random asynchrony, and is right there. The program itself knows
# which kernels it can launch (KBIT_SIMT_LAUNCHES): one that never ran is named.
set -eu
kbit=$top_builddir/verify/kbit
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
KBIT_SIMT_ORDER=priority KBIT_SIMT_ASYNC=random
export KBIT_SIMT_ORDER KBIT_SIMT_ASYNC

# under SEED LOG COMMAND... -- which must succeed.
under() {
    seed=$1 log=$2
    shift 2
    KBIT_SIMT_SEED=$seed KBIT_SIMT_LAUNCHES=$work/$log "$@" >"$work/output" 2>&1 || {
        cat "$work/output"
        echo "launches.sh: fails with seed $seed: $*"
        exit 1
    }
}

dispatch=$top_builddir/tests/t_cuda_dispatch.tap
if test -x "$dispatch"; then
    under 1 launches "$dispatch"
    ! grep -q '^not ok' "$work/output" || { cat "$work/output"; exit 1; }
else
    echo "launches.sh: without Check there is no $dispatch: the kernels of the referee's cases only"
fi
producers=$top_builddir/tests/t_cuda_producers.tap
if test -x "$producers"; then
    under 3 launches "$producers"
    ! grep -q '^not ok' "$work/output" || { cat "$work/output"; exit 1; }
fi
for rung in :v1 :v2 :v3 ''; do
    under 2 launches "$kbit" verify --candidate "simt$rung" --level quick --quiet
done

names() { sed -n "s/^$1 [a-z]* //p" "$2" | sort -u; }
names known "$work/launches" >"$work/known"
names 'launched priority random' "$work/launches" >"$work/ran"
known=$(wc -l <"$work/known")
comm -23 "$work/known" "$work/ran" >"$work/never"
sed 's/^/never ran: /' "$work/never"
sites=$(sed -n 's/^known //p' "$work/launches" | sort -u | wc -l)
used=$(sed -n 's/^launched priority random //p' "$work/launches" | sort -u | wc -l)
echo "$known kernels, $(wc -l <"$work/never") never ran; $used of $sites kinds of launch (plain or overlapping) happened"
test "$known" -gt 70
test -x "$dispatch" || exit 77
test ! -s "$work/never"
