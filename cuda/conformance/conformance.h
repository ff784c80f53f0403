/* conformance.h -- what one instruction answers, alone: operands in, raw results out.
 *
 * An instruction has cases. The operands of a case are words of a fixed generator, so that every
 * device and the CPU layer are asked the same, and the results are kept as the device left them: no
 * arithmetic stands between the instruction and the file.
 */
#ifndef KBIT_CUDA_CONFORMANCE_H
#define KBIT_CUDA_CONFORMANCE_H

#include <stddef.h>
#include <stdint.h>
#include <string>
#include <vector>

namespace conformance
{
using Words = std::vector<uint32_t>;

/* splitmix64 (Steele, Lea, Flood, OOPSLA 2014): integers alone, the same on every machine. */
class Generator
{
  public:
    explicit Generator(uint64_t seed) : state_(seed) {}
    uint32_t word()
    {
        uint64_t z = state_ += 0x9e3779b97f4a7c15u;
        z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
        z = (z ^ z >> 27) * 0x94d049bb133111ebu;
        return static_cast<uint32_t>((z ^ z >> 31) >> 32);
    }
    uint32_t below(uint32_t n) { return word() % n; }

  private:
    uint64_t state_;
};

constexpr uint64_t default_seed = 20220815;

/* Which devices have the instruction: compute capability 8.0 and later, or 9.0 alone (sm_90a). */
enum class Devices { All, Hopper };

/* When a result is another's: by its bits; by its bits unless both are NaN, whose payloads no
 * kernel looks at and IEEE 754 leaves open; or by the bits that this architecture rounds to, which
 * a row of reference/accumulation/ models. */
enum class Answer { Bits, BitsOrNan, Rounded };

struct Instruction {
    const char *name, *what;
    Devices devices;
    Answer answer;
    size_t cases;
    std::string (*title)(size_t c);
    void (*operands)(size_t c, Generator &, Words &in);
    size_t (*results)(size_t c); /* words */
    /* Launches; in and out are memory of the device. Status 0 (cudaSuccess) or the runtime's. */
    int (*launch)(size_t c, const uint32_t *in, uint32_t *out);
    /* What a file keeps of the results, or NULL: all of them. */
    Words (*kept)(size_t c, const Words &out);
    /* Where word number `word` of what is kept stands, and what went into it. */
    std::string (*place)(size_t c, size_t word, const Words &in);
};
using List = std::vector<Instruction>;

/* instructions.cu and instructions_hopper.cu; the latter adds nothing where nvcc has no sm_90a. */
void add_instructions(List &);
void add_hopper_instructions(List &);

/* The device that answers, or why there is none. */
struct Device {
    bool present;
    std::string why_not;
    std::string name, driver, runtime;
    int capability;    /* major * 10 + minor */
    bool simulated;    /* the CPU layer: has every instruction, and rounds as it is told */
    std::string model; /* row of reference/accumulation/ whose sums it is expected to have */
};
Device device();
/* The CPU layer rounds as this row from now on; false on a device, or if there is no such row. */
bool follow(const std::string &model);

/* One case on the device. False, with a message, if it fails. */
bool run(const Instruction &, size_t c, const Words &in, Words *kept, std::string *why);

/* The operands of a case under a seed. */
Words operands_of(const Instruction &, size_t c, uint64_t seed);

/* FNV-1a of words, least significant byte first. */
uint64_t digest_of(const Words &, uint64_t start = 0xcbf29ce484222325u);

__attribute__((format(printf, 1, 2))) std::string text(const char *format, ...);
/* "3f800000 (0x1p+0)" */
std::string float_text(uint32_t bits);
/* The same of a 16-bit encoding; bf16, or fp16. */
std::string half_text(uint32_t bits, bool bf16);
} // namespace conformance

#endif
