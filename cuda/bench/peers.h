/* peers.h -- other people's products: cuBLAS and cuBLASLt, opened with dlopen where they are. kbit is
 * not linked with them and runs without. */
#ifndef KBIT_CUDA_BENCH_PEERS_H
#define KBIT_CUDA_BENCH_PEERS_H

#include <memory>

#include "candidates.h"

namespace bench
{

extern const char *const kPeerCandidates;

class Peers
{
  public:
    /* Looks in the folders, separated by colons, then where the loader looks. what() says what was
     * found, or why it was not. */
    explicit Peers(const std::string &folders);
    ~Peers();
    bool any() const;
    std::string cublas() const; /* "libcublas.so.13, version 130000", or "absent: ..." */
    std::string cublaslt() const;

    /* For this cell: cublas-f16, cublas-bf16, cublaslt-f16, cublaslt-i8, cublaslt-i8-scales. cuBLASLt's
     * algorithms are the fastest of the first eight that it proposes with 32 MiB of workspace; the note
     * says which. One that is refused is in *absent: its name, and why. */
    struct Absent {
        std::string name, why;
    };
    void add(Problem &problem, std::vector<Candidate> *candidates, std::vector<Absent> *absent);

  private:
    struct Libraries;
    std::unique_ptr<Libraries> libraries_;
};

} // namespace bench

#endif
