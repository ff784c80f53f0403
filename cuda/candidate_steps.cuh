/* candidate_steps.cuh -- each step of the plug-in: which tensors of a call are which argument. */
#ifndef KBIT_CUDA_CANDIDATE_STEPS_CUH
#define KBIT_CUDA_CANDIDATE_STEPS_CUH

#include "kbit_cuda.h"

#include <string.h>

namespace
{

constexpr int kMaxInputs = 5;

/* A call's tensors on the device. */
struct Bound {
    void *in[kMaxInputs] = {};
    void *out = nullptr;
    int32_t *count = nullptr;     /* |O| */
    int32_t *violation = nullptr; /* quantize_rows: a precondition fails */
    void *workspace = nullptr;
    size_t workspace_bytes = 0;
};

kbit_dtype type_of(const kbit_tensor &t)
{
    return static_cast<kbit_dtype>(t.dtype);
}

template <class T> T *as(void *p)
{
    return static_cast<T *>(p);
}

/* A step: how many inputs it has, which of them (or -1) is O, its workspace, its launch. */
struct Step {
    const char *name;
    int inputs;
    int outliers;
    size_t (*workspace)(const kbit_call &);
    kbit_status (*launch)(const Bound &, const kbit_call &);
};

const float *bias(const Bound &b, const kbit_call &call, int i)
{
    return call.in[i].dim[0] ? as<const float>(b.in[i]) : nullptr;
}

const Step steps[] = {
    {"outlier_columns", 1, -1,
     [](const kbit_call &c) { return kbit_cuda_outlier_columns_workspace(c.M, c.K); },
     [](const Bound &b, const kbit_call &c) {
         return kbit_cuda_outlier_columns(c.M, c.K, type_of(c.in[0]), b.in[0], c.threshold, b.count,
                                          as<int32_t>(b.out), b.workspace, b.workspace_bytes,
                                          nullptr);
     }},
    {"absmax_rows", 2, 1, nullptr,
     [](const Bound &b, const kbit_call &c) {
         return kbit_cuda_absmax_rows(c.M, c.K, type_of(c.in[0]), b.in[0], b.count,
                                      as<int32_t>(b.in[1]), c.threshold, as<float>(b.out), nullptr);
     }},
    {"quantize_rows", 3, 2, nullptr,
     [](const Bound &b, const kbit_call &c) {
         return kbit_cuda_quantize_rows(c.M, c.K, type_of(c.in[0]), b.in[0], as<float>(b.in[1]),
                                        b.count, as<int32_t>(b.in[2]), c.threshold,
                                        as<int8_t>(b.out), b.violation, nullptr);
     }},
    {"int8_matmul", 2, -1, nullptr,
     [](const Bound &b, const kbit_call &c) {
         return kbit_cuda_int8_matmul(c.M, c.N, c.K, as<int8_t>(b.in[0]), as<int8_t>(b.in[1]),
                                      as<int32_t>(b.out), nullptr);
     }},
    {"dequantize", 3, -1, nullptr,
     [](const Bound &b, const kbit_call &c) {
         return kbit_cuda_dequantize(c.M, c.N, as<int32_t>(b.in[0]), as<float>(b.in[1]),
                                     as<float>(b.in[2]), as<float>(b.out), nullptr);
     }},
    {"outlier_matmul", 5, 1, nullptr,
     [](const Bound &b, const kbit_call &c) {
         return kbit_cuda_outlier_matmul(c.M, c.N, c.K, type_of(c.in[0]), b.in[0], b.count,
                                         as<int32_t>(b.in[1]), as<int8_t>(b.in[2]),
                                         as<float>(b.in[3]), as<float>(b.in[4]), as<float>(b.out),
                                         nullptr);
     }},
    {"outlier_matmul_w16", 4, 1, nullptr,
     [](const Bound &b, const kbit_call &c) {
         return kbit_cuda_outlier_matmul_w16(c.M, c.N, c.K, type_of(c.in[0]), b.in[0], b.count,
                                             as<int32_t>(b.in[1]), type_of(c.in[2]), b.in[2],
                                             as<float>(b.in[3]), as<float>(b.out), nullptr);
     }},
    {"store", 2, -1, nullptr,
     [](const Bound &b, const kbit_call &c) {
         return kbit_cuda_store(c.M, c.N, as<float>(b.in[0]), bias(b, c, 1), type_of(c.out[0]),
                                b.out, nullptr);
     }},
    {"llmint8_linear_bnb", 4, -1,
     [](const kbit_call &c) { return kbit_cuda_llmint8_linear_bnb_workspace(c.M, c.N, c.K); },
     [](const Bound &b, const kbit_call &c) {
         return kbit_cuda_llmint8_linear_bnb(c.M, c.N, c.K, type_of(c.in[0]), b.in[0],
                                             as<int8_t>(b.in[1]), as<float>(b.in[2]), bias(b, c, 3),
                                             c.threshold, type_of(c.out[0]), b.out, b.workspace,
                                             b.workspace_bytes, nullptr);
     }},
};
constexpr size_t kSteps = sizeof steps / sizeof *steps;

const Step *find(const char *name)
{
    for (const Step &step : steps)
        if (strcmp(step.name, name) == 0)
            return &step;
    return nullptr;
}

} // namespace

#endif
