/* state.h -- what a call must leave as it found it: floating-point modes, signals, timers. */
#ifndef KBIT_VERIFY_SANDBOX_STATE_H
#define KBIT_VERIFY_SANDBOX_STATE_H

#include <stddef.h>

/* Before anything of the candidate runs: these floating-point modes are the right ones. */
void kbit_state_before_load(void);

/* After it was loaded: what it did to signals so far is its own affair. */
void kbit_state_loaded(void);

/* After a call. Writes what is not as it was into text ("" if all is), and puts it back. Modes that
 * loading changed are named each time and left, since a host program would have them too. */
void kbit_state_after_call(char *text, size_t size);

#endif
