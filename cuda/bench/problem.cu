/* problem.cu -- problem.h. */
#include "problem.h"

#include <algorithm>

#include "../rungs.h"
#include "../workspace.cuh"
#include "check.h"
#include "data.h"
#include "kbit.h"

namespace bench
{

namespace
{
cudaStream_t on()
{
    return static_cast<cudaStream_t>(stream());
}

/* Runs the steps in turn and stops at the first that fails. */
class Steps
{
  public:
    kbit_status status = KBIT_OK;
    const char *failed = "";
    template <class F> Steps &then(const char *what, F f)
    {
        if (status == KBIT_OK) {
            status = f();
            failed = what;
        }
        return *this;
    }
};
} // namespace

kbit_status Problem::open(const Cell &cell, std::string *why)
{
    kbit_status status = KBIT_OK;
    if (shape_ != cell.shape.name) {
        shape_.clear();
        N = cell.shape.N;
        K = cell.shape.K;
        M = 0;
        status = open_shape(cell.shape);
        if (status == KBIT_OK)
            status = finish(why);
        if (status != KBIT_OK) {
            *why = "weights: " + (why->empty() ? kbit_status_string(status) : *why);
            return status;
        }
        shape_ = cell.shape.name;
    }
    if (M == cell.M && k == cell.k && (rungs_ || !cell.rungs))
        return KBIT_OK;
    M = 0;
    status = open_tokens(cell, why);
    rungs_ = cell.rungs;
    if (status != KBIT_OK)
        M = 0;
    return status;
}

kbit_status Problem::open_shape(const Shape &shape)
{
    const size_t elements = N * K;
    stride_ = kbit::ceil_div(elements, 256) * 256; /* copies are aligned as the first is */
    copies = elements > 2 * device_.l2_bytes ? 1 : 2 * device_.l2_bytes / elements + 2;
    (void)shape;
    Steps steps;
    steps.then("memory", [&] { return w_.reserve(copies * stride_); })
        .then("memory", [&] { return w16_.reserve(2 * stride_ * (peers_ ? copies : 1)); })
        .then("memory", [&] { return w_absmax.reserve(N * sizeof(float)); })
        .then("weights", [&] { return fill_w(seed, N, K, w16_.as<void>()); })
        .then("absmax_rows",
              [&] {
                  return kbit_cuda_absmax_rows(N, K, KBIT_F16, w16_.as<void>(), nullptr, nullptr,
                                               KBIT_THRESHOLD_OFF, w_absmax.as<float>(),
                                               static_cast<kbit_cuda_stream>(stream()));
              })
        .then("quantize_rows", [&] {
            return kbit_cuda_quantize_rows(N, K, KBIT_F16, w16_.as<void>(), w_absmax.as<float>(),
                                           nullptr, nullptr, KBIT_THRESHOLD_OFF, w_.as<int8_t>(),
                                           nullptr, static_cast<kbit_cuda_stream>(stream()));
        });
    for (size_t copy = 1; copy < copies; ++copy)
        steps.then("copies", [&] {
            return copy_on_device(w_.as<int8_t>() + copy * stride_, w_.as<int8_t>(), elements);
        });
    if (!peers_)
        return steps.status;
    steps.then("memory", [&] { return wb_.reserve(2 * copies * stride_); }).then("bf16", [&] {
        return to_bf16(elements, w16_.as<void>(), wb_.as<void>());
    });
    for (size_t copy = 1; copy < copies; ++copy)
        steps
            .then("copies",
                  [&] {
                      return copy_on_device(w16_.as<char>() + 2 * copy * stride_, w16_.as<char>(),
                                            2 * elements);
                  })
            .then("copies", [&] {
                return copy_on_device(wb_.as<char>() + 2 * copy * stride_, wb_.as<char>(),
                                      2 * elements);
            });
    return steps.status;
}

kbit_status Problem::open_tokens(const Cell &cell, std::string *why)
{
    M = cell.M;
    k = cell.k < K ? cell.k : K;
    std::vector<int32_t> place(K, -1);
    const std::vector<int32_t> chosen = outlier_columns_of(seed, K, k);
    for (size_t r = 0; r < chosen.size(); ++r)
        place[static_cast<size_t>(chosen[r])] = static_cast<int32_t>(r);

    size_t layer_bytes = 0; /* of workspace, for the plainest rung and for any */
    for (int highest : {1, kbit::kMaxRungs}) {
        const kbit::RungLimit limit(highest);
        const size_t bytes = kbit_cuda_llmint8_linear_bnb_workspace(M, N, K);
        layer_bytes = bytes > layer_bytes ? bytes : layer_bytes;
    }
    const size_t pass_bytes = kbit_cuda_quantize_with_outliers_workspace(M, K);
    const size_t list_bytes = kbit_cuda_outlier_columns_workspace(M, K);
    size_t workspace_bytes = layer_bytes > pass_bytes ? layer_bytes : pass_bytes;
    workspace_bytes = list_bytes > workspace_bytes ? list_bytes : workspace_bytes;

    /* The product's sums, or what a copy as large as the pass over X writes. */
    const size_t out_bytes = std::max(M * N * sizeof(int32_t), copied_bytes());

    Steps steps;
    steps.then("memory", [&] { return place_.reserve(K * sizeof(int32_t)); })
        .then("memory", [&] { return x.reserve(2 * M * K); })
        .then("memory", [&] { return xb.reserve(peers_ ? 2 * M * K : 0); })
        .then("memory", [&] { return count.reserve(sizeof(int32_t)); })
        .then("memory", [&] { return outliers.reserve(K * sizeof(int32_t)); })
        .then("memory", [&] { return absmax.reserve(M * sizeof(float)); })
        .then("memory", [&] { return q.reserve(M * K); })
        .then("memory", [&] { return c.reserve(M * N * sizeof(int32_t)); })
        .then("memory", [&] { return d.reserve(M * N * sizeof(float)); })
        .then("memory", [&] { return sum.reserve(M * N * sizeof(float)); })
        .then("memory", [&] { return y.reserve(2 * M * N); })
        .then("memory", [&] { return stored_d.reserve(cell.rungs ? 2 * M * N : 0); })
        .then("memory", [&] { return out.reserve(out_bytes); })
        .then("memory", [&] { return scaled.reserve(peers_ ? 2 * M * N : 0); })
        .then("memory", [&] { return statistics.reserve(M * sizeof(float)); })
        .then("memory", [&] { return codes.reserve(M * K); })
        .then("memory", [&] { return list.reserve((K + 64) * sizeof(int32_t)); })
        .then("memory", [&] { return workspace.reserve(workspace_bytes + 256); })
        .then("place",
              [&] { return copy_to_device(place_.as<void>(), place.data(), K * sizeof place[0]); })
        .then("tokens", [&] { return fill_x(seed, M, K, place_.as<int32_t>(), x.as<void>()); });
    if (peers_)
        steps.then("bf16", [&] { return to_bf16(M * K, x.as<void>(), xb.as<void>()); });
    kbit_status status = steps.status;
    if (status == KBIT_OK)
        status = finish(why);
    if (status != KBIT_OK) {
        *why =
            std::string(steps.failed) + ": " + (why->empty() ? kbit_status_string(status) : *why);
        return status;
    }
    return reference(cell.rungs, why);
}

/* By the plainest rungs, but for the products, which would take seconds: C is certified instead, and
 * the outliers' columns go by the rung that keeps them in shared memory, whose bits are the same. */
kbit_status Problem::reference(bool rungs, std::string *why)
{
    const void *X = x.as<void>();
    int32_t *O = outliers.as<int32_t>();
    int32_t *n = count.as<int32_t>();
    int32_t found = -1;
    uint64_t wrong_rows = 1;
    Steps steps;
    steps
        .then("outlier_columns",
              [&] {
                  return kbit::outlier_columns_v1(M, K, KBIT_F16, X, kThreshold, n, O,
                                                  workspace.as<void>(), on());
              })
        .then("absmax_rows",
              [&] {
                  return kbit::absmax_rows_v1(M, K, KBIT_F16, X, nullptr, nullptr, kThreshold,
                                              absmax.as<float>(), on());
              })
        .then("quantize_rows",
              [&] {
                  return kbit::quantize_rows_v1(M, K, KBIT_F16, X, absmax.as<float>(), n, O,
                                                kThreshold, q.as<int8_t>(), nullptr, on());
              })
        .then("int8_matmul",
              [&] {
                  return kbit::int8_matmul_v2(M, N, K, q.as<int8_t>(), w(0), c.as<int32_t>(), on());
              })
        .then("the certificate",
              [&] { return certify(M, N, K, q.as<int8_t>(), w(0), c.as<int32_t>(), &wrong_rows); })
        .then("dequantize",
              [&] {
                  return kbit::dequantize_v1(M, N, c.as<int32_t>(), absmax.as<float>(),
                                             w_absmax.as<float>(), d.as<float>(), on());
              })
        .then("outlier_matmul",
              [&] {
                  return kbit::outlier_matmul_v2(M, N, K, KBIT_F16, X, n, O, KBIT_I8, w(0),
                                                 w_absmax.as<float>(), d.as<float>(),
                                                 sum.as<float>(), on());
              })
        .then("store",
              [&] {
                  return kbit::store_v1(M, N, sum.as<float>(), nullptr, KBIT_F16, y.as<void>(),
                                        on());
              })
        .then("store",
              [&] {
                  return !rungs ? KBIT_OK
                                : kbit::store_v1(M, N, d.as<float>(), nullptr, KBIT_F16,
                                                 stored_d.as<void>(), on());
              })
        .then("outlier_columns", [&] { return copy_to_host(&found, n, sizeof found); });
    kbit_status status = steps.status;
    if (status == KBIT_OK)
        status = finish(why);
    if (status != KBIT_OK) {
        *why = std::string("reference, ") + steps.failed + ": " +
               (why->empty() ? kbit_status_string(status) : *why);
        return status;
    }
    n_outliers = static_cast<size_t>(found);
    if (wrong_rows != 0 || n_outliers != k) {
        *why = wrong_rows ? "reference: " + std::to_string(wrong_rows) + " rows of C are wrong"
                          : "reference: " + std::to_string(found) + " outlier columns, not " +
                                std::to_string(k);
        return KBIT_ERR_DEVICE;
    }
    return KBIT_OK;
}

} // namespace bench
