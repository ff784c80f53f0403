#!/bin/sh
# On the real model, if it is in the cache (verify/examples/fetch-minilm.sh puts it there; this test
# downloads nothing): the forward pass gives the similarities that the sentence-transformers
# documentation prints for its three example sentences, and kbit reads the weights.
set -u
model=${KBIT_CACHE:-${XDG_CACHE_HOME:-${HOME:-/nonexistent}/.cache}/kbit}/all-MiniLM-L6-v2/model.safetensors
if ! test -f "$model"; then
    echo "skipped: no model in the cache; verify/examples/fetch-minilm.sh fetches it (84 MB)"
    exit 77
fi
work=$(mktemp -d) || exit 99
trap 'rm -rf "$work"' 0

"$top_builddir/tests/io_copy" "$model:encoder.layer.5.output.dense.weight" "$work/w.npy" || exit 1
test "$(wc -c <"$work/w.npy")" -eq $((128 + 2 * 384 * 1536)) || exit 1

for python in "${PYTHON:-python3}" /usr/bin/python3; do
    "$python" -c 'import numpy' 2>/dev/null && break
    python=
done
if test -z "$python"; then
    echo "skipped: no python3 with NumPy (Debian: python3-numpy)"
    exit 77
fi
hidden=$srcdir/verify/examples/hidden_states.py
"$python" "$hidden" "$model" --similarity -o "$work/activations" >"$work/table" || exit 1
cat "$work/table"
"$AWK" '{ print $1, $2, $3 } NR == 3 { exit }' "$work/table" >"$work/found"
cat >"$work/published" <<'EOF'
1.0000 0.6660 0.1046
0.6660 1.0000 0.1411
0.1046 0.1411 1.0000
EOF
diff "$work/published" "$work/found" || exit 1

test "$(ls "$work/activations" | wc -l)" -eq 24 || exit 1
"$top_builddir/tests/io_copy" "$work/activations/0.ffn_expansion.npy" "$work/x.npy" || exit 1
cmp "$work/activations/0.ffn_expansion.npy" "$work/x.npy" || exit 1

# The real layer: its weights, and what enters it, through every step.
"$top_builddir/verify/kbit" verify --quiet --candidate reference \
    --tensors "$model:encoder.layer.0.intermediate.dense.weight" \
    --activations "$work/activations/0.ffn_expansion.npy"
