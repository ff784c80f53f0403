/* places.h -- what lies where in the candidate's process: its tensors, those of earlier calls, the
 * plug-in. */
#ifndef KBIT_VERIFY_SANDBOX_PLACES_H
#define KBIT_VERIFY_SANDBOX_PLACES_H

#include "protocol.h"

/* Maps the call's tensors, inputs read-only, each between guards of KBIT_RUN_GUARD bytes. 0, or -1
 * with errno set. */
int kbit_places_map(const kbit_run_request *request, int in_fd, int out_fd,
                    kbit_tensor tensor[KBIT_RUN_MAX_TENSORS]);

/* The call has returned. Its tensors are taken away, and their addresses kept from being reused for
 * a while, so that whoever still touches them dies of it. */
void kbit_places_bury(void);

/* Notes where the plug-in that has this symbol lies. */
void kbit_places_plugin(const void *symbol);

/* Says what the address belongs to, into the box; for signal handlers. */
void kbit_places_find(uint64_t address, uint64_t stack_pointer, kbit_run_box *box);

/* The offset of an instruction in the plug-in's file; 0: not in the plug-in. */
uint64_t kbit_places_in_plugin(uint64_t address);

#endif
