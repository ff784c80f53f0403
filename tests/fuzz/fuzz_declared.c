/* fuzz_declared.c -- kbit_declared_parse(): a refusal changes nothing; what is accepted and printed
 * is accepted again, with the same meaning. */
#include "declared.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = malloc(size + 1), printed[512];
    const kbit_declared reference = {0};
    kbit_declared declared = {0}, again = {0};
    kbit_error error = {KBIT_OK, ""};

    FUZZ_REQUIRE(text);
    if (size)
        memcpy(text, data, size);
    text[size] = '\0';
    kbit_status status = kbit_declared_parse(text, &declared, &error);
    free(text);
    if (status) {
        fuzz_refused(status, &error);
        FUZZ_REQUIRE(memcmp(&declared, &reference, sizeof declared) == 0);
        return 0;
    }
    kbit_declared_print(&declared, printed, sizeof printed);
    FUZZ_REQUIRE(strlen(printed) + 1 < sizeof printed);
    FUZZ_REQUIRE(kbit_declared_parse(printed, &again, &error) == KBIT_OK);
    FUZZ_REQUIRE(memcmp(&declared, &again, sizeof declared) == 0);
    return 0;
}
