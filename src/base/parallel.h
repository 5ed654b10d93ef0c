/* Work split over threads that live no longer than the call. */
#ifndef CM_BASE_PARALLEL_H
#define CM_BASE_PARALLEL_H

enum { CM_THREADS_MAX = 64 };

/* How many threads an option asks for: 0 is one, CM_THREADS_ALL as many as there are processors. */
int cm_threads(int wish);

/* Does jobs 0 … jobs - 1, each once, in this thread and up to threads - 1 more, and returns when
 * all are done. Each thread has a number below `threads` and takes jobs in ascending order; where
 * no thread can be had, the others do its share. */
void cm_parallel(int threads, int jobs, void (*work)(void *context, int job, int thread),
                 void *context);

#endif
