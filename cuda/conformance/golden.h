/* golden.h -- what a device answered, as a file of text: one instruction, all its cases.
 *
 *   kbit conformance 1
 *   instruction: mma_m16n8k32_s8       and so on, a line a field, as in struct Golden
 *
 *   case 0: any
 *   00000000 00000000 ...              words in hexadecimal, eight a line
 */
#ifndef KBIT_CUDA_CONFORMANCE_GOLDEN_H
#define KBIT_CUDA_CONFORMANCE_GOLDEN_H

#include "conformance.h"

namespace conformance
{
struct Golden {
    std::string instruction, device, capability, driver, runtime, model, date, kbit, command;
    uint64_t seed;
    uint64_t operands; /* digest of those of all cases: the question that was asked */
    std::vector<Words> cases;
    std::vector<std::string> titles;
};

/* "DIR/NAME.txt" */
std::string golden_path(const std::string &folder, const Instruction &);
bool write_golden(const std::string &path, const Golden &, std::string *why);

/* `absent`: there is no such file, which is no mistake of it. */
bool read_golden(const std::string &path, Golden *, bool *absent, std::string *why);
} // namespace conformance

#endif
