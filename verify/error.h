/* error.h -- how everything below verify/ reports what went wrong: a status and one line of text
 * that names the thing at fault. */
#ifndef KBIT_VERIFY_ERROR_H
#define KBIT_VERIFY_ERROR_H

#include "kbit.h"

typedef struct {
    kbit_status status;
    char text[512]; /* one line, no newline, starts with the file or argument at fault */
} kbit_error;

/* Fills *error (which may be NULL) and returns status. A text that is too long is cut. */
kbit_status kbit_fail(kbit_error *error, kbit_status status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
