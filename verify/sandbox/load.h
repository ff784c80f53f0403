/* load.h -- the plug-in: found, loaded, and what it says about itself checked. */
#ifndef KBIT_VERIFY_SANDBOX_LOAD_H
#define KBIT_VERIFY_SANDBOX_LOAD_H

#include "protocol.h"

/* Fills *hello and box->phase as it goes. NULL: hello->status and hello->error say why. */
const kbit_candidate_v1 *kbit_load(const char *path, const char *variant, kbit_run_box *box,
                                   kbit_run_hello *hello);

/* Whether the candidate still says about itself what it said when it was loaded; writes what it
 * changed into text. */
int kbit_unchanged(const kbit_candidate_v1 *candidate, const kbit_run_hello *hello, char *text,
                   size_t size);

#endif
