/* threads.h -- the one place that starts threads in the referee: it splits rows. */
#ifndef KBIT_VERIFY_THREADS_H
#define KBIT_VERIFY_THREADS_H

#include <stddef.h>

/* How many threads the referee uses: KBIT_JOBS if set to 1..1024, else the processors online. */
unsigned kbit_threads(void);

/* So many from now on, whatever KBIT_JOBS says. */
void kbit_use_threads(unsigned threads);

/* Calls work(context, first, last) on disjoint ranges that cover [0, rows), from up to `threads`
 * threads (0: kbit_threads(), or 1 within such a share), and waits for all. Results must not depend on the split. */
void kbit_parallel_rows(size_t rows, unsigned threads,
                        void (*work)(void *context, size_t first, size_t last), void *context);

#endif
