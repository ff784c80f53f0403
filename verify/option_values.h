/* option_values.h -- the values of options, from text. Each takes all of the text or none: what stands
 * before or behind a number makes it no number. On false nothing is written. */
#ifndef KBIT_VERIFY_OPTION_VALUES_H
#define KBIT_VERIFY_OPTION_VALUES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "certificate.h"

#define KBIT_MOST_SHARDS 1000000

/* Decimal, or hexadecimal after 0x; between smallest and largest. */
bool kbit_parse_number(const char *text, uint64_t smallest, uint64_t largest, uint64_t *value);

/* "ROW,COLUMN", or "ROW" of what has one dimension. */
bool kbit_parse_element(const char *text, size_t *row, size_t *column);

/* n numbers with `between` between them, as "64x64x64"; n is at most 8. */
bool kbit_parse_sizes(const char *text, char between, size_t n, size_t *sizes);

/* "I/N" with 1 <= I <= N <= KBIT_MOST_SHARDS. */
bool kbit_parse_shard(const char *text, size_t *shard, size_t *shards);

/* Two hexadecimal digits a byte. */
bool kbit_parse_key(const char *text, uint8_t key[KBIT_KEY_BYTES]);

/* "NAME", "PATH" or either with ":VARIANT" behind it: the name's end, and the variant or NULL. */
bool kbit_parse_candidate(const char *text, size_t *length, const char **variant);

#endif
