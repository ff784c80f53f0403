#!/bin/sh
# make scale: OPT-175B's first feed-forward product and layer (M 2048, N 49152, K 12288), generated,
# answered and judged in files, with time and peak memory; prints verify/results/scale.md. Takes minutes
# and 1 GB of disk at a time in $TMPDIR; not part of make check.
set -eu
kbit=$top_builddir/verify/kbit
port=$top_builddir/tests/layer_port
onednn=$top_builddir/verify/candidates/.libs/onednn.so
test -e "$onednn" || { echo "scale_full.sh: needs the oneDNN candidate for the products" >&2; exit 77; }
test -x /usr/bin/time || { echo "scale_full.sh: needs GNU time (Debian: time)" >&2; exit 77; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# row WHAT STATUS COMMAND...: runs it and prints a row
row()
{
    what=$1 wanted=$2
    shift 2
    got=0
    /usr/bin/time -o "$work/time" -f '%e %U %S %M' "$@" >"$work/out" 2>&1 || got=$?
    test $got -eq "$wanted" || { echo "scale_full.sh: $what: exit $got, not $wanted" >&2; cat "$work/out" >&2; exit 1; }
    tail -n 1 "$work/time" | awk -v what="$what" '{ printf "| %s | %.2f | %.2f | %.0f |\n", what, $1, $2 + $3, $4 / 1024 }'
}
says() { sed -n "s/$1/    &/p" "$work/out" | sed 's/[^ ]*\/\(transparent\|layer\|product\)/\1/'; }

# flip FILE ROW COLUMN COLUMNS SIZE: changes the lowest bit of one little-endian element
flip()
{
    at=$((128 + ($2 * $4 + $3) * $5))
    byte=$(od -An -tu1 -j $at -N 1 "$1")
    # shellcheck disable=SC2059 # an octal byte
    printf "\\$(printf %o $((byte ^ 1)))" | dd of="$1" bs=1 seek=$at conv=notrunc status=none
}

cat <<END
# At the size of OPT-175B

Written by \`make scale\`; do not edit. The first feed-forward product of OPT-175B for 2048 tokens, M = 2048,
N = 49152, K = 12288, that is 1.2e12 products, in files: X 50 MB in fp16 or its codes 25 MB, W 604 MB in int8,
the int32 product 403 MB, the fp16 output 201 MB. The port is \`tests/layer_port\` with oneDNN's int8 product; its cost is not the referee's.

$(date -u +%Y-%m-%d), $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1), $(nproc) processors, load average $(cut -d' ' -f1 /proc/loadavg) when it began.
Seconds of the clock depend on what else runs; processor seconds are of all threads together.

| command | clock s | processor s | peak MiB |
|---|---|---|---|
END
row '`kbit gen int8_matmul --case codes-fc1-175b`' 0 \
    "$kbit" gen int8_matmul --case codes-fc1-175b -o "$work/product"
row 'the port, answering it' 0 "$port" "$work/product" product "$onednn"
row '`cat` of its files, for comparison' 0 sh -c "cat '$work/product'/*.npy >/dev/null"
row '`kbit judge`, every int32 certified' 0 "$kbit" judge "$work/product"
says '^int8_matmul.*' >"$work/said"
flip "$work/product/c.npy" 1234 43210 49152 4
row '`kbit judge`, one bit of one int32 changed: found' 1 "$kbit" judge "$work/product"
says '^  c(.*' >>"$work/said"
says '^int8_matmul.*' >>"$work/said"
rm -r "$work/product"
row '`kbit gen llmint8_linear_bnb --case transparent-fc1-175b`' 0 \
    "$kbit" gen llmint8_linear_bnb --case transparent-fc1-175b -o "$work/transparent"
row 'the port, answering it' 0 "$port" "$work/transparent" product "$onednn"
row '`cat` of its files, for comparison' 0 sh -c "cat '$work/transparent'/*.npy >/dev/null"
row '`kbit judge`, every output certified' 0 "$kbit" judge "$work/transparent"
says '^llmint8.*' >>"$work/said"
flip "$work/transparent/out.npy" 1234 43210 49152 2
row '`kbit judge`, one bit of one output changed: found' 1 "$kbit" judge "$work/transparent"
says '^  out(1234,43210) .*' >>"$work/said"
says '^llmint8.*' >>"$work/said"
rm -r "$work/transparent"
row '`kbit gen llmint8_linear_bnb --case layer-fc1-175b`' 0 \
    "$kbit" gen llmint8_linear_bnb --case layer-fc1-175b -o "$work/layer"
row 'the port, answering it' 0 "$port" "$work/layer" product "$onednn"
row '`kbit judge`, 32 rows and 32 columns sampled' 0 "$kbit" judge "$work/layer"
says '^llmint8.*' >>"$work/said"
says '^sampled .*' >>"$work/said"
says '^verdict on .*' >>"$work/said"
cat <<END

What the judge said of them:

END
cat "$work/said"
cat <<'END'

The certificate of the layer reads W once, X and the output twice. The output is hashed each time, on one processor; all
else is done on all of them.
END
