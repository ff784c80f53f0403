/* t_declared.c -- the table of declared variations: parsing, refusing, printing. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <check.h>

#include "declared.h"
#include "step.h"

static kbit_declarations declarations;
static kbit_error error;

static kbit_status parse(const char *text)
{
    memset(&declarations, 0, sizeof declarations);
    memset(&error, 0, sizeof error);
    return kbit_declarations_parse(text, &declarations, &error);
}

/* What is declared for a step, and for all: by the key's place in the table. */
static int of(const char *stem, const char *key)
{
    const kbit_declared_row *rows;
    size_t n = kbit_declared_rows(&rows), r = 0;
    const kbit_declared *declared =
        stem ? kbit_declared_for(&declarations, stem) : &declarations.all;
    while (r < n && strcmp(rows[r].key, key) != 0)
        r++;
    ck_assert_uint_lt(r, n);
    return *(const int *)(const void *)((const char *)declared + rows[r].offset);
}

START_TEST(nothing_is_the_reference)
{
    ck_assert_int_eq(parse(""), KBIT_OK);
    ck_assert_int_eq(of(NULL, "quant"), QUANT_EXACT);
    ck_assert_int_eq(of("store", "store"), STORE_ONCE);
    ck_assert_int_eq(parse("  , \t"), KBIT_OK);
}
END_TEST

/* Every value of every row parses to its index, for every step, and prints back. */
START_TEST(every_value_round_trips)
{
    const kbit_declared_row *rows;
    size_t n = kbit_declared_rows(&rows);
    ck_assert_uint_ge(n, 5);
    for (size_t r = 0; r < n; r++) {
        int index = 0;
        for (const char *v = rows[r].values; *v; index++) {
            size_t length = strcspn(v, "|");
            char text[80], printed[400];
            /* store must agree with combine: a forbidden pair */
            bool twice =
                index == 1 && (strcmp(rows[r].key, "combine") == 0 ||
                               strcmp(rows[r].key, "bias") == 0 || strcmp(rows[r].key, "via") == 0);
            bool flushes = length == 5 && memcmp(v, "cdna2", 5) == 0; /* and acc with ftz */
            snprintf(text, sizeof text, "%s=%.*s%s", rows[r].key, (int)length, v,
                     twice     ? " store=twice"
                     : flushes ? " ftz-in16=flush ftz32=flush"
                               : "");
            ck_assert_msg(parse(text) == KBIT_OK, "%s: %s", text, error.text);
            ck_assert_int_eq(of(NULL, rows[r].key), index);
            ck_assert_int_eq(of("quantize_rows", rows[r].key), index);
            ck_assert_int_eq(of("llmint8_linear_paper", rows[r].key), index);
            kbit_declarations_print(&declarations, printed, sizeof printed);
            if (index)
                ck_assert_msg(strstr(printed, rows[r].key) != NULL, "%s printed as '%s'", text,
                              printed);
            else
                ck_assert_str_eq(printed, "");
            v += length + (v[length] == '|');
        }
    }
}
END_TEST

START_TEST(nonsense_is_named)
{
    static const struct {
        const char *text, *says;
    } BAD[] = {
        {"quant", "not key=value"},
        {"quant=fast", "exact|mul|rdiv|reciprocal|any"},
        {"speed=high", "no key 'speed'"},
        {"quant=mul quant=mul", "twice"},
        {"quant=", "one of"},
        {"=mul", "no key ''"},
        {"quant=mul,atol=1", "'atol'"},
        {"combine=round-twice store=once", "contradict"},
        {"combine=round-twice", "contradict"},
        {"acc=cdna2", "say ftz-in16=flush"},
        {"acc=cdna2 ftz-in16=flush", "say ftz32=flush"},
        {"acc=h100 ftz-in16=flush", "keeps subnormal operands"},
        {"acc=a1000", "cdna3"},
        {"bias=after-round", "say store=twice"},
        {"via=f16 store=once", "say store=twice"},
        {"via=f16 store=twice ftz-out16=flush", "no theorem says"},
        {"acc=v100 subB=bf16", "Volta has no bf16"},
        {"acc=turing subB=bf16", "Turing has no bf16"},
        /* of one step */
        {"nosuch:quant=mul", "no step 'nosuch'"},
        {":quant=mul", "no step ''"},
        {"store:quant=mul", "store does not depend on quant, which is read by: quantize_rows"},
        {"llmint8_linear:quant=mul", "no step 'llmint8_linear'"},
        {"quantize_rows:quant", "not key=value"},
        {"quantize_rows:speed=high", "no key 'speed'"},
        {"quantize_rows:quant=fast", "one of exact|mul"},
        {"quantize_rows:quant=mul quantize_rows:quant=mul",
         "'quantize_rows:quant=mul': quant is given twice"},
        {"llmint8_linear_bnb:combine=round-twice", "contradict for llmint8_linear_bnb"},
        {"store=twice combine=round-twice llmint8_linear_bnb:store=once", "contradict"},
        {"acc=cdna2 ftz-in16=flush ftz32=flush outlier_matmul_w16:ftz32=keep",
         "contradict for outlier_matmul_w16"},
        {"outlier_matmul:acc=cdna2", "say ftz-in16=flush"},
    };
    for (size_t i = 0; i < sizeof BAD / sizeof *BAD; i++) {
        ck_assert_msg(parse(BAD[i].text) == KBIT_ERR_FORMAT, "'%s' was accepted", BAD[i].text);
        ck_assert_msg(strstr(error.text, BAD[i].says) != NULL, "'%s': %s", BAD[i].text, error.text);
        ck_assert_int_eq(of(NULL, "quant"), QUANT_EXACT); /* nothing half-parsed */
    }
}
END_TEST

/* A step's own words stand over those of all steps, wherever either is written. */
START_TEST(steps_have_their_own)
{
    static const char *const SAME[] = {
        "dequant=any llmint8_linear_bnb:acc=tc-trunc outlier_matmul:acc=any-faithful "
        "dequantize:dequant=bnb",
        "dequantize:dequant=bnb,outlier_matmul:acc=any-faithful,llmint8_linear_bnb:acc=tc-trunc,"
        "dequant=any"};
    char first[400], printed[400];
    for (size_t i = 0; i < sizeof SAME / sizeof *SAME; i++) {
        ck_assert_msg(parse(SAME[i]) == KBIT_OK, "%s", error.text);
        ck_assert_int_eq(of(NULL, "dequant"), DEQUANT_ANY);
        ck_assert_int_eq(of("dequantize", "dequant"), DEQUANT_BNB);
        ck_assert_int_eq(of("llmint8_linear_bnb", "dequant"), DEQUANT_ANY);
        ck_assert_int_eq(of(NULL, "acc"), ACC_IEEE);
        ck_assert_int_eq(of("llmint8_linear_bnb", "acc"), ACC_TC_TRUNC);
        ck_assert_int_eq(of("outlier_matmul", "acc"), ACC_FAITHFUL);
        ck_assert_int_eq(of("outlier_matmul_w16", "acc"), ACC_IEEE);
        kbit_declarations_print(&declarations, i ? printed : first, sizeof first);
    }
    ck_assert_str_eq(first, printed);
    ck_assert_str_eq(first, "dequant=any dequantize:dequant=bnb outlier_matmul:acc=any-faithful "
                            "llmint8_linear_bnb:acc=tc-trunc");
    kbit_declared_print(kbit_declared_for(&declarations, "llmint8_linear_bnb"),
                        "llmint8_linear_bnb", printed, sizeof printed);
    ck_assert_str_eq(printed, "dequant=any acc=tc-trunc");
    kbit_declared_print(kbit_declared_for(&declarations, "outlier_matmul"), "outlier_matmul",
                        printed, sizeof printed);
    ck_assert_str_eq(printed, "acc=any-faithful");
}
END_TEST

/* What contradicts itself for all steps is no contradiction where each step that reads both keys says
 * otherwise. */
START_TEST(contradictions_are_of_steps)
{
    ck_assert_msg(parse("combine=round-twice llmint8_linear_bnb:store=twice "
                        "llmint8_linear_paper:store=any") == KBIT_OK,
                  "%s", error.text);
    ck_assert_int_eq(of("store", "store"), STORE_ONCE);
    ck_assert_int_eq(of("llmint8_linear_bnb", "store"), STORE_TWICE);
}
END_TEST

/* Every step that a key names is one, and the table of steps fits. */
START_TEST(tables_agree)
{
    const kbit_declared_row *rows;
    size_t n = kbit_declared_rows(&rows), n_steps;
    const kbit_step *const *steps = kbit_steps(&n_steps);
    ck_assert_uint_le(n_steps, KBIT_STEPS_MOST);
    for (size_t r = 0; r < n; r++) {
        size_t words = 1, readers = 0, values = 1, meanings = 1;
        for (const char *p = rows[r].steps; *p; p++)
            words += *p == ' ';
        for (size_t s = 0; s < n_steps; s++)
            readers += kbit_declared_reads(&rows[r], steps[s]->stem);
        ck_assert_msg(words == readers, "%s names a step that there is not", rows[r].key);
        for (const char *p = rows[r].values; *p; p++)
            values += *p == '|';
        for (const char *p = rows[r].meaning; *p; p++)
            meanings += *p == '|';
        ck_assert_msg(values == meanings, "%s has %zu values and %zu meanings", rows[r].key, values,
                      meanings);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("declared");
    TCase *core = tcase_create("core");
    tcase_add_test(core, nothing_is_the_reference);
    tcase_add_test(core, every_value_round_trips);
    tcase_add_test(core, nonsense_is_named);
    tcase_add_test(core, steps_have_their_own);
    tcase_add_test(core, contradictions_are_of_steps);
    tcase_add_test(core, tables_agree);
    suite_add_tcase(suite, core);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
