/* nearest.c -- names by edit distance. */
#include "io/nearest.h"

#include <stdio.h>
#include <string.h>

#define LONGEST 96 /* a longer name is never suggested */
#define KEPT    3

/* How many letters must be inserted, deleted or replaced to turn a into b (Levenshtein). */
static size_t edit_distance(const char *a, const char *b)
{
    size_t row[LONGEST + 1];
    size_t width = strlen(b);

    for (size_t j = 0; j <= width; j++)
        row[j] = j;
    for (size_t i = 1; a[i - 1]; i++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= width; j++) {
            size_t best = diagonal + (a[i - 1] != b[j - 1]);
            diagonal = row[j];
            if (row[j] + 1 < best)
                best = row[j] + 1;
            if (row[j - 1] + 1 < best)
                best = row[j - 1] + 1;
            row[j] = best;
        }
    }
    return row[width];
}

const char *kbit_nearest_names(const char *name, size_t n,
                               const char *(*name_at)(const void *context, size_t index),
                               const void *context, char text[KBIT_NEAREST_TEXT])
{
    struct {
        size_t distance;
        const char *name;
    } kept[KEPT];
    size_t n_kept = 0;
    size_t length = strlen(name);

    for (size_t i = 0; i < n; i++) {
        const char *other = name_at(context, i);
        size_t longer = strlen(other) > length ? strlen(other) : length;
        if (longer > LONGEST)
            continue;
        size_t distance = edit_distance(name, other);
        if (2 * distance > longer) /* more than half of it differs */
            continue;
        size_t place = n_kept < KEPT ? n_kept++ : KEPT;
        for (; place > 0 && kept[place - 1].distance > distance; place--)
            if (place < KEPT)
                kept[place] = kept[place - 1];
        if (place < KEPT) {
            kept[place].distance = distance;
            kept[place].name = other;
        }
    }
    text[0] = '\0';
    size_t used = 0;
    for (size_t i = 0; i < n_kept; i++) {
        int more = snprintf(text + used, KBIT_NEAREST_TEXT - used, "%s '%s'",
                            i == 0 ? "; nearest:" : ",", kept[i].name);
        if (more < 0 || (size_t)more >= KBIT_NEAREST_TEXT - used) {
            text[used] = '\0';
            break;
        }
        used += (size_t)more;
    }
    return text;
}
