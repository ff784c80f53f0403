/* Follows a pointer that it never set. */
#include "contain.h"

static struct {
    char head[24];
    int value;
} * state;

static kbit_status misbehave(const kbit_call *call)
{
    (void)call;
    state->value = 1;
    return KBIT_OK;
}
