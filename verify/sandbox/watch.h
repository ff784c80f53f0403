/* watch.h -- writes down what the candidate's process dies of. */
#ifndef KBIT_VERIFY_SANDBOX_WATCH_H
#define KBIT_VERIFY_SANDBOX_WATCH_H

#include "protocol.h"

/* Handles the signals that end a process by writing into the box, then lets them end it. Called
 * again it puts back what a candidate has replaced. */
void kbit_watch(kbit_run_box *box);

/* Whether this signal is one of them. */
int kbit_watched(int signal_number);

#endif
