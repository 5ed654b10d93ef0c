/* Manifests that a new store takes over from the stores of its ingredients: each once, and without
 * what is redacted (C2PA 2.2 §6.8, §11.1.4). */
#ifndef CM_SIGN_CARRIED_H
#define CM_SIGN_CARRIED_H

#include "sign/jumbf.h"

typedef struct cm_carried {
    struct cm_carried_manifest *list;
    size_t count;
} cm_carried;

/* A zeroed cm_carried is empty and valid. */
void cm_carried_free(cm_carried *c);

/* Takes over the manifests of a store. *active is where its active one stands afterwards, unpacked
 * if it was compressed: nobody has referred to it so far, and validators differ about the hash of
 * one that is packed. CM_ERR_FORMAT: it isn't a store, what is compressed is damaged, or two stores
 * hold manifests that go by one name and differ. */
cm_code cm_carried_add(cm_carried *c, cm_bytes store, size_t *active, cm_error *err);

/* The manifest's box, for as long as nothing is added or redacted. */
const cm_box *cm_carried_at(const cm_carried *c, size_t index);

/* Removes the assertion that an absolute URI names from its manifest. CM_ERR_ARGUMENT: there is
 * none such, or it must stay: actions and hard bindings. */
cm_code cm_carried_redact(cm_carried *c, const char *uri, cm_error *err);

/* Appends all of them. */
void cm_carried_put(const cm_carried *c, cm_buf *out);

#endif
