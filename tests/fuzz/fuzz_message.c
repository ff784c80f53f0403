/* fuzz_message.c -- the records of a candidate's process, and the page that it leaves. The first byte
 * says which. Texts of what is accepted end, and may be shown; a death is put into words whatever the
 * page holds. */
#include <math.h>

#include "fuzz.h"
#include "sandbox/autopsy.h"
#include "sandbox/message.h"

static void shown(const char *text, size_t size)
{
    const char *end = memchr(text, '\0', size);
    FUZZ_REQUIRE(end);
    for (const char *p = text; p < end; p++)
        FUZZ_REQUIRE((unsigned char)*p >= 0x20 && *p != 0x7f);
}

static void hello(const uint8_t *data, size_t size)
{
    kbit_run_hello record;
    memset(&record, 0xff, sizeof record);
    memcpy(&record, data, size < sizeof record ? size : sizeof record);
    if (!kbit_message_hello(&record, size))
        return;
    FUZZ_REQUIRE(size == sizeof record && record.protocol == KBIT_PROTOCOL);
    FUZZ_REQUIRE(record.status <= (uint32_t)KBIT_ERR_FORMAT);
    shown(record.name, sizeof record.name);
    shown(record.declares, sizeof record.declares);
    shown(record.steps, sizeof record.steps);
    shown(record.error, sizeof record.error);
}

static void reply(const uint8_t *data, size_t size)
{
    const kbit_run_request request = {.call = 7};
    kbit_run_reply record;
    memset(&record, 0xff, sizeof record);
    memcpy(&record, data, size < sizeof record ? size : sizeof record);
    if (!kbit_message_reply(&record, size, &request))
        return;
    FUZZ_REQUIRE(size == sizeof record && record.protocol == KBIT_PROTOCOL && record.call == 7);
    FUZZ_REQUIRE(record.seconds >= 0 && isfinite(record.seconds));
    shown(record.changed, sizeof record.changed);
    shown(record.error, sizeof record.error);
}

static void page(const uint8_t *data, size_t size)
{
    const kbit_run_request request = {.step = "quantize_rows",
                                      .n_in = 3,
                                      .n_out = 1,
                                      .tensor = {{KBIT_F16, 2, {3, 5}, 30, 0},
                                                 {KBIT_F32, 1, {3, 0}, 12, 0},
                                                 {KBIT_I32, 1, {0, 0}, 0, 0},
                                                 {KBIT_I8, 2, {3, 5}, 15, 0}}};
    static const size_t SIZES[] = {320, 64, 2, 1};
    kbit_run_box box;
    memset(&box, 0, sizeof box);
    memcpy(&box, data, size < sizeof box ? size : sizeof box);
    kbit_message_box(&box);
    for (int ended = 0; ended < 32; ended++) { /* signals; then an exit status */
        char text[320];
        const size_t room = SIZES[(size_t)ended % 4];
        kbit_autopsy(&box, ended ? ended : 4 << 8, "./mine.so", ended % 3 ? &request : NULL, text,
                     room);
        shown(text, room);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static void (*const KINDS[])(const uint8_t *, size_t) = {hello, reply, page};
    if (size > 0)
        KINDS[data[0] % 3](data + 1, size - 1);
    return 0;
}
