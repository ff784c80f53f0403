/* candidate_steps.cuh -- each step of the plug-in: which tensors of a call are which argument. */
#ifndef KBIT_CUDA_CANDIDATE_STEPS_CUH
#define KBIT_CUDA_CANDIDATE_STEPS_CUH

#include "kbit_cuda.h"

#include <string.h>

namespace
{

constexpr int kMaxInputs = 5, kMaxOutputs = 4;

/* A call's tensors on the device. */
struct Bound {
    void *in[kMaxInputs] = {};
    void *outs[kMaxOutputs] = {};
    void *out = nullptr;          /* outs[0] */
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

/* A step: how many inputs it has, which of them (or -1) is O, its workspace, its launch; how many outputs,
 * and which of them (or -1) is O. */
struct Step {
    const char *name;
    int inputs;
    int outliers;
    size_t (*workspace)(const kbit_call &);
    kbit_status (*launch)(const Bound &, const kbit_call &);
    int outputs = 1;
    int listed = -1;
};

const float *bias(const Bound &b, const kbit_call &call, int i)
{
    return call.in[i].dim[0] ? as<const float>(b.in[i]) : nullptr;
}

const void *present(const Bound &b, const kbit_call &call, int i)
{
    return call.in[i].dim[0] ? b.in[i] : nullptr;
}

/* A number that a kernel takes by value: the call's tensors are on the host. */
float eps_of(const kbit_call &call, int i)
{
    return *static_cast<const float *>(call.in[i].data);
}

size_t quantize_workspace(const kbit_call &call)
{
    return kbit_cuda_quantize_with_outliers_workspace(call.M, call.K);
}

const Step steps[] = {
    {"outlier_columns", 1, -1,
     [](const kbit_call &c) { return kbit_cuda_outlier_columns_workspace(c.M, c.K); },
     [](const Bound &b, const kbit_call &c) {
         return kbit_cuda_outlier_columns(c.M, c.K, type_of(c.in[0]), b.in[0], c.threshold, b.count,
                                          as<int32_t>(b.out), b.workspace, b.workspace_bytes,
                                          nullptr);
     },
     1, 0},
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
    {"rmsnorm", 3, -1, nullptr,
     [](const Bound &b, const kbit_call &c) {
         return kbit_cuda_rmsnorm(c.M, c.K, type_of(c.in[0]), b.in[0], c.K, type_of(c.in[1]),
                                  b.in[1], eps_of(c, 2), type_of(c.out[0]), b.out, c.K, nullptr);
     }},
    {"rmsnorm_quantize", 3, -1, quantize_workspace,
     [](const Bound &b, const kbit_call &c) {
         return kbit_cuda_rmsnorm_quantize(
             c.M, c.K, type_of(c.in[0]), b.in[0], c.K, type_of(c.in[1]), b.in[1], eps_of(c, 2),
             c.threshold, type_of(c.out[0]), b.out, c.K, b.count, as<int32_t>(b.outs[1]),
             as<float>(b.outs[2]), as<int8_t>(b.outs[3]), c.K, b.workspace, b.workspace_bytes,
             nullptr);
     },
     4, 1},
    {"layernorm", 4, -1, nullptr,
     [](const Bound &b, const kbit_call &c) {
         return kbit_cuda_layernorm(c.M, c.K, type_of(c.in[0]), b.in[0], c.K, type_of(c.in[1]),
                                    b.in[1], present(b, c, 2), eps_of(c, 3), type_of(c.out[0]),
                                    b.out, c.K, nullptr);
     }},
    {"layernorm_quantize", 4, -1, quantize_workspace,
     [](const Bound &b, const kbit_call &c) {
         return kbit_cuda_layernorm_quantize(
             c.M, c.K, type_of(c.in[0]), b.in[0], c.K, type_of(c.in[1]), b.in[1], present(b, c, 2),
             eps_of(c, 3), c.threshold, type_of(c.out[0]), b.out, c.K, b.count,
             as<int32_t>(b.outs[1]), as<float>(b.outs[2]), as<int8_t>(b.outs[3]), c.K, b.workspace,
             b.workspace_bytes, nullptr);
     },
     4, 1},
    {"relu", 1, -1, nullptr,
     [](const Bound &b, const kbit_call &c) {
         return kbit_cuda_relu(c.M, c.K, type_of(c.in[0]), b.in[0], c.K, type_of(c.out[0]), b.out,
                               c.K, nullptr);
     }},
    {"relu_quantize", 1, -1, quantize_workspace,
     [](const Bound &b, const kbit_call &c) {
         return kbit_cuda_relu_quantize(
             c.M, c.K, type_of(c.in[0]), b.in[0], c.K, c.threshold, type_of(c.out[0]), b.out, c.K,
             b.count, as<int32_t>(b.outs[1]), as<float>(b.outs[2]), as<int8_t>(b.outs[3]), c.K,
             b.workspace, b.workspace_bytes, nullptr);
     },
     4, 1},
    {"gelu", 1, -1, nullptr,
     [](const Bound &b, const kbit_call &c) {
         return kbit_cuda_gelu(c.M, c.K, type_of(c.in[0]), b.in[0], c.K, type_of(c.out[0]), b.out,
                               c.K, nullptr);
     }},
    {"gelu_quantize", 1, -1, quantize_workspace,
     [](const Bound &b, const kbit_call &c) {
         return kbit_cuda_gelu_quantize(
             c.M, c.K, type_of(c.in[0]), b.in[0], c.K, c.threshold, type_of(c.out[0]), b.out, c.K,
             b.count, as<int32_t>(b.outs[1]), as<float>(b.outs[2]), as<int8_t>(b.outs[3]), c.K,
             b.workspace, b.workspace_bytes, nullptr);
     },
     4, 1},
    {"gelu_tanh", 1, -1, nullptr,
     [](const Bound &b, const kbit_call &c) {
         return kbit_cuda_gelu_tanh(c.M, c.K, type_of(c.in[0]), b.in[0], c.K, type_of(c.out[0]),
                                    b.out, c.K, nullptr);
     }},
    {"gelu_tanh_quantize", 1, -1, quantize_workspace,
     [](const Bound &b, const kbit_call &c) {
         return kbit_cuda_gelu_tanh_quantize(
             c.M, c.K, type_of(c.in[0]), b.in[0], c.K, c.threshold, type_of(c.out[0]), b.out, c.K,
             b.count, as<int32_t>(b.outs[1]), as<float>(b.outs[2]), as<int8_t>(b.outs[3]), c.K,
             b.workspace, b.workspace_bytes, nullptr);
     },
     4, 1},
    {"silu", 1, -1, nullptr,
     [](const Bound &b, const kbit_call &c) {
         return kbit_cuda_silu(c.M, c.K, type_of(c.in[0]), b.in[0], c.K, type_of(c.out[0]), b.out,
                               c.K, nullptr);
     }},
    {"silu_quantize", 1, -1, quantize_workspace,
     [](const Bound &b, const kbit_call &c) {
         return kbit_cuda_silu_quantize(
             c.M, c.K, type_of(c.in[0]), b.in[0], c.K, c.threshold, type_of(c.out[0]), b.out, c.K,
             b.count, as<int32_t>(b.outs[1]), as<float>(b.outs[2]), as<int8_t>(b.outs[3]), c.K,
             b.workspace, b.workspace_bytes, nullptr);
     },
     4, 1},
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
