/* Notices that it must refuse when it has begun to write. */
#define CONTAIN_OWN_ENTRY
#include "contain.h"

static kbit_status misbehave(const kbit_call *call)
{
    ((int32_t *)call->out[0].data)[call->N * call->M - 1] = 0;
    return KBIT_ERR_RANGE;
}

static kbit_status int8_matmul(void *bound, const kbit_call *call)
{
    (void)bound;
    (void)dequantize;
    return misbehave(call);
}

const kbit_candidate_v1 *kbit_candidate(const char *variant)
{
    static const kbit_op ops[] = {{"int8_matmul", int8_matmul, NULL, NULL}};
    static const kbit_candidate_v1 me = {
        KBIT_CANDIDATE_ABI, sizeof(kbit_candidate_v1), "contained", "", ops, 1};
    (void)variant;
    return &me;
}
