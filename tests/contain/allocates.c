/* Wants all memory that there is. */
#include "contain.h"

static kbit_status misbehave(const kbit_call *call)
{
    (void)call;
    enum { BLOCK = 16 << 20 };
    for (int i = 0; i < 65536; i++) {
        char *block = malloc(BLOCK);
        if (!block)
            return KBIT_ERR_MEMORY;
        for (size_t b = 0; b < BLOCK; b += 4096)
            block[b] = 1;
    }
    return KBIT_OK;
}
