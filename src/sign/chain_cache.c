#include "sign/chain_cache.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/mem.h"

enum { LONGEST = 8 };

/* What a chain is known by. */
typedef struct name {
    cm_cert_use use;
    int length;
    uint8_t digests[LONGEST][32];
} name;

typedef struct good {
    name name;
    STACK_OF(X509) * way;
} good;

static void drop(void *thing) {
    good *g = thing;
    sk_X509_pop_free(g->way, X509_free);
    free(g);
}

cm_memo *cm_chain_cache_new(void) {
    return cm_memo_new(drop);
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

typedef struct asked {
    name name;
    time_t at;
} asked;

static bool fits(const void *thing, void *context) {
    const good *g = thing;
    const asked *a = context;
    return is_same(&g->name, &a->name) && is_valid(g->way, a->at);
}

bool cm_chain_known(cm_memo *c, STACK_OF(X509) * chain, cm_cert_use use, time_t at) {
    asked a = {.at = at};
    return c != NULL && name_of(chain, use, &a.name) && cm_memo_find(c, fits, &a);
}

void cm_chain_keep(cm_memo *c, STACK_OF(X509) * chain, cm_cert_use use, STACK_OF(X509) * way) {
    good *g = c != NULL && sk_X509_num(way) > 0 ? cm_calloc(1, sizeof *g) : NULL;
    if (g == NULL)
        return;
    if (name_of(chain, use, &g->name) && (g->way = X509_chain_up_ref(way)) != NULL)
        cm_memo_add(c, g);
    else
        free(g);
}
