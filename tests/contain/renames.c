/* Crashes, and is another candidate each time that it is loaded. */
#define CONTAIN_OWN_ENTRY
#include <stdio.h>

#include "contain.h"

static kbit_status misbehave(const kbit_call *call)
{
    (void)call;
    abort();
}

const kbit_candidate_v1 *kbit_candidate(const char *variant)
{
    static char name[32];
    static const kbit_op ops[] = {{"dequantize", dequantize, NULL, NULL}};
    static const kbit_candidate_v1 me = {
        KBIT_CANDIDATE_ABI, sizeof(kbit_candidate_v1), name, "", ops, 1};
    (void)variant;
    snprintf(name, sizeof name, "process-%d", (int)getpid());
    return &me;
}
