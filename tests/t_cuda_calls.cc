/* The public functions around the kernels: what they refuse and why, what an empty tensor does, how
 * dispatch climbs, and the plug-in that wraps them. */
#include "cuda_test.h"

using namespace kbit_test;

static Guarded<float> &floats()
{
    static Guarded<float> memory(4096);
    return memory;
}

/* One well-formed call of each function, with one argument replaced. */
struct Call {
    size_t M = 4, N = 5, K = 6;
    kbit_dtype type = KBIT_F32, other_type = KBIT_F16;
    float threshold = 6.0f;
    float *p[6];
    size_t workspace_bytes = 1 << 14;
    const int32_t *count = nullptr;
    Call()
    {
        for (int i = 0; i < 6; ++i)
            p[i] = floats().data() + i * 600;
    }
    int32_t *i32(int i) const { return reinterpret_cast<int32_t *>(p[i]); }
    int8_t *i8(int i) const { return reinterpret_cast<int8_t *>(p[i]); }
};

typedef kbit_status (*Function)(const Call &);

static const Function functions[] = {
    [](const Call &c) {
        return kbit_cuda_outlier_columns(c.M, c.K, c.type, c.p[0], c.threshold, c.i32(1), c.i32(2),
                                         c.p[5], c.workspace_bytes, nullptr);
    },
    [](const Call &c) {
        return kbit_cuda_absmax_rows(c.M, c.K, c.type, c.p[0], c.count, c.i32(3), c.threshold,
                                     c.p[1], nullptr);
    },
    [](const Call &c) {
        return kbit_cuda_quantize_rows(c.M, c.K, c.type, c.p[0], c.p[1], c.count, c.i32(3),
                                       c.threshold, c.i8(2), nullptr, nullptr);
    },
    [](const Call &c) {
        return kbit_cuda_int8_matmul(c.M, c.N, c.K, c.i8(0), c.i8(1), c.i32(2), nullptr);
    },
    [](const Call &c) {
        return kbit_cuda_dequantize(c.M, c.N, c.i32(0), c.p[1], c.p[2], c.p[3], nullptr);
    },
    [](const Call &c) {
        return kbit_cuda_outlier_matmul(c.M, c.N, c.K, c.type, c.p[0], c.count, c.i32(3), c.i8(1),
                                        c.p[2], c.p[4], c.p[5], nullptr);
    },
    [](const Call &c) {
        return kbit_cuda_outlier_matmul_w16(c.M, c.N, c.K, c.type, c.p[0], c.count, c.i32(3),
                                            c.other_type, c.p[1], c.p[4], c.p[5], nullptr);
    },
    [](const Call &c) {
        return kbit_cuda_store(c.M, c.N, c.p[0], c.p[1], c.type, c.p[2], nullptr);
    },
    [](const Call &c) {
        return kbit_cuda_llmint8_linear_bnb(c.M, c.N, c.K, c.type, c.p[0], c.i8(1), c.p[2], c.p[3],
                                            c.threshold, c.other_type, c.p[4], c.p[5],
                                            c.workspace_bytes, nullptr);
    },
};
enum { COLUMNS, ABSMAX, QUANTIZE, PRODUCT, DEQUANTIZE, OUTLIERS, OUTLIERS16, STORE, LINEAR, ALL };

START_TEST(well_formed_calls_are_served)
{
    memset(floats().data(), 0, floats().size() * sizeof(float));
    for (Function f : functions)
        ck_assert_int_eq(f(Call()), KBIT_OK);
}
END_TEST

START_TEST(sizes_are_checked)
{
    for (Function f : functions) {
        Call c;
        c.M = size_t{1} << 31;
        ck_assert_int_eq(f(c), KBIT_ERR_SHAPE);
    }
    for (int f : {PRODUCT, DEQUANTIZE, OUTLIERS, OUTLIERS16, STORE, LINEAR}) {
        Call c;
        c.N = size_t{1} << 31;
        ck_assert_int_eq(functions[f](c), KBIT_ERR_SHAPE);
    }
    for (int f : {COLUMNS, ABSMAX, QUANTIZE, PRODUCT, OUTLIERS, OUTLIERS16, LINEAR}) {
        Call c;
        c.M = 0; /* no element: nothing but K itself is too large */
        c.K = size_t{1} << 31;
        ck_assert_int_eq(functions[f](c), KBIT_ERR_SHAPE);
    }
    for (int f : {PRODUCT, LINEAR}) {
        Call c;
        c.K = KBIT_CUDA_MAX_K + 1;
        ck_assert_int_eq(functions[f](c), KBIT_ERR_UNSUPPORTED);
    }
}
END_TEST

START_TEST(thresholds_are_checked)
{
    for (int f : {COLUMNS, ABSMAX, QUANTIZE, LINEAR})
        for (float bad : {NAN, -2.0f, -INFINITY, -0x1p-149f}) {
            Call c;
            c.threshold = bad;
            ck_assert_int_eq(functions[f](c), KBIT_ERR_RANGE);
        }
    for (int f : {COLUMNS, ABSMAX, QUANTIZE, LINEAR}) {
        Call c;
        c.threshold = INFINITY;
        ck_assert_int_eq(functions[f](c), f == ABSMAX || f == QUANTIZE ? KBIT_OK : KBIT_ERR_RANGE);
    }
}
END_TEST

START_TEST(types_are_checked)
{
    for (int f : {COLUMNS, ABSMAX, QUANTIZE, OUTLIERS, OUTLIERS16, STORE, LINEAR})
        for (kbit_dtype bad : {KBIT_I8, KBIT_I32, static_cast<kbit_dtype>(0)}) {
            Call c;
            c.type = bad;
            ck_assert_int_eq(functions[f](c), KBIT_ERR_UNSUPPORTED);
        }
    for (int f : {OUTLIERS16, LINEAR}) {
        Call c;
        c.other_type = KBIT_I8;
        ck_assert_int_eq(functions[f](c), KBIT_ERR_UNSUPPORTED);
    }
}
END_TEST

START_TEST(pointers_are_checked)
{
    /* Which of p[] each function uses, and for which of them NULL is an answer. */
    const struct {
        int f;
        const char *used, *optional;
    } table[] = {{COLUMNS, "0125", ""},    {ABSMAX, "01", ""},       {QUANTIZE, "012", ""},
                 {PRODUCT, "012", ""},     {DEQUANTIZE, "0123", ""}, {OUTLIERS, "01245", ""},
                 {OUTLIERS16, "0145", ""}, {STORE, "02", "1"},       {LINEAR, "01245", "3"}};
    ck_assert_uint_eq(sizeof table / sizeof *table, ALL);
    for (const auto &row : table) {
        for (const char *i = row.used; *i; ++i) {
            Call c;
            c.p[*i - '0'] = nullptr;
            ck_assert_msg(functions[row.f](c) == KBIT_ERR_NULL, "function %d, pointer %c", row.f,
                          *i);
        }
        for (const char *i = row.optional; *i; ++i) {
            Call c;
            c.p[*i - '0'] = nullptr;
            ck_assert_int_eq(functions[row.f](c), KBIT_OK);
        }
    }
    for (int f : {ABSMAX, QUANTIZE, OUTLIERS, OUTLIERS16}) { /* a count needs its list */
        Call c;
        Guarded<int32_t> count(1);
        count[0] = 0;
        c.count = count.data();
        ck_assert_int_eq(functions[f](c), KBIT_OK);
        c.p[3] = nullptr;
        ck_assert_int_eq(functions[f](c), KBIT_ERR_NULL);
    }
}
END_TEST

START_TEST(alignment_is_checked)
{
    /* Which of p[] hold elements of more than a byte. */
    const struct {
        int f;
        const char *wide;
    } table[] = {{COLUMNS, "0125"},    {ABSMAX, "01"},       {QUANTIZE, "01"},
                 {PRODUCT, "2"},       {DEQUANTIZE, "0123"}, {OUTLIERS, "0245"},
                 {OUTLIERS16, "0145"}, {STORE, "012"},       {LINEAR, "02345"}};
    for (const auto &row : table)
        for (const char *i = row.wide; *i; ++i) {
            Call c;
            float *&p = c.p[*i - '0'];
            p = reinterpret_cast<float *>(reinterpret_cast<char *>(p) + 1);
            ck_assert_msg(functions[row.f](c) == KBIT_ERR_ALIGN, "function %d, pointer %c", row.f,
                          *i);
        }
    for (int f : {COLUMNS, LINEAR}) { /* a workspace needs more than its elements */
        Call c;
        c.p[5] += 1;
        ck_assert_int_eq(functions[f](c), KBIT_ERR_ALIGN);
    }
}
END_TEST

START_TEST(the_workspace_is_measured)
{
    Call c;
    c.workspace_bytes = kbit_cuda_outlier_columns_workspace(c.M, c.K);
    ck_assert_int_eq(functions[COLUMNS](c), KBIT_OK);
    --c.workspace_bytes;
    ck_assert_int_eq(functions[COLUMNS](c), KBIT_ERR_WORKSPACE);
    c.workspace_bytes = kbit_cuda_llmint8_linear_bnb_workspace(c.M, c.N, c.K);
    ck_assert_int_eq(functions[LINEAR](c), KBIT_OK);
    --c.workspace_bytes;
    ck_assert_int_eq(functions[LINEAR](c), KBIT_ERR_WORKSPACE);
    const size_t best = c.workspace_bytes + 1;
    const kbit::RungLimit plainest(1);
    ck_assert_uint_gt(kbit_cuda_llmint8_linear_bnb_workspace(c.M, c.N, c.K), best);
    ++c.workspace_bytes;
    ck_assert_int_eq(functions[LINEAR](c), KBIT_ERR_WORKSPACE);
}
END_TEST

START_TEST(empty_tensors_may_be_null)
{
    for (int f = 0; f < ALL; ++f) {
        Call c;
        c.M = c.N = c.K = 0;
        c.workspace_bytes = 1 << 14;
        int32_t *count = c.i32(1);
        for (int i = 0; i < 6; ++i)
            if (!(f == COLUMNS && i == 1) && !(f == LINEAR && i == 5))
                c.p[i] = nullptr;
        count[0] = 7;
        ck_assert_msg(functions[f](c) == KBIT_OK, "function %d", f);
        if (f == COLUMNS)
            ck_assert_int_eq(count[0], 0);
    }
}
END_TEST

/* A rung that cannot serve is passed over, the limit is kept, and it ends with its scope. */
START_TEST(dispatch_climbs_down)
{
    static int ran;
    typedef kbit_status Step(int);
    struct Rungs {
        static kbit_status plain(int) { return ran = 1, KBIT_OK; }
        static kbit_status even(int i) { return i % 2 ? KBIT_ERR_UNSUPPORTED : (ran = 2, KBIT_OK); }
        static kbit_status failing(int i)
        {
            return i == 4 ? KBIT_ERR_DEVICE : KBIT_ERR_UNSUPPORTED;
        }
        static kbit_status future(int) { return ran = 4, KBIT_OK; }
    };
    const kbit::Ladder<Step> ladder = {{{"v1", 80, Rungs::plain},
                                        {"v2", 80, Rungs::even},
                                        {"v3", 80, Rungs::failing},
                                        {"v4", 999, Rungs::future}}};
    ck_assert(kbit::climb(ladder, 2) == KBIT_OK && ran == 2);
    ck_assert(kbit::climb(ladder, 3) == KBIT_OK && ran == 1);
    ck_assert_int_eq(kbit::climb(ladder, 4), KBIT_ERR_DEVICE);
    {
        const kbit::RungLimit plainest(1);
        ck_assert(kbit::climb(ladder, 2) == KBIT_OK && ran == 1);
    }
    ck_assert(kbit::climb(ladder, 2) == KBIT_OK && ran == 2);
    const kbit::Ladder<Step> newer = {{{"v1", 999, Rungs::plain}}};
    ck_assert_int_eq(kbit::climb(newer, 2), KBIT_ERR_NO_DEVICE);
}
END_TEST

/* The newest device that has not what the kernels use: nothing runs there. Nothing is all that an output
 * without elements wants. */
START_TEST(older_devices_are_refused)
{
    simt::Options o = simt::options();
    o.capability = 79;
    simt::set_options(o);
    for (int f = 0; f < ALL; ++f) {
        Call c;
        ck_assert_msg(functions[f](c) == KBIT_ERR_NO_DEVICE, "function %d", f);
        c.M = 0;
        ck_assert_msg(functions[f](c) == (f == COLUMNS ? KBIT_ERR_NO_DEVICE : KBIT_OK),
                      "function %d, no rows", f);
    }
}
END_TEST

static kbit_tensor tensor(const void *data, kbit_dtype type, size_t rows, size_t columns)
{
    return {const_cast<void *>(data), type, columns ? 2u : 1u, {rows, columns}};
}

static const kbit_op *find(const kbit_candidate_v1 *candidate, const char *step)
{
    for (size_t i = 0; i < candidate->n_ops; ++i)
        if (strcmp(candidate->ops[i].step, step) == 0)
            return &candidate->ops[i];
    ck_abort_msg("no step %s", step);
}

START_TEST(the_plug_in_describes_itself)
{
    for (const char *variant : {static_cast<const char *>(nullptr), "v1"}) {
        const kbit_candidate_v1 *candidate = kbit_candidate(variant);
        ck_assert_ptr_nonnull(candidate);
        ck_assert_uint_eq(candidate->abi, KBIT_CANDIDATE_ABI);
        ck_assert_uint_eq(candidate->size, sizeof *candidate);
        ck_assert_str_eq(candidate->name, "simt");
        for (const char *step : {"outlier_columns", "llmint8_linear_bnb", "layernorm_quantize"})
            ck_assert(find(candidate, step)->run != nullptr);
    }
    for (const char *unknown : {"", "v", "v9", "w1", "v11", "vv", "1"})
        ck_assert_ptr_null(kbit_candidate(unknown));
}
END_TEST

START_TEST(the_plug_in_runs_the_layer_and_lists_columns)
{
    const size_t M = 20, N = 12, K = 48;
    const Activations x(Outliers, M, K, KBIT_F16);
    Guarded<int8_t> w(N * K);
    Guarded<float> s(N);
    for (size_t i = 0; i < N * K; ++i)
        w[i] = static_cast<int8_t>(random_code() | 1);
    for (size_t j = 0; j < N; ++j)
        s[j] = 0.25f;
    std::vector<uint16_t> want(M * N);
    ck_assert_int_eq(kbit_llmint8_linear_bnb(M, N, K, x.wide.data(), w.data(), s.data(), nullptr,
                                             6.0f, KBIT_F16, want.data()),
                     KBIT_OK);
    std::vector<int32_t> columns(K);
    size_t n;
    ck_assert_int_eq(kbit_outlier_columns(M, K, x.wide.data(), 6.0f, columns.data(), &n), KBIT_OK);
    ck_assert_uint_gt(n, 0);

    for (const char *variant : {static_cast<const char *>(nullptr), "v1"}) {
        const kbit_candidate_v1 *candidate = kbit_candidate(variant);
        Guarded<uint16_t> y(M * N);
        const kbit_tensor in[] = {tensor(x.data(), KBIT_F16, M, K), tensor(w.data(), KBIT_I8, N, K),
                                  tensor(s.data(), KBIT_F32, N, 0),
                                  tensor(nullptr, KBIT_F32, 0, 0)};
        kbit_tensor out = tensor(y.data(), KBIT_F16, M, N);
        const kbit_call call = {"llmint8_linear_bnb", M, N, K, 6.0f, in, &out};
        const kbit_op *op = find(candidate, call.step);
        ck_assert_int_eq(op->run(nullptr, &call), KBIT_OK);
        check_typed(KBIT_F16, y.data(), want.data(), M * N, "run");

        memset(y.data(), 0, M * N * 2);
        void *bound = op->bind(&call);
        ck_assert_ptr_nonnull(bound);
        ck_assert_int_eq(op->run(bound, &call), KBIT_OK);
        ck_assert_int_eq(op->run(bound, &call), KBIT_OK);
        ck_assert_int_eq(op->fetch(bound, &call), KBIT_OK);
        check_typed(KBIT_F16, y.data(), want.data(), M * N, "bind, run, run, fetch");

        Guarded<int32_t> list(K);
        kbit_tensor o = tensor(list.data(), KBIT_I32, K, 0);
        const kbit_call listing = {"outlier_columns", M, 0, K, 6.0f, in, &o};
        ck_assert_int_eq(find(candidate, listing.step)->run(nullptr, &listing), KBIT_OK);
        ck_assert_uint_eq(o.dim[0], n);
        check_integers(list.data(), columns.data(), n, "outlier_columns");
    }
}
END_TEST

/* Each step finds its tensors where kbit_candidate.h has them, and serves the call: what it makes of it
 * is for kbit verify, to which a step that refuses is one that the plug-in does not have. */
START_TEST(the_plug_in_serves_every_step)
{
    const size_t M = 3, N = 5, K = 24;
    memset(floats().data(), 0, floats().size() * sizeof(float));
    floats()[600] = 1e-5f;
    const void *zeros = floats().data();
    const auto named = [&](char name) {
        switch (name) {
        case 'x': /* and h */
            return tensor(zeros, KBIT_F16, M, K);
        case 'o': /* O without a column, as an input */
            return tensor(nullptr, KBIT_I32, 0, 0);
        case 'a':
            return tensor(zeros, KBIT_F32, M, 0);
        case 'q':
            return tensor(zeros, KBIT_I8, M, K);
        case 'w':
            return tensor(zeros, KBIT_I8, N, K);
        case 'W':
            return tensor(zeros, KBIT_BF16, N, K);
        case 's': /* and a bias */
            return tensor(zeros, KBIT_F32, N, 0);
        case 'c':
            return tensor(zeros, KBIT_I32, M, N);
        case 'd': /* and y */
            return tensor(zeros, KBIT_F32, M, N);
        case 'g': /* and beta */
            return tensor(zeros, KBIT_BF16, K, 0);
        case 'e':
            return tensor(floats().data() + 600, KBIT_F32, 1, 0);
        default: /* no tensor of the step */
            return tensor(nullptr, KBIT_I8, 0, 0);
        }
    };
    const struct {
        const char *step, *in, *out;
    } calls[] = {{"outlier_columns", "x", "O"},
                 {"absmax_rows", "xo", "A"},
                 {"quantize_rows", "xao", "Q"},
                 {"int8_matmul", "qw", "C"},
                 {"dequantize", "cas", "D"},
                 {"outlier_matmul", "xowsd", "D"},
                 {"outlier_matmul_w16", "xoWd", "D"},
                 {"store", "ds", "D"},
                 {"llmint8_linear_bnb", "xwss", "D"},
                 {"rmsnorm", "xge", "X"},
                 {"rmsnorm_quantize", "xge", "XOAQ"},
                 {"layernorm", "xgge", "X"},
                 {"layernorm_quantize", "xgge", "XOAQ"},
                 {"relu", "x", "X"},
                 {"relu_quantize", "x", "XOAQ"},
                 {"gelu", "x", "X"},
                 {"gelu_quantize", "x", "XOAQ"},
                 {"gelu_tanh", "x", "X"},
                 {"gelu_tanh_quantize", "x", "XOAQ"},
                 {"silu", "x", "X"},
                 {"silu_quantize", "x", "XOAQ"}};
    for (const char *variant : {static_cast<const char *>(nullptr), "v1"}) {
        const kbit_candidate_v1 *candidate = kbit_candidate(variant);
        ck_assert_uint_eq(candidate->n_ops, sizeof calls / sizeof *calls);
        for (const auto &c : calls) {
            Guarded<uint16_t> h(M * K);
            Guarded<int32_t> list(K), sums(M * N);
            Guarded<float> a(M), y(M * N);
            Guarded<int8_t> q(M * K);
            const auto written = [&](char name) {
                return name == 'X'   ? tensor(h.data(), KBIT_F16, M, K)
                       : name == 'O' ? tensor(list.data(), KBIT_I32, K, 0)
                       : name == 'A' ? tensor(a.data(), KBIT_F32, M, 0)
                       : name == 'Q' ? tensor(q.data(), KBIT_I8, M, K)
                       : name == 'C' ? tensor(sums.data(), KBIT_I32, M, N)
                       : name == 'D' ? tensor(y.data(), KBIT_F32, M, N)
                                     : named(name);
            };
            std::vector<kbit_tensor> in(1, named('-')), out(1, named('-'));
            for (const char *i = c.in; *i; ++i)
                in.push_back(named(*i));
            for (const char *i = c.out; *i; ++i)
                out.push_back(written(*i));
            in.push_back(named('-'));
            out.push_back(named('-'));
            const kbit_call call = {c.step, M, N, K, 6.0f, &in[1], &out[1]};
            ck_assert_msg(find(candidate, c.step)->run(nullptr, &call) == KBIT_OK, "%s", c.step);
        }
    }
}
END_TEST

START_TEST(the_plug_in_refuses_a_broken_precondition)
{
    Guarded<float> x(8), a(2);
    Guarded<int8_t> q(8);
    for (size_t i = 0; i < 8; ++i)
        x[i] = static_cast<float>(i);
    a[0] = 3.0f;
    a[1] = 7.0f;
    const kbit_tensor in[] = {tensor(x.data(), KBIT_F32, 2, 4), tensor(a.data(), KBIT_F32, 2, 0),
                              tensor(nullptr, KBIT_I32, 0, 0)};
    kbit_tensor out = tensor(q.data(), KBIT_I8, 2, 4);
    const kbit_call call = {"quantize_rows", 2, 0, 4, kOff, in, &out};
    const kbit_op *op = find(kbit_candidate(nullptr), call.step);
    ck_assert_int_eq(op->run(nullptr, &call), KBIT_OK);
    a[1] = 6.0f;
    ck_assert_int_eq(op->run(nullptr, &call), KBIT_ERR_RANGE);
}
END_TEST

int main()
{
    return run_suite("cuda_calls",
                     {well_formed_calls_are_served, sizes_are_checked, thresholds_are_checked,
                      types_are_checked, pointers_are_checked, alignment_is_checked,
                      the_workspace_is_measured, empty_tensors_may_be_null, dispatch_climbs_down,
                      older_devices_are_refused, the_plug_in_describes_itself,
                      the_plug_in_runs_the_layer_and_lists_columns, the_plug_in_serves_every_step,
                      the_plug_in_refuses_a_broken_precondition});
}
