#include "sign/cert_cache.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "sign/cert.h"

/* A certificate takes some ten kilobytes when it is decoded. Larger ones than usual aren't kept. */
enum { DER_MOST = 8192 };

typedef struct decoded {
    uint8_t *der;
    size_t size;
    X509 *certificate;
} decoded;

static void drop(void *thing) {
    decoded *d = thing;
    X509_free(d->certificate);
    free(d->der);
    free(d);
}

cm_memo *cm_cert_cache_new(void) {
    return cm_memo_new(drop);
}

typedef struct wanted {
    cm_bytes der;
    X509 *found; /* with a reference of its own */
} wanted;

static bool fits(const void *thing, void *context) {
    const decoded *d = thing;
    wanted *w = context;
    if (d->size != w->der.size || memcmp(d->der, w->der.data, d->size) != 0 ||
        X509_up_ref(d->certificate) != 1)
        return false;
    w->found = d->certificate;
    return true;
}

static void keep(cm_memo *c, cm_bytes der, X509 *certificate) {
    decoded *d = der.size <= DER_MOST ? cm_calloc(1, sizeof *d) : NULL;
    if (d == NULL)
        return;
    d->der = cm_calloc(der.size, 1);
    if (d->der == NULL || X509_up_ref(certificate) != 1) {
        free(d->der);
        free(d);
        return;
    }
    memcpy(d->der, der.data, der.size);
    d->size = der.size;
    d->certificate = certificate;
    cm_memo_add(c, d);
}

/* One more for the list, decoded or found; false when it is broken or memory is short. */
static bool add(cm_memo *c, cm_bytes der, STACK_OF(X509) * list) {
    wanted w = {.der = der};
    X509 *one = cm_memo_find(c, fits, &w) ? w.found : NULL;
    if (one == NULL) {
        STACK_OF(X509) *fresh = cm_cert_from_der(&der, 1);
        if (fresh == NULL)
            return false;
        one = sk_X509_pop(fresh);
        sk_X509_free(fresh);
        keep(c, der, one);
    }
    if (sk_X509_push(list, one) > 0)
        return true;
    X509_free(one);
    return false;
}

STACK_OF(X509) * cm_cert_cached(cm_memo *c, const cm_bytes *ders, size_t count) {
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
