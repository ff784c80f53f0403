/* status.c -- names for the status codes, and the library's version. */
#include "kbit.h"

#include "config.h"

const char *kbit_version(void)
{
    return PACKAGE_VERSION;
}

const char *kbit_status_string(kbit_status status)
{
    switch (status) {
    case KBIT_OK:
        return "ok";
    case KBIT_ERR_NULL:
        return "a required pointer is NULL";
    case KBIT_ERR_SHAPE:
        return "a size is impossible or overflows";
    case KBIT_ERR_RANGE:
        return "a value breaks the step's precondition";
    case KBIT_ERR_ALIGN:
        return "a pointer or leading dimension is not aligned";
    case KBIT_ERR_WORKSPACE:
        return "the workspace is too small";
    case KBIT_ERR_UNSUPPORTED:
        return "not supported by this implementation";
    case KBIT_ERR_NO_DEVICE:
        return "no usable device or driver";
    case KBIT_ERR_DEVICE:
        return "the device reported an error";
    case KBIT_ERR_MEMORY:
        return "out of memory";
    case KBIT_ERR_IO:
        return "a file could not be read or written";
    case KBIT_ERR_FORMAT:
        return "a file's content is not what its format promises";
    }
    return "unknown status";
}
