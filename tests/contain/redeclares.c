/* Declares one thing when it is loaded, and another once it was called. */
#define CONTAIN_OWN_ENTRY
#include "contain.h"

static char declares[] = "dequant=bnb";

static kbit_status misbehave(const kbit_call *call)
{
    (void)call;
    memcpy(declares, "dequant=any", sizeof declares);
    return KBIT_OK;
}

const kbit_candidate_v1 *kbit_candidate(const char *variant)
{
    static const kbit_op ops[] = {{"dequantize", dequantize, NULL, NULL}};
    static const kbit_candidate_v1 me = {
        KBIT_CANDIDATE_ABI, sizeof(kbit_candidate_v1), "contained", declares, ops, 1};
    (void)variant;
    return &me;
}
