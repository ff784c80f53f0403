/* t_declared.c -- the table of declared variations: parsing, refusing, printing. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <check.h>

#include "declared.h"

static kbit_declared declared;
static kbit_error error;

static kbit_status parse(const char *text)
{
    memset(&declared, 0, sizeof declared);
    memset(&error, 0, sizeof error);
    return kbit_declared_parse(text, &declared, &error);
}

START_TEST(nothing_is_the_reference)
{
    ck_assert_int_eq(parse(""), KBIT_OK);
    ck_assert_int_eq(declared.quant, QUANT_EXACT);
    ck_assert_int_eq(declared.store, STORE_ONCE);
    ck_assert_int_eq(parse("  , \t"), KBIT_OK);
}
END_TEST

/* Every value of every row parses to its index and prints back. */
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
            bool twice = strcmp(rows[r].key, "combine") == 0 && index == 1;
            bool flushes = length == 5 && memcmp(v, "cdna2", 5) == 0; /* and acc with ftz */
            snprintf(text, sizeof text, "%s=%.*s%s", rows[r].key, (int)length, v,
                     twice     ? " store=twice"
                     : flushes ? " ftz-in16=flush ftz32=flush"
                               : "");
            ck_assert_msg(parse(text) == KBIT_OK, "%s: %s", text, error.text);
            ck_assert_int_eq(*(int *)(void *)((char *)&declared + rows[r].offset), index);
            kbit_declared_print(&declared, printed, sizeof printed);
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
        {"quant=fast", "exact|mul|rdiv|any"},
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
    };
    for (size_t i = 0; i < sizeof BAD / sizeof *BAD; i++) {
        ck_assert_msg(parse(BAD[i].text) == KBIT_ERR_FORMAT, "'%s' was accepted", BAD[i].text);
        ck_assert_msg(strstr(error.text, BAD[i].says) != NULL, "'%s': %s", BAD[i].text, error.text);
        ck_assert_int_eq(declared.quant, QUANT_EXACT); /* nothing half-parsed */
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
    suite_add_tcase(suite, core);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
