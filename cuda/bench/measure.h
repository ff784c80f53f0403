/* measure.h -- one cell: every candidate checked, then all timed in turn. */
#ifndef KBIT_CUDA_BENCH_MEASURE_H
#define KBIT_CUDA_BENCH_MEASURE_H

#include <map>
#include <set>

#include "journal.h"
#include "peers.h"

namespace bench
{

struct Effort {
    unsigned least_samples = 7, most_samples = 25;
    double sample_us = 150;     /* a sample has so many calls that it takes this long */
    double candidate_us = 4000; /* samples until a candidate has taken this long */
};

/* Where the process is, for whoever watches it: shared memory. */
struct Watched {
    char cell[160], candidate[64];
    volatile long long beat_s; /* CLOCK_MONOTONIC of the last sign of life */
};

class Measurement
{
  public:
    Measurement(Problem &problem, Peers &peers, const Device &device, const Effort &effort,
                const std::set<std::string> &only, Watched *watched)
        : problem_(problem), peers_(peers), device_(device), effort_(effort), only_(only),
          watched_(watched)
    {
    }

    /* The line of the journal for this cell. Candidates that were lost in it, or too often, are left
     * out. KBIT_ERR_MEMORY where the cell does not fit the device. What a device error leaves behind
     * cannot be repaired in this process: then the status is another one, *culprit the candidate. */
    kbit_status cell(const Cell &cell, const Journal &journal, json_t **line, std::string *culprit,
                     std::string *why);

    bool any_wrong() const { return any_wrong_; }

  private:
    struct Timed;
    bool asked_for(const std::string &name) const;
    void beat(const Cell &cell, const std::string &candidate);
    kbit_status prepare(const Cell &cell, Timed *timed, std::string *why);
    kbit_status lead_in(const Cell &cell, const Timed &timed);
    json_t *result(const Timed &timed) const;

    Problem &problem_;
    Peers &peers_;
    const Device &device_;
    Effort effort_;
    const std::set<std::string> &only_;
    Watched *watched_;
    std::map<std::string, std::pair<Verdict, uint64_t>>
        checked_; /* with the digest of the output */
    Memory overwritten_;
    bool any_wrong_ = false;
};

constexpr int kMostLosses = 3; /* of a candidate, before it is left out everywhere */

/* Bytes a second, read and written, of a copy on the device as large as makes sense. */
kbit_status copy_rate(const Device &device, double *bytes_a_second, std::string *why);

} // namespace bench

#endif
