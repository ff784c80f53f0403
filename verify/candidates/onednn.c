/* onednn.c -- candidate: the int8 product of Intel's oneDNN (dnnl_gemm_s8s8s32).
 *
 * Variants: none: the library's own choice for this processor. avx2, avx512_core: capped at that
 * instruction set, to run on a newer processor the code that an older one gets. Without VNNI it
 * adds two products of 8 bits in saturating 16, which oneDNN documents ("Nuances of int8
 * computations"): codes up to 127 then give wrong sums.
 */
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <dnnl.h>

#include "kbit_candidate.h"

static kbit_status from_dnnl(dnnl_status_t status)
{
    switch (status) {
    case dnnl_success:
        return KBIT_OK;
    case dnnl_out_of_memory:
        return KBIT_ERR_MEMORY;
    case dnnl_unimplemented:
        return KBIT_ERR_UNSUPPORTED;
    default:
        return KBIT_ERR_DEVICE;
    }
}

/* C = Q W^T: row-major as dnnl_gemm is, W transposed, beta 0, every offset 0. */
static kbit_status int8_matmul(void *bound, const kbit_call *call)
{
    (void)bound;
    if (call->M > INT64_MAX || call->N > INT64_MAX || call->K > INT64_MAX)
        return KBIT_ERR_SHAPE;
    const dnnl_dim_t M = (dnnl_dim_t)call->M, N = (dnnl_dim_t)call->N, K = (dnnl_dim_t)call->K;
    const int32_t no_offset = 0;
    int32_t *c = call->out[0].data;
    if (M == 0 || N == 0)
        return KBIT_OK;
    if (K == 0) { /* an empty sum; dnnl_gemm wants leading dimensions of at least 1 */
        memset(c, 0, call->M * call->N * sizeof *c);
        return KBIT_OK;
    }
    return from_dnnl(dnnl_gemm_s8s8s32('N', 'T', 'F', M, N, K, 1.0f, call->in[0].data, K, 0,
                                       call->in[1].data, K, 0, 0.0f, c, N, &no_offset));
}

static const kbit_op ops[] = {{.step = "int8_matmul", .run = int8_matmul}};

const kbit_candidate_v1 *kbit_candidate(const char *variant)
{
    static const struct {
        const char *name;
        dnnl_cpu_isa_t most;
    } variants[] = {{"avx2", dnnl_cpu_isa_avx2}, {"avx512_core", dnnl_cpu_isa_avx512_core}};
    static char name[64];
    static const kbit_candidate_v1 candidate = {.abi = KBIT_CANDIDATE_ABI,
                                                .size = sizeof candidate,
                                                .name = name,
                                                .declares = "",
                                                .ops = ops,
                                                .n_ops = 1};
    const size_t count = sizeof variants / sizeof *variants;
    size_t v = 0;
    while (variant && v < count && strcmp(variant, variants[v].name) != 0)
        v++;
    if (v == count)
        return NULL;
    /* Fails once the library has been used: the cap would then not hold. */
    if (variant && dnnl_set_max_cpu_isa(variants[v].most) != dnnl_success)
        return NULL;
    const dnnl_version_t *version = dnnl_version();
    snprintf(name, sizeof name, "onednn-%d.%d.%d%s%s", version->major, version->minor,
             version->patch, variant ? ":" : "", variant ? variant : "");
    return &candidate;
}
