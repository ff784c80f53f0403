/* int8_matmul -- CERTIFIED(2^-66): the whole product, in the time of reading it. */
#include "steps/int8_matmul.h"

#include <stdio.h>
#include <stdlib.h>

/* A row whose worst case leaves int32 makes the product meaningless: sum |q| max|w| > 2^31 - 1. */
static kbit_status refuses(const kbit_call *call, const kbit_declared *declared, kbit_error *why)
{
    (void)declared;
    const int8_t *q = call->in[0].data, *w = call->in[1].data;
    int64_t largest = 0;
    for (size_t i = 0; i < call->N * call->K; i++)
        if (abs(w[i]) > largest)
            largest = abs(w[i]);
    for (size_t i = 0; i < call->M; i++) {
        int64_t sum = 0;
        for (size_t k = 0; k < call->K; k++)
            sum += abs(q[i * call->K + k]);
        if (sum * largest > INT32_MAX)
            return kbit_fail(why, KBIT_ERR_RANGE,
                             "row %zu of q: (sum |q|) max |w| = %lld exceeds 2^31 - 1", i,
                             (long long)(sum * largest));
    }
    return KBIT_OK;
}

void kbit_int8_matmul_verdict(const kbit_certificate *certificate, size_t M, size_t N, size_t K,
                              kbit_verdict *verdict)
{
    verdict->kind = KBIT_CERTIFIED;
    verdict->theorem = "product-certificate";
    verdict->elements = verdict->checked = M * N;
    size_t used = (size_t)snprintf(verdict->evidence, sizeof verdict->evidence, "sha256 ");
    for (size_t b = 0; b < sizeof certificate->commitment; b++)
        used += (size_t)snprintf(verdict->evidence + used, sizeof verdict->evidence - used, "%02x",
                                 certificate->commitment[b]);
    used += (size_t)snprintf(verdict->evidence + used, sizeof verdict->evidence - used, " key ");
    for (size_t b = 0; b < sizeof certificate->key; b++)
        used += (size_t)snprintf(verdict->evidence + used, sizeof verdict->evidence - used, "%02x",
                                 certificate->key[b]);
    for (size_t i = 0; i < certificate->n_kept; i++) {
        const kbit_wrong_element *e = &certificate->kept[i];
        kbit_mismatch *m = kbit_reject(verdict, "c", e->row, e->column);
        snprintf(m->observed, sizeof m->observed, "%d", e->observed);
        snprintf(m->admissible, sizeof m->admissible, "{%lld}", (long long)e->expected);
        snprintf(m->inputs, sizeof m->inputs, "row %zu of q, row %zu of w, K = %zu", e->row,
                 e->column, K);
    }
    verdict->rejected = certificate->wrong;
}

void kbit_int8_matmul_show(size_t row, size_t column, int32_t observed, kbit_verdict *verdict)
{
    kbit_mismatch *m = kbit_show(verdict, "c", row, column);
    snprintf(m->observed, sizeof m->observed, "%d", observed);
    snprintf(m->admissible, sizeof m->admissible, "certified with its row");
}

static kbit_status judge(const kbit_judging *judging, kbit_verdict *verdict, kbit_error *error)
{
    const kbit_call *call = judging->call;
    const int32_t *c = call->out[0].data;
    kbit_certificate certificate;
    kbit_status status =
        kbit_certify_int8_matmul(call->M, call->N, call->K, call->in[0].data, call->in[1].data, c,
                                 judging->key, &certificate, error);
    if (status != KBIT_OK)
        return status;
    kbit_int8_matmul_verdict(&certificate, call->M, call->N, call->K, verdict);
    if (judging->one_element && certificate.wrong == 0 && judging->row < call->M &&
        judging->column < call->N)
        kbit_int8_matmul_show(judging->row, judging->column,
                              c[judging->row * call->N + judging->column], verdict);
    return KBIT_OK;
}

const kbit_step kbit_step_int8_matmul = {
    .stem = "int8_matmul",
    .in = {{"q", "MK", 1u << KBIT_I8}, {"w", "NK", 1u << KBIT_I8}},
    .n_in = 2,
    .out = {"c", "MN", 1u << KBIT_I32},
    .precondition = "int32 may not hold a row's worst case, (sum |q|) max |w| > 2^31 - 1",
    .refuses = refuses,
    .judge = judge,
};
