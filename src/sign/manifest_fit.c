/* Stores in a container whose length hangs on the bytes in it, while what is signed says that
 * length: it is fixed first, then it is signed once, and what nobody signed makes up for what came
 * out otherwise (spec/containers.md §8.1). */
#include "sign/manifest_internal.h"

enum {
    /* What the claim with the right length may have more than that with the guess: a hash of other
     * bytes, numbers of other bytes, boxes' lengths. Each byte counts for one at most. */
    MARGIN = 64 + 24 + 8
};

typedef struct fitting {
    const cm_manifest *m;
    cm_store_length length;
    cm_buf claim;
    cm_cose_made made;
    uint8_t salt[CM_SALT_BYTES]; /* of the claim's box: as drawn */
} fitting;

/* The salt with its first `high` bytes above 15 and the others not: two kinds of bytes whose
 * lengths differ. Nothing refers to the box by a hash, so that the salt hides nothing. */
static void bend_salt(const fitting *f, size_t high, uint8_t out[CM_SALT_BYTES]) {
    for (size_t i = 0; i < CM_SALT_BYTES; i++)
        out[i] = i < high ? f->salt[i] | 0x10 : f->salt[i] & 0x0f;
}

static cm_code put(const fitting *f, size_t padding, size_t high, cm_buf *store, cm_error *err) {
    uint8_t salt[CM_SALT_BYTES];
    cm_buf signature = {0};
    bend_salt(f, high, salt);
    store->size = 0;
    cm_code code = cm_cose_put(&f->made, padding, &signature, err);
    if (code == CM_OK) {
        cm_manifest_put_store(store, f->m, cm_buf_bytes(&f->claim), cm_buf_bytes(&signature), salt);
        code = cm_buf_status(store, err);
    }
    cm_buf_free(&signature);
    return code;
}

/* The length to sign: enough for any signature, and for what is reserved as zeros. */
static cm_code choose_length(fitting *f, cm_manifest *m, cm_bound_to *to, cm_buf *store,
                             cm_error *err) {
    cm_code code = cm_manifest_claim(m, to, &f->claim, err);
    if (code == CM_OK)
        code = cm_cose_blank(m->signer, &f->made, err);
    size_t bare = cm_cose_made_size(&f->made);
    size_t reserved = m->signature_size > bare ? m->signature_size - bare : 0;
    if (code == CM_OK)
        code = put(f, CM_COSE_PADDING + reserved, 0, store, err);
    to->excluded.length = f->length(cm_buf_bytes(store)) + MARGIN;
    cm_buf_free(&f->claim);
    cm_cose_made_free(&f->made);
    return code;
}

/* One more byte of padding makes the container 3 longer as a rule, and never over 14: so the most
 * that isn't too long leaves less than the salt's 16 bytes can take. */
static cm_code fit(const fitting *f, uint64_t want, cm_buf *store, cm_error *err) {
    cm_code code = put(f, CM_COSE_PADDING, 0, store, err);
    uint64_t length = f->length(cm_buf_bytes(store));
    if (code == CM_OK && length > want)
        return cm_fail(err, CM_ERR_LIMIT, "what goes with the signature needs more room");
    size_t padding = CM_COSE_PADDING + (size_t)(want - length + CM_SALT_BYTES) / 3;
    do {
        code = code == CM_OK ? put(f, padding, 0, store, err) : code;
        length = f->length(cm_buf_bytes(store));
    } while (code == CM_OK && length > want && padding-- > CM_COSE_PADDING);
    if (code == CM_OK && length <= want && want - length <= CM_SALT_BYTES)
        code = put(f, padding, (size_t)(want - length), store, err);
    if (code == CM_OK && f->length(cm_buf_bytes(store)) != want)
        code = cm_fail(err, CM_ERR_CRYPTO, "the store's container is not as long as it says");
    return code;
}

cm_code cm_manifest_sign_fitted(cm_manifest *m, const cm_digest *digest, cm_span excluded,
                                cm_store_length length, cm_buf *store, cm_error *err) {
    cm_bound_to to = {.digest = digest, .excluded = excluded};
    fitting f = {.m = m, .length = length};
    cm_code code = cm_manifest_check_digest(m, &to, err);
    if (code == CM_OK)
        code = cm_draw(m->drawing, f.salt, sizeof f.salt, err);
    if (code == CM_OK)
        code = choose_length(&f, m, &to, store, err);
    if (code == CM_OK)
        code = cm_manifest_claim(m, &to, &f.claim, err);
    if (code == CM_OK)
        code = cm_cose_make(m->signer, m->more, cm_buf_bytes(&f.claim), &f.made, err);
    if (code == CM_OK)
        code = fit(&f, to.excluded.length, store, err);
    size_t more = f.made.more.size + CM_COSE_SLACK;
    /* any byte may take 4 where zeros, of which what is reserved is made, take 3 */
    m->needed = code == CM_ERR_LIMIT ? cm_cose_size(m->signer) + more + more / 3 + 1 : 0;
    cm_buf_free(&f.claim);
    cm_cose_made_free(&f.made);
    return code;
}
