/* peers.cu -- peers.h. Types and prototypes are those of the toolkit's headers; nothing is linked. */
#include "peers.h"

#include "../launch.cuh"
#include "check.h"
#include "data.h"

#if defined(__CUDACC__) && __has_include(<cublasLt.h>)
#define KBIT_HAVE_CUBLAS_HEADERS 1
#include <cublasLt.h>
#include <cublas_v2.h>
#include <dlfcn.h>

#include <algorithm>
#include <map>
#endif

namespace bench
{

const char *const kPeerCandidates =
    "cublas-f16, cublas-bf16, cublaslt-f16, cublaslt-i8, cublaslt-i8-scales";

#if defined(KBIT_HAVE_CUBLAS_HEADERS)

namespace
{

constexpr size_t kWorkspace = size_t{32} << 20;
constexpr int kProposals = 8, kTrials = 5;

cudaStream_t on()
{
    return static_cast<cudaStream_t>(stream());
}

/* The library, from the first of the folders that has it, else from where the loader looks. */
void *open_library(const std::string &name, const std::string &folders, std::string *what)
{
    std::string reason;
    for (size_t at = 0; at <= folders.size();) {
        const size_t end = std::min(folders.find(':', at), folders.size());
        const std::string folder = folders.substr(at, end - at);
        at = end + 1;
        if (folder.empty())
            continue;
        const std::string path = folder + "/" + name;
        if (void *library = dlopen(path.c_str(), RTLD_NOW | RTLD_GLOBAL)) {
            *what = path;
            return library;
        }
        reason = dlerror();
    }
    if (void *library = dlopen(name.c_str(), RTLD_NOW | RTLD_GLOBAL)) {
        *what = name;
        return library;
    }
    *what = "absent: " + std::string(dlerror());
    return nullptr;
}

template <class F> bool symbol(void *library, const char *name, F **function)
{
    *function = library ? reinterpret_cast<F *>(dlsym(library, name)) : nullptr;
    return *function != nullptr;
}

std::string refused(const char *call, cublasStatus_t status)
{
    return std::string(call) + " answers " + std::to_string(static_cast<int>(status));
}

kbit_status status_of(cublasStatus_t status)
{
    return status == CUBLAS_STATUS_SUCCESS ? KBIT_OK : KBIT_ERR_DEVICE;
}

} // namespace

/* Of C; the header has a second one for C++. */
using GemmEx = cublasStatus_t(cublasHandle_t, cublasOperation_t, cublasOperation_t, int m, int n,
                              int k, const void *alpha, const void *a, cudaDataType, int lda,
                              const void *b, cudaDataType, int ldb, const void *beta, void *c,
                              cudaDataType, int ldc, cublasComputeType_t, cublasGemmAlgo_t);

struct Peers::Libraries {
    std::string cublas_what, lt_what;
    cublasHandle_t cublas = nullptr;
    cublasLtHandle_t lt = nullptr;
    Memory cublas_workspace, lt_workspace;

    GemmEx *gemm = nullptr;
    decltype(&cublasLtMatmul) matmul = nullptr;
    decltype(&cublasLtMatmulDescCreate) desc_create = nullptr;
    decltype(&cublasLtMatmulDescSetAttribute) desc_set = nullptr;
    decltype(&cublasLtMatrixLayoutCreate) layout_create = nullptr;
    decltype(&cublasLtMatmulPreferenceCreate) preference_create = nullptr;
    decltype(&cublasLtMatmulPreferenceSetAttribute) preference_set = nullptr;
    decltype(&cublasLtMatmulAlgoGetHeuristic) heuristic = nullptr;

    /* Y[M,N] = X[M,K] W[N,K]^T is, by columns, Y^T = (W^T)^T X^T: "TN". */
    struct Gemm {
        cublasLtMatmulDesc_t desc = nullptr;
        cublasLtMatrixLayout_t a = nullptr, b = nullptr, d = nullptr;
        cublasLtMatmulAlgo_t algo = {};
        std::string note;
        bool integers = false;
    };
    std::map<std::string, std::pair<Gemm, std::string>>
        gemms; /* by type and shape; why not, or "" */

    kbit_status run(const Gemm &g, const void *w, const void *x, void *y)
    {
        const float one = 1, zero = 0;
        const int32_t one_i = 1, zero_i = 0;
        const void *alpha = g.integers ? static_cast<const void *>(&one_i) : &one;
        const void *beta = g.integers ? static_cast<const void *>(&zero_i) : &zero;
        return status_of(matmul(lt, g.desc, alpha, w, g.a, x, g.b, beta, y, g.d, y, g.d, &g.algo,
                                lt_workspace.as<void>(), kWorkspace, on()));
    }

    std::string make(Gemm *g, cudaDataType_t in, cudaDataType_t out, cublasComputeType_t compute,
                     cudaDataType_t scale, const Problem &p, const void *w, const void *x, void *y)
    {
        const cublasOperation_t transposed = CUBLAS_OP_T, plain = CUBLAS_OP_N;
        cublasLtMatmulPreference_t preference = nullptr;
        cublasLtMatmulHeuristicResult_t found[kProposals];
        int n = 0;
        g->integers = in == CUDA_R_8I;
        cublasStatus_t s = desc_create(&g->desc, compute, scale);
        if (s == CUBLAS_STATUS_SUCCESS)
            s = desc_set(g->desc, CUBLASLT_MATMUL_DESC_TRANSA, &transposed, sizeof transposed);
        if (s == CUBLAS_STATUS_SUCCESS)
            s = desc_set(g->desc, CUBLASLT_MATMUL_DESC_TRANSB, &plain, sizeof plain);
        if (s == CUBLAS_STATUS_SUCCESS)
            s = layout_create(&g->a, in, p.K, p.N, static_cast<int64_t>(p.K));
        if (s == CUBLAS_STATUS_SUCCESS)
            s = layout_create(&g->b, in, p.K, p.M, static_cast<int64_t>(p.K));
        if (s == CUBLAS_STATUS_SUCCESS)
            s = layout_create(&g->d, out, p.N, p.M, static_cast<int64_t>(p.N));
        if (s == CUBLAS_STATUS_SUCCESS)
            s = preference_create(&preference);
        if (s == CUBLAS_STATUS_SUCCESS)
            s = preference_set(preference, CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES, &kWorkspace,
                               sizeof kWorkspace);
        if (s != CUBLAS_STATUS_SUCCESS)
            return refused("cublasLt", s);
        s = heuristic(lt, g->desc, g->a, g->b, g->d, g->d, preference, kProposals, found, &n);
        if (s != CUBLAS_STATUS_SUCCESS || n == 0)
            return refused("cublasLtMatmulAlgoGetHeuristic", s) + ", " + std::to_string(n) +
                   " algorithms";
        double best = 0;
        int chosen = -1;
        for (int i = 0; i < n; ++i) {
            if (found[i].state != CUBLAS_STATUS_SUCCESS)
                continue;
            g->algo = found[i].algo;
            double least = 0;
            bool served = true;
            for (int trial = 0; trial < kTrials && served; ++trial) {
                double us = 0;
                std::string why;
                served = time_us([&] { return run(*g, w, x, y); }, &us, &why) == KBIT_OK;
                if (trial > 0 && (least == 0 || us < least)) /* the first loads the kernel */
                    least = us;
            }
            if (!served) {
                std::string why;
                finish(&why); /* clears what a refused launch left */
                continue;
            }
            if (chosen < 0 || least < best) {
                chosen = i;
                best = least;
            }
        }
        if (chosen < 0)
            return "none of " + std::to_string(n) + " proposed algorithms runs";
        g->algo = found[chosen].algo;
        char text[160];
        snprintf(text, sizeof text,
                 "proposal %d of %d, workspace %zu bytes, waves %.2f, algo %016llx%016llx", chosen,
                 n, found[chosen].workspaceSize, static_cast<double>(found[chosen].wavesCount),
                 static_cast<unsigned long long>(g->algo.data[0]),
                 static_cast<unsigned long long>(g->algo.data[1]));
        g->note = text;
        return "";
    }
};

Peers::Peers(const std::string &folders) : libraries_(std::make_unique<Libraries>())
{
    Libraries &l = *libraries_;
    const std::string major = std::to_string(CUBLAS_VER_MAJOR);
    void *lt = open_library("libcublasLt.so." + major, folders, &l.lt_what);
    void *blas = open_library("libcublas.so." + major, folders, &l.cublas_what);
    decltype(&cublasLtCreate) lt_create;
    decltype(&cublasLtGetVersion) lt_version;
    decltype(&cublasCreate_v2) create;
    decltype(&cublasSetStream_v2) set_stream;
    decltype(&cublasSetWorkspace_v2) set_workspace;
    decltype(&cublasGetVersion_v2) version;
#define GET(library, name, place) symbol(library, #name, place)
    if (lt) {
        cublasStatus_t s = CUBLAS_STATUS_NOT_INITIALIZED;
        bool all = GET(lt, cublasLtCreate, &lt_create) &&
                   GET(lt, cublasLtGetVersion, &lt_version) && GET(lt, cublasLtMatmul, &l.matmul) &&
                   GET(lt, cublasLtMatmulDescCreate, &l.desc_create) &&
                   GET(lt, cublasLtMatmulDescSetAttribute, &l.desc_set) &&
                   GET(lt, cublasLtMatrixLayoutCreate, &l.layout_create) &&
                   GET(lt, cublasLtMatmulPreferenceCreate, &l.preference_create) &&
                   GET(lt, cublasLtMatmulPreferenceSetAttribute, &l.preference_set) &&
                   GET(lt, cublasLtMatmulAlgoGetHeuristic, &l.heuristic);
        if (all)
            s = lt_create(&l.lt);
        if (s == CUBLAS_STATUS_SUCCESS && l.lt_workspace.reserve(kWorkspace) == KBIT_OK) {
            l.lt_what += ", version " + std::to_string(lt_version());
        } else {
            l.lt = nullptr;
            l.lt_what = "absent: " + l.lt_what + ": " +
                        (all ? refused("cublasLtCreate", s) : "functions are missing");
        }
    }
    if (blas) {
        cublasStatus_t s = CUBLAS_STATUS_NOT_INITIALIZED;
        bool all = GET(blas, cublasCreate_v2, &create) &&
                   GET(blas, cublasSetStream_v2, &set_stream) &&
                   GET(blas, cublasSetWorkspace_v2, &set_workspace) &&
                   GET(blas, cublasGetVersion_v2, &version) && GET(blas, cublasGemmEx, &l.gemm);
        int number = 0;
        if (all)
            s = create(&l.cublas);
        if (s == CUBLAS_STATUS_SUCCESS && l.cublas_workspace.reserve(kWorkspace) != KBIT_OK)
            s = CUBLAS_STATUS_ALLOC_FAILED;
        if (s == CUBLAS_STATUS_SUCCESS)
            s = set_stream(l.cublas, on());
        if (s == CUBLAS_STATUS_SUCCESS) /* its own would be allocated while a graph is captured */
            s = set_workspace(l.cublas, l.cublas_workspace.as<void>(), kWorkspace);
        if (s == CUBLAS_STATUS_SUCCESS)
            s = version(l.cublas, &number);
        if (s == CUBLAS_STATUS_SUCCESS) {
            l.cublas_what += ", version " + std::to_string(number);
        } else {
            l.cublas = nullptr;
            l.cublas_what = "absent: " + l.cublas_what + ": " +
                            (all ? refused("cublasCreate", s) : "functions are missing");
        }
    }
#undef GET
}

Peers::~Peers() = default;

bool Peers::any() const
{
    return libraries_->cublas || libraries_->lt;
}
std::string Peers::cublas() const
{
    return libraries_->cublas_what;
}
std::string Peers::cublaslt() const
{
    return libraries_->lt_what;
}

namespace
{

/* The same call on small integers, whose sums are exact in any order. */
template <class Run>
kbit_status check_on_integers(Problem &p, kbit_dtype type, void *out, const Run &run,
                              Verdict *verdict)
{
    Sample sample = {1, 0};
    kbit_status status = p.integers_x.reserve(2 * p.M * p.K);
    if (status == KBIT_OK)
        status = p.integers_w.reserve(2 * p.N * p.K);
    if (status == KBIT_OK)
        status = fill_integers(p.seed, 40, p.M * p.K, type, p.integers_x.as<void>());
    if (status == KBIT_OK)
        status = fill_integers(p.seed, 41, p.N * p.K, type, p.integers_w.as<void>());
    if (status == KBIT_OK)
        status = fill_on_device(out, 0xff, 2 * p.M * p.N);
    if (status == KBIT_OK)
        status = run(p.integers_w.as<void>(), p.integers_x.as<void>());
    if (status == KBIT_OK)
        status = check_integers(p.seed, p.M, p.N, p.K, type, p.integers_x.as<void>(),
                                p.integers_w.as<void>(), out, &sample);
    verdict->kind = "EXACT on " + std::to_string(sample.checked) + " of " +
                    std::to_string(p.M * p.N) + " outputs, of small integers";
    verdict->right = status == KBIT_OK && sample.wrong == 0;
    if (status == KBIT_OK && sample.wrong)
        verdict->why = std::to_string(sample.wrong) + " outputs are wrong";
    return status;
}

} // namespace

void Peers::add(Problem &p, std::vector<Candidate> *all, std::vector<Absent> *absent)
{
    Libraries &l = *libraries_;
    const double M = double(p.M), N = double(p.N), K = double(p.K);
    void *out = p.out.as<void>();
    const std::string shape =
        std::to_string(p.M) + " " + std::to_string(p.N) + " " + std::to_string(p.K);

    auto sixteen = [&](const std::string &name, kbit_dtype type, auto run_on,
                       const std::string &note) {
        Candidate c = {name,          2 * M * N * K, 2 * (M * K + N * K + M * N),
                       nullptr,       nullptr,       out,
                       2 * p.M * p.N, false,         note};
        const bool half = type == KBIT_F16;
        c.call = [&p, run_on, half](size_t copy) {
            return run_on(half ? p.w16(copy) : p.wb(copy), half ? p.x.as<void>() : p.xb.as<void>());
        };
        c.check = [&p, run_on, type, out](Verdict *verdict) {
            return check_on_integers(p, type, out, run_on, verdict);
        };
        all->push_back(c);
    };
    for (kbit_dtype type : {KBIT_F16, KBIT_BF16}) {
        const std::string name = type == KBIT_F16 ? "cublas-f16" : "cublas-bf16";
        const cudaDataType_t t = type == KBIT_F16 ? CUDA_R_16F : CUDA_R_16BF;
        if (!l.cublas) {
            absent->push_back({name, l.cublas_what});
            continue;
        }
        sixteen(
            name, type,
            [&l, &p, t, out](const void *w, const void *x) {
                const float one = 1, zero = 0;
                return status_of(l.gemm(l.cublas, CUBLAS_OP_T, CUBLAS_OP_N, static_cast<int>(p.N),
                                        static_cast<int>(p.M), static_cast<int>(p.K), &one, w, t,
                                        static_cast<int>(p.K), x, t, static_cast<int>(p.K), &zero,
                                        out, t, static_cast<int>(p.N), CUBLAS_COMPUTE_32F,
                                        CUBLAS_GEMM_DEFAULT));
            },
            "");
    }

    auto gemm = [&](const std::string &name, cudaDataType_t in, cudaDataType_t to,
                    cublasComputeType_t compute, cudaDataType_t scale, const void *w,
                    const void *x) -> const Libraries::Gemm * {
        if (!l.lt) {
            absent->push_back({name, l.lt_what});
            return nullptr;
        }
        auto &entry = l.gemms[std::to_string(in) + " " + shape];
        if (!entry.first.desc)
            entry.second = l.make(&entry.first, in, to, compute, scale, p, w, x, out);
        if (!entry.second.empty()) {
            absent->push_back({name, entry.second});
            return nullptr;
        }
        return &entry.first;
    };
    if (const auto *g = gemm("cublaslt-f16", CUDA_R_16F, CUDA_R_16F, CUBLAS_COMPUTE_32F, CUDA_R_32F,
                             p.w16(0), p.x.as<void>()))
        sixteen(
            "cublaslt-f16", KBIT_F16,
            [&l, g, out](const void *w, const void *x) { return l.run(*g, w, x, out); }, g->note);
    const auto *g = gemm("cublaslt-i8", CUDA_R_8I, CUDA_R_32I, CUBLAS_COMPUTE_32I, CUDA_R_32I,
                         p.w(0), p.q.as<void>());
    if (!g) {
        absent->push_back({"cublaslt-i8-scales", absent->back().why});
        return;
    }
    Candidate i8 = {"cublaslt-i8", 2 * M * N * K, M * K + N * K + 4 * M * N,
                    nullptr,       nullptr,       out,
                    4 * p.M * p.N, false,         g->note};
    i8.call = [&l, &p, g, out](size_t copy) { return l.run(*g, p.w(copy), p.q.as<void>(), out); };
    i8.check = [&p, i8, out](Verdict *verdict) {
        uint64_t rows = 1;
        kbit_status status = fill_on_device(out, 0xff, i8.out_bytes);
        if (status == KBIT_OK)
            status = i8.call(0);
        if (status == KBIT_OK)
            status = certify(p.M, p.N, p.K, p.q.as<int8_t>(), p.w(0), static_cast<int32_t *>(out),
                             &rows);
        verdict->kind = "CERTIFIED";
        verdict->right = status == KBIT_OK && rows == 0;
        if (status == KBIT_OK && rows)
            verdict->why = std::to_string(rows) + " rows are wrong";
        return status;
    };
    all->push_back(i8);

    /* The product and then its scales, as who has only an int32 product must do it. The scaled output
     * is of the product just certified: the enclosure without outliers. */
    Candidate scaled = i8;
    scaled.name = "cublaslt-i8-scales";
    void *half_out = p.scaled.as<void>();
    scaled.out = half_out;
    scaled.out_bytes = 2 * p.M * p.N;
    scaled.bytes += (4 + 2) * M * N;
    scaled.call = [&l, &p, g, out, half_out](size_t copy) {
        const kbit_status status = l.run(*g, p.w(copy), p.q.as<void>(), out);
        return status != KBIT_OK
                   ? status
                   : apply_scales(p.M, p.N, static_cast<int32_t *>(out), p.absmax.as<float>(),
                                  p.w_absmax.as<float>(), half_out);
    };
    scaled.check = [&p, scaled](Verdict *verdict) {
        uint64_t wrong = 1;
        kbit_status status = fill_on_device(scaled.out, 0xff, scaled.out_bytes);
        if (status == KBIT_OK)
            status = scaled.call(0);
        if (status == KBIT_OK)
            status =
                check_layer(p.M, p.N, p.K, p.x.as<void>(), p.w(0), p.w_absmax.as<float>(), 0,
                            nullptr, p.absmax.as<float>(), p.c.as<int32_t>(), scaled.out, &wrong);
        verdict->kind = "ENCLOSED(linear-bnb dequant=any), outliers left out";
        verdict->right = status == KBIT_OK && wrong == 0;
        if (status == KBIT_OK && wrong)
            verdict->why = std::to_string(wrong) + " outputs are outside their enclosure";
        return status;
    };
    all->push_back(scaled);
}

#else

struct Peers::Libraries {
};
Peers::Peers(const std::string &) {}
Peers::~Peers() = default;
bool Peers::any() const
{
    return false;
}
#if defined(__CUDACC__)
#define KBIT_NO_PEERS "absent: this program was built without cublasLt.h"
#else
#define KBIT_NO_PEERS "absent: this is the CPU layer"
#endif
std::string Peers::cublas() const
{
    return KBIT_NO_PEERS;
}
std::string Peers::cublaslt() const
{
    return KBIT_NO_PEERS;
}
void Peers::add(Problem &, std::vector<Candidate> *, std::vector<Absent> *absent)
{
    for (const char *name :
         {"cublas-f16", "cublas-bf16", "cublaslt-f16", "cublaslt-i8", "cublaslt-i8-scales"})
        absent->push_back({name, KBIT_NO_PEERS});
}

#endif

} // namespace bench
