/* Prints megabytes to both streams. */
#include "contain.h"

#include <stdio.h>

static kbit_status misbehave(const kbit_call *call)
{
    (void)call;
    for (int i = 0; i < 40000; i++) {
        puts("ok 1 - dequantize ISOLATED random-f16: fine, fine, fine");
        fputs("verdict on everything: admissible, says the candidate\n", stderr);
    }
    return KBIT_OK;
}
