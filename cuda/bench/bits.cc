/* bits.cc -- --bits: what the kernels make at small shapes, as digests to compare. */
#include "settings.h"

#include "check.h"
#include "kbit.h"

namespace bench
{

int print_bits(const Settings &settings)
{
    Device device;
    std::string why;
    if (open_device(&device, &why) != KBIT_OK)
        return complain(kNoDevice, "no device: " + why);
    Problem problem(settings.seed, device, false);
    bool wrong = false;
    for (const Cell &cell : settings.cells) {
        std::vector<Candidate> candidates;
        uint64_t value = 0;
        kbit_status status = problem.open(cell, &why);
        if (status == KBIT_OK)
            status = digest(problem.x.as<void>(), 2 * problem.M * problem.K, &value);
        if (status != KBIT_OK)
            return complain(kWrong,
                            cell.key() + ": " + (why.empty() ? kbit_status_string(status) : why));
        printf("%s x %016llx\n", cell.key().c_str(), static_cast<unsigned long long>(value));
        add_own(problem, device, cell.rungs, &candidates);
        for (Candidate &c : candidates) {
            Verdict verdict;
            status = c.check(&verdict);
            if (status == KBIT_OK)
                status = finish(&why);
            if (status == KBIT_ERR_UNSUPPORTED) /* a rung that does not take this shape */
                continue;
            if (status == KBIT_OK)
                status = digest(c.out, c.out_bytes, &value);
            if (status != KBIT_OK)
                return complain(kWrong, cell.key() + ": " + c.name + ": " +
                                            (why.empty() ? kbit_status_string(status) : why));
            printf("%s %s %016llx %s %s\n", cell.key().c_str(), c.name.c_str(),
                   static_cast<unsigned long long>(value), c.bits ? "bits" : "model",
                   verdict.right ? "right" : "WRONG");
            if (!verdict.right)
                wrong = complain(kWrong, cell.key() + ": " + c.name + ": " + verdict.why);
        }
    }
    if (fflush(stdout) != 0 || ferror(stdout))
        return complain(kUsage, "stdout could not be written");
    return wrong ? kWrong : kMeasured;
}

} // namespace bench
