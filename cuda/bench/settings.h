/* settings.h -- what the command line asks for, and the parts of a run. */
#ifndef KBIT_CUDA_BENCH_SETTINGS_H
#define KBIT_CUDA_BENCH_SETTINGS_H

#include <set>
#include <string>
#include <vector>

#include "measure.h"

namespace bench
{

enum { kMeasured = 0, kWrong = 1, kUsage = 2, kNoDevice = 77 };

struct Settings {
    std::string folder = "gpu-bench", cublas, dump;
    std::vector<Cell> cells; /* in the order in which they are measured */
    std::set<std::string> candidates;
    uint64_t seed = 1;
    double seconds = 0;    /* 0: no limit */
    size_t most_cells = 0; /* 0: no limit; of this run */
    unsigned hang_seconds = 120;
    bool quiet = false;

    std::string journal() const { return folder + "/journal.jsonl"; }
    std::string report() const { return folder + "/gpu-bench.json"; }
};

/* Measures what the journal does not have, in a process of its own that is started again if it dies or
 * hangs; then writes the result file and prints a summary. An exit status. */
int supervise(const Settings &settings);

/* Measures until everything is there or the time, CLOCK_MONOTONIC, is over. kRestart: the device is in
 * an unknown state, and the journal says where that happened. */
enum { kRestart = 3 };
int work(const Settings &settings, double deadline, Watched *watched);

/* The result file from the journal, whole or not at all; then a screenful on stdout. */
bool write_report(const Settings &settings, const Journal &journal, std::string *why);
void print_summary(const Settings &settings, const Journal &journal);

/* The layer of the first cell and its output as a folder that `kbit judge` reads. */
int dump_case(const Settings &settings);

/* A line a candidate of each cell: its output's digest, after it was checked. Two programs that print
 * the same lines made the same bits. */
int print_bits(const Settings &settings);

double now_s();                                    /* CLOCK_MONOTONIC */
int complain(int status, const std::string &text); /* "kbit-gpu-bench: text"; returns the status */

} // namespace bench

#endif
