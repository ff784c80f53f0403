/* fuzz_declared.c -- kbit_declarations_parse(): a refusal changes nothing; what is accepted and printed
 * is accepted again, with the same meaning. */
#include "declared.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    /* Room for every key of every step. */
    char *text = malloc(size + 1), printed[1 << 14];
    static const kbit_declarations reference;
    kbit_declarations declared = {.all = {0}}, again = {.all = {0}};
    kbit_error error = {KBIT_OK, ""};

    FUZZ_REQUIRE(text);
    if (size)
        memcpy(text, data, size);
    text[size] = '\0';
    kbit_status status = kbit_declarations_parse(text, &declared, &error);
    free(text);
    if (status) {
        fuzz_refused(status, &error);
        FUZZ_REQUIRE(memcmp(&declared, &reference, sizeof declared) == 0);
        return 0;
    }
    kbit_declarations_print(&declared, printed, sizeof printed);
    FUZZ_REQUIRE(strlen(printed) + 1 < sizeof printed);
    FUZZ_REQUIRE(kbit_declarations_parse(printed, &again, &error) == KBIT_OK);
    FUZZ_REQUIRE(memcmp(&declared, &again, sizeof declared) == 0);
    return 0;
}
