/* journal.h -- what a run has found so far, a JSON object a line, so that a run that was stopped or
 * died goes on where it was. The result file is made from it.
 *
 *   {"kbit_gpu_bench_journal": 1, "run": {...}}       the first line: what the lines are about
 *   {"cell": "6.7b.o M=1 k=8 graph cold", ...}        a cell that is done
 *   {"lost": "<cell>", "candidate": "...", "how": "..."}   the process died or hung in this
 *   {"event": "...", ...}                             clocks, the copy's rate, peers
 */
#ifndef KBIT_CUDA_BENCH_JOURNAL_H
#define KBIT_CUDA_BENCH_JOURNAL_H

#include <stdio.h>

#include <map>
#include <set>
#include <string>

#include <jansson.h>

namespace bench
{

class Journal
{
  public:
    ~Journal();
    /* Opens or makes the file. `run` must be what the first line says; a last line that was not
     * finished is dropped, anything else that is no such line is an error. False: *why says what. */
    bool open(const std::string &path, const json_t *run, std::string *why);
    /* Reads only; run() is then what the first line says. */
    bool read(const std::string &path, std::string *why);
    /* Appends the object as a line and sees it through to the disk. Takes the reference. */
    bool append(json_t *object, std::string *why);

    bool done(const std::string &cell) const { return done_.count(cell) != 0; }
    bool lost(const std::string &cell, const std::string &candidate, std::string *how) const;
    /* How often the process was lost in a candidate, over all cells. */
    int losses(const std::string &candidate) const;
    size_t cells() const { return done_.size(); }
    const json_t *run() const { return run_; }
    const json_t *lines() const { return lines_; } /* all after the first */

  private:
    bool take(const char *line, size_t number, bool last, std::string *why);
    std::string path_;
    FILE *file_ = nullptr;
    json_t *run_ = nullptr, *lines_ = nullptr;
    std::set<std::string> done_;
    std::map<std::string, std::string> lost_;
    std::map<std::string, int> losses_;
};

} // namespace bench

#endif
