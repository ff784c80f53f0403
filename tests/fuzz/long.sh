#!/bin/sh
# The long search: libFuzzer with AddressSanitizer and UBSan (clang with compiler-rt; Debian:
# clang libclang-rt-14-dev), a while on each parser. What it finds lands in fuzz-findings/.
#   make fuzz [FUZZ_SECONDS=300]
# FUZZ_SECONDS, CLANG and the flags of jansson come from the environment.
set -eu
source=$(cd "${top_srcdir:?}" && pwd)
build=${top_builddir:?}
seconds=${FUZZ_SECONDS:-60}
clang=${CLANG:-clang}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
echo 'int LLVMFuzzerTestOneInput(const unsigned char *d, unsigned long n); int LLVMFuzzerTestOneInput(const unsigned char *d, unsigned long n) { return d[0] > n; }' >"$work/probe.c"
if ! "$clang" -fsanitize=fuzzer,address,undefined -o "$work/probe" "$work/probe.c" 2>"$work/why"; then
    echo "no fuzzing here: $clang -fsanitize=fuzzer does not link: $(head -1 "$work/why")" >&2
    exit 77
fi
mkdir -p fuzz-findings
parsers="verify/error.c verify/declared.c verify/io/array.c verify/io/file.c verify/io/manifest.c
verify/io/manifest_format.c verify/io/manifest_parse.c verify/io/nearest.c verify/io/npy.c
verify/io/npy_header.c verify/io/safetensors.c verify/io/safetensors_header.c
reference/formats/dtype.c reference/formats/fp16.c reference/formats/bf16.c reference/status.c"
status=0
flags='-g -O1 -std=c11 -D_GNU_SOURCE -ffp-contract=off -fno-sanitize-recover=undefined'

# compile OUTPUT ARGUMENT... -- with the sanitizers and, where it links, libFuzzer
compile()
{
    output=$1
    shift
    # shellcheck disable=SC2086 # lists of words
    "$clang" $flags -fsanitize=fuzzer,address,undefined -I"$build" -I"$source/reference" \
        -I"$source/verify" -DKBIT_LIBEXECDIR='""' -DKBIT_CANDIDATEDIR='""' ${JANSSON_CFLAGS:-} -o "$output" "$@"
}

# search PARSER -- $work/PARSER is built
search()
{
    mkdir -p "$work/found-$1"
    "$work/$1" -max_total_time="$seconds" -max_len=8192 -print_final_stats=1 -seed=1 \
        -artifact_prefix="fuzz-findings/$1-" "$work/found-$1" \
        "$source/tests/fuzz/corpus/$1" >"$work/log" 2>&1 || {
        status=1
        tail -40 "$work/log"
    }
    echo "$1: $(sed -n 's/stat::number_of_executed_units: *//p' "$work/log") executions in" \
        "$seconds s, $(sed -n 's/.* cov: \([0-9]*\).*/\1/p' "$work/log" | tail -1) edges covered"
}

for parser in npy safetensors manifest declared; do
    sources=$(for file in $parsers; do echo "$source/$file"; done)
    # shellcheck disable=SC2086
    compile "$work/$parser" "$source/tests/fuzz/fuzz_$parser.c" $sources ${JANSSON_LIBS:--ljansson} -lm
    search "$parser"
done

# These three reach far into the referee: all of it is built, once.
for file in "$source"/verify/*.c "$source"/verify/io/*.c "$source"/verify/steps/*.c \
    "$source"/verify/sandbox/autopsy.c "$source"/verify/sandbox/files.c "$source"/verify/sandbox/message.c \
    "$source"/verify/sandbox/process.c "$source"/reference/*.c "$source"/reference/formats/*.c \
    "$source"/reference/llmint8/*.c "$source"/reference/data/*.c; do
    case $file in */kbit-run.c) continue ;; esac
    compile "$work/$(echo "${file#"$source"/}" | tr / _).o" -c "$file"
done
for parser in report message options; do
    # shellcheck disable=SC2086
    compile "$work/$parser" "$source/tests/fuzz/fuzz_$parser.c" "$work"/*.o ${JANSSON_LIBS:--ljansson} \
        -lmpfr -lgmp -lnettle -lpthread -lm
    search "$parser"
done
exit "$status"
