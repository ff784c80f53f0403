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
for parser in npy safetensors manifest declared; do
    sources=$(for file in $parsers; do echo "$source/$file"; done)
    # shellcheck disable=SC2086 # lists of words
    "$clang" -g -O1 -std=c11 -D_GNU_SOURCE -ffp-contract=off -fno-sanitize-recover=undefined \
        -fsanitize=fuzzer,address,undefined -I"$build" -I"$source/reference" -I"$source/verify" \
        ${JANSSON_CFLAGS:-} -o "$work/$parser" "$source/tests/fuzz/fuzz_$parser.c" $sources \
        ${JANSSON_LIBS:--ljansson} -lm
    mkdir -p "$work/found-$parser"
    "$work/$parser" -max_total_time="$seconds" -max_len=8192 -print_final_stats=1 -seed=1 \
        -artifact_prefix="fuzz-findings/$parser-" "$work/found-$parser" \
        "$source/tests/fuzz/corpus/$parser" >"$work/log" 2>&1 || {
        status=1
        tail -40 "$work/log"
    }
    echo "$parser: $(sed -n 's/stat::number_of_executed_units: *//p' "$work/log") executions in" \
        "$seconds s, $(sed -n 's/.* cov: \([0-9]*\).*/\1/p' "$work/log" | tail -1) edges covered"
done
exit "$status"
