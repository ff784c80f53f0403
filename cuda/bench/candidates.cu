/* candidates.cu -- candidates.h: kbit's own. */
#include "candidates.h"

#include "../rungs.h"
#include "check.h"

#include <type_traits>

namespace bench
{

const char *const kOwnCandidates = "layer, int8_matmul, quantize, copy";

namespace
{

cudaStream_t on()
{
    return static_cast<cudaStream_t>(stream());
}
kbit_cuda_stream as_kbit(cudaStream_t s)
{
    return static_cast<kbit_cuda_stream>(s);
}

/* Nothing that was there before may pass for an answer. */
kbit_status called(Candidate &c)
{
    kbit_status status = fill_on_device(c.out, 0xff, c.out_bytes);
    return status == KBIT_OK ? c.call(0) : status;
}

kbit_status same_bits(const void *a, const void *b, size_t bytes, const char *what,
                      Verdict *verdict)
{
    uint64_t different = 0;
    const kbit_status status = count_different(a, b, bytes, &different);
    verdict->right = status == KBIT_OK && different == 0;
    verdict->kind = "EXACT";
    if (different)
        verdict->why =
            std::to_string(different) + " bytes of " + what + " differ from the plainest rung's";
    return status;
}

/* The elements before what is checked. */
double product_bytes(double M, double N, double K, double out)
{
    return M * K + N * K + out * M * N;
}

/* The layer by any of its rungs: in the enclosure always; the reference's bits where they are claimed. */
Candidate layer(Problem &p, const std::string &name, bool bits,
                std::function<kbit_status(size_t)> call)
{
    const double M = double(p.M), N = double(p.N), K = double(p.K);
    Candidate c = {name,
                   2 * M * N * K,
                   2 * M * K + N * K + 4 * N + 2 * M * N,
                   std::move(call),
                   nullptr,
                   p.out.as<void>(),
                   2 * p.M * p.N,
                   true,
                   ""};
    c.bits = bits;
    c.check = [&p, bits, c](Verdict *verdict) mutable {
        uint64_t wrong = 1;
        kbit_status status = called(c);
        if (status == KBIT_OK)
            status = check_layer(p.M, p.N, p.K, p.x.as<void>(), p.w(0), p.w_absmax.as<float>(),
                                 p.n_outliers, p.outliers.as<int32_t>(), p.absmax.as<float>(),
                                 p.c.as<int32_t>(), c.out, &wrong);
        verdict->kind = "ENCLOSED(linear-bnb dequant=any acc=tc-trunc)";
        verdict->right = status == KBIT_OK && wrong == 0;
        if (status == KBIT_OK && wrong)
            verdict->why = std::to_string(wrong) + " of " + std::to_string(p.M * p.N) +
                           " outputs are outside their enclosure";
        if (!verdict->right || !bits)
            return status;
        return same_bits(c.out, p.y.as<void>(), c.out_bytes, "the output", verdict);
    };
    return c;
}

Candidate product(Problem &p, const std::string &name, std::function<kbit_status(size_t)> call)
{
    const double M = double(p.M), N = double(p.N), K = double(p.K);
    Candidate c = {name,
                   2 * M * N * K,
                   product_bytes(M, N, K, 4),
                   std::move(call),
                   nullptr,
                   p.out.as<void>(),
                   4 * p.M * p.N,
                   true,
                   ""};
    c.check = [&p, c](Verdict *verdict) mutable {
        uint64_t rows = 1;
        kbit_status status = called(c);
        if (status == KBIT_OK)
            status = certify(p.M, p.N, p.K, p.q.as<int8_t>(), p.w(0),
                             static_cast<const int32_t *>(c.out), &rows);
        verdict->kind = "CERTIFIED";
        verdict->right = status == KBIT_OK && rows == 0;
        if (status == KBIT_OK && rows)
            verdict->why = std::to_string(rows) + " of " + std::to_string(p.M) + " rows are wrong";
        return status;
    };
    return c;
}

/* O, a and q together, all against the plainest rungs'. */
Candidate pass(Problem &p, const std::string &name, std::function<kbit_status(size_t)> call)
{
    const double M = double(p.M), K = double(p.K);
    Candidate c = {
        name, 0, 3 * M * K + 4 * M, std::move(call), nullptr, p.codes.as<void>(), p.M * p.K,
        true, ""};
    c.check = [&p, c](Verdict *verdict) mutable {
        int32_t found = -1;
        kbit_status status = fill_on_device(p.statistics.as<void>(), 0xff, 4 * p.M);
        if (status == KBIT_OK)
            status = fill_on_device(p.list.as<void>(), 0xff, 4 * (p.K + 1));
        if (status == KBIT_OK)
            status = called(c);
        if (status == KBIT_OK)
            status = same_bits(c.out, p.q.as<void>(), c.out_bytes, "the codes", verdict);
        if (status == KBIT_OK && verdict->right)
            status =
                same_bits(p.statistics.as<void>(), p.absmax.as<void>(), 4 * p.M, "absmax", verdict);
        if (status == KBIT_OK && verdict->right)
            status = copy_to_host(&found, p.list.as<void>(), sizeof found);
        if (status == KBIT_OK && verdict->right && static_cast<size_t>(found) != p.n_outliers) {
            verdict->right = false;
            verdict->why = std::to_string(found) + " outlier columns";
        }
        if (status == KBIT_OK && verdict->right)
            status = same_bits(p.list.as<int32_t>() + 1, p.outliers.as<void>(), 4 * p.n_outliers,
                               "the list", verdict);
        return status;
    };
    return c;
}

/* A step whose output has the plainest rung's bits. */
Candidate exact_step(const std::string &name, double bytes, std::function<kbit_status(size_t)> call,
                     void *out, size_t out_bytes, const void *expected)
{
    Candidate c = {name, 0, bytes, std::move(call), nullptr, out, out_bytes, true, ""};
    c.check = [c, expected](Verdict *verdict) mutable {
        const kbit_status status = called(c);
        return status == KBIT_OK ? same_bits(c.out, expected, c.out_bytes, "the output", verdict)
                                 : status;
    };
    return c;
}

/* f(name, run) for each rung that the device can run. */
template <class Ladder, class F>
void each_rung(const char *step, const Ladder &ladder, int capability, F f)
{
    for (const auto &rung : ladder.rung)
        if (rung.run && rung.capability <= capability)
            f(std::string(step) + ":" + rung.name, rung.run);
}

/* The Hopper rungs choose among tiles by a model of time: f(name, tile) for each tile that a rung may
 * have, so that each is judged and timed, whatever the model says. */
template <class Run, class F>
void each_tile(const std::string &name, Run *run, Run *hopper, Run *hopper2, F f)
{
    f(name, run == hopper    ? kbit::kHopperNarrow
            : run == hopper2 ? kbit::kHopperWide
                             : kbit::kHopperByModel);
    if (run == hopper2)
        f(name + "-pair", kbit::kHopperPair);
}

void add_rungs(Problem &p, int capability, std::vector<Candidate> *all)
{
    const kbit::Ladders &ladders = kbit::ladders;
    const size_t M = p.M, N = p.N, K = p.K;
    const double m = double(M), n = double(N), kk = double(K), o = double(p.n_outliers);
    const void *X = p.x.as<void>();
    const int32_t *O = p.outliers.as<int32_t>(), *count = p.count.as<int32_t>();
    const float *a = p.absmax.as<float>(), *s = p.w_absmax.as<float>();
    void *out = p.out.as<void>(), *space = p.workspace.as<void>();
    int32_t *listed = p.list.as<int32_t>();

    each_rung("int8_matmul", ladders.int8_matmul, capability,
              [&](const std::string &rung, kbit::Int8Matmul *run) {
                  each_tile(rung, run, kbit::int8_matmul_hopper, kbit::int8_matmul_hopper2,
                            [&](const std::string &name, kbit::HopperTile tile) {
                                all->push_back(product(p, name, [&p, run, tile, out](size_t copy) {
                                    const kbit::HopperTileChoice choice(tile);
                                    return run(p.M, p.N, p.K, p.q.as<int8_t>(), p.w(copy),
                                               static_cast<int32_t *>(out), on());
                                }));
                            });
              });
    each_rung("llmint8_linear_bnb", ladders.llmint8_linear_bnb, capability,
              [&](const std::string &rung, kbit::LinearBnb *run) {
                  const bool bits = run == kbit::llmint8_linear_bnb_v1 ||
                                    run == kbit::llmint8_linear_bnb_v2 ||
                                    run == kbit::llmint8_linear_bnb_v4 || p.n_outliers == 0;
                  each_tile(rung, run, kbit::llmint8_linear_bnb_hopper,
                            kbit::llmint8_linear_bnb_hopper2,
                            [&](const std::string &name, kbit::HopperTile tile) {
                                all->push_back(
                                    layer(p, name, bits, [&p, run, tile, out, space](size_t copy) {
                                        const kbit::HopperTileChoice choice(tile);
                                        return run(p.M, p.N, p.K, KBIT_F16, p.x.as<void>(),
                                                   p.w(copy), p.w_absmax.as<float>(), nullptr,
                                                   kThreshold, KBIT_F16, out, space, on());
                                    }));
                            });
              });
    each_rung("quantize_with_outliers", ladders.quantize_with_outliers, capability,
              [&](const std::string &name, kbit::QuantizeWithOutliers *run) {
                  const size_t zeroed = kbit_cuda_quantize_with_outliers_workspace(M, K);
                  all->push_back(pass(p, name, [=, &p](size_t) {
                      const kbit_status status = fill_on_device(space, 0, zeroed);
                      return status != KBIT_OK ? status
                                               : run(M, K, KBIT_F16, X, K, kThreshold, listed,
                                                     listed + 1, p.statistics.as<float>(),
                                                     p.codes.as<int8_t>(), K, space, on());
                  }));
              });
    each_rung("outlier_columns", ladders.outlier_columns, capability,
              [&](const std::string &name, kbit::OutlierColumns *run) {
                  all->push_back(exact_step(
                      name, 2 * m * kk,
                      [=](size_t) {
                          return run(M, K, KBIT_F16, X, kThreshold, listed, listed + 1, space,
                                     on());
                      },
                      listed + 1, 4 * p.n_outliers, O));
              });
    each_rung("absmax_rows", ladders.absmax_rows, capability,
              [&](const std::string &name, kbit::AbsmaxRows *run) {
                  all->push_back(exact_step(
                      name, 2 * m * kk + 4 * m,
                      [=, &p](size_t) {
                          return run(M, K, KBIT_F16, X, nullptr, nullptr, kThreshold,
                                     p.statistics.as<float>(), on());
                      },
                      p.statistics.as<void>(), 4 * M, a));
              });
    each_rung("quantize_rows", ladders.quantize_rows, capability,
              [&](const std::string &name, kbit::QuantizeRows *run) {
                  all->push_back(exact_step(
                      name, 3 * m * kk + 4 * m,
                      [=, &p](size_t) {
                          return run(M, K, KBIT_F16, X, a, count, O, kThreshold,
                                     p.codes.as<int8_t>(), nullptr, on());
                      },
                      p.codes.as<void>(), M * K, p.q.as<void>()));
              });
    each_rung("dequantize", ladders.dequantize, capability,
              [&](const std::string &name, kbit::Dequantize *run) {
                  all->push_back(exact_step(
                      name, 8 * m * n,
                      [=, &p](size_t) {
                          return run(M, N, p.c.as<int32_t>(), a, s, static_cast<float *>(out),
                                     on());
                      },
                      out, 4 * M * N, p.d.as<void>()));
              });
    each_rung("store", ladders.store, capability, [&](const std::string &name, kbit::Store *run) {
        all->push_back(exact_step(
            name, 6 * m * n,
            [=, &p](size_t) { return run(M, N, p.d.as<float>(), nullptr, KBIT_F16, out, on()); },
            out, 2 * M * N, p.stored_d.as<void>()));
    });
    each_rung("outlier_matmul", ladders.outlier_matmul, capability,
              [&](const std::string &name, kbit::OutlierMatmul *run) {
                  Candidate c = exact_step(
                      name, 8 * m * n + 2 * m * o + n * o,
                      [=, &p](size_t copy) {
                          return run(M, N, K, KBIT_F16, X, count, O, KBIT_I8, p.w(copy), s,
                                     p.d.as<float>(), static_cast<float *>(out), on());
                      },
                      out, 4 * M * N, p.sum.as<void>());
                  c.operations = 2 * m * n * o;
                  all->push_back(c);
              });
}

} // namespace

void add_own(Problem &p, const Device &device, bool rungs, std::vector<Candidate> *all)
{
    void *out = p.out.as<void>(), *space = p.workspace.as<void>();
    const size_t space_bytes = p.workspace.bytes();
    /* The streaming path, and an empty O, give the reference's bits; kbit_cuda.h. */
    const bool bits = (p.M <= 16 && p.K % 16 == 0) || p.n_outliers == 0;
    all->push_back(layer(p, "layer", bits, [&p, out, space, space_bytes](size_t copy) {
        return kbit_cuda_llmint8_linear_bnb(p.M, p.N, p.K, KBIT_F16, p.x.as<void>(), p.w(copy),
                                            p.w_absmax.as<float>(), nullptr, kThreshold, KBIT_F16,
                                            out, space, space_bytes, as_kbit(on()));
    }));
    all->push_back(product(p, "int8_matmul", [&p, out](size_t copy) {
        return kbit_cuda_int8_matmul(p.M, p.N, p.K, p.q.as<int8_t>(), p.w(copy),
                                     static_cast<int32_t *>(out), as_kbit(on()));
    }));
    all->push_back(pass(p, "quantize", [&p, space, space_bytes](size_t) {
        int32_t *listed = p.list.as<int32_t>();
        return kbit_cuda_quantize_with_outliers(
            p.M, p.K, KBIT_F16, p.x.as<void>(), p.K, kThreshold, listed, listed + 1,
            p.statistics.as<float>(), p.codes.as<int8_t>(), p.K, space, space_bytes, as_kbit(on()));
    }));
    /* A copy that moves as many bytes as the pass: 1.5 bytes an element, read and written. */
    const size_t half = p.copied_bytes();
    Candidate copied = {"copy", 0, 2 * double(half), nullptr, nullptr, p.out.as<void>(), half,
                        true,   ""};
    copied.call = [&p, half, out](size_t) { return copy_on_device(out, p.x.as<void>(), half); };
    copied.check = [&p, copied](Verdict *verdict) mutable {
        const kbit_status status = called(copied);
        return status == KBIT_OK
                   ? same_bits(copied.out, p.x.as<void>(), copied.out_bytes, "the copy", verdict)
                   : status;
    };
    all->push_back(copied);
    if (rungs)
        add_rungs(p, device.capability, all);
}

std::vector<std::string> rung_names()
{
    std::vector<std::string> names;
    auto add = [&](const std::string &name, auto) { names.push_back(name); };
    auto add_tiles = [&](const std::string &rung, auto *run) {
        auto each = [&](const std::string &name, kbit::HopperTile) { names.push_back(name); };
        if constexpr (std::is_same_v<decltype(run), kbit::Int8Matmul *>)
            each_tile(rung, run, kbit::int8_matmul_hopper, kbit::int8_matmul_hopper2, each);
        else
            each_tile(rung, run, kbit::llmint8_linear_bnb_hopper, kbit::llmint8_linear_bnb_hopper2,
                      each);
    };
    const kbit::Ladders &l = kbit::ladders;
    constexpr int any = 1000;
    each_rung("int8_matmul", l.int8_matmul, any, add_tiles);
    each_rung("llmint8_linear_bnb", l.llmint8_linear_bnb, any, add_tiles);
    each_rung("quantize_with_outliers", l.quantize_with_outliers, any, add);
    each_rung("outlier_columns", l.outlier_columns, any, add);
    each_rung("absmax_rows", l.absmax_rows, any, add);
    each_rung("quantize_rows", l.quantize_rows, any, add);
    each_rung("dequantize", l.dequantize, any, add);
    each_rung("outlier_matmul", l.outlier_matmul, any, add);
    each_rung("store", l.store, any, add);
    return names;
}

} // namespace bench
