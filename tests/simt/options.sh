# Options of the environment: each legal value runs and changes no result; each wrong one is exactly
# one line on stderr, and status 86.
run=$top_builddir/tests/simt_run_gemm
failed=0

for name in ORDER SEED ASYNC MMA CAPABILITY WORKERS POISON STACK TRAFFIC; do
    unset "KBIT_SIMT_$name"
done
expected=$("$run" | sed 's/, best.*//') || exit 1

legal() {
    got=$(env "$1" "$run" | sed 's/, best.*//')
    if test "$got" != "$expected"; then
        echo "$1: '$got', not '$expected'"
        failed=1
    fi
}
wrong() {
    err=$(env "$1" "$run" 2>&1 >/dev/null)
    status=$?
    if test "$err" != "simt: $2" || test $status != 86; then
        printf '%s: status %d, stderr:\n%s\nexpected:\nsimt: %s\n' "$1" $status "$err" "$2"
        failed=1
    fi
}

for value in forward reverse random priority; do legal KBIT_SIMT_ORDER=$value; done
for value in issue late random; do legal KBIT_SIMT_ASYNC=$value; done
for value in a100 h100 v100 cdna3 pairwise; do legal KBIT_SIMT_MMA=$value; done
for value in 80 89 90; do legal KBIT_SIMT_CAPABILITY=$value; done
for value in 0 18446744073709551615 0xabc; do legal KBIT_SIMT_SEED=$value; done
for value in 1 3; do legal KBIT_SIMT_WORKERS=$value; done
for value in 0 0xff random; do legal KBIT_SIMT_POISON=$value; done
for value in 64 1024; do legal KBIT_SIMT_STACK=$value; done

wrong KBIT_SIMT_ORDER=Forward 'KBIT_SIMT_ORDER=Forward: expected forward, reverse, random or priority'
wrong KBIT_SIMT_ORDER= 'KBIT_SIMT_ORDER=: expected forward, reverse, random or priority'
wrong KBIT_SIMT_ASYNC=2 'KBIT_SIMT_ASYNC=2: expected issue, late or random'
wrong KBIT_SIMT_MMA=volta \
    "KBIT_SIMT_MMA=volta: expected ieee, fma, pairwise, v100, turing, turing-4, a100, h100, cdna1, \
cdna1-bf16, cdna2, cdna2-bf16 or cdna3"
wrong KBIT_SIMT_CAPABILITY=100 'KBIT_SIMT_CAPABILITY=100: expected a compute capability from 80 to 90'
wrong KBIT_SIMT_SEED=-1 'KBIT_SIMT_SEED=-1: expected a number from 0 to 2^64 - 1'
wrong KBIT_SIMT_SEED=18446744073709551616 \
    'KBIT_SIMT_SEED=18446744073709551616: expected a number from 0 to 2^64 - 1'
wrong KBIT_SIMT_WORKERS=0 'KBIT_SIMT_WORKERS=0: expected a number from 1 to 1024'
wrong KBIT_SIMT_WORKERS=2x 'KBIT_SIMT_WORKERS=2x: expected a number from 1 to 1024'
wrong KBIT_SIMT_POISON=256 'KBIT_SIMT_POISON=256: expected a byte from 0 to 255, or random'
wrong KBIT_SIMT_STACK=1 'KBIT_SIMT_STACK=1: expected a number of KiB from 16 to 65536'
wrong KBIT_SIMT_TRAFFIC= 'KBIT_SIMT_TRAFFIC=: expected the name of a file'
wrong KBIT_SIMT_SEDE=3 \
    'KBIT_SIMT_SEDE: no such option; there are ORDER, SEED, ASYNC, MMA, CAPABILITY, WORKERS, POISON, STACK, TRAFFIC and LAUNCHES'
exit $failed
