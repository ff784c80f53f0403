#include "option_values.h"

#include <string.h>

static int digit_of(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return 16;
}

/* The number that text begins with; where it ends, or NULL if there is none or it leaves 64 bits. */
static const char *read_number(const char *text, unsigned base, uint64_t *value)
{
    uint64_t n = 0;
    const char *p = text;
    for (; digit_of(*p) < (int)base; p++)
        if (__builtin_mul_overflow(n, base, &n) ||
            __builtin_add_overflow(n, (uint64_t)digit_of(*p), &n))
            return NULL;
    *value = n;
    return p > text ? p : NULL;
}

bool kbit_parse_number(const char *text, uint64_t smallest, uint64_t largest, uint64_t *value)
{
    const bool hexadecimal = text[0] == '0' && (text[1] == 'x' || text[1] == 'X');
    uint64_t n;
    const char *end = hexadecimal ? read_number(text + 2, 16, &n) : read_number(text, 10, &n);
    if (!end || *end || n < smallest || n > largest)
        return false;
    *value = n;
    return true;
}

bool kbit_parse_element(const char *text, size_t *row, size_t *column)
{
    uint64_t r, c = 0;
    const char *end = read_number(text, 10, &r);
    if (end && *end == ',')
        end = read_number(end + 1, 10, &c);
    if (!end || *end)
        return false;
    *row = r;
    *column = c;
    return true;
}

bool kbit_parse_sizes(const char *text, char between, size_t n, size_t *sizes)
{
    uint64_t read[8];
    const char *end = text;
    for (size_t i = 0; i < n; i++) {
        end = read_number(end, 10, &read[i]);
        if (!end || *end != (i + 1 < n ? between : '\0'))
            return false;
        end++;
    }
    for (size_t i = 0; i < n; i++)
        sizes[i] = read[i];
    return true;
}

bool kbit_parse_shard(const char *text, size_t *shard, size_t *shards)
{
    size_t part[2];
    if (!kbit_parse_sizes(text, '/', 2, part) || part[0] < 1 || part[0] > part[1] ||
        part[1] > KBIT_MOST_SHARDS)
        return false;
    *shard = part[0];
    *shards = part[1];
    return true;
}

bool kbit_parse_key(const char *text, uint8_t key[KBIT_KEY_BYTES])
{
    uint8_t bytes[KBIT_KEY_BYTES];
    if (strlen(text) != 2 * KBIT_KEY_BYTES)
        return false;
    for (size_t i = 0; i < KBIT_KEY_BYTES; i++) {
        const int high = digit_of(text[2 * i]), low = digit_of(text[2 * i + 1]);
        if (high > 15 || low > 15)
            return false;
        bytes[i] = (uint8_t)(16 * high + low);
    }
    memcpy(key, bytes, sizeof bytes);
    return true;
}

bool kbit_parse_candidate(const char *text, size_t *length, const char **variant)
{
    const char *colon = strchr(text, ':'), *slash = strrchr(text, '/');
    /* A name has no slash before its colon, and then its variant may have some: python:a/b.py. */
    if (colon && memchr(text, '/', (size_t)(colon - text)))
        colon = strchr(slash, ':');
    const size_t n = colon ? (size_t)(colon - text) : strlen(text);
    if (n == 0 || (colon && !colon[1]))
        return false;
    *length = n;
    *variant = colon ? colon + 1 : NULL;
    return true;
}
