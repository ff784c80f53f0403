/* int8_stream.cuh -- up to 16 rows of X: the weights are read once, as fast as memory gives them.
 *
 * The operands change places: 16 rows of w are the rows of an mma, the rows of X ("tokens") its
 * columns. A block has 128 rows of w, 16 a warp, and a slice of K. Every thread copies into a ring of
 * its own the bytes that it will multiply, so the loop has no barrier and no shuffle, and the copies
 * of all threads together keep 48 KiB a block on their way. The sum over k may be taken in any order:
 * of 64 bytes of a row, thread t of four has bytes 16t ... 16t+15, which serve two mma. Codes lie in
 * shared memory in the same order.
 *
 * With X as the source a block makes the codes itself: it reads all of X (from the L2 cache, where
 * the other blocks find it too) for the absmax of the rows and the mask of O, then its slice of it
 * for the codes, while the first weights are on their way. With codes as the source (where X, read
 * by all blocks, would be more bytes than W) somebody else has made all that.
 *
 * Slices are joined as in int8_ring.cuh: the block of a tile that arrives last adds them, then the
 * outlier columns, ascending, in the reference's order, and stores. The output is the reference's
 * bit for bit.
 */
#ifndef KBIT_CUDA_INT8_STREAM_CUH
#define KBIT_CUDA_INT8_STREAM_CUH

#include "int8_ring.cuh"
#include "quantize_pass.cuh"

namespace kbit
{

constexpr int kStreamRows = 128, kStreamRing = 6, kStreamK = 64, kStreamCodes = 32 << 10;
constexpr int kStreamGroup = 32;   /* outlier columns at a time */
constexpr int kStreamWindow = 128; /* words of the mask that are listed at a time */

struct StreamCut {
    int slice; /* bytes of K in a block, a multiple of kStreamK */
    int splits;
    int *sums;     /* [tile][split][threads][sums of a thread]; only with splits > 1 */
    int *arrivals; /* [tile], 0 when the kernel starts */
};

/* X, to be quantized by the block. */
template <class T> struct FromX {
    using Type = T;
    uint32_t limit; /* limit_of(threshold) */
    bool wide;      /* rows of X start at multiples of 16 bytes, K is a multiple of 8 */
};
/* Codes [M,K], rows q_ld bytes apart, 16-byte aligned. */
struct FromCodes {
    using Type = void;
    const int8_t *q;
    size_t q_ld;
};

template <int Tokens> struct StreamFinish {
    int sums[Tokens][kStreamRows];
    float x[kStreamGroup][Tokens], w[kStreamGroup][kStreamRows];
    int32_t list[kStreamWindow * 32], listed;
    int totals[32];
};
template <int Tokens> struct StreamShared {
    union {
        int4 ring[kStreamRing][2][kThreads];
        StreamFinish<Tokens> finish;
    };
    int8_t codes[kStreamCodes];
    unsigned partial[Tokens][kWarps];
    float absmax[Tokens];
    int last;
    uint32_t mask[1]; /* as many words as K needs */
};

/* With the mask of the longest K (131,071), and what a block may have on compute capability 8.6. */
static_assert(sizeof(StreamShared<16>) + (16 << 10) <= 101376, "fits every device");

/* Bytes between the codes of two tokens: so that eight threads, of two tokens, touch all banks. */
__device__ __host__ constexpr int stream_stride(int slice)
{
    return slice % 128 == 0 ? slice + 64 : slice;
}

/* This thread's 16 bytes of two rows of w, for one step, into its own places. Each byte of w is read
 * once: `policy` says so to the L2 cache, which then keeps X, read by every block, and the sums. */
__device__ __forceinline__ void stream_copy(int4 (&stage)[2][kThreads], const int8_t *w, size_t ld,
                                            int N, int row, int k, int K, uint64_t policy)
{
#pragma unroll
    for (int half = 0; half < 2; ++half) {
        const bool inside = row + half * 8 < N && k < K;
        const int8_t *from = inside ? w + static_cast<size_t>(row + half * 8) * ld + k : w;
        ptx::cp_async16_hinted(&stage[half][threadIdx.x], from, policy, inside);
    }
}

/* The absmax of each token and the mask of O, over all of K. Barriers inside, one at the end. */
template <class T, int Tokens>
__device__ __forceinline__ void stream_statistics(StreamShared<Tokens> &shared,
                                                  const FromX<T> &from, const T *x, size_t x_ld,
                                                  int M, int K)
{
    for (int word = threadIdx.x; word < (K + 31) / 32; word += kThreads)
        shared.mask[word] = 0;
    __syncthreads();
    unsigned largest[Tokens];
#pragma unroll
    for (int m = 0; m < Tokens; ++m) {
        largest[m] = 0;
        if (m >= M)
            continue;
        for (int k = threadIdx.x * 8; k < K; k += kThreads * 8) {
            Encodings<T> eight;
            eight.load(x + m * x_ld, k, K, from.wide);
            largest[m] = take_eight(eight, k, K, from.limit, shared.mask, largest[m]);
        }
    }
#pragma unroll
    for (int m = 0; m < Tokens; ++m) {
        const unsigned top = __reduce_max_sync(0xffffffffu, largest[m]);
        if (threadIdx.x % 32 == 0)
            shared.partial[m][threadIdx.x / 32] = top;
    }
    __syncthreads();
    if (threadIdx.x < Tokens) {
        unsigned top = 0;
        for (int warp = 0; warp < int{kWarps}; ++warp)
            top = max(top, shared.partial[threadIdx.x][warp]);
        shared.absmax[threadIdx.x] = decoded<T>(top);
    }
    __syncthreads();
}

/* Codes of the slice, zeros beyond M and K. */
template <class T, int Tokens>
__device__ __forceinline__ void stream_codes(StreamShared<Tokens> &shared, const FromX<T> &from,
                                             const T *x, size_t x_ld, int M, int K, int begin,
                                             int slice)
{
    const int per_token = slice / 8;
    for (int i = threadIdx.x; i < Tokens * per_token; i += kThreads) {
        const int m = i / per_token, at = i % per_token * 8, k = begin + at;
        uint32_t word[2] = {0, 0};
        if (m < M && k < K) {
            Encodings<T> eight;
            eight.load(x + m * x_ld, k, K, from.wide);
            const uint32_t out = shared.mask[k / 32] >> k % 32;
            const RowScale scale(shared.absmax[m]);
#pragma unroll
            for (int e = 0; e < 8; ++e) {
                const int8_t q = out >> e & 1 ? int8_t{0} : scale(decoded<T>(eight.at(e)));
                word[e / 4] |= static_cast<uint32_t>(static_cast<uint8_t>(q)) << e % 4 * 8;
            }
        }
        *reinterpret_cast<uint2 *>(shared.codes + m * stream_stride(slice) + at) =
            make_uint2(word[0], word[1]);
    }
}

template <int Tokens>
__device__ __forceinline__ void stream_codes(StreamShared<Tokens> &shared, const FromCodes &from,
                                             int M, int K, int begin, int slice)
{
    const int per_token = slice / 16;
    for (int i = threadIdx.x; i < Tokens * per_token; i += kThreads) {
        const int m = i / per_token, at = i % per_token * 16, k = begin + at;
        int4 codes = make_int4(0, 0, 0, 0);
        if (m < M && k < K)
            codes = *reinterpret_cast<const int4 *>(from.q + m * from.q_ld + k);
        *reinterpret_cast<int4 *>(shared.codes + m * stream_stride(slice) + at) = codes;
    }
}

/* outlier[i] += x w over `n` columns of a list that starts at column `base`, ascending. */
template <int Tokens>
__device__ __forceinline__ void stream_outliers(StreamFinish<Tokens> &finish, const Epilogue &e,
                                                const int32_t *list, int n, int base, int col0,
                                                float (&outlier)[Tokens / 2])
{
    const int line = threadIdx.x % kStreamRows, token0 = threadIdx.x / kStreamRows * (Tokens / 2);
    for (int first = 0; first < n; first += kStreamGroup) {
        const int count = min(kStreamGroup, n - first);
        __syncthreads(); /* the group before has been used */
        for (int i = threadIdx.x; i < count * Tokens; i += kThreads) {
            const int o = i % count, m = i / count;
            const size_t k = static_cast<size_t>(base + list[first + o]);
            finish.x[o][m] = m < e.M ? element(e.x_type, e.x, m * e.x_ld + k) : 0.0f;
        }
#pragma unroll 4
        for (int o = threadIdx.x / kStreamRows; o < count; o += kThreads / kStreamRows) {
            const size_t k = static_cast<size_t>(base + list[first + o]);
            const int row = col0 + line;
            finish.w[o][line] =
                row < e.N ? static_cast<float>(e.w[static_cast<size_t>(row) * e.w_ld + k]) : 0.0f;
        }
        __syncthreads();
        for (int o = 0; o < count; ++o) {
            const float w = finish.w[o][line];
#pragma unroll
            for (int i = 0; i < Tokens / 2; ++i)
                outlier[i] = e.x_type == KBIT_F16
                                 ? accumulate<true>(outlier[i], finish.x[o][token0 + i], w)
                                 : accumulate<false>(outlier[i], finish.x[o][token0 + i], w);
        }
    }
}

/* One output, rounded once. */
__device__ __forceinline__ void stream_put(const Epilogue &e, int m, int col, int sum, float a,
                                           float outlier)
{
    const float s = e.w_absmax[col];
    const float y = with_outliers(dequantized(sum, a, s), outlier, s);
    const size_t at = m * e.out_ld + col;
    if (e.bias)
        put_sum(e.out_type, e.out, at, y, e.bias[col]);
    else
        put(e.out_type, e.out, at, y);
}

/* Source: FromX<T> or FromCodes; Output: Epilogue, or Int32Tap (with FromCodes). Groups: tokens by
 * eights. Epilogue's absmax and list of outliers are used with FromCodes only. Grid: tiles, splits. */
template <class Source, int Groups, class Output>
__global__ void __launch_bounds__(kThreads, 2)
    int8_stream_kernel(Int8Matrices in, StreamCut cut, Source source, Output output)
{
    constexpr int Tokens = Groups * 8;
    constexpr bool tap = sizeof(Output) == sizeof(Int32Tap);
    constexpr bool from_codes = std::is_same<Source, FromCodes>::value;
    KBIT_SHARED(StreamShared<Tokens>, shared);
    const int lane = threadIdx.x % 32, g = lane / 4, t = lane % 4;
    const int col0 = static_cast<int>(blockIdx.x) * kStreamRows;
    const int row = col0 + static_cast<int>(threadIdx.x) / 32 * 16 + g;
    const int begin = static_cast<int>(blockIdx.y) * cut.slice;
    const int steps = (min(cut.slice, in.K - begin) + kStreamK - 1) / kStreamK;
    const uint64_t once = ptx::l2_evict_first();
#pragma unroll
    for (int s = 0; s < kStreamRing; ++s) { /* the weights depend on no kernel */
        if (s < steps)
            stream_copy(shared.ring[s], in.w, in.w_ld, in.N, row, begin + s * kStreamK + t * 16,
                        in.K, once);
        ptx::cp_async_commit();
    }
    ptx::wait_for_predecessor();
    if constexpr (from_codes) {
        stream_codes(shared, source, in.M, in.K, begin, cut.slice);
    } else {
        using T = typename Source::Type;
        const T *x = static_cast<const T *>(output.x);
        stream_statistics(shared, source, x, output.x_ld, in.M, in.K);
        stream_codes(shared, source, x, output.x_ld, in.M, in.K, begin, cut.slice);
    }
    __syncthreads();

    int c[Groups][4] = {};
    const int8_t *codes = shared.codes + g * stream_stride(cut.slice) + t * 16;
    for (int s = 0; s < steps; ++s) {
        ptx::cp_async_wait<kStreamRing - 1>(); /* step s is here; its bytes are this thread's own */
        int4(&stage)[2][kThreads] = shared.ring[s % kStreamRing];
        const int4 low = stage[0][threadIdx.x], high = stage[1][threadIdx.x];
        const unsigned a[2][4] = {{static_cast<unsigned>(low.x), static_cast<unsigned>(high.x),
                                   static_cast<unsigned>(low.y), static_cast<unsigned>(high.y)},
                                  {static_cast<unsigned>(low.z), static_cast<unsigned>(high.z),
                                   static_cast<unsigned>(low.w), static_cast<unsigned>(high.w)}};
#pragma unroll
        for (int group = 0; group < Groups; ++group) {
            const uint4 q = *reinterpret_cast<const uint4 *>(
                codes + group * 8 * stream_stride(cut.slice) + s * kStreamK);
            const unsigned b[2][2] = {{q.x, q.y}, {q.z, q.w}};
            ptx::mma_m16n8k32_s8(c[group], a[0], b[0]);
            ptx::mma_m16n8k32_s8(c[group], a[1], b[1]);
        }
        const int ahead = s + kStreamRing; /* into the places that were just read */
        if (ahead < steps)
            stream_copy(stage, in.w, in.w_ld, in.N, row, begin + ahead * kStreamK + t * 16, in.K,
                        once);
        ptx::cp_async_commit();
    }
    ptx::cp_async_wait<0>();
    __syncthreads(); /* the ring is free */
    ptx::let_successor_start();

    if constexpr (!tap) {
        if (cut.splits > 1) {
            int4 *slots = reinterpret_cast<int4 *>(cut.sums) +
                          static_cast<size_t>(blockIdx.x) * cut.splits * (Groups * kThreads);
            int4 *own = slots + static_cast<size_t>(blockIdx.y) * (Groups * kThreads);
#pragma unroll
            for (int group = 0; group < Groups; ++group)
                own[group * kThreads + threadIdx.x] =
                    make_int4(c[group][0], c[group][1], c[group][2], c[group][3]);
            if (!last_to_arrive(&cut.arrivals[blockIdx.x], cut.splits, shared.last))
                return;
            for (int other = 0; other < cut.splits; ++other) {
                if (other == static_cast<int>(blockIdx.y))
                    continue;
#pragma unroll
                for (int group = 0; group < Groups; ++group) {
                    const int4 sum =
                        slots[(static_cast<size_t>(other) * Groups + group) * kThreads +
                              threadIdx.x];
                    c[group][0] += sum.x;
                    c[group][1] += sum.y;
                    c[group][2] += sum.z;
                    c[group][3] += sum.w;
                }
            }
        }
    }
#pragma unroll
    for (int group = 0; group < Groups; ++group)
#pragma unroll
        for (int e = 0; e < 4; ++e)
            shared.finish.sums[group * 8 + t * 2 + e % 2][row - col0 + e / 2 * 8] = c[group][e];
    __syncthreads();

    const int line = threadIdx.x % kStreamRows, col = col0 + line;
    const int token0 = threadIdx.x / kStreamRows * (Tokens / 2);
    if constexpr (tap) {
        for (int i = 0; i < Tokens / 2; ++i) {
            const int m = token0 + i;
            if (m >= in.M || col >= in.N)
                continue;
            int32_t *to = output.c + static_cast<size_t>(m) * in.N + col;
            if (cut.splits > 1)
                atomicAdd(to, shared.finish.sums[m][line]);
            else
                *to = shared.finish.sums[m][line];
        }
    } else {
        float outlier[Tokens / 2] = {};
        if constexpr (from_codes) {
            stream_outliers<Tokens>(shared.finish, output, output.outliers, outlier_count(output),
                                    0, col0, outlier);
        } else {
            const int words = (in.K + 31) / 32;
            for (int word = 0; word < words; word += kStreamWindow) {
                __syncthreads(); /* the list before has been used */
                list_columns(static_cast<size_t>(min(words - word, kStreamWindow)) * 32,
                             shared.mask + word, shared.finish.totals, &shared.finish.listed,
                             shared.finish.list);
                __syncthreads();
                stream_outliers<Tokens>(shared.finish, output, shared.finish.list,
                                        shared.finish.listed, word * 32, col0, outlier);
            }
        }
#pragma unroll
        for (int i = 0; i < Tokens / 2; ++i) {
            const int m = token0 + i;
            if (m < in.M && col < in.N)
                stream_put(output, m, col, shared.finish.sums[m][line],
                           from_codes ? output.absmax[m] : shared.absmax[m], outlier[i]);
        }
    }
}

/* How a product of up to 16 rows is cut for a device. */
struct StreamPlan {
    int groups, slice, splits;
    size_t tiles;
    size_t sums_bytes;
    bool from_x; /* the blocks quantize */
};

/* Splits until there are two blocks a multiprocessor, or as many as the room for codes asks for;
 * slices of at least 256 bytes. */
inline StreamPlan stream_plan_of(size_t M, size_t N, size_t K, int splits, bool from_x)
{
    StreamPlan plan = {};
    plan.groups = M > 8 ? 2 : 1;
    plan.tiles = ceil_div(N, kStreamRows);
    const size_t room = (kStreamCodes / (plan.groups * 8) - 64) / kStreamK * kStreamK;
    size_t slice = ceil_div(ceil_div(K, static_cast<size_t>(splits)), kStreamK) * kStreamK;
    slice = slice < 256 ? 256 : slice > room ? room : slice;
    plan.slice = static_cast<int>(slice);
    plan.splits = static_cast<int>(ceil_div(K, slice));
    plan.sums_bytes =
        plan.splits > 1 ? plan.tiles * plan.splits * plan.groups * kThreads * sizeof(int4) : 0;
    plan.from_x = from_x;
    return plan;
}

/* X is quantized by each block where that reads no more bytes of X, from the L2 cache, than there
 * are weights. A rule by thought, not measured on hardware. */
inline StreamPlan stream_plan(size_t M, size_t N, size_t K, kbit_dtype x_type, int multiprocessors)
{
    const size_t wanted = ceil_div(2 * size_t(multiprocessors), ceil_div(N, kStreamRows));
    StreamPlan plan = stream_plan_of(M, N, K, static_cast<int>(wanted), false);
    plan.from_x = plan.tiles * plan.splits * M * float_bytes(x_type) <= N;
    return plan;
}

/* Whether the path serves a product. */
inline bool stream_serves(const Int8Matrices &in)
{
    return in.M <= 16 && in.K > 0 && in.K % 16 == 0 && in.w_ld % 16 == 0 && aligned(in.w, 16) &&
           ceil_div(in.N, kStreamRows) <= 0x7fffffff;
}

/* `after` a kernel of ours that began when all else in the stream was done: then this one may begin
 * before that one ends, and fetch weights. */
template <class Source, int Groups, class Output>
kbit_status launch_stream(const Int8Matrices &in, const StreamPlan &plan, const StreamCut &cut,
                          const Source &source, const Output &output, bool after,
                          cudaStream_t stream)
{
    const dim3 grid(static_cast<unsigned>(plan.tiles), static_cast<unsigned>(plan.splits));
    const size_t bytes = sizeof(StreamShared<Groups * 8>) + ceil_div(in.K, 32) * sizeof(uint32_t);
    return status_of(after
                         ? KBIT_LAUNCH_AFTER((int8_stream_kernel<Source, Groups, Output>), grid,
                                             dim3(kThreads), bytes, stream, in, cut, source, output)
                         : KBIT_LAUNCH((int8_stream_kernel<Source, Groups, Output>), grid,
                                       dim3(kThreads), bytes, stream, in, cut, source, output));
}

template <class Source, class Output>
kbit_status int8_stream(const Int8Matrices &in, const StreamPlan &plan, const Source &source,
                        int *sums, int *arrivals, const Output &output, bool after,
                        cudaStream_t stream)
{
    const StreamCut cut = {plan.slice, plan.splits, sums, arrivals};
    return plan.groups == 1
               ? launch_stream<Source, 1>(in, plan, cut, source, output, after, stream)
               : launch_stream<Source, 2>(in, plan, cut, source, output, after, stream);
}

} // namespace kbit

#endif
