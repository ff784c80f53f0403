#!/bin/sh
# quickstart, with stand-ins for apt, dpkg, autoreconf, configure, make and kbit in a scratch tree
# whose path has a space: what it asks for, what it runs, what it prints and how it ends.
set -eu
: "${top_srcdir:?}"
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
tree="$scratch/a clone"
state=$scratch/state
stubs=$scratch/stubs
mkdir "$stubs"
export state

fail() {
    echo "cli/quickstart.sh: $*" >&2
    cat "$scratch/out" "$scratch/err" >&2
    exit 1
}

stub() {
    { echo '#!/bin/sh' && cat; } >"$stubs/$1"
    chmod +x "$stubs/$1"
}

# ---- stand-ins; each records its call in $state/calls --------------------------------------------
stub dpkg-query <<'END'
for package; do :; done
grep -qx "$package" "$state/installed" || exit 1
printf installed
END
stub apt-get <<'END'
echo "apt-get $*" >>"$state/calls"
if test "$1" = install; then
    for word; do
        case $word in install | -*) ;; *) echo "$word" >>"$state/installed" ;; esac
    done
fi
END
stub apt-cache <<'END'
test "$2" != libdnnl-dev || test ! -f "$state/no-onednn"
END
stub sudo <<'END'
echo "sudo $1" >>"$state/calls"
test ! -f "$state/sudo-refuses" || exit 1
case $1 in -*) exit 0 ;; esac
exec "$@"
END
stub id <<'END'
cat "$state/uid"
END
stub autoreconf <<'END'
echo autoreconf >>"$state/calls"
mkdir -p build-aux
touch Makefile.in build-aux/ltmain.sh
cat >configure <<'CONFIGURE'
#!/bin/sh
echo "configure $*" >>"$state/calls"
touch Makefile
{
    printf 'test "$1" = --config || exit 1\necho "%s"\n' "$*"
    echo 'exit 0'
    echo 'S["HAVE_CHECK_TRUE"]="'"$(grep -qx check "$state/installed" || echo '#')"'"'
} >config.status
CONFIGURE
chmod +x configure
END
stub make <<'END'
echo "make $*" >>"$state/calls"
case $* in
*main-job*)
    test ! -f "$state/build-fails" || { echo "the compiler's complaint" >&2; exit 2; }
    mkdir -p build/verify
    {
        echo '#!/bin/sh'
        echo 'echo "kbit $*" >>"$state/calls"'
        echo 'echo "verdict of kbit $*"'
        echo 'exit "$(cat "$state/verdict")"'
    } >build/verify/kbit
    chmod +x build/verify/kbit
    mkdir -p build/verify/examples
    printf '#!/bin/sh\necho "outlier_features $*" >>"$state/calls"\necho "features of $*"\n' >build/verify/examples/outlier_features
    chmod +x build/verify/examples/outlier_features
    ;;
*TESTS=*) ;;
*check*)
    cat "$state/summary"
    test ! -f "$state/tests-fail" || exit 1
    ;;
esac
END

stub python3 <<'END'
test "$1" != -c || { test ! -f "$state/no-numpy"; exit; }
echo "python3 $*" >>"$state/calls"
mkdir -p build/hidden
touch build/hidden/0.ffn_expansion.npy build/hidden/1.ffn_expansion.npy
END

# fresh -- a tree and a machine with every package, where everything works.
fresh() {
    rm -rf "$tree" "$state"
    mkdir -p "$tree/m4" "$tree/tests" "$tree/verify/examples" "$state"
    cp "$top_srcdir/quickstart" "$tree/"
    touch "$tree/configure.ac" "$tree/Makefile.am" "$tree/m4/a.m4" "$tree/tests/local.mk"
    echo 'echo "echo no network here; exit 77" | sh' >"$tree/verify/examples/fetch-minilm.sh"
    printf '%s\n' gcc g++ make autoconf automake libtool pkg-config libmpfr-dev libgmp-dev \
        libjansson-dev nettle-dev check libdnnl-dev python3-pip python3-numpy >"$state/installed"
    echo 0 >"$state/uid"
    echo 0 >"$state/verdict"
    : >"$state/calls"
    printf '# TOTAL: 9\n# PASS:  7\n# SKIP:  1\n# XFAIL: 1\n# FAIL:  0\n# XPASS: 0\n# ERROR: 0\n' >"$state/summary"
}

lacks() {
    for package; do
        grep -vx "$package" "$state/installed" >"$state/rest"
        mv "$state/rest" "$state/installed"
    done
}

# quickstart STATUS ARGUMENT... -- runs it from another folder; it must end with STATUS.
quickstart() {
    expected=$1
    shift
    status=0
    : >"$state/calls"
    (cd / && PYTHON=python3 PATH=$stubs:$PATH "$tree/quickstart" "$@") >"$scratch/out" 2>"$scratch/err" </dev/null || status=$?
    test "$status" = "$expected" || fail "quickstart $* ended with $status, not $expected"
}

said() { grep -qF -e "$1" "$scratch/err" || fail "not said: $1"; }
printed() { grep -qxF -e "$1" "$scratch/out" || fail "not printed: $1"; }
called() { grep -q -e "^$1\$" "$state/calls" || fail "not called: $1 ($(cat "$state/calls"))"; }
not_called() { ! grep -q -e "^$1" "$state/calls" || fail "called: $1"; }

# ---- the first verdict ---------------------------------------------------------------------------
fresh
quickstart 0
called autoreconf
called 'configure --with-cuda-arch=quick'
called 'make .* main-job'
called 'kbit verify'
not_called apt-get
printed 'verdict of kbit verify'
said 'real tensors skipped: no network here'
quickstart 0
not_called autoreconf
not_called configure
called 'kbit verify'

sleep 1 # a time stamp of its own for the edit below
touch "$tree/tests/local.mk"
quickstart 0
called autoreconf

echo 'echo some chatter; echo /models/a.safetensors' >"$tree/verify/examples/fetch-minilm.sh"
quickstart 0
called 'kbit verify --tensors /models/a.safetensors'
printed 'verdict of kbit verify --tensors /models/a.safetensors'
called 'python3 verify/examples/hidden_states.py /models/a.safetensors -o build/hidden'
printed 'features of build/hidden/0.ffn_expansion.npy build/hidden/1.ffn_expansion.npy'
called 'kbit verify --tensors /models/a.safetensors:encoder.layer.0.intermediate.dense.weight --activations build/hidden/0.ffn_expansion.npy'
touch "$state/no-numpy"
quickstart 0
said 'real hidden states skipped'
not_called 'outlier_features'
rm "$state/no-numpy"

echo 'echo broken >&2; exit 4' >"$tree/verify/examples/fetch-minilm.sh"
quickstart 2
said broken

for verdict in 1 2; do
    echo $verdict >"$state/verdict"
    quickstart $verdict
    not_called 'kbit verify --tensors'
done

fresh
touch "$state/build-fails"
quickstart 1
said "the compiler's complaint"
said build/logs/build.log
not_called kbit

# ---- packages ------------------------------------------------------------------------------------
fresh
lacks libmpfr-dev nettle-dev libdnnl-dev
quickstart 2
said 'missing packages: libmpfr-dev nettle-dev libdnnl-dev'
said 'apt-get install libmpfr-dev nettle-dev libdnnl-dev'
not_called apt-get
not_called make
quickstart 0 --yes
called 'apt-get install -y --no-install-recommends libmpfr-dev nettle-dev *libdnnl-dev'
called 'kbit verify'
not_called sudo

fresh
lacks gcc libdnnl-dev
touch "$state/no-onednn"
echo 1000 >"$state/uid"
quickstart 0 -y
called 'sudo env'
called 'apt-get install -y --no-install-recommends gcc *'
said 'optional and not installed: libdnnl-dev'

fresh
lacks gcc
echo 1000 >"$state/uid"
touch "$state/sudo-refuses"
quickstart 2 -y
said 'sudo refused'
not_called apt-get

# The optional package and `check` never stand before the first verdict.
fresh
lacks check libdnnl-dev
quickstart 0
not_called apt-get
quickstart 2 check
said 'missing packages: check libdnnl-dev'
quickstart 0 check --yes
called 'apt-get install .*check *libdnnl-dev'

# pkgconf serves where pkg-config is gone.
fresh
lacks pkg-config
quickstart 2
said 'missing packages: pkg-config'
echo pkgconf >>"$state/installed"
quickstart 0

# Not a Debian: the tools and modules are looked for, and what is missing is named.
fresh
mv "$stubs/apt-get" "$scratch/"
bin=$scratch/bin
mkdir "$bin"
for tool in sh dirname mkdir getconf date; do ln -s "$(command -v $tool)" "$bin/$tool"; done
status=0
(cd / && PATH=$bin "$tree/quickstart" --yes) >"$scratch/out" 2>"$scratch/err" </dev/null || status=$?
test $status = 2 || fail "without apt and tools it ended with $status"
said 'not a Debian system'
said 'missing here: make autoconf automake libtoolize pkg-config a-C-compiler a-C++-compiler mpfr gmp jansson nettle'
said libmpfr-dev
mv "$scratch/apt-get" "$stubs/"

# ---- check ---------------------------------------------------------------------------------------
fresh
quickstart 0 check
called 'configure *'
called 'make .* check'
not_called kbit
printed 'tests: 7 passed, 0 failed, 0 errors, 1 skipped, 1 failed as expected, 0 passed against expectation'
sed -i 's/^.*HAVE_CHECK_TRUE.*$/S["HAVE_CHECK_TRUE"]="#"/' "$tree/build/config.status"
quickstart 0 check
called 'configure *'

# Its own narrow list of architectures is widened for check; a user's flags are kept.
fresh
quickstart 0
quickstart 0 check
called 'configure *'
quickstart 0 check
not_called configure
fresh
quickstart 0
sed -i "s/^echo .*/echo \"'--enable-werror' 'CC=a b'\"/" "$tree/build/config.status"
quickstart 0 check
not_called configure
sleep 1
touch "$tree/configure.ac"
quickstart 0
called 'configure --enable-werror CC=a b'

fresh
touch "$state/tests-fail"
mkdir -p "$tree/build/tests"
echo 'why it failed' >"$tree/build/tests/t_store.log"
printf 'SKIP: no device\n\nSKIP tests/gpu.sh (exit status: 77)\n' >"$tree/build/tests/gpu.log"
{
    echo 'PASS: tests/t_store.tap 1 - a'
    echo 'FAIL: tests/t_store.tap 2 - b'
    echo 'SKIP: tests/gpu.sh'
    echo 'SKIP: tests/t_dev.tap - no toolkit'
    printf '# PASS:  1\n# SKIP:  2\n# XFAIL: 0\n# FAIL:  1\n# XPASS: 0\n# ERROR: 0\n'
} >"$state/summary"
quickstart 1 check
said 'why it failed'
printed 'SKIP: tests/gpu.sh: no device'
printed 'SKIP: tests/t_dev.tap - no toolkit'
printed 'tests: 1 passed, 1 failed, 0 errors, 2 skipped, 0 failed as expected, 0 passed against expectation'
rm "$state/tests-fail"
quickstart 1 check
: >"$state/summary"
quickstart 1 check
said 'no test was run'

# ---- usage ---------------------------------------------------------------------------------------
quickstart 0 --help
printed 'usage: ./quickstart [--yes] [check]'
test ! -s "$scratch/err" || fail '--help writes to standard error'
quickstart 2 --frobnicate
said "unknown argument '--frobnicate'"
