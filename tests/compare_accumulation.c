/* compare_accumulation.c -- the accumulation model against the dot products on standard input.
 *
 * A line is what tests/accumulation_vectors.py says. Encodings must be equal. Only NVIDIA's rows say
 * which NaN and which zero comes out; in the others any NaN is one, and a zero of the other sign is
 * counted but is no difference. Prints a count for each row and the lines that differ. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kbit_accumulation.h"

enum { K = 16, MOST_SHOWN = 5 };

typedef struct {
    size_t compared, different, zeros;
} tally;

static bool read_operands(const char *hex, uint16_t *operands)
{
    if (strlen(hex) != 4 * K)
        return false;
    for (size_t k = 0; k < K; k++) {
        char word[5] = {0}, *end;

        memcpy(word, hex + 4 * k, 4);
        operands[k] = (uint16_t)strtoul(word, &end, 16);
        if (end != word + 4)
            return false;
    }
    return true;
}

static float float_of(uint32_t bits)
{
    float x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

/* 0: equal; 1: different; -1: not a line. */
static int compare(const char *line, const kbit_accumulation *rows, size_t n_rows, tally *tallies)
{
    char name[32], type[8], a_hex[80], b_hex[80];
    uint16_t a[K], b[K];
    uint32_t c, expected;
    size_t r = 0;

    if (sscanf(line, "%31s %7s %79s %79s %" SCNx32 " %" SCNx32, name, type, a_hex, b_hex, &c,
               &expected) != 6)
        return -1;
    while (r < n_rows && strcmp(rows[r].name, name) != 0)
        r++;
    bool f16 = strcmp(type, "f16") == 0;
    if (r == n_rows || (!f16 && strcmp(type, "bf16") != 0) || !read_operands(a_hex, a) ||
        !read_operands(b_hex, b))
        return -1;

    float result;
    uint32_t bits;
    if (kbit_accumulate(&rows[r], f16 ? KBIT_F16 : KBIT_BF16, K, a, b, float_of(c), &result) !=
        KBIT_OK)
        return -1;
    memcpy(&bits, &result, sizeof bits);
    bool claims_all = rows[r].alignment == KBIT_ALIGN_ALL;
    bool nans = isnan(result) && isnan(float_of(expected));
    bool zeros = (bits | expected) << 1 == 0;
    tallies[r].compared++;
    if (bits == expected || (!claims_all && (nans || zeros))) {
        tallies[r].zeros += zeros && bits != expected;
        return 0;
    }
    if (tallies[r].different++ < MOST_SHOWN)
        printf("different: %s %s c %08" PRIx32 ": %08" PRIx32 " by the model, %08" PRIx32
               " expected\n  a %s\n  b %s\n",
               name, type, c, bits, expected, a_hex, b_hex);
    return 1;
}

int main(void)
{
    const kbit_accumulation *rows;
    size_t n = kbit_accumulations(&rows), different = 0, lines = 0;
    tally tallies[64] = {{0, 0, 0}};
    char line[512];

    if (n > sizeof tallies / sizeof *tallies)
        return 2;
    while (fgets(line, sizeof line, stdin)) {
        if (*line == '#')
            continue;
        int answer = compare(line, rows, n, tallies);
        if (answer < 0) {
            printf("not a vector: %s", line);
            return 2;
        }
        different += (size_t)answer;
        lines++;
    }
    for (size_t r = 0; r < n; r++)
        if (tallies[r].compared)
            printf("%-11s %zu compared, %zu different, %zu in the sign of a zero only\n",
                   rows[r].name, tallies[r].compared, tallies[r].different, tallies[r].zeros);
    return lines == 0 ? 2 : different != 0;
}
