/* fuzz_planted.c -- no parser: two bugs that driver.c must find, or its silence means nothing. One
 * reads a byte behind the input, the other dies on a value that no file of the corpus has. */
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    volatile uint8_t byte = 0;
#ifdef PLANTED_READ
    if (size > 60 && data[0] == 0x93 && data[6] == 2)
        byte = data[size];
#else
    if (size > 20 && data[0] == 0x93 && data[20] == '=')
        abort();
#endif
    (void)byte;
    return 0;
}
