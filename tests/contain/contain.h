/* contain.h -- a candidate that is right in all it computes, and misbehaves. Each file here defines
 * misbehave(), which runs in each call, and is built as a plug-in of its own from the public header
 * alone; tests/contain.sh says what must be reported. */
#ifndef KBIT_TESTS_CONTAIN_H
#define KBIT_TESTS_CONTAIN_H

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kbit_candidate.h"

/* Before the output is written, or after it; the status of the call. */
static kbit_status misbehave(const kbit_call *call);

/* ((C*a)*s)*RN(1/16129), as bitsandbytes has it. */
static kbit_status dequantize(void *bound, const kbit_call *call)
{
    const int32_t *c = (const int32_t *)call->in[0].data;
    const float *absmax = (const float *)call->in[1].data;
    const float *w_absmax = (const float *)call->in[2].data;
    (void)bound;
    kbit_status status = misbehave(call);
    float *d = (float *)call->out[0].data;
    for (size_t i = 0; status == KBIT_OK && i < call->M; i++)
        for (size_t j = 0; j < call->N; j++)
            d[i * call->N + j] =
                (float)c[i * call->N + j] * absmax[i] * w_absmax[j] * (1.0f / 16129.0f);
    return status;
}

#ifndef CONTAIN_OWN_ENTRY
#ifdef __cplusplus
extern "C"
#endif
    const kbit_candidate_v1 *
    kbit_candidate(const char *variant)
{
    static const kbit_op ops[] = {{"dequantize", dequantize, NULL, NULL}};
    static const kbit_candidate_v1 me = {
        KBIT_CANDIDATE_ABI, sizeof(kbit_candidate_v1), "contained", "", ops, 1};
    return variant ? NULL : &me;
}
#endif

#endif
