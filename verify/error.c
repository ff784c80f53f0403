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
        for (char *p = error->text; *p; p++)
            if (*p == '\n' || *p == '\r')
                *p = ' ';
        error->status = status;
    }
    return status;
}
