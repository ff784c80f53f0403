#!/bin/sh
# The kill matrix: each planted bug with a wrong output, as the referee judges it and as other people's
# accept rules do (tests/mutants/rules.c has them and their sources). Written by `make mutants`.
set -eu
rules=$top_builddir/tests/rules
plugin=$top_builddir/tests/.libs/mutants.so
cat <<'END'
<!-- written by `make mutants`; do not edit -->
# Planted bugs: the referee and other people's accept rules

Each line is a bug planted into one step of the reference
([tests/mutants](../../tests/mutants), one file each). The step ran on the cases of `kbit verify
--level default`, with seed 1 unless the name says otherwise; every rule saw the same outputs. The
others compare with the reference's output. Judged are the numeric mutants: those that return an
output with a wrong number in it. The ones that crash, hang, refuse or write elsewhere are the sandbox's, and
`make check` runs them. So it does a bug that only a case of a higher level shows, which is blank here; its line in
[expected.txt](../../tests/mutants/expected.txt) names the case.

The columns stand for all cases; the totals also give the ordinary ones, random-f16 and outliers-6.7b
(for normalizations and activations produced-f16), which are what a unit test would usually have. X: rejected. A blank: accepted, so the bug
passes. -: the rule says nothing about this kind of output.

| column | rule |
|---|---|
| kbit | `kbit_judge`: no number picked by anybody |
| bnb 1% | bitsandbytes, test_dequant_mm: rtol 0.1, atol 0.015, 1% of the elements may miss |
| bnb | bitsandbytes, int8 product against half: rtol 0.05, atol 0.025 |
| torch | torch.testing.assert_close by dtype: fp16 1e-3/1e-5, bf16 1.6e-2/1e-5, fp32 1.3e-6/1e-5, integers equal |
| KernelBench | rtol = atol = 1e-2 for 16 bit, 1e-4 for fp32 |
| codes | int8 codes may differ by 1: FBGEMM, bitsandbytes test_int8_double_quant |

| mutant | step | kbit | bnb 1% | bnb | torch | KernelBench | codes |
|---|---|---|---|---|---|---|---|
END
while read -r name step result options; do
    test "$result" = MISMATCH || continue
    seed=$(echo "$options" | sed -n 's/.*--seed \([0-9]*\).*/\1/p')
    row=$("$rules" "$plugin:$name" "$step" ${seed:+"$seed"})
    test -z "$row" || echo "$row ${seed:+seed}"
done <"$top_srcdir/tests/mutants/expected.txt" | awk '
    # name step, six verdicts on the ordinary cases, six on all
    function cell(v) { return v == "rejects" ? "X" : v == "-" ? "-" : " " }
    {
        line = "| " $1 ($15 ? " (seed 2)" : "") " | " $2
        for (c = 0; c < 6; c++) {
            line = line " | " cell($(9 + c))
            for (set = 0; set < 2; set++) {
                v = $(3 + 6 * set + c)
                killed[set, c] += v == "rejects"
                of[set, c] += v != "-"
            }
        }
        print line " |"
    }
    END {
        for (set = 1; set >= 0; set--) {
            line = set ? "| **all cases** | **rejected, of those judged**" \
                       : "| **the ordinary cases** | **rejected, of those judged**"
            for (c = 0; c < 6; c++)
                line = line " | " killed[set, c] " of " of[set, c]
            print line " |"
        }
    }'
