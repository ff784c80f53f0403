/* data.cu -- data.h: the generator of reference/data/, on the device. */
#include "data.h"

#include "../launch.cuh"
#include "kbit_data.h"
#include "runtime.h"

namespace bench
{

const char *const kDistribution =
    "X: sums of twelve uniform 16-bit integers, near N(0,1), in fp16; in k columns three of four "
    "elements "
    "are +-[35,44]. W: the same near N(0, 2^-2/K) in fp16, absmax-quantized by rows. Peers' 16-bit "
    "weights are that W.";

namespace
{

constexpr uint64_t kX = 20, kW = 21; /* tensors of kbit_data.h */
constexpr uint64_t kPositions = uint64_t{2} << 56, kMagnitudes = uint64_t{3} << 56;
constexpr unsigned kPerMille = 750; /* outliers in an outlier column: the 6.7b preset */
constexpr int kLeast = 35, kMost = 44;

__device__ __forceinline__ uint64_t mix(uint64_t z)
{
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ull;
    z = (z ^ z >> 27) * 0x94d049bb133111ebull;
    return z ^ z >> 31;
}

/* kbit_hash(), whose first two rounds depend on seed and tensor alone. */
struct Stream {
    uint64_t state;
};

inline Stream stream_of(uint64_t seed, uint64_t tensor)
{
    /* The state h with mix(h + (index + 1) golden) == kbit_hash(seed, tensor, index). */
    constexpr uint64_t golden = 0x9e3779b97f4a7c15ull;
    auto host_mix = [](uint64_t z) {
        z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ull;
        z = (z ^ z >> 27) * 0x94d049bb133111ebull;
        return z ^ z >> 31;
    };
    return {host_mix(host_mix((seed + 1) * golden) + (tensor + 1) * golden)};
}

__device__ __forceinline__ uint64_t hash(Stream s, uint64_t index)
{
    return mix(s.state + (index + 1) * 0x9e3779b97f4a7c15ull);
}

__device__ __forceinline__ unsigned below(unsigned n, uint64_t hash)
{
    return static_cast<unsigned>((hash >> 32) * n >> 32);
}

/* Twelve uniform 16-bit integers less their mean: below 2^19 in magnitude, exact in a float. */
__device__ __forceinline__ int normal(Stream s, uint64_t index)
{
    int sum = -6 * 65535;
    for (uint64_t word = 3 * index; word < 3 * index + 3; ++word) {
        const uint64_t h = hash(s, word);
        for (int shift = 0; shift < 64; shift += 16)
            sum += static_cast<int>(h >> shift & 0xffff);
    }
    return sum;
}

__global__ void fill_x_kernel(Stream values, Stream positions, Stream magnitudes, size_t M,
                              size_t K, const int32_t *place, __half *x)
{
    for (size_t at = kbit::thread_number(); at < M * K; at += kbit::number_of_threads()) {
        const size_t i = at / K;
        const int32_t r = place[at % K];
        float value = static_cast<float>(normal(values, at)) * 0x1p-16f;
        if (r >= 0) {
            const uint64_t n = static_cast<uint64_t>(i) << 20 | static_cast<uint64_t>(r);
            if (i == static_cast<size_t>(r) % M || below(1000, hash(positions, n)) < kPerMille) {
                const int units = kLeast * 65536 + static_cast<int>(below((kMost - kLeast) * 65536,
                                                                          hash(magnitudes, n)));
                const float sign = r % 3 == 0 ? 1.0f : -1.0f;
                value = sign * static_cast<float>(units) * 0x1p-16f;
            }
        }
        x[at] = __float2half_rn(value);
    }
}

__global__ void fill_w_kernel(Stream values, size_t n, float unit, __half *w)
{
    for (size_t at = kbit::thread_number(); at < n; at += kbit::number_of_threads())
        w[at] = __float2half_rn(static_cast<float>(normal(values, at)) * unit);
}

__device__ __forceinline__ void put(float value, __half *p)
{
    *p = __float2half_rn(value);
}
__device__ __forceinline__ void put(float value, __nv_bfloat16 *p)
{
    *p = __float2bfloat16_rn(value);
}

template <class T> __global__ void fill_integers_kernel(Stream s, size_t n, T *x)
{
    for (size_t at = kbit::thread_number(); at < n; at += kbit::number_of_threads())
        put(static_cast<float>(static_cast<int>(below(5, hash(s, at))) - 2), &x[at]);
}

__global__ void to_bf16_kernel(size_t n, const __half *from, __nv_bfloat16 *to)
{
    for (size_t at = kbit::thread_number(); at < n; at += kbit::number_of_threads())
        to[at] = __float2bfloat16_rn(__half2float(from[at]));
}

cudaStream_t on()
{
    return static_cast<cudaStream_t>(stream());
}

/* Enough to fill any device; kernels stride over the rest. */
dim3 grid_of(size_t n)
{
    const unsigned blocks = kbit::blocks_for(n);
    return dim3(blocks < 4096 ? blocks : 4096);
}

} // namespace

std::vector<int32_t> outlier_columns_of(uint64_t seed, size_t K, size_t k)
{
    std::vector<int32_t> columns;
    for (size_t r = 0; r < k; ++r) {
        const size_t first = r * K / k, end = (r + 1) * K / k;
        columns.push_back(
            static_cast<int32_t>(first + (kbit_hash(seed, kX + (uint64_t{1} << 56), r) >> 32) *
                                             (end - first) / (uint64_t{1} << 32)));
    }
    return columns;
}

kbit_status fill_x(uint64_t seed, size_t M, size_t K, const int32_t *place, void *x)
{
    return kbit::status_of(KBIT_LAUNCH(fill_x_kernel, grid_of(M * K), dim3(kbit::kThreads), 0, on(),
                                       stream_of(seed, kX), stream_of(seed, kX + kPositions),
                                       stream_of(seed, kX + kMagnitudes), M, K, place,
                                       static_cast<__half *>(x)));
}

kbit_status fill_w(uint64_t seed, size_t N, size_t K, void *w)
{
    float unit = 0x1p-17f; /* and a half for each factor of four in K, rounded up */
    for (size_t reach = 1; reach < K; reach *= 4)
        unit *= 0.5f;
    return kbit::status_of(KBIT_LAUNCH(fill_w_kernel, grid_of(N * K), dim3(kbit::kThreads), 0, on(),
                                       stream_of(seed, kW), N * K, unit, static_cast<__half *>(w)));
}

kbit_status fill_integers(uint64_t seed, uint64_t tensor, size_t n, kbit_dtype type, void *x)
{
    const Stream s = stream_of(seed, tensor);
    if (type == KBIT_BF16)
        return kbit::status_of(KBIT_LAUNCH((fill_integers_kernel<__nv_bfloat16>), grid_of(n),
                                           dim3(kbit::kThreads), 0, on(), s, n,
                                           static_cast<__nv_bfloat16 *>(x)));
    return kbit::status_of(KBIT_LAUNCH((fill_integers_kernel<__half>), grid_of(n),
                                       dim3(kbit::kThreads), 0, on(), s, n,
                                       static_cast<__half *>(x)));
}

kbit_status to_bf16(size_t n, const void *f16, void *bf16)
{
    return kbit::status_of(KBIT_LAUNCH(to_bf16_kernel, grid_of(n), dim3(kbit::kThreads), 0, on(), n,
                                       static_cast<const __half *>(f16),
                                       static_cast<__nv_bfloat16 *>(bf16)));
}

} // namespace bench
