/* autopsy.h -- in words, what a candidate's process died of. */
#ifndef KBIT_VERIFY_SANDBOX_AUTOPSY_H
#define KBIT_VERIFY_SANDBOX_AUTOPSY_H

#include <stddef.h>

#include "protocol.h"

/* ended: its wait status. plugin: the file's path. call: what it was asked last, or NULL. */
void kbit_autopsy(const kbit_run_box *box, int ended, const char *plugin,
                  const kbit_run_request *call, char *text, size_t size);

#endif
