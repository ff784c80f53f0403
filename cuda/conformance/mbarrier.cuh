/* mbarrier.cuh -- phases of an mbarrier: arrivals, bytes, parities. */
#ifndef KBIT_CUDA_CONFORMANCE_MBARRIER_CUH
#define KBIT_CUDA_CONFORMANCE_MBARRIER_CUH

#include "conformance.h"
#include "../ptx_hopper.cuh"

namespace conformance
{
constexpr int mbarrier_steps = 24;

struct OneBarrier {
    uint64_t barrier;
};

/* in: the count, then what to do: 0 arrive, 1 and 2 ask for parity 0 and 1. out: the answer of each
 * question, 2 where none was asked. One thread, so that nothing is in flight. */
__global__ void mbarrier_kernel(const uint32_t *in, uint32_t *out)
{
    KBIT_SHARED(OneBarrier, shared);
    ptx::mbarrier_init(&shared.barrier, in[0]);
    ptx::mbarrier_fence_init();
    for (int i = 0; i < mbarrier_steps; ++i) {
        const uint32_t step = in[1 + i];
        out[i] = 2;
        if (step == 0)
            ptx::mbarrier_arrive(&shared.barrier);
        else
            out[i] = ptx::mbarrier_try_wait(&shared.barrier, step - 1);
    }
}

constexpr unsigned tx_bytes = 256, tx_rounds = 3;

struct alignas(128) TxShared {
    uint32_t word[tx_bytes / 4];
    uint64_t barrier;
};

/* Each round announces bytes, in one or two arrivals of one thread, copies them in as many pieces,
 * and all threads wait for the round's parity. out, a round: what was copied, as each thread found
 * it, then whether the phase had ended before the copies began, and whether the next one had. */
__global__ void mbarrier_tx_kernel(const uint32_t *in, uint32_t *out)
{
    KBIT_SHARED(TxShared, shared);
    const unsigned t = threadIdx.x, pieces = in[0];
    if (t == 0) {
        ptx::mbarrier_init(&shared.barrier, pieces);
        ptx::mbarrier_fence_init();
    }
    __syncthreads();
    for (unsigned round = 0; round < tx_rounds; ++round) {
        uint32_t *answers = out + round * (tx_bytes / 4 + 2);
        if (t == 0) {
            for (unsigned p = 0; p < pieces; ++p)
                ptx::mbarrier_arrive_expect_tx(&shared.barrier, tx_bytes / pieces);
            answers[tx_bytes / 4] = ptx::mbarrier_try_wait(&shared.barrier, round & 1);
            for (unsigned p = 0; p < pieces; ++p)
                ptx::bulk_load(shared.word + p * (tx_bytes / 4 / pieces),
                               in + 4 + round * (tx_bytes / 4) + p * (tx_bytes / 4 / pieces),
                               tx_bytes / pieces, &shared.barrier);
        }
        ptx::mbarrier_wait(&shared.barrier, round & 1);
        answers[t] = shared.word[t];
        if (t == 0)
            answers[tx_bytes / 4 + 1] = ptx::mbarrier_try_wait(&shared.barrier, (round & 1) ^ 1);
        __syncthreads();
    }
}

inline void add_mbarrier(List &list)
{
    list.push_back({"mbarrier", "mbarrier.init, arrive and try_wait.parity", Devices::Hopper,
                    Answer::Bits, 8, [](size_t c) { return text("count %zu", c / 2 + 1); },
                    [](size_t c, Generator &g, Words &in) {
                        in.push_back(static_cast<uint32_t>(c / 2 + 1));
                        for (int i = 0; i < mbarrier_steps; ++i)
                            in.push_back(g.below(3));
                    },
                    [](size_t) -> size_t { return mbarrier_steps; },
                    [](size_t, const uint32_t *in, uint32_t *out) -> int {
                        return KBIT_LAUNCH(mbarrier_kernel, dim3(1), dim3(1), sizeof(OneBarrier),
                                           nullptr, in, out);
                    },
                    nullptr,
                    [](size_t, size_t word, const Words &in) {
                        std::string s = text("step %zu; the steps are", word);
                        static const char *const names[] = {"arrive", "0?", "1?"};
                        for (size_t i = 0; i <= word; ++i)
                            s += std::string(" ") + names[in[1 + i]];
                        return s;
                    }});
    list.push_back({"mbarrier_tx", "mbarrier.arrive.expect_tx and the bytes of cp.async.bulk",
                    Devices::Hopper, Answer::Bits, 2,
                    [](size_t c) { return text("%zu pieces", c + 1); },
                    [](size_t c, Generator &g, Words &in) {
                        in = {static_cast<uint32_t>(c + 1), 0, 0, 0}; /* 16-byte aligned data */
                        for (unsigned i = 0; i < tx_rounds * tx_bytes / 4; ++i)
                            in.push_back(g.word());
                    },
                    [](size_t) -> size_t { return tx_rounds * (tx_bytes / 4 + 2); },
                    [](size_t, const uint32_t *in, uint32_t *out) -> int {
                        return KBIT_LAUNCH(mbarrier_tx_kernel, dim3(1), dim3(tx_bytes / 4),
                                           sizeof(TxShared), nullptr, in, out);
                    },
                    nullptr,
                    [](size_t, size_t word, const Words &) {
                        const size_t each = tx_bytes / 4 + 2, at = word % each;
                        return text("round %zu, ", word / each) +
                               (at < tx_bytes / 4    ? text("word %zu", at)
                                : at == tx_bytes / 4 ? std::string("ended before the copies")
                                                     : std::string("the next phase has ended"));
                    }});
}
} // namespace conformance

#endif
