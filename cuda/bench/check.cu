/* check.cu -- check.h. */
#include "check.h"

#include <math.h>
#include <sys/random.h>

#include <vector>

#include "../launch.cuh"
#include "kbit_data.h"
#include "proofs/bounds.h"
#include "runtime.h"

namespace bench
{

namespace
{

using kbit::status_of;
using u64 = unsigned long long;

constexpr unsigned kBlocks = 1024;    /* of kernels that stride */
constexpr size_t kRowsAtATime = 1024; /* of w, for a block that adds them up */
constexpr int kTrials = 2;

cudaStream_t on()
{
    return static_cast<cudaStream_t>(stream());
}

__device__ __forceinline__ u64 mixed(u64 z)
{
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ull;
    z = (z ^ z >> 27) * 0x94d049bb133111ebull;
    return z ^ z >> 31;
}

__global__ void digest_kernel(const unsigned *words, size_t n, const unsigned char *rest,
                              unsigned n_rest, u64 *sum)
{
    u64 mine = 0;
    for (size_t at = kbit::thread_number(); at < n; at += kbit::number_of_threads())
        mine += mixed(mixed(at + 1) + words[at]);
    if (kbit::thread_number() < n_rest)
        mine += mixed(mixed(n + 1 + threadIdx.x) + rest[threadIdx.x]);
    atomicAdd(sum, mine);
}

__global__ void different_kernel(const unsigned char *a, const unsigned char *b, size_t n,
                                 u64 *count)
{
    u64 mine = 0;
    for (size_t at = kbit::thread_number(); at < n; at += kbit::number_of_threads())
        mine += a[at] != b[at];
    if (mine)
        atomicAdd(count, mine);
}

/* partial[chunk][trial][k] = sum over the chunk's rows j of w[j,k] r[trial][j]. */
__global__ void certify_columns(size_t N, size_t K, const int8_t *w, const u64 *r, u64 *partial)
{
    const size_t k = kbit::thread_number();
    if (k >= K)
        return;
    const size_t first = blockIdx.y * kRowsAtATime;
    const size_t last = first + kRowsAtATime < N ? first + kRowsAtATime : N;
    u64 sum[kTrials] = {};
    for (size_t j = first; j < last; ++j) {
        const u64 code = static_cast<u64>(static_cast<long long>(w[j * K + k]));
        for (int t = 0; t < kTrials; ++t)
            sum[t] += code * r[t * N + j];
    }
    for (int t = 0; t < kTrials; ++t)
        partial[(blockIdx.y * kTrials + t) * K + k] = sum[t];
}

__global__ void certify_add(size_t chunks, size_t n, const u64 *partial, u64 *sums)
{
    for (size_t at = kbit::thread_number(); at < n; at += kbit::number_of_threads()) {
        u64 sum = 0;
        for (size_t chunk = 0; chunk < chunks; ++chunk)
            sum += partial[chunk * n + at];
        sums[at] = sum;
    }
}

struct RowSums {
    u64 difference[kbit::kThreads];
};

/* A block a row: q t - C r, for each trial. */
__global__ void certify_rows(size_t M, size_t N, size_t K, const int8_t *q, const int32_t *c,
                             const u64 *t, const u64 *r, u64 *rows)
{
    KBIT_SHARED(RowSums, shared);
    for (size_t i = blockIdx.x; i < M; i += gridDim.x) {
        bool differs = false;
        for (int trial = 0; trial < kTrials; ++trial) {
            u64 sum = 0;
            for (size_t k = threadIdx.x; k < K; k += blockDim.x)
                sum += static_cast<u64>(static_cast<long long>(q[i * K + k])) * t[trial * K + k];
            for (size_t j = threadIdx.x; j < N; j += blockDim.x)
                sum -= static_cast<u64>(static_cast<long long>(c[i * N + j])) * r[trial * N + j];
            shared.difference[threadIdx.x] = sum;
            __syncthreads();
            for (unsigned half = kbit::kThreads / 2; half > 0; half /= 2) {
                if (threadIdx.x < half)
                    shared.difference[threadIdx.x] += shared.difference[threadIdx.x + half];
                __syncthreads();
            }
            differs |= shared.difference[0] != 0;
            __syncthreads();
        }
        if (differs && threadIdx.x == 0)
            atomicAdd(rows, 1ull);
    }
}

/* The columns of O, close together: xo[M,n] and wo[n,N]. */
__global__ void gather_x(size_t M, size_t K, size_t n, const int32_t *outliers, const __half *x,
                         float *xo)
{
    for (size_t at = kbit::thread_number(); at < M * n; at += kbit::number_of_threads())
        xo[at] = __half2float(x[at / n * K + static_cast<size_t>(outliers[at % n])]);
}
__global__ void gather_w(size_t N, size_t K, size_t n, const int32_t *outliers, const int8_t *w,
                         int8_t *wo)
{
    for (size_t at = kbit::thread_number(); at < N * n; at += kbit::number_of_threads())
        wo[at] = w[at % N * K + static_cast<size_t>(outliers[at / N])];
}

/* The fp16 number that x rounds to, as a float, where x is a double that a float below (or above)
 * encloses. */
__device__ __forceinline__ float lower_half(double x)
{
    float f = static_cast<float>(x);
    if (static_cast<double>(f) > x)
        f = nextafterf(f, -INFINITY);
    return __half2float(__float2half_rn(f));
}
__device__ __forceinline__ float upper_half(double x)
{
    float f = static_cast<float>(x);
    if (static_cast<double>(f) < x)
        f = nextafterf(f, INFINITY);
    return __half2float(__float2half_rn(f));
}

/* Relative radii: of the dequantized part and of the outliers' sum. */
struct Radii {
    double dequantized, terms;
};

__global__ void layer_kernel(size_t M, size_t N, size_t n, const float *xo, const int8_t *wo,
                             const float *w_absmax, const float *absmax, const int32_t *c,
                             const __half *out, Radii radii, u64 *wrong)
{
    u64 mine = 0;
    for (size_t at = kbit::thread_number(); at < M * N; at += kbit::number_of_threads()) {
        const size_t i = at / N, j = at % N;
        const double s = w_absmax[j];
        double sum = 0, magnitude = 0;
        for (size_t o = 0; o < n; ++o) {
            const double x = xo[i * n + o], w = wo[o * N + j];
            sum += x * w;
            /* A subnormal operand weighs as the smallest normal fp16 number. */
            magnitude += fmax(fabs(x), 0x1p-14) * fabs(w);
        }
        const double dequantized = static_cast<double>(c[at]) * absmax[i] * s / 16129.0;
        const double exact = dequantized + sum * s / 127.0, terms = magnitude * s / 127.0;
        /* The last: what this computation in double loses itself. */
        const double radius = fabs(dequantized) * radii.dequantized + terms * radii.terms +
                              (fabs(dequantized) + terms) * (static_cast<double>(n) + 8) * 0x1p-50;
        const float y = __half2float(out[at]);
        if (!(lower_half(exact - radius) <= y && y <= upper_half(exact + radius)))
            ++mine;
    }
    if (mine)
        atomicAdd(wrong, mine);
}

__device__ __forceinline__ float get(__half x)
{
    return __half2float(x);
}
__device__ __forceinline__ float get(__nv_bfloat16 x)
{
    return __bfloat162float(x);
}
__device__ __forceinline__ float rounded(float x, __half)
{
    return __half2float(__float2half_rn(x));
}
__device__ __forceinline__ float rounded(float x, __nv_bfloat16)
{
    return __bfloat162float(__float2bfloat16_rn(x));
}

/* A block an element; the sums are integers below 2^24 and so exact. */
struct IntegerSums {
    int of[kbit::kThreads];
};
template <class T>
__global__ void integers_kernel(size_t N, size_t K, const int *rows, const int *columns, const T *x,
                                const T *w, const T *out, u64 *wrong)
{
    KBIT_SHARED(IntegerSums, shared);
    const size_t i = static_cast<size_t>(rows[blockIdx.x]);
    const size_t j = static_cast<size_t>(columns[blockIdx.y]);
    int sum = 0;
    for (size_t k = threadIdx.x; k < K; k += blockDim.x)
        sum += static_cast<int>(get(x[i * K + k])) * static_cast<int>(get(w[j * K + k]));
    shared.of[threadIdx.x] = sum;
    __syncthreads();
    for (unsigned half = kbit::kThreads / 2; half > 0; half /= 2) {
        if (threadIdx.x < half)
            shared.of[threadIdx.x] += shared.of[threadIdx.x + half];
        __syncthreads();
    }
    if (threadIdx.x == 0 &&
        !(rounded(static_cast<float>(shared.of[0]), T{}) == get(out[i * N + j])))
        atomicAdd(wrong, 1ull);
}

__global__ void scales_kernel(size_t M, size_t N, const int32_t *c, const float *absmax,
                              const float *w_absmax, __half *out)
{
    constexpr float k = 1.0f / (127.0f * 127.0f);
    for (size_t at = kbit::thread_number(); at < M * N; at += kbit::number_of_threads())
        out[at] =
            __float2half_rn(static_cast<float>(c[at]) * absmax[at / N] * w_absmax[at % N] * k);
}

/* One number on the device, zero at first. */
class Counter
{
  public:
    kbit_status open()
    {
        const kbit_status status = memory_.reserve(sizeof(u64));
        return status == KBIT_OK ? fill_on_device(get(), 0, sizeof(u64)) : status;
    }
    u64 *get() const { return memory_.as<u64>(); }
    kbit_status read(uint64_t *value) const { return copy_to_host(value, get(), sizeof *value); }

  private:
    Memory memory_;
};

unsigned blocks_of(size_t n)
{
    const unsigned blocks = kbit::blocks_for(n);
    return blocks == 0 ? 1 : blocks < kBlocks ? blocks : kBlocks;
}

bool from_the_system(void *p, size_t bytes)
{
    unsigned char *at = static_cast<unsigned char *>(p);
    while (bytes) {
        const ssize_t n = getrandom(at, bytes, 0);
        if (n <= 0)
            return false;
        at += n;
        bytes -= static_cast<size_t>(n);
    }
    return true;
}

double growth(double error, double loss)
{
    const double s = error + loss;
    return (s + s * s) * (1 + 0x1p-40);
}

} // namespace

kbit_status digest(const void *p, size_t bytes, uint64_t *value)
{
    Counter sum;
    kbit_status status = sum.open();
    if (status == KBIT_OK)
        status =
            status_of(KBIT_LAUNCH(digest_kernel, dim3(blocks_of(bytes / 4)), dim3(kbit::kThreads),
                                  0, on(), static_cast<const unsigned *>(p), bytes / 4,
                                  static_cast<const unsigned char *>(p) + bytes / 4 * 4,
                                  static_cast<unsigned>(bytes % 4), sum.get()));
    return status == KBIT_OK ? sum.read(value) : status;
}

kbit_status count_different(const void *a, const void *b, size_t bytes, uint64_t *count)
{
    Counter counter;
    kbit_status status = counter.open();
    if (status == KBIT_OK)
        status =
            status_of(KBIT_LAUNCH(different_kernel, dim3(blocks_of(bytes)), dim3(kbit::kThreads), 0,
                                  on(), static_cast<const unsigned char *>(a),
                                  static_cast<const unsigned char *>(b), bytes, counter.get()));
    return status == KBIT_OK ? counter.read(count) : status;
}

kbit_status certify(size_t M, size_t N, size_t K, const int8_t *q, const int8_t *w,
                    const int32_t *c, uint64_t *rows)
{
    const size_t chunks = kbit::ceil_div(N, kRowsAtATime);
    std::string why;
    Memory r, partial, t;
    Counter counter;
    std::vector<u64> drawn(kTrials * N);
    kbit_status status = finish(&why); /* C is there */
    if (status == KBIT_OK && !from_the_system(drawn.data(), drawn.size() * sizeof(u64)))
        status = KBIT_ERR_IO;
    if (status == KBIT_OK)
        status = r.reserve(drawn.size() * sizeof(u64));
    if (status == KBIT_OK)
        status = partial.reserve(chunks * kTrials * K * sizeof(u64));
    if (status == KBIT_OK)
        status = t.reserve(kTrials * K * sizeof(u64));
    if (status == KBIT_OK)
        status = counter.open();
    if (status == KBIT_OK)
        status = copy_to_device(r.as<void>(), drawn.data(), drawn.size() * sizeof(u64));
    if (status == KBIT_OK)
        status = status_of(
            KBIT_LAUNCH(certify_columns, dim3(kbit::blocks_for(K), static_cast<unsigned>(chunks)),
                        dim3(kbit::kThreads), 0, on(), N, K, w, r.as<u64>(), partial.as<u64>()));
    if (status == KBIT_OK)
        status =
            status_of(KBIT_LAUNCH(certify_add, dim3(blocks_of(kTrials * K)), dim3(kbit::kThreads),
                                  0, on(), chunks, kTrials * K, partial.as<u64>(), t.as<u64>()));
    if (status == KBIT_OK)
        status = status_of(KBIT_LAUNCH(certify_rows,
                                       dim3(static_cast<unsigned>(M < kBlocks ? M : kBlocks)),
                                       dim3(kbit::kThreads), sizeof(RowSums), on(), M, N, K, q, c,
                                       t.as<u64>(), r.as<u64>(), counter.get()));
    return status == KBIT_OK ? counter.read(rows) : status;
}

kbit_status check_layer(size_t M, size_t N, size_t K, const void *x, const int8_t *w,
                        const float *w_absmax, size_t n, const int32_t *outliers,
                        const float *absmax, const int32_t *c, const void *out, uint64_t *wrong)
{
    /* accumulate-truncating: the products, D; the store rounds in fp16. */
    const double loss = (static_cast<double>(n) + 1) * KBIT_U_TRUNCATING;
    const double any = KBIT_BOUND_DEQUANT_ANY_HI > -KBIT_BOUND_DEQUANT_ANY_LO
                           ? KBIT_BOUND_DEQUANT_ANY_HI
                           : -KBIT_BOUND_DEQUANT_ANY_LO;
    const Radii radii = {growth(any, loss), growth(KBIT_U + KBIT_OUTLIER_SCALE_ERROR, loss)};
    Memory xo, wo;
    Counter counter;
    kbit_status status = counter.open();
    if (status == KBIT_OK)
        status = xo.reserve(M * n * sizeof(float));
    if (status == KBIT_OK)
        status = wo.reserve(N * n);
    if (status == KBIT_OK && n > 0)
        status = status_of(KBIT_LAUNCH(gather_x, dim3(blocks_of(M * n)), dim3(kbit::kThreads), 0,
                                       on(), M, K, n, outliers, static_cast<const __half *>(x),
                                       xo.as<float>()));
    if (status == KBIT_OK && n > 0)
        status = status_of(KBIT_LAUNCH(gather_w, dim3(blocks_of(N * n)), dim3(kbit::kThreads), 0,
                                       on(), N, K, n, outliers, w, wo.as<int8_t>()));
    if (status == KBIT_OK)
        status =
            status_of(KBIT_LAUNCH(layer_kernel, dim3(blocks_of(M * N)), dim3(kbit::kThreads), 0,
                                  on(), M, N, n, xo.as<float>(), wo.as<int8_t>(), w_absmax, absmax,
                                  c, static_cast<const __half *>(out), radii, counter.get()));
    return status == KBIT_OK ? counter.read(wrong) : status;
}

kbit_status check_integers(uint64_t seed, size_t M, size_t N, size_t K, kbit_dtype type,
                           const void *x, const void *w, const void *out, Sample *sample)
{
    const size_t n_rows = M < 64 ? M : 64, n_columns = N < 64 ? N : 64;
    std::vector<int> drawn;
    for (size_t i = 0; i < n_rows; ++i)
        drawn.push_back(static_cast<int>(M < 64 ? i : kbit_hash(seed, 30, i) % M));
    for (size_t j = 0; j < n_columns; ++j)
        drawn.push_back(static_cast<int>(N < 64 ? j : kbit_hash(seed, 31, j) % N));
    Memory places;
    Counter counter;
    kbit_status status = counter.open();
    if (status == KBIT_OK)
        status = places.reserve(drawn.size() * sizeof(int));
    if (status == KBIT_OK)
        status = copy_to_device(places.as<void>(), drawn.data(), drawn.size() * sizeof(int));
    if (status != KBIT_OK)
        return status;
    const dim3 grid(static_cast<unsigned>(n_rows), static_cast<unsigned>(n_columns));
    const int *rows = places.as<int>(), *columns = rows + n_rows;
    if (type == KBIT_BF16)
        status = status_of(KBIT_LAUNCH((integers_kernel<__nv_bfloat16>), grid, dim3(kbit::kThreads),
                                       sizeof(IntegerSums), on(), N, K, rows, columns,
                                       static_cast<const __nv_bfloat16 *>(x),
                                       static_cast<const __nv_bfloat16 *>(w),
                                       static_cast<const __nv_bfloat16 *>(out), counter.get()));
    else
        status = status_of(KBIT_LAUNCH(
            (integers_kernel<__half>), grid, dim3(kbit::kThreads), sizeof(IntegerSums), on(), N, K,
            rows, columns, static_cast<const __half *>(x), static_cast<const __half *>(w),
            static_cast<const __half *>(out), counter.get()));
    sample->checked = n_rows * n_columns;
    return status == KBIT_OK ? counter.read(&sample->wrong) : status;
}

kbit_status apply_scales(size_t M, size_t N, const int32_t *c, const float *absmax,
                         const float *w_absmax, void *out)
{
    return status_of(KBIT_LAUNCH(scales_kernel, dim3(kbit::blocks_for(M * N)), dim3(kbit::kThreads),
                                 0, on(), M, N, c, absmax, w_absmax, static_cast<__half *>(out)));
}

} // namespace bench
