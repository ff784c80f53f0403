/* nearest.h -- what the user may have meant. */
#ifndef KBIT_VERIFY_IO_NEAREST_H
#define KBIT_VERIFY_IO_NEAREST_H

#include <stddef.h>

#define KBIT_NEAREST_TEXT 256

/* Writes "; nearest: 'a', 'b', 'c'" for the up to three names at the smallest edit distance from
 * name, or "" where none shares enough with it; returns text. */
const char *kbit_nearest_names(const char *name, size_t n,
                               const char *(*name_at)(const void *context, size_t index),
                               const void *context, char text[KBIT_NEAREST_TEXT]);

#endif
