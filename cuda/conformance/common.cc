/* common.cc -- operands, digests and text: nothing of it knows a device. */
#include "conformance.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

namespace conformance
{
uint64_t digest_of(const Words &words, uint64_t start)
{
    uint64_t h = start;
    for (uint32_t w : words)
        for (int shift = 0; shift < 32; shift += 8)
            h = (h ^ (w >> shift & 0xffu)) * 0x100000001b3u;
    return h;
}

/* Each instruction and each case has a stream of its own: adding one moves no other. */
Words operands_of(const Instruction &i, size_t c, uint64_t seed)
{
    uint64_t start = seed ^ static_cast<uint64_t>(c) * 0xd1342543de82ef95u;
    for (const char *p = i.name; *p; p++)
        start = (start ^ static_cast<unsigned char>(*p)) * 0x100000001b3u;
    Generator generator(start);
    Words in;
    i.operands(c, generator, in);
    return in;
}

std::string text(const char *format, ...)
{
    char line[512];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    return line;
}

std::string float_text(uint32_t bits)
{
    float x;
    memcpy(&x, &bits, sizeof x);
    return text("%08x (%a)", static_cast<unsigned>(bits), static_cast<double>(x));
}

std::string half_text(uint32_t bits, bool bf16)
{
    const int exponent = static_cast<int>(bits >> 10 & 31),
              fraction = static_cast<int>(bits & 1023);
    double x;
    if (bf16) {
        const uint32_t wide = bits << 16;
        float y;
        memcpy(&y, &wide, sizeof y);
        x = static_cast<double>(y);
    } else if (exponent == 31) {
        x = fraction ? NAN : INFINITY;
    } else {
        x = ldexp(exponent ? 1024 + fraction : fraction, exponent ? exponent - 25 : -24);
    }
    if (!bf16 && bits >> 15 & 1)
        x = -x;
    return text("%04x (%a)", static_cast<unsigned>(bits & 0xffffu), x);
}
} // namespace conformance
