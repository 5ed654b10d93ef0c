#include "sign/memo.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/mem.h"

enum { KEPT = 32 };

struct cm_memo {
    pthread_mutex_t lock;
    void (*drop)(void *thing);
    void *things[KEPT];
    size_t next; /* to be replaced */
};

cm_memo *cm_memo_new(void (*drop)(void *thing)) {
    cm_memo *m = cm_calloc(1, sizeof *m);
    if (m != NULL && pthread_mutex_init(&m->lock, NULL) != 0) {
        free(m);
        return NULL;
    }
    if (m != NULL)
        m->drop = drop;
    return m;
}

void cm_memo_free(cm_memo *m) {
    if (m == NULL)
        return;
    for (size_t i = 0; i < KEPT; i++)
        if (m->things[i] != NULL)
            m->drop(m->things[i]);
    (void)pthread_mutex_destroy(&m->lock);
    free(m);
}

bool cm_memo_find(cm_memo *m, bool (*fits)(const void *thing, void *context), void *context) {
    bool found = false;
    if (m == NULL)
        return false;
    (void)pthread_mutex_lock(&m->lock);
    for (size_t i = 0; i < KEPT && !found; i++)
        found = m->things[i] != NULL && fits(m->things[i], context);
    (void)pthread_mutex_unlock(&m->lock);
    return found;
}

void cm_memo_add(cm_memo *m, void *thing) {
    (void)pthread_mutex_lock(&m->lock);
    void *oldest = m->things[m->next];
    m->things[m->next] = thing;
    m->next = (m->next + 1) % KEPT;
    (void)pthread_mutex_unlock(&m->lock);
    if (oldest != NULL)
        m->drop(oldest);
}
