/* candidate.c -- a whole plug-in, to start your own from: one step, written from kbit_candidate.h alone.
 *     cc -std=c11 -shared -fPIC -Ireference -o mine.so verify/examples/candidate.c
 *     build/verify/kbit verify --candidate ./mine.so --step int8_matmul */
#include "kbit_candidate.h"

static kbit_status int8_matmul(void *bound, const kbit_call *call)
{
    const int8_t *q = call->in[0].data, *w = call->in[1].data;
    int32_t *c = call->out[0].data;
    (void)bound;
    if (call->K > 131071)
        return KBIT_ERR_UNSUPPORTED; /* the sums of some inputs would not fit: serves none of them */
    for (size_t i = 0; i < call->M; i++)
        for (size_t j = 0; j < call->N; j++) {
            c[i * call->N + j] = 0;
            for (size_t k = 0; k < call->K; k++)
                c[i * call->N + j] += q[i * call->K + k] * w[j * call->K + k];
        }
    return KBIT_OK;
}

static const kbit_op ops[] = {{.step = "int8_matmul", .run = int8_matmul}};

const kbit_candidate_v1 *kbit_candidate(const char *variant)
{
    static const kbit_candidate_v1 mine = {KBIT_CANDIDATE_ABI, sizeof mine, "mine", "", ops, 1};
    return variant ? NULL : &mine;
}
