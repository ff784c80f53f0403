/* traffic.h -- what the memory system would have to do for each line of a kernel. */
#ifndef KBIT_SIMT_TRAFFIC_H
#define KBIT_SIMT_TRAFFIC_H

#include "race.h"

#include <stdio.h>

namespace simt
{
/* Accesses of a warp's lanes at one site are taken as one instruction: the first of each lane
 * together, then the second, and so on, until the lanes meet. That is what a GPU does while lanes
 * stay together, and a guess where they do not. */
class Traffic
{
  public:
    void add(Site site, unsigned warp, unsigned lane, bool shared, uintptr_t address, size_t bytes);
    /* The lanes of a warp have met, or the block has ended. */
    void warp_met(unsigned warp);
    void block_ends();
    /* A line a site, sorted: how often, and wavefronts of shared memory or sectors of 32 bytes
     * each time, beside the fewest that those bytes need. */
    void print(FILE *) const;

  private:
    /* A copy is at one site in both memories. */
    struct Place {
        Site site;
        bool shared;
        bool operator<(const Place &p) const
        {
            return site != p.site ? site < p.site : shared < p.shared;
        }
    };
    struct Pending {
        size_t bytes = 0;
        std::vector<uintptr_t> lane[32];
    };
    struct Total {
        uint64_t times = 0, parts = 0, fewest = 0;
    };
    void account(Place, const Pending &);
    std::vector<std::map<Place, Pending>> pending_; /* by warp */
    std::map<Place, Total> total_;
};
} // namespace simt

#endif
