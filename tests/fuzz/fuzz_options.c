/* fuzz_options.c -- the values of options, and names that are looked up. A refused value writes
 * nothing; an accepted one, printed, is accepted again and means the same. */
#include <inttypes.h>

#include "cases.h"
#include "fuzz.h"
#include "io/nearest.h"
#include "option_values.h"
#include "step.h"

static const char *case_name(const void *unused, size_t index)
{
    size_t n;
    (void)unused;
    return kbit_cases(&n)[index].name;
}

static void number(const char *text)
{
    uint64_t value = 42, again = 0;
    char printed[32];
    if (!kbit_parse_number(text, 3, UINT64_MAX - 1, &value)) {
        FUZZ_REQUIRE(value == 42);
        return;
    }
    FUZZ_REQUIRE(value >= 3 && value < UINT64_MAX);
    snprintf(printed, sizeof printed, "%" PRIu64, value);
    FUZZ_REQUIRE(kbit_parse_number(printed, 3, UINT64_MAX - 1, &again) && again == value);
    snprintf(printed, sizeof printed, "0x%" PRIX64, value);
    FUZZ_REQUIRE(kbit_parse_number(printed, 3, UINT64_MAX - 1, &again) && again == value);
    FUZZ_REQUIRE(strspn(text, "0123456789abcdefABCDEFxX") == strlen(text));
}

static void pair(const char *text)
{
    size_t a = 42, b = 43, c = 0, d = 0;
    char printed[64];
    if (kbit_parse_element(text, &a, &b)) {
        snprintf(printed, sizeof printed, "%zu,%zu", a, b);
        FUZZ_REQUIRE(kbit_parse_element(printed, &c, &d) && a == c && b == d);
        FUZZ_REQUIRE(strspn(text, "0123456789,") == strlen(text));
    } else {
        FUZZ_REQUIRE(a == 42 && b == 43);
    }
    a = 42;
    b = 43;
    if (kbit_parse_shard(text, &a, &b)) {
        snprintf(printed, sizeof printed, "%zu/%zu", a, b);
        FUZZ_REQUIRE(kbit_parse_shard(printed, &c, &d) && a == c && b == d);
        FUZZ_REQUIRE(a >= 1 && a <= b && b <= KBIT_MOST_SHARDS);
    } else {
        FUZZ_REQUIRE(a == 42 && b == 43);
    }
}

static void sizes(const char *text)
{
    size_t read[3] = {42, 42, 42}, again[3];
    char printed[80];
    if (!kbit_parse_sizes(text, 'x', 3, read)) {
        FUZZ_REQUIRE(read[0] == 42 && read[1] == 42 && read[2] == 42);
        return;
    }
    snprintf(printed, sizeof printed, "%zux%zux%zu", read[0], read[1], read[2]);
    FUZZ_REQUIRE(kbit_parse_sizes(printed, 'x', 3, again));
    FUZZ_REQUIRE(memcmp(read, again, sizeof read) == 0);
}

static void key(const char *text)
{
    uint8_t bytes[KBIT_KEY_BYTES], again[KBIT_KEY_BYTES], untouched[KBIT_KEY_BYTES];
    char printed[2 * KBIT_KEY_BYTES + 1];
    memset(bytes, 0xa5, sizeof bytes);
    memset(untouched, 0xa5, sizeof untouched);
    if (!kbit_parse_key(text, bytes)) {
        FUZZ_REQUIRE(memcmp(bytes, untouched, sizeof bytes) == 0);
        return;
    }
    for (size_t i = 0; i < KBIT_KEY_BYTES; i++)
        snprintf(printed + 2 * i, 3, "%02x", bytes[i]);
    FUZZ_REQUIRE(kbit_parse_key(printed, again) && memcmp(bytes, again, sizeof bytes) == 0);
}

static void name(const char *text)
{
    char nearest[KBIT_NEAREST_TEXT];
    const char *variant = text;
    size_t n, length = 0;
    kbit_cases(&n);
    FUZZ_REQUIRE(kbit_nearest_names(text, n, case_name, NULL, nearest) == nearest);
    FUZZ_REQUIRE(strlen(nearest) < sizeof nearest);
    for (size_t i = 0; i < n; i++)
        if (strcmp(text, case_name(NULL, i)) == 0)
            FUZZ_REQUIRE(strstr(nearest, text));
    const kbit_step *step = kbit_step_find(text);
    FUZZ_REQUIRE(!step || strcmp(step->stem, text) == 0);
    if (kbit_parse_candidate(text, &length, &variant)) {
        FUZZ_REQUIRE(length > 0 && length <= strlen(text));
        FUZZ_REQUIRE(variant ? variant == text + length + 1 && *variant && text[length] == ':'
                             : length == strlen(text));
    } else {
        FUZZ_REQUIRE(variant == text && length == 0);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = malloc(size + 1);
    FUZZ_REQUIRE(text);
    if (size)
        memcpy(text, data, size);
    text[size] = '\0';
    number(text);
    pair(text);
    sizes(text);
    key(text);
    name(text);
    free(text);
    return 0;
}
