/* sandbox.h -- a candidate in a process of its own.
 *
 * The candidate is loaded by kbit-run, started by exec. Inputs reach it sealed read-only, outputs
 * poisoned and between guards, time, memory and processes limited; the referee's own memory it cannot
 * read, and signal or trace the referee it cannot either. Whatever it does, the referee goes on and
 * can say what happened. This contains mistakes and cheating in the answers; it is no wall against a
 * program that means harm to the machine, whose files and network it does not guard. */
#ifndef KBIT_VERIFY_SANDBOX_H
#define KBIT_VERIFY_SANDBOX_H

#include "error.h"
#include "kbit_verify.h"

typedef struct kbit_sandbox kbit_sandbox;

typedef struct {
    const char *path;    /* of the plug-in */
    const char *variant; /* or NULL */
    unsigned seconds;    /* a call, or loading, may take */
    size_t memory_mib;   /* address space the process may use; 0: no limit */
} kbit_sandbox_options;

/* Starts the process and loads the candidate. KBIT_ERR_FORMAT: not a candidate (no symbol, wrong
 * ABI, unknown variant); KBIT_ERR_IO: not loadable; KBIT_ERR_NO_DEVICE where it says so. */
kbit_status kbit_sandbox_open(const kbit_sandbox_options *options, kbit_sandbox **sandbox,
                              kbit_error *error);
/* The same candidate under the same limits in one more process, which the first call starts. */
kbit_status kbit_sandbox_open_again(const kbit_sandbox *of, kbit_sandbox **sandbox,
                                    kbit_error *error);
void kbit_sandbox_close(kbit_sandbox *sandbox);

const char *kbit_sandbox_name(const kbit_sandbox *sandbox);
const char *kbit_sandbox_steps(const kbit_sandbox *sandbox); /* separated by blanks */
const char *kbit_sandbox_declares(const kbit_sandbox *sandbox);
bool kbit_sandbox_serves(const kbit_sandbox *sandbox, const char *step);

/* How a call ended. */
typedef struct {
    kbit_result result; /* KBIT_ADMISSIBLE: it answered, see status; else CRASHED, HUNG, DIRTY */
    kbit_status status; /* what the candidate returned */
    double seconds;     /* that run() took */
    char note[320];
} kbit_call_outcome;

/* Runs call->step once: outputs are filled with the byte `poison` first, then copied to
 * call->out[].data by the time of return; call->out[].dim is updated. A dead process is started
 * anew by the next call. Returns an error only where the referee itself fails. */
kbit_status kbit_sandbox_call(kbit_sandbox *sandbox, kbit_call *call, size_t n_in, size_t n_out,
                              unsigned char poison, kbit_call_outcome *outcome, kbit_error *error);

/* After a call: lets the process end as a program does that returns from main(), so that exit
 * handlers and destructors run; the next call starts another. The outcome's result is ADMISSIBLE, or
 * CRASHED or HUNG with a note. Returns the step that was called last, "" if none was. */
const char *kbit_sandbox_finish(kbit_sandbox *sandbox, kbit_call_outcome *outcome);

/* Where a candidate's name leads: a path with a slash is taken as it is, else NAME.so is looked up
 * in KBIT_CANDIDATES, beside the executable and in the installed folder. `found` has room for size.
 */
kbit_status kbit_candidate_find(const char *name, char *found, size_t size, kbit_error *error);

/* Calls visit on the name of each plug-in in the folders that kbit_candidate_find searches; false
 * where memory runs out. */
bool kbit_candidate_each(void (*visit)(const char *name, const char *path, void *context),
                         void *context);

#endif
