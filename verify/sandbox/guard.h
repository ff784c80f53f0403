/* guard.h -- what the candidate's process may not do. */
#ifndef KBIT_VERIFY_SANDBOX_GUARD_H
#define KBIT_VERIFY_SANDBOX_GUARD_H

/* Forbids this process, and all that it starts, to trace, signal or read the process that started
 * it, or to leave its process group, by which kbit ends it. A forbidden call raises SIGSYS.
 * Returns a descriptor that reports each process that is started (the starting call waits for the
 * answer), or -1 where the kernel cannot; what else the kernel cannot is left out. */
int kbit_guard(void);

#endif
