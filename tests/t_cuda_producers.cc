/* Normalizations and activations on the CPU layer, alone and with quantization behind them: the first rung
 * against the reference bit for bit; the second, whose sums have another order, by the referee, and with
 * the same bits under every schedule. */
#include "cuda_test.h"

#include "kbit_producers.h"
#include "kbit_verify.h"

using kbit::Producer;
using namespace kbit_test;

static const struct {
    Producer producer;
    const char *stem, *fused;
} kProducers[] = {{Producer::RmsNorm, "rmsnorm", "rmsnorm_quantize"},
                  {Producer::LayerNorm, "layernorm", "layernorm_quantize"},
                  {Producer::Relu, "relu", "relu_quantize"},
                  {Producer::Gelu, "gelu", "gelu_quantize"},
                  {Producer::GeluTanh, "gelu_tanh", "gelu_tanh_quantize"},
                  {Producer::Silu, "silu", "silu_quantize"}};
static const kbit_dtype kPairs[][2] = {{KBIT_F16, KBIT_F16},
                                       {KBIT_BF16, KBIT_BF16},
                                       {KBIT_F32, KBIT_F32},
                                       {KBIT_F32, KBIT_F16},
                                       {KBIT_F32, KBIT_BF16}};
static const float kEps = 1e-5f;

/* A call's inputs: X in rows of x_ld, gamma and beta; beta is there every second time. */
struct Inputs {
    Activations x, gamma, beta;
    size_t x_ld;
    Guarded<unsigned char> spread;
    bool shifted;

    Inputs(Kind kind, size_t M, size_t K, kbit_dtype type, size_t pad, size_t offset,
           bool with_beta)
        : x(kind, M, K, type), gamma(Plain, 1, K, type, offset / 4 % 2),
          beta(Plain, 1, K, type, offset / 8 % 2), x_ld(K + pad),
          spread(M * (K + pad) * kbit_dtype_size(type), offset * kbit_dtype_size(type), 0x7f),
          shifted(with_beta)
    {
        const size_t size = kbit_dtype_size(type);
        for (size_t i = 0; i < M; ++i)
            memcpy(spread.data() + i * x_ld * size,
                   static_cast<const unsigned char *>(x.data()) + i * K * size, K * size);
    }
};

/* What a call wrote, without what lies between the rows. */
struct Outputs {
    std::vector<unsigned char> h;
    std::vector<int32_t> list;
    std::vector<float> absmax;
    std::vector<int8_t> q;

    bool operator==(const Outputs &other) const
    {
        return h == other.h && list == other.list && q == other.q &&
               absmax.size() == other.absmax.size() &&
               memcmp(absmax.data(), other.absmax.data(), absmax.size() * sizeof(float)) == 0;
    }
};

using Run = kbit_status (*)(const kbit::Production &, cudaStream_t);

static Outputs run(Run rung, Producer producer, const Inputs &in, kbit_dtype h_type,
                   float threshold, bool quantized, size_t pad, size_t offset)
{
    const size_t M = in.x.M, K = in.x.K, h_ld = K + pad, q_ld = K + pad % 7;
    const size_t size = kbit_dtype_size(h_type);
    Guarded<unsigned char> h(M * h_ld * size, offset * size);
    Guarded<int32_t> count(1), list(K);
    Guarded<float> absmax(M);
    Guarded<int8_t> codes(M * q_ld, offset);
    Guarded<unsigned char> zeroed(kbit_cuda_quantize_with_outliers_workspace(M, K));
    memset(zeroed.data(), 0, zeroed.size());
    kbit::Production call = {};
    call.producer = producer;
    call.M = M;
    call.K = K;
    call.x_type = in.x.type;
    call.x = in.spread.data();
    call.x_ld = in.x_ld;
    if (kbit::is_normalization(producer)) {
        call.parameter_type = in.x.type;
        call.gamma = in.gamma.data();
        call.beta = producer == Producer::LayerNorm && in.shifted ? in.beta.data() : nullptr;
        call.eps = kEps;
    }
    call.h_type = h_type;
    call.h = h.data();
    call.h_ld = h_ld;
    call.quantized = quantized;
    if (quantized) {
        call.threshold = threshold;
        call.n_outliers = count.data();
        call.outliers = list.data();
        call.absmax = absmax.data();
        call.q = codes.data();
        call.q_ld = q_ld;
        call.zeroed = zeroed.data();
    }
    ck_assert_int_eq(rung(call, nullptr), KBIT_OK);
    Outputs out;
    for (size_t i = 0; i < M; ++i) {
        const unsigned char *row = h.data() + i * h_ld * size;
        out.h.insert(out.h.end(), row, row + K * size);
        if (!quantized)
            continue;
        const int8_t *q = codes.data() + i * q_ld;
        out.q.insert(out.q.end(), q, q + K);
    }
    check_between(h.data(), M, K * size, h_ld * size, "h");
    if (quantized)
        check_between(codes.data(), M, K, q_ld, "q");
    if (quantized) {
        out.list.assign(list.data(), list.data() + count[0]);
        out.absmax.assign(absmax.data(), absmax.data() + M);
    }
    return out;
}

/* The referee's verdict on what was written. */
static void judge(const char *stem, Producer producer, const Inputs &in, kbit_dtype h_type,
                  float threshold, Outputs &out)
{
    const size_t M = in.x.M, K = in.x.K;
    const auto tensor = [](const void *data, kbit_dtype type, uint32_t rank, size_t a, size_t b) {
        return kbit_tensor{const_cast<void *>(data), static_cast<uint32_t>(type), rank, {a, b}};
    };
    const kbit_dtype type = in.x.type;
    std::vector<kbit_tensor> inputs = {tensor(in.x.data(), type, 2, M, K)};
    if (kbit::is_normalization(producer))
        inputs.push_back(tensor(in.gamma.data(), type, 1, K, 0));
    if (producer == Producer::LayerNorm)
        inputs.push_back(tensor(in.beta.data(), type, 1, in.shifted ? K : 0, 0));
    if (kbit::is_normalization(producer))
        inputs.push_back(tensor(&kEps, KBIT_F32, 1, 1, 0));
    kbit_tensor outputs[] = {tensor(out.h.data(), h_type, 2, M, K),
                             tensor(out.list.data(), KBIT_I32, 1, out.list.size(), 0),
                             tensor(out.absmax.data(), KBIT_F32, 1, M, 0),
                             tensor(out.q.data(), KBIT_I8, 2, M, K)};
    const kbit_call call = {stem, M, 0, K, threshold, inputs.data(), outputs};
    static kbit_verdict verdict;
    ck_assert_int_eq(kbit_judge(&call, "", &verdict), KBIT_OK);
    ck_assert_msg(verdict.result == KBIT_ADMISSIBLE,
                  "%s, %zu x %zu, %s to %s, threshold %a: %s(%zu,%zu) = %s, admissible %s, from %s",
                  stem, M, K, kbit_dtype_name(type), kbit_dtype_name(h_type), threshold,
                  verdict.n_kept ? verdict.kept[0].tensor : "?", verdict.kept[0].row,
                  verdict.kept[0].column, verdict.kept[0].observed, verdict.kept[0].admissible,
                  verdict.kept[0].inputs);
}

/* h of the reference. */
static std::vector<unsigned char> reference(Producer producer, const Inputs &in, kbit_dtype h_type)
{
    const size_t M = in.x.M, K = in.x.K;
    const float *x = in.x.wide.data(), *gamma = in.gamma.wide.data();
    const float *beta = in.shifted ? in.beta.wide.data() : nullptr;
    std::vector<unsigned char> h(M * K * kbit_dtype_size(h_type));
    const kbit_status status =
        producer == Producer::RmsNorm ? kbit_rmsnorm(M, K, x, gamma, kEps, h_type, h.data())
        : producer == Producer::LayerNorm
            ? kbit_layernorm(M, K, x, gamma, beta, kEps, h_type, h.data())
        : producer == Producer::Relu     ? kbit_relu(M, K, x, h_type, h.data())
        : producer == Producer::Gelu     ? kbit_gelu(M, K, x, h_type, h.data())
        : producer == Producer::GeluTanh ? kbit_gelu_tanh(M, K, x, h_type, h.data())
                                         : kbit_silu(M, K, x, h_type, h.data());
    ck_assert_int_eq(status, KBIT_OK);
    return h;
}

static const float kThresholds[] = {6.0f, kOff, 0.0f, 2.0f};

START_TEST(first_rung_is_the_reference)
{
    unsigned call = 0;
    for (const auto &p : kProducers)
        for (kbit_dtype from : kTypes)
            for (kbit_dtype to : kTypes)
                for (size_t K : {1, 17, 64, 200}) {
                    const Inputs in(call % 2 ? Outliers : Plain, 1 + call % 7, K, from, call % 3,
                                    call % 2, call % 3 != 0);
                    const float t = kThresholds[call % 4];
                    schedule(++call);
                    Outputs out = run(kbit::produce_v1, p.producer, in, to, t, true, call % 4, 0);
                    check_typed(to, out.h.data(), reference(p.producer, in, to).data(), in.x.M * K,
                                p.stem);
                    judge(p.fused, p.producer, in, to, t, out);
                }
}
END_TEST

/* Around every width where one kernel ends and the next begins; aligned and not. */
START_TEST(second_rung_is_admissible)
{
    const size_t widths[] = {1,    7,    8,    33,   200,  512,  513,   520,   1000, 2048,
                             4096, 4097, 4104, 8192, 8200, 9000, 12288, 12296, 13001};
    unsigned call = 0;
    for (const auto &p : kProducers)
        for (size_t K : widths) {
            const kbit_dtype *pair = kPairs[call % 5];
            const size_t M = K < 600 ? 11 : call % 3 + 1, pad = call % 3 * 8 + call % 7 / 6;
            const Inputs in(call % 3 ? Outliers : Plain, M, K, pair[0], pad, call % 5 == 4,
                            call % 2);
            const float t = kThresholds[call % 4];
            schedule(++call);
            Outputs out =
                run(kbit::produce_v2, p.producer, in, pair[1], t, true, pad, call % 6 == 5);
            judge(p.fused, p.producer, in, pair[1], t, out);
            Outputs alone =
                run(kbit::produce_v2, p.producer, in, pair[1], t, false, pad, call % 6 == 5);
            ck_assert_msg(alone.h == out.h, "%s alone gives another h at K = %zu", p.stem, K);
        }
}
END_TEST

/* All types at each kernel's shape, with rows of zeros and with what is not finite. */
START_TEST(every_type_and_kind)
{
    unsigned call = 0;
    for (const auto &p : kProducers)
        for (const auto &pair : kPairs)
            for (size_t K : {100, 2100, 6000}) {
                const Inputs in(call % 2 ? ZeroRows : NotFinite, 4, K, pair[0], 0, 0, call % 3);
                const float t = kThresholds[call % 4];
                schedule(++call);
                Outputs out = run(kbit::produce_v2, p.producer, in, pair[1], t, true, 0, 0);
                judge(p.fused, p.producer, in, pair[1], t, out);
            }
}
END_TEST

/* Rows, gamma and beta begin at multiples of 16 bytes and end anywhere; gamma ends at a closed page. */
START_TEST(aligned_rows_of_any_length)
{
    unsigned call = 0;
    for (const auto &p : kProducers)
        for (const auto &pair : kPairs)
            for (size_t K : {1, 3, 5, 6, 9, 15, 18, 27}) {
                const size_t pad = (K + 7) / 8 * 8 - K;
                const Inputs in(Plain, 2, K, pair[0], pad, 0, call % 2);
                schedule(++call);
                Outputs out = run(kbit::produce_v2, p.producer, in, pair[1], kOff, true, pad, 0);
                judge(p.fused, p.producer, in, pair[1], kOff, out);
            }
}
END_TEST

/* Rows of whole eights at addresses and distances that are all but aligned: UBSan sees an access of
 * several elements that should not be, here it gives the right bits. */
START_TEST(whole_eights_at_any_address)
{
    unsigned call = 0;
    for (Producer producer : {Producer::LayerNorm, Producer::Relu})
        for (const auto &pair : kPairs)
            for (size_t offset = 0; offset < 16; ++offset)
                for (size_t pad : {0, 4, 5}) {
                    const Inputs in(Outliers, 2, 40, pair[0], pad, offset, true);
                    schedule(++call);
                    run(kbit::produce_v2, producer, in, pair[1], 6.0f, true, pad, offset ^ 5);
                }
}
END_TEST

/* Columns whose number has more than 16 bits. */
START_TEST(very_long_rows)
{
    const Inputs in(Outliers, 1, 65600, KBIT_F16, 0, 0, true);
    for (const auto &p : {kProducers[1], kProducers[2]})
        for (Run rung : {kbit::produce_v1, kbit::produce_v2}) {
            Outputs out = run(rung, p.producer, in, KBIT_F16, 6.0f, true, 0, 0);
            judge(p.fused, p.producer, in, KBIT_F16, 6.0f, out);
        }
}
END_TEST

/* More rows than the grid has room for, eight blocks a multiprocessor: each takes several. Where one barrier
 * a row is all there is, two buffers must take turns. */
START_TEST(blocks_of_many_rows)
{
    const size_t blocks = static_cast<size_t>(kbit::device_multiprocessors()) * 8;
    const Inputs in(Outliers, 2 * blocks + 3, 520, KBIT_F16, 0, 0, true);
    const struct {
        const char *stem;
        Producer producer;
        bool quantized;
    } calls[] = {{"layernorm_quantize", Producer::LayerNorm, true},
                 {"rmsnorm", Producer::RmsNorm, false},
                 {"relu_quantize", Producer::Relu, true}};
    for (const auto &c : calls) {
        schedule(0);
        Outputs first = run(kbit::produce_v2, c.producer, in, KBIT_F16, 6.0f, c.quantized, 0, 0);
        if (c.quantized)
            judge(c.stem, c.producer, in, KBIT_F16, 6.0f, first);
        for (unsigned i : {1, 3, 15})
            for (unsigned seed : {0, 1, 2}) {
                schedule(i);
                simt::Options o = simt::options();
                o.seed = seed;
                simt::set_options(o);
                ck_assert_msg(first == run(kbit::produce_v2, c.producer, in, KBIT_F16, 6.0f,
                                           c.quantized, 0, 0),
                              "%s: other bits under schedule %u, seed %u", c.stem, i, seed);
            }
    }
}
END_TEST

START_TEST(same_bits_under_every_schedule)
{
    const Inputs warps(Outliers, 21, 200, KBIT_F16, 0, 0, true),
        blocks(Outliers, 5, 2100, KBIT_BF16, 0, 0, true),
        wide(Outliers, 3, 9000, KBIT_F16, 0, 0, true),
        longest(Outliers, 3, 12400, KBIT_F16, 0, 0, true);
    const Inputs *all[] = {&warps, &blocks, &wide, &longest};
    for (const auto &p : kProducers)
        for (const Inputs *in : all) {
            schedule(0);
            const Outputs first =
                run(kbit::produce_v2, p.producer, *in, in->x.type, 6.0f, true, 0, 0);
            for (unsigned i = 1; i < (in->x.K > 4096 ? 6 : kSchedules); ++i) {
                schedule(i);
                ck_assert_msg(
                    first == run(kbit::produce_v2, p.producer, *in, in->x.type, 6.0f, true, 0, 0),
                    "%s, K = %zu: other bits under schedule %u", p.stem, in->x.K, i);
            }
        }
}
END_TEST

/* Each kernel of the second rung, in the order that finds most; tests/launches.sh counts on it. */
START_TEST(every_kernel_under_priority)
{
    simt::Options o = simt::options();
    o.order = simt::Order::Priority;
    o.async = simt::Async::Random;
    simt::set_options(o);
    for (const auto &p : kProducers)
        for (const auto &pair : kPairs)
            for (size_t K : {100, 3000, 6000, 9000, 12500}) {
                const Inputs in(Outliers, 2, K, pair[0], 0, 0, true);
                Outputs out = run(kbit::produce_v2, p.producer, in, pair[1], 6.0f, true, 0, 0);
                judge(p.fused, p.producer, in, pair[1], 6.0f, out);
            }
}
END_TEST

/* h may take the place of x. */
START_TEST(in_place)
{
    schedule(7);
    for (size_t K : {72, 3000, 5000, 12500}) {
        const Inputs in(Outliers, 3, K, KBIT_F16, 0, 0, true);
        const Outputs apart =
            run(kbit::produce_v2, Producer::LayerNorm, in, KBIT_F16, 6.0f, false, 0, 0);
        for (int rung = 1; rung <= 2; ++rung) {
            Guarded<unsigned char> x(in.x.M * K * 2);
            memcpy(x.data(), in.x.data(), x.size());
            const kbit::RungLimit limit(rung);
            ck_assert_int_eq(kbit_cuda_layernorm(in.x.M, K, KBIT_F16, x.data(), K, KBIT_F16,
                                                 in.gamma.data(), in.beta.data(), kEps, KBIT_F16,
                                                 x.data(), K, nullptr),
                             KBIT_OK);
            if (rung == 2)
                ck_assert(memcmp(x.data(), apart.h.data(), x.size()) == 0);
            else
                check_typed(KBIT_F16, x.data(), reference(Producer::LayerNorm, in, KBIT_F16).data(),
                            in.x.M * K, "v1");
        }
    }
}
END_TEST

START_TEST(the_public_functions_check_and_dispatch)
{
    const size_t M = 4, K = 24;
    const Inputs in(Outliers, M, K, KBIT_F16, 0, 0, true);
    Guarded<uint16_t> h(M * K);
    Guarded<int32_t> count(1), list(K);
    Guarded<float> a(M);
    Guarded<int8_t> q(M * K);
    const size_t bytes = kbit_cuda_quantize_with_outliers_workspace(M, K);
    Guarded<unsigned char> workspace(bytes); /* not zeroed: the call does that */
    const auto norm = [&](size_t x_ld, size_t h_ld, size_t q_ld, float eps, float t,
                          kbit_dtype h_type, const void *gamma, size_t room) {
        return kbit_cuda_layernorm_quantize(M, K, KBIT_F16, in.x.data(), x_ld, KBIT_F16, gamma,
                                            in.beta.data(), eps, t, h_type, h.data(), h_ld,
                                            count.data(), list.data(), a.data(), q.data(), q_ld,
                                            workspace.data(), room, nullptr);
    };
    const void *gamma = in.gamma.data();
    ck_assert_int_eq(norm(K, K, K, kEps, 6, KBIT_F16, gamma, bytes), KBIT_OK);
    ck_assert_int_eq(norm(K - 1, K, K, kEps, 6, KBIT_F16, gamma, bytes), KBIT_ERR_SHAPE);
    ck_assert_int_eq(norm(K, K - 1, K, kEps, 6, KBIT_F16, gamma, bytes), KBIT_ERR_SHAPE);
    ck_assert_int_eq(norm(K, K, K - 1, kEps, 6, KBIT_F16, gamma, bytes), KBIT_ERR_SHAPE);
    ck_assert_int_eq(norm(K, K, K, -kEps, 6, KBIT_F16, gamma, bytes), KBIT_ERR_RANGE);
    ck_assert_int_eq(norm(K, K, K, NAN, 6, KBIT_F16, gamma, bytes), KBIT_ERR_RANGE);
    ck_assert_int_eq(norm(K, K, K, INFINITY, 6, KBIT_F16, gamma, bytes), KBIT_ERR_RANGE);
    ck_assert_int_eq(norm(K, K, K, kEps, -2, KBIT_F16, gamma, bytes), KBIT_ERR_RANGE);
    ck_assert_int_eq(norm(K, K, K, kEps, INFINITY, KBIT_F16, gamma, bytes), KBIT_ERR_RANGE);
    ck_assert_int_eq(norm(K, K, K, kEps, 6, KBIT_I8, gamma, bytes), KBIT_ERR_UNSUPPORTED);
    ck_assert_int_eq(norm(K, K, K, kEps, 6, KBIT_F16, nullptr, bytes), KBIT_ERR_NULL);
    ck_assert_int_eq(norm(K, K, K, kEps, 6, KBIT_F16, gamma, bytes - 1), KBIT_ERR_WORKSPACE);
    ck_assert_int_eq(norm(K, K, K, kEps, 6, KBIT_F16, static_cast<const char *>(gamma) + 1, bytes),
                     KBIT_ERR_ALIGN);
    /* No rows, and no columns: the list is empty. */
    count[0] = -1;
    ck_assert_int_eq(kbit_cuda_silu_quantize(0, K, KBIT_F16, nullptr, K, 6, KBIT_F16, nullptr, K,
                                             count.data(), list.data(), nullptr, nullptr, K,
                                             workspace.data(), bytes, nullptr),
                     KBIT_OK);
    ck_assert_int_eq(count[0], 0);
    ck_assert_int_eq(kbit_cuda_relu(M, 0, KBIT_F16, nullptr, 0, KBIT_F16, nullptr, 0, nullptr),
                     KBIT_OK);
    ck_assert_int_eq(kbit_cuda_relu(M, K, KBIT_F16, nullptr, K, KBIT_F16, h.data(), K, nullptr),
                     KBIT_ERR_NULL);
    ck_assert_int_eq(kbit_cuda_gelu(M, K, KBIT_F16, in.x.data(), K, KBIT_I32, h.data(), K, nullptr),
                     KBIT_ERR_UNSUPPORTED);
    /* What the second rung does not serve goes to the first: fp16 in, f32 out. */
    Guarded<float> wide(M * K);
    ck_assert_int_eq(kbit_cuda_rmsnorm(M, K, KBIT_F16, in.x.data(), K, KBIT_F16, gamma, kEps,
                                       KBIT_F32, wide.data(), K, nullptr),
                     KBIT_OK);
    check_typed(KBIT_F32, wide.data(), reference(Producer::RmsNorm, in, KBIT_F32).data(), M * K,
                "fp16 to f32");
    /* A device without the kernels can do nothing, if that is all. */
    simt::Options o = simt::options();
    o.capability = 79;
    simt::set_options(o);
    const auto relu = [&](size_t rows, size_t columns) {
        return kbit_cuda_relu(rows, columns, KBIT_F16, in.x.data(), K, KBIT_F16, h.data(), K,
                              nullptr);
    };
    ck_assert_int_eq(relu(M, K), KBIT_ERR_NO_DEVICE);
    ck_assert_int_eq(relu(M, 0), KBIT_OK);
    ck_assert_int_eq(relu(0, K), KBIT_OK);
    ck_assert_int_eq(norm(K, K, K, kEps, 6, KBIT_F16, gamma, bytes), KBIT_ERR_NO_DEVICE);
}
END_TEST

int main()
{
    return run_suite("cuda_producers",
                     {first_rung_is_the_reference, second_rung_is_admissible, every_type_and_kind,
                      aligned_rows_of_any_length, whole_eights_at_any_address, very_long_rows,
                      blocks_of_many_rows, same_bits_under_every_schedule,
                      every_kernel_under_priority, in_place,
                      the_public_functions_check_and_dispatch});
}
