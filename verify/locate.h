/* locate.h -- where kbit finds its other programs and the plug-ins: beside itself in a build tree, else where
 * they were installed. */
#ifndef KBIT_VERIFY_LOCATE_H
#define KBIT_VERIFY_LOCATE_H

#include "error.h"

kbit_status kbit_locate_runner(char *path, size_t size, kbit_error *error);

/* The GPU benchmark programs: beside kbit, in cuda/bench/ of a build tree, or installed. */
kbit_status kbit_locate_program(const char *name, char *path, size_t size, kbit_error *error);

#endif
