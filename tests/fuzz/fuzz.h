/* fuzz.h -- one parser, any bytes. A target defines LLVMFuzzerTestOneInput(); libFuzzer or driver.c
 * calls it. Besides not crashing, each target states what must hold of accepted and refused input.
 */
#ifndef KBIT_TESTS_FUZZ_H
#define KBIT_TESTS_FUZZ_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "error.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* abort() is what libFuzzer and the driver both take for a finding. */
#define FUZZ_REQUIRE(condition)                                                                    \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition);                        \
            abort();                                                                               \
        }                                                                                          \
    } while (0)

/* A refusal has a status and one line of text that a terminal may be shown. */
static inline void fuzz_refused(kbit_status status, const kbit_error *error)
{
    FUZZ_REQUIRE(error->status == status);
    FUZZ_REQUIRE(error->text[0] != '\0' && strlen(error->text) < sizeof error->text);
    for (const char *p = error->text; *p; p++)
        FUZZ_REQUIRE((unsigned char)*p >= 0x20 && *p != 0x7f);
}

#endif
