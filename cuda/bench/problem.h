/* problem.h -- one layer's tensors on the device, and what is certain about them. */
#ifndef KBIT_CUDA_BENCH_PROBLEM_H
#define KBIT_CUDA_BENCH_PROBLEM_H

#include "grid.h"
#include "runtime.h"

namespace bench
{

constexpr float kThreshold = 6.0f;

class Problem
{
  public:
    Problem(uint64_t seed, const Device &device, bool peers)
        : seed(seed), device_(device), peers_(peers)
    {
    }

    /* Weights of a shape, in as many copies as make more than twice the L2 cache, two at least where
     * one does not; then the tokens, and by the plainest rungs O, a, q, C (certified) and the layer's
     * output. Does nothing where all of that is there already. */
    kbit_status open(const Cell &cell, std::string *why);

    const int8_t *w(size_t copy) const { return w_.as<int8_t>() + copy * stride_; }
    const void *w16(size_t copy) const { return w16_.as<char>() + 2 * copy * stride_; }
    const void *wb(size_t copy) const { return wb_.as<char>() + 2 * copy * stride_; }

    /* Of the copy that stands beside the pass over X: it reads 2 bytes an element and writes one. */
    size_t copied_bytes() const { return M * K * 3 / 2; }

    uint64_t seed;
    size_t M = 0, N = 0, K = 0, k = 0, copies = 0;
    Memory x, xb, w_absmax; /* fp16, bf16, f32 */
    size_t n_outliers = 0;  /* |O|, which is k */
    Memory count, outliers, absmax, q, c,
        d;                         /* of the plainest rungs; c int32 [M,N]; d: D, in f32 */
    Memory sum, y;                 /* D with the outliers' sum; rounded to fp16, the output */
    Memory stored_d;               /* D rounded to fp16, where a cell has all rungs */
    Memory integers_x, integers_w; /* for peers, [M,K] and [N,K], of 16 bits */
    Memory out, scaled, statistics, codes, workspace; /* for candidates */
    Memory list;                                      /* for candidates: a count and K columns */

  private:
    kbit_status open_shape(const Shape &shape);
    kbit_status open_tokens(const Cell &cell, std::string *why);
    kbit_status reference(bool rungs, std::string *why);

    const Device &device_;
    bool peers_;
    std::string shape_;
    bool rungs_ = false;
    size_t stride_ = 0; /* elements between copies of W */
    Memory w_, w16_, wb_, place_;
};

} // namespace bench

#endif
