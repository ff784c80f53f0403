/* threads.h -- the one place that starts threads in the referee: it splits rows. */
#ifndef KBIT_VERIFY_THREADS_H
#define KBIT_VERIFY_THREADS_H

#include <stddef.h>

/* How many threads the referee uses: KBIT_JOBS if set to 1..1024, else the processors online. */
unsigned kbit_threads(void);

/* Calls work(context, first, last) on disjoint ranges that cover [0, rows), from up to `threads`
 * threads (0: kbit_threads()), and waits for all. Results must not depend on the split. */
void kbit_parallel_rows(size_t rows, unsigned threads,
                        void (*work)(void *context, size_t first, size_t last), void *context);

#endif
