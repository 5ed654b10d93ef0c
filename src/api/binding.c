#include "api/binding.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/mem.h"
#include "base/nfc.h"

/* Where the store will stand, which doesn't depend on its length. */
static cm_code find_place(const cm_source *source, bool beside, uint64_t *place, cm_error *err) {
    enum { ANY_SIZE = 1024 };
    cm_asset_plan plan = {0};
    cm_code code = cm_asset_plan_make(source, beside ? 0 : ANY_SIZE, &plan, err);
    *place = beside ? UINT64_MAX : plan.where.start;
    cm_asset_plan_free(&plan);
    return code;
}

/* Splits the names where the store will stand; a store that is in the input will be gone. */
static cm_code split(cm_bound *b, uint64_t place, cm_error *err) {
    uint64_t at = 0;
    size_t count = 0;
    b->names = cm_calloc(b->list.count, sizeof *b->names);
    if (b->names == NULL)
        return cm_fail_memory(err);
    for (size_t i = 0; i < b->list.count; i++) {
        const cm_asset_box *box = &b->list.items[i];
        if (strcmp(box->name, "C2PA") == 0)
            continue;
        b->names[count++] = box->name;
        if (at < place)
            b->before.count++;
        at += box->where.length;
    }
    b->before.list = b->names;
    b->behind = (cm_names){b->names + b->before.count, count - b->before.count};
    return CM_OK;
}

cm_code cm_bound_boxes(const cm_source *source, bool beside, cm_bound *out, cm_error *err) {
    uint64_t place;
    *out = (cm_bound){.boxes = true};
    cm_code code = cm_asset_boxes_read(source, &out->list, err);
    if (code == CM_OK && out->list.count > 0 && strcmp(out->list.items[0].name, "WEBP") == 0)
        return cm_fail(err, CM_ERR_UNSUPPORTED,
                       "a WebP's boxes hold its length, so that hashes of them are no better, and "
                       "c2pa-rs can't read them: bind the data");
    if (code == CM_ERR_UNSUPPORTED)
        return cm_fail(err, code, "C2PA has no names for this format's boxes: bind the data");
    if (code == CM_OK && out->list.trailing.length != 0)
        code = cm_fail(err, CM_ERR_UNSUPPORTED,
                       "there are bytes behind the picture that are in no box: bind the data");
    if (code == CM_OK)
        code = find_place(source, beside, &place, err);
    return code == CM_OK ? split(out, place, err) : code;
}

void cm_bound_free(cm_bound *b) {
    free(b->names);
    cm_asset_boxes_free(&b->list);
    *b = (cm_bound){0};
}

/* Two hashes in a row: the bytes before some place, and those behind it. */
typedef struct halves {
    cm_hash *hash[2];
    uint64_t left; /* for the first */
} halves;

static cm_code halves_write(void *context, const void *data, size_t n, cm_error *err) {
    halves *h = context;
    const uint8_t *bytes = data;
    size_t first = h->left < n ? (size_t)h->left : n;
    (void)err; /* a hash's failure latches in it */
    h->left -= first;
    if (first > 0)
        cm_hash_update(h->hash[0], (cm_bytes){bytes, first});
    if (first < n)
        cm_hash_update(h->hash[1], (cm_bytes){bytes + first, n - first});
    return CM_OK;
}

/* What of the asset is hashed; of a text that carries a wrapper, in form C (C2PA 2.4 §A.8.7.2). */
static cm_code copy_hashed(const cm_source *source, const cm_asset_plan *plan, const cm_sink *sink,
                           cm_error *err) {
    cm_nfc *nfc = NULL;
    if (plan->carrier != CM_CARRIER_WRAPPER)
        return cm_asset_copy_rest(source, plan, sink, err);
    cm_code code = cm_nfc_new(sink, &nfc, err);
    if (code == CM_OK) {
        cm_sink composed = cm_nfc_sink(nfc);
        code = cm_asset_copy_rest(source, plan, &composed, err);
    }
    if (code == CM_OK)
        code = cm_nfc_finish(nfc, err);
    cm_nfc_free(nfc);
    return code;
}

static cm_code hash_rest(const cm_source *source, const cm_asset_plan *plan, uint64_t first,
                         cm_hash_alg alg, cm_digest digest[static 2], cm_error *err) {
    halves h = {.left = first};
    cm_sink sink = {.context = &h, .write = halves_write};
    cm_code code = cm_hash_new(alg, &h.hash[0], err);
    if (code == CM_OK)
        code = cm_hash_new(alg, &h.hash[1], err);
    if (code == CM_OK)
        code = copy_hashed(source, plan, &sink, err);
    for (int i = 0; code == CM_OK && i < 2; i++)
        code = cm_hash_finish(h.hash[i], &digest[i], err);
    cm_hash_free(h.hash[0]);
    cm_hash_free(h.hash[1]);
    return code;
}

cm_code cm_bound_sign(const cm_bound *b, const cm_source *source, const cm_asset_plan *plan,
                      bool beside, cm_manifest *manifest, cm_buf *store, cm_error *err) {
    cm_digest digest[2];
    cm_span where = beside ? (cm_span){0} : plan->where;
    uint64_t first = b->boxes && !beside ? where.start : UINT64_MAX;
    cm_code code = hash_rest(source, plan, first, cm_manifest_hash(manifest), digest, err);
    if (code != CM_OK)
        return code;
    if (plan->carrier == CM_CARRIER_WRAPPER && !beside)
        return cm_manifest_sign_fitted(manifest, &digest[0], where, cm_wrapper_size, store, err);
    return b->boxes ? cm_manifest_sign_boxes(manifest, &digest[0], &digest[1], store, err)
                    : cm_manifest_sign(manifest, &digest[0], where, store, err);
}
