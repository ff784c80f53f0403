/* candidate.cu -- the kernels as a plug-in of the referee (kbit_candidate.h).
 *
 * One source, two plug-ins. Built by nvcc it is "cuda": tensors are copied to the device, where the
 * outputs start out as they came (poisoned), and back. Built for the CPU layer it is "simt": device
 * memory is host memory, so the kernels work on the referee's own read-only, guarded pages.
 * Variants: NULL, the kernels that dispatch chooses; "v1", the plainest kernel of every step; "v2",
 * "v3" and so on, nothing above that rung of a ladder; "narrow", "wide" and "pair", that tile wherever a
 * Hopper kernel serves.
 */
#include "candidate_steps.cuh"
#include "launch.cuh"
#include "rungs.h"
#if !defined(__CUDACC__)
#include "simt/options.h"
#endif

#include <new>
#include <string.h>

namespace
{

using kbit::status_of;

kbit_status allocate(void **p, size_t bytes)
{
    return bytes ? status_of(cudaMalloc(p, bytes)) : KBIT_OK;
}

kbit_status upload(int32_t **p, int32_t value)
{
    void *memory = nullptr;
    kbit_status status = allocate(&memory, sizeof value);
    if (status == KBIT_OK)
        status = status_of(cudaMemcpy(memory, &value, sizeof value, cudaMemcpyHostToDevice));
    *p = static_cast<int32_t *>(memory);
    return status;
}

#if defined(__CUDACC__)
constexpr const char *kName = "cuda";

size_t element_bytes(uint32_t dtype)
{
    return dtype == KBIT_I8 ? 1 : dtype == KBIT_F16 || dtype == KBIT_BF16 ? 2 : 4;
}

size_t bytes_of(const kbit_tensor &t)
{
    return t.dim[0] * (t.rank > 1 ? t.dim[1] : 1) * element_bytes(t.dtype);
}

kbit_status upload(void **p, const kbit_tensor &t)
{
    const kbit_status status = allocate(p, bytes_of(t));
    if (status != KBIT_OK || bytes_of(t) == 0)
        return status;
    return status_of(cudaMemcpy(*p, t.data, bytes_of(t), cudaMemcpyHostToDevice));
}

kbit_status download(const kbit_tensor &t, const void *p)
{
    return bytes_of(t) ? status_of(cudaMemcpy(t.data, p, bytes_of(t), cudaMemcpyDeviceToHost))
                       : KBIT_OK;
}

void release(void *p)
{
    cudaFree(p);
}

void check_settings() {}
#else
#if defined(KBIT_RACE_RUNTIME)
constexpr const char *kName = "simt-race";
#else
constexpr const char *kName = "simt";
#endif

kbit_status upload(void **p, const kbit_tensor &t)
{
    *p = t.data;
    return KBIT_OK;
}

kbit_status download(const kbit_tensor &, const void *)
{
    return KBIT_OK;
}

void release(void *) {}

/* A wrong setting is refused while this is loaded, rather than in a call. */
void check_settings()
{
    simt::options();
}
#endif

void free_all(Bound *b)
{
    for (void *p : b->in)
        release(p);
    for (void *p : b->outs)
        release(p);
    cudaFree(b->count);
    cudaFree(b->violation);
    cudaFree(b->workspace);
    delete b;
}

/* Uploads everything; *bound is NULL on failure. */
kbit_status bind_status(const kbit_call *call, Bound **bound)
{
    *bound = nullptr;
    const Step *step = find(call->step);
    if (!step)
        return KBIT_ERR_UNSUPPORTED;
    Bound *b = new (std::nothrow) Bound;
    if (!b)
        return KBIT_ERR_MEMORY;
    kbit_status status = KBIT_OK;
    for (int i = 0; i < step->inputs && status == KBIT_OK; ++i)
        status = upload(&b->in[i], call->in[i]);
    for (int i = 0; i < step->outputs && status == KBIT_OK; ++i)
        status = upload(&b->outs[i], call->out[i]);
    b->out = b->outs[0];
    const size_t listed = step->outliers >= 0 ? call->in[step->outliers].dim[0] : 0;
    if (status == KBIT_OK && (listed > 0 || step->outliers < 0)) /* an empty O is a NULL count */
        status = upload(&b->count, static_cast<int32_t>(listed));
    if (status == KBIT_OK)
        status = upload(&b->violation, 0);
    if (status == KBIT_OK && step->workspace) {
        b->workspace_bytes = step->workspace(*call);
        status = allocate(&b->workspace, b->workspace_bytes);
    }
    if (status == KBIT_OK)
        *bound = b;
    else
        free_all(b);
    return status;
}

kbit_status fetch(void *bound, const kbit_call *call)
{
    Bound *b = static_cast<Bound *>(bound);
    const Step *step = find(call->step);
    kbit_status status = KBIT_OK;
    if (step->listed >= 0) {
        int32_t found;
        status = status_of(cudaMemcpy(&found, b->count, sizeof found, cudaMemcpyDeviceToHost));
        call->out[step->listed].dim[0] = static_cast<size_t>(found);
    }
    for (int i = 0; i < step->outputs && status == KBIT_OK; ++i)
        status = download(call->out[i], b->outs[i]);
    free_all(b);
    return status;
}

/* Launches, waits, and says whether the inputs kept the step's precondition. */
kbit_status launch_and_wait(const Bound &b, const kbit_call &call)
{
    kbit_status status = find(call.step)->launch(b, call);
    if (status == KBIT_OK)
        status = status_of(cudaStreamSynchronize(nullptr));
    int32_t violation = 0;
    if (status == KBIT_OK)
        status = status_of(
            cudaMemcpy(&violation, b.violation, sizeof violation, cudaMemcpyDeviceToHost));
    return status == KBIT_OK && violation ? KBIT_ERR_RANGE : status;
}

template <int Highest, kbit::HopperTile Tile> void *bind(const kbit_call *call)
{
    const kbit::RungLimit limit(Highest); /* the workspace depends on the rung */
    const kbit::HopperTileChoice tile(Tile);
    Bound *b;
    bind_status(call, &b);
    return b;
}

template <int Highest, kbit::HopperTile Tile> kbit_status run(void *bound, const kbit_call *call)
{
    const kbit::RungLimit limit(Highest);
    const kbit::HopperTileChoice tile(Tile);
    if (bound)
        return launch_and_wait(*static_cast<Bound *>(bound), *call);
    Bound *b;
    kbit_status status = bind_status(call, &b);
    if (status != KBIT_OK)
        return status;
    status = launch_and_wait(*b, *call);
    const kbit_status fetched = fetch(b, call);
    return status != KBIT_OK ? status : fetched;
}

/* From this rung on the layer's outlier product is on the tensor cores (epilogue.cuh). */
constexpr int kTensorCoreOutliers = 3;
constexpr const char *kReference = "quant=exact dequant=bnb store=once";
constexpr const char *kFused = "quant=exact dequant=bnb store=once "
                               "llmint8_linear_bnb:dequant=any llmint8_linear_bnb:acc=tc-trunc";

template <int Highest, kbit::HopperTile Tile = kbit::kHopperByModel>
const kbit_candidate_v1 *describe()
{
    static kbit_op ops[kSteps];
    for (size_t i = 0; i < kSteps; ++i)
        ops[i] = {steps[i].name, run<Highest, Tile>, bind<Highest, Tile>, fetch};
    static const kbit_candidate_v1 candidate = {KBIT_CANDIDATE_ABI,
                                                sizeof(kbit_candidate_v1),
                                                kName,
                                                Highest < kTensorCoreOutliers ? kReference : kFused,
                                                ops,
                                                kSteps};
    return &candidate;
}

} // namespace

template <int Rung> const kbit_candidate_v1 *find_rung(char name)
{
    if constexpr (Rung <= kbit::kMaxRungs)
        return name == '0' + Rung ? describe<Rung>() : find_rung<Rung + 1>(name);
    else
        return nullptr;
}

const kbit_candidate_v1 *kbit_candidate(const char *variant)
{
    check_settings();
    if (!variant)
        return describe<kbit::kMaxRungs>();
    if (strcmp(variant, "narrow") == 0)
        return describe<kbit::kMaxRungs, kbit::kHopperNarrow>();
    if (strcmp(variant, "wide") == 0)
        return describe<kbit::kMaxRungs, kbit::kHopperWide>();
    if (strcmp(variant, "pair") == 0)
        return describe<kbit::kMaxRungs, kbit::kHopperPair>();
    return variant[0] == 'v' && variant[1] && !variant[2] ? find_rung<1>(variant[1]) : nullptr;
}
