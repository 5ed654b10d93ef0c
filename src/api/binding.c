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

/* The plan's bytes but the store's to the hash, and with `out` all of them there as well. */
static cm_code pass(const cm_source *source, const cm_asset_plan *plan, const cm_sink *out,
                    const cm_sink *covered, cm_error *err) {
    return out != NULL ? cm_asset_write_around(source, plan, out, covered, err)
                       : cm_asset_copy_rest(source, plan, covered, err);
}

/* The hash of a text that carries a wrapper is of its form C (C2PA 2.4 §A.8.7.2). */
static cm_code pass_hashed(const cm_source *source, const cm_asset_plan *plan, const cm_sink *out,
                           const cm_sink *hash, cm_error *err) {
    cm_nfc *nfc = NULL;
    if (plan->carrier != CM_CARRIER_WRAPPER)
        return pass(source, plan, out, hash, err);
    cm_code code = cm_nfc_new(hash, &nfc, err);
    if (code == CM_OK) {
        cm_sink composed = cm_nfc_sink(nfc);
        code = pass(source, plan, out, &composed, err);
    }
    if (code == CM_OK)
        code = cm_nfc_finish(nfc, err);
    cm_nfc_free(nfc);
    return code;
}

cm_code cm_bound_hash(const cm_bound *b, const cm_source *source, const cm_asset_plan *plan,
                      cm_hash_alg alg, const cm_sink *out, cm_digest digest[static 2],
                      cm_error *err) {
    bool split_there = b->boxes && plan->store_size != 0;
    halves h = {.left = split_there ? plan->where.start : UINT64_MAX};
    cm_sink sink = {.context = &h, .write = halves_write};
    cm_code code = cm_hash_new(alg, &h.hash[0], err);
    if (code == CM_OK)
        code = cm_hash_new(alg, &h.hash[1], err);
    if (code == CM_OK)
        code = pass_hashed(source, plan, out, &sink, err);
    for (int i = 0; code == CM_OK && i < 2; i++)
        code = cm_hash_finish(h.hash[i], &digest[i], err);
    cm_hash_free(h.hash[0]);
    cm_hash_free(h.hash[1]);
    return code;
}

cm_code cm_bound_sign(const cm_bound *b, const cm_asset_plan *plan,
                      const cm_digest digest[static 2], cm_manifest *manifest, cm_buf *store,
                      cm_error *err) {
    cm_span where = plan->store_size != 0 ? plan->where : (cm_span){0};
    if (plan->carrier == CM_CARRIER_WRAPPER && where.length != 0)
        return cm_manifest_sign_fitted(manifest, &digest[0], where, cm_wrapper_size, store, err);
    return b->boxes ? cm_manifest_sign_boxes(manifest, &digest[0], &digest[1], store, err)
                    : cm_manifest_sign(manifest, &digest[0], where, store, err);
}
