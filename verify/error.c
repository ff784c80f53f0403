#include "error.h"

#include <stdarg.h>
#include <stdio.h>

kbit_status kbit_fail(kbit_error *error, kbit_status status, const char *format, ...)
{
    if (error) {
        va_list arguments;
        va_start(arguments, format);
        vsnprintf(error->text, sizeof error->text, format, arguments);
        va_end(arguments);
        /* One line, and nothing that a terminal would obey: names come from files. */
        for (char *p = error->text; *p; p++)
            if ((unsigned char)*p < 0x20 || *p == 0x7f)
                *p = ' ';
        error->status = status;
    }
    return status;
}
