#include "sign/chain_cache.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/mem.h"

enum { KEPT = 32, LONGEST = 8 };

/* What a chain is known by. */
typedef struct name {
    cm_cert_use use;
    int length; /* 0: nothing is kept here */
    uint8_t digests[LONGEST][32];
} name;

typedef struct kept {
    name name;
    STACK_OF(X509) * way;
} kept;

struct cm_chain_cache {
    pthread_mutex_t lock;
    kept items[KEPT];
    size_t next; /* to be replaced */
};

cm_chain_cache *cm_chain_cache_new(void) {
    cm_chain_cache *c = cm_calloc(1, sizeof *c);
    if (c != NULL && pthread_mutex_init(&c->lock, NULL) != 0) {
        free(c);
        return NULL;
    }
    return c;
}

static void drop(kept *k) {
    sk_X509_pop_free(k->way, X509_free);
    *k = (kept){0};
}

void cm_chain_cache_free(cm_chain_cache *c) {
    if (c == NULL)
        return;
    for (size_t i = 0; i < KEPT; i++)
        drop(&c->items[i]);
    (void)pthread_mutex_destroy(&c->lock);
    free(c);
}

/* False for chains that are too long to be kept. */
static bool name_of(STACK_OF(X509) * chain, cm_cert_use use, name *out) {
    *out = (name){.use = use, .length = sk_X509_num(chain)};
    bool ok = out->length > 0 && out->length <= LONGEST;
    for (int i = 0; ok && i < out->length; i++) {
        unsigned size = 0;
        ok = X509_digest(sk_X509_value(chain, i), EVP_sha256(), out->digests[i], &size) == 1 &&
             size == sizeof out->digests[i];
    }
    return ok;
}

static bool is_same(const name *a, const name *b) {
    return a->use == b->use && a->length == b->length &&
           memcmp(a->digests, b->digests, (size_t)a->length * sizeof a->digests[0]) == 0;
}

static bool is_valid(STACK_OF(X509) * way, time_t at) {
    for (int i = 0; i < sk_X509_num(way); i++)
        if (cm_cert_validity(sk_X509_value(way, i), at) != 0)
            return false;
    return true;
}

bool cm_chain_known(cm_chain_cache *c, STACK_OF(X509) * chain, cm_cert_use use, time_t at) {
    name asked;
    bool known = false;
    if (c == NULL || !name_of(chain, use, &asked))
        return false;
    (void)pthread_mutex_lock(&c->lock);
    for (size_t i = 0; i < KEPT && !known; i++)
        known = is_same(&c->items[i].name, &asked) && is_valid(c->items[i].way, at);
    (void)pthread_mutex_unlock(&c->lock);
    return known;
}

/* Two threads may both keep the same one, which does no harm. */
void cm_chain_keep(cm_chain_cache *c, STACK_OF(X509) * chain, cm_cert_use use,
                   STACK_OF(X509) * way) {
    kept made = {0};
    if (c == NULL || sk_X509_num(way) <= 0 || !name_of(chain, use, &made.name) ||
        (made.way = X509_chain_up_ref(way)) == NULL)
        return;
    (void)pthread_mutex_lock(&c->lock);
    kept *k = &c->items[c->next];
    c->next = (c->next + 1) % KEPT;
    drop(k);
    *k = made;
    (void)pthread_mutex_unlock(&c->lock);
}
