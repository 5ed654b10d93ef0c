/* Manifests with hashes of a test's own making. */
#ifndef HASH_SUPPORT_H
#define HASH_SUPPORT_H

#include <check.h>

#include "base/buf.h"
#include "sign/verify.h"

/* An assertion, and its box. */
typedef struct hash_made {
    const char *label;
    cm_buf box;    /* to be freed */
    bool gathered; /* instead of created */
} hash_made;

/* An assertion of this CBOR. */
hash_made hashes_make(const char *label, const cm_buf *content);

/* One of JSON. */
hash_made hashes_make_json(const char *label, const char *json);

/* A hashed URI of it. */
void hashes_put_link(cm_buf *out, const hash_made *to);

/* By which is judged, and what kind of manifest is made. */
extern cm_c2pa hashes_policy;
extern uint32_t hashes_kind;

/* Verifies the asset under these hashes; gives the state, and checks that `id` was noted, if it is
 * a status. */
cm_state hashes_judge(const hash_made *hashes, size_t count, cm_bytes asset,
                      const cm_verify_box *boxes, size_t box_count, cm_span where, cm_status_id id);

#endif
