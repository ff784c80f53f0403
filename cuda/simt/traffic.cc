/* traffic.cc -- counts wavefronts (bank conflicts) and sectors (coalescing). */
#include "traffic.h"

#include <algorithm>

namespace simt
{
namespace
{
constexpr size_t sector_bytes = 32, bank_bytes = 4, banks = 32;

/* Shared memory serves 32 banks of 4 bytes at a time: 32 lanes of up to 4 bytes, 16 of 8 bytes or 8
 * of 16 bytes. Lanes that want the same word share it; different words of a bank wait in line.
 * Source: the programming guide's account of shared memory, for 8 and 16 bytes as measured. */
unsigned wavefronts(const std::vector<uintptr_t> &address, size_t bytes)
{
    std::vector<uintptr_t> words[banks];
    for (uintptr_t a : address)
        for (uintptr_t word = a / bank_bytes; word * bank_bytes < a + bytes; word++) {
            auto &bank = words[word % banks];
            if (std::find(bank.begin(), bank.end(), word) == bank.end())
                bank.push_back(word);
        }
    size_t most = 0;
    for (const auto &bank : words)
        most = std::max(most, bank.size());
    return (unsigned)most;
}

/* Distinct units of `size` bytes that the accesses touch. */
size_t units(const std::vector<uintptr_t> &address, size_t bytes, size_t size)
{
    std::vector<uintptr_t> touched;
    for (uintptr_t a : address)
        for (uintptr_t unit = a / size; unit * size < a + bytes; unit++)
            touched.push_back(unit);
    std::sort(touched.begin(), touched.end());
    return (size_t)(std::unique(touched.begin(), touched.end()) - touched.begin());
}
} // namespace

void Traffic::add(Site site, unsigned warp, unsigned lane, bool shared, uintptr_t address,
                  size_t bytes)
{
    if (pending_.size() <= warp)
        pending_.resize(warp + 1);
    Pending &p = pending_[warp][{site, shared}];
    p.bytes = bytes;
    p.lane[lane].push_back(address);
}

void Traffic::account(Place place, const Pending &p)
{
    size_t times = 0;
    for (const auto &lane : p.lane)
        times = std::max(times, lane.size());
    Total &total = total_[place];
    const unsigned lanes_at_a_time =
        place.shared && p.bytes > bank_bytes ? (unsigned)(banks * bank_bytes / p.bytes) : 32;
    for (size_t i = 0; i < times; i++) {
        std::vector<uintptr_t> all, some;
        for (unsigned first = 0; first < 32; first += lanes_at_a_time) {
            some.clear();
            for (unsigned l = first; l < first + lanes_at_a_time; l++)
                if (i < p.lane[l].size())
                    some.push_back(p.lane[l][i]);
            all.insert(all.end(), some.begin(), some.end());
            if (place.shared && !some.empty()) {
                total.parts += wavefronts(some, p.bytes);
                total.fewest += 1;
            }
        }
        total.times++;
        if (!place.shared) {
            total.parts += units(all, p.bytes, sector_bytes);
            total.fewest += (units(all, p.bytes, 1) + sector_bytes - 1) / sector_bytes;
        }
    }
}

void Traffic::warp_met(unsigned warp)
{
    if (pending_.size() <= warp)
        return;
    for (const auto &[place, p] : pending_[warp])
        account(place, p);
    pending_[warp].clear();
}

void Traffic::block_ends()
{
    for (unsigned warp = 0; warp < pending_.size(); warp++)
        warp_met(warp);
}

void Traffic::print(FILE *out) const
{
    /* Sites of one line, such as the elements of an unrolled loop, are one row. */
    std::map<std::pair<std::string, bool>, Total> rows;
    for (const auto &[place, t] : total_) {
        Total &row = rows[{place_of(place.site), place.shared}];
        row.times += t.times;
        row.parts += t.parts;
        row.fewest += t.fewest;
    }
    fprintf(out, "# place                         memory  instructions  each  fewest  unit\n");
    for (const auto &[key, t] : rows)
        fprintf(out, "%-32s%-8s%12llu%6.2f%8.2f  %s\n", key.first.c_str(),
                key.second ? "shared" : "global", (unsigned long long)t.times,
                (double)t.parts / (double)t.times, (double)t.fewest / (double)t.times,
                key.second ? "wavefronts" : "sectors");
}
} // namespace simt
