#include "base/parallel.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <unistd.h>

typedef struct crew {
    void (*work)(void *context, int job, int thread);
    void *context;
    int jobs;
    atomic_int next;
} crew;

typedef struct worker {
    crew *crew;
    pthread_t id;
    int number;
} worker;

int cm_threads(int wish) {
    long n = wish < 0 ? sysconf(_SC_NPROCESSORS_ONLN) : wish;
    return n < 1 ? 1 : n > CM_THREADS_MAX ? CM_THREADS_MAX : (int)n;
}

static void *run(void *of) {
    const worker *w = of;
    for (;;) {
        int job = atomic_fetch_add(&w->crew->next, 1);
        if (job >= w->crew->jobs)
            return NULL;
        w->crew->work(w->crew->context, job, w->number);
    }
}

/* Signals are the caller's business: its handlers don't run in threads that it doesn't know. */
static int start(worker *all, int count) {
    sigset_t every, were;
    int started = 0;
    sigfillset(&every);
    if (pthread_sigmask(SIG_SETMASK, &every, &were) != 0)
        return 0;
    while (started < count && pthread_create(&all[started].id, NULL, run, &all[started]) == 0)
        started++;
    pthread_sigmask(SIG_SETMASK, &were, NULL);
    return started;
}

void cm_parallel(int threads, int jobs, void (*work)(void *context, int job, int thread),
                 void *context) {
    crew c = {.work = work, .context = context, .jobs = jobs};
    worker own = {.crew = &c}, more[CM_THREADS_MAX];
    int count = threads < jobs ? threads - 1 : jobs - 1;
    count = count < 0 ? 0 : count > CM_THREADS_MAX - 1 ? CM_THREADS_MAX - 1 : count;
    atomic_init(&c.next, 0);
    for (int i = 0; i < count; i++)
        more[i] = (worker){.crew = &c, .number = i + 1};
    count = count > 0 ? start(more, count) : 0;
    run(&own);
    for (int i = 0; i < count; i++)
        pthread_join(more[i].id, NULL);
}
