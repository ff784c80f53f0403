#!/bin/sh
# tree.sh finds each kind of breach in a small tree that is otherwise in order.
set -eu
: "${top_srcdir:?}"
checker=$top_srcdir/tests/tree.sh
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
tree=$scratch/tree

fail() {
    echo "cli/tree.sh: $*" >&2
    exit 1
}

# A tree of two steps: `one` is everywhere, `two` in reference/ and tests/ only.
plant() {
    rm -rf "$tree"
    mkdir -p "$tree"
    cd "$tree"
    mkdir -p .ci build-aux m4 reference/llmint8 reference/proofs cuda/simt verify/steps tests tutorials/01-one tutorials/00-numbers
    touch .clang-format CITATION.cff LICENSE README.md quickstart configure.ac configure Makefile.in aclocal.m4 config.h.in
    touch tests/t_one.c tests/t_two.c tutorials/01-one/README.md tutorials/00-numbers/README.md
    touch reference/proofs/one.g reference/proofs/one_small.g reference/llmint8/two.c
    rm -r .ci
    printf 'include_HEADERS += \\\n reference/public.h\nflags = -fno-fast-math\n' >reference/local.mk
    echo 'include reference/local.mk' >Makefile.am
    echo '/* how it works: asm("nothing") */' >reference/public.h
    echo '#include "public.h"' >reference/llmint8/one.c
    printf '#include "public.h"\n// asm\nconst char *s = "asm";\n' >reference/llmint8/one_exact.c
    echo 'int basm;' >cuda/row.cuh
    printf '#include "row.cuh"\n#include "public.h"\n' >cuda/one.cu
    echo '#include "../one.cu"' >cuda/simt/one.cc
    echo 'void f(void) { __asm__("nop"); }' >cuda/ptx.cuh
    echo 'asm("nop");' >cuda/simt/context_x86.cc
    echo 'int step;' >verify/step.h
    printf '#include "../step.h"\n#include <threads.h>\n' >verify/steps/one.c
    echo '#include "step.h"' >tests/t_one.c
    printf '%s\n' '# stem area kind exact proof cuda verify chapter' \
        'one llmint8 step yes yes yes yes yes' 'two llmint8 step no no no no no' >reference/steps.txt
}

# breach MESSAGE SHELL-CODE -- the tree after SHELL-CODE must fail with MESSAGE, and nothing else.
breach() {
    plant
    eval "$2"
    ! top_srcdir=$tree sh "$checker" >"$scratch/out" 2>&1 || fail "not found: $2"
    grep -qF "$1" "$scratch/out" || {
        cat "$scratch/out" >&2
        fail "no message '$1'"
    }
    test "$(wc -l <"$scratch/out")" = 1 || {
        cat "$scratch/out" >&2
        fail "more than one message for: $2"
    }
}

plant
top_srcdir=$tree sh "$checker" || fail "a tree in order is refused"

breach 'notes: not one of the entries' 'touch notes'
breach 'LICENSE: missing from the top level' 'rm LICENSE'
breach 'one has no file reference/llmint8/one.c' 'rm reference/llmint8/one.c'
breach 'two has no unit test tests/t_two.c' 'rm tests/t_two.c'
breach 'one has exact=yes, but no file' 'rm reference/llmint8/one_exact.c'
breach 'two has exact=no, but there is' 'touch reference/llmint8/two_exact.c'
breach 'one has verify=yes, but no file' 'rm verify/steps/one.c'
breach 'two has verify=no, but there is' 'touch verify/steps/two.c'
breach 'one has cuda=yes, but no file' 'rm cuda/one.cu cuda/simt/one.cc'
breach 'two has cuda=no, but there is' 'touch cuda/two.cu'
breach 'one has chapter=yes, but no file' 'rm -r tutorials/01-one'
breach 'two has chapter=no, but there is' 'mkdir tutorials/02-two; touch tutorials/02-two/README.md'
breach 'one has proof=yes, but no' 'rm reference/proofs/one*.g'
breach 'two has proof=no, but there is reference/proofs/two_small.g' 'touch reference/proofs/two_small.g'
breach 'reference/proofs/three.g: no stem' 'touch reference/proofs/three.g'
breach 'reference/llmint8/three.c: neither a stem' 'touch reference/llmint8/three.c'
breach 'cuda/three.cu: neither a stem' 'touch cuda/three.cu'
breach 'verify/steps/three.c: neither a stem' 'touch verify/steps/three.c'
breach 'tutorials/02-three: no stem' 'mkdir tutorials/02-three; touch tutorials/02-three/x'
breach 'two stands twice' 'tail -n 1 reference/steps.txt >>reference/steps.txt'
breach 'two has not eight columns' 'sed -i "s/^two.*/two llmint8 step no no no no/" reference/steps.txt'
breach 'reference/ includes step.h of verify/' 'echo "#include \"step.h\"" >reference/llmint8/two.c'
breach 'reference/ includes ../../cuda/row.cuh of cuda/' 'echo "#include \"../../cuda/row.cuh\"" >reference/llmint8/two.c'
breach 'cuda/ includes step.h of verify/' 'echo "# include \"verify/step.h\"" >>cuda/row.cuh'
breach 'verify/ includes row.cuh of cuda/' 'echo "#include \"row.cuh\"" >>verify/step.h'
breach 'tutorials/ includes helper.h of tests/' 'touch tests/helper.h; echo "#include \"helper.h\"" >tutorials/01-one/a.c'
breach 'cuda/row.cuh:2: assembly outside' 'echo "inline void f() { asm volatile(\"\"); }" >>cuda/row.cuh'
breach 'verify/fast.S:1: assembly outside' 'echo nop >verify/fast.S'
breach 'a tolerance in a public header' 'echo "float rtol;" >>reference/public.h'
breach 'fast arithmetic in a build file' 'echo "CFLAGS += -ffast-math" >>reference/local.mk'
breach 'fast arithmetic in a build file' 'echo "NVCCFLAGS = --use_fast_math" >>configure.ac'
