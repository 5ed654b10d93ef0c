#include "sign/cert_cache.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "sign/cert.h"

/* A certificate takes some ten kilobytes when it is decoded. Larger ones than usual aren't kept. */
enum { KEPT = 32, DER_MOST = 8192 };

typedef struct kept {
    uint8_t *der;
    size_t size;
    X509 *certificate;
} kept;

struct cm_cert_cache {
    pthread_mutex_t lock;
    kept items[KEPT];
    size_t next; /* to be replaced */
};

cm_cert_cache *cm_cert_cache_new(void) {
    cm_cert_cache *c = cm_calloc(1, sizeof *c);
    if (c != NULL && pthread_mutex_init(&c->lock, NULL) != 0) {
        free(c);
        return NULL;
    }
    return c;
}

static void drop(kept *k) {
    free(k->der);
    X509_free(k->certificate);
    *k = (kept){0};
}

void cm_cert_cache_free(cm_cert_cache *c) {
    if (c == NULL)
        return;
    for (size_t i = 0; i < KEPT; i++)
        drop(&c->items[i]);
    (void)pthread_mutex_destroy(&c->lock);
    free(c);
}

/* With a reference of the caller's; NULL when it isn't there. */
static X509 *find(cm_cert_cache *c, cm_bytes der) {
    X509 *found = NULL;
    (void)pthread_mutex_lock(&c->lock);
    for (size_t i = 0; i < KEPT && found == NULL; i++)
        if (c->items[i].size == der.size && c->items[i].certificate != NULL &&
            memcmp(c->items[i].der, der.data, der.size) == 0 &&
            X509_up_ref(c->items[i].certificate) == 1)
            found = c->items[i].certificate;
    (void)pthread_mutex_unlock(&c->lock);
    return found;
}

/* Two threads may both keep the same one, which does no harm. */
static void keep(cm_cert_cache *c, cm_bytes der, X509 *certificate) {
    uint8_t *copy = der.size <= DER_MOST ? cm_calloc(der.size, 1) : NULL;
    if (copy == NULL)
        return;
    memcpy(copy, der.data, der.size);
    (void)pthread_mutex_lock(&c->lock);
    kept *k = &c->items[c->next];
    c->next = (c->next + 1) % KEPT;
    drop(k);
    if (X509_up_ref(certificate) == 1)
        *k = (kept){.der = copy, .size = der.size, .certificate = certificate};
    else
        free(copy);
    (void)pthread_mutex_unlock(&c->lock);
}

/* One more for the list, decoded or found; false when it is broken or memory is short. */
static bool add(cm_cert_cache *c, cm_bytes der, STACK_OF(X509) * list) {
    X509 *one = find(c, der);
    if (one == NULL) {
        STACK_OF(X509) *decoded = cm_cert_from_der(&der, 1);
        if (decoded == NULL)
            return false;
        one = sk_X509_pop(decoded);
        sk_X509_free(decoded);
        keep(c, der, one);
    }
    if (sk_X509_push(list, one) > 0)
        return true;
    X509_free(one);
    return false;
}

STACK_OF(X509) * cm_cert_cached(cm_cert_cache *c, const cm_bytes *ders, size_t count) {
    if (c == NULL)
        return cm_cert_from_der(ders, count);
    STACK_OF(X509) *list = sk_X509_new_null();
    bool ok = list != NULL;
    for (size_t i = 0; ok && i < count; i++)
        ok = add(c, ders[i], list);
    if (ok)
        return list;
    sk_X509_pop_free(list, X509_free);
    return NULL;
}
