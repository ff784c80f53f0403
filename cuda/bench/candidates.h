/* candidates.h -- what is timed in a cell: ours, every rung where the cell asks for it, peers. */
#ifndef KBIT_CUDA_BENCH_CANDIDATES_H
#define KBIT_CUDA_BENCH_CANDIDATES_H

#include <functional>
#include <string>
#include <vector>

#include "problem.h"

namespace bench
{

struct Verdict {
    bool right = false;
    std::string kind; /* "EXACT", "CERTIFIED", "ENCLOSED", and of what where not of all */
    std::string why;  /* where not right */
};

struct Candidate {
    std::string name;  /* "layer", "int8_matmul:v2", "cublas-f16" */
    double operations; /* 2 M N K for a product, 0 for what only moves bytes */
    double bytes;      /* that must be moved: each input read and each output written once */
    std::function<kbit_status(size_t copy)> call; /* puts one call on the stream */
    std::function<kbit_status(Verdict *)> check;  /* of one call, which it makes itself */
    void *out;                                    /* what a call writes */
    size_t out_bytes;
    bool repeats; /* the same bits each time are claimed */
    std::string note;
    bool bits = true; /* the reference's bits are claimed, here and on the CPU layer */
};

/* The names of all that a cell may have, for --candidates; rungs are named STEP:RUNG. */
extern const char *const kOwnCandidates;

/* Ours. They refer to the problem, as it was opened for this cell. */
void add_own(Problem &problem, const Device &device, bool rungs,
             std::vector<Candidate> *candidates);

/* "STEP:RUNG" of every rung, highest last; and which of them the device can run. */
std::vector<std::string> rung_names();

} // namespace bench

#endif
