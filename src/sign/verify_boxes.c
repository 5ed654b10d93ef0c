/* Whether the asset is the one that was signed, box by box: C2PA 2.2 §15.12.3 and §18.7. */
#include "sign/verify_internal.h"

/* Where we stand in the asset's boxes while the assertion's are gone through. */
typedef struct walk {
    cm_verifier *v;
    const cm_view *m;
    const cm_declared *assertion;
    size_t next;   /* box of the asset that must be named now */
    bool metadata; /* of the entry that was looked at last: it names nothing else */
} walk;

static bool fail(const walk *w, cm_status_id id, const char *why) {
    cm_note_assertion(w->v, w->m, id, w->assertion->box->label, why);
    return false;
}

/* The boxes that an entry names must be the next ones; their bytes, with all between them. */
static bool match_names(walk *w, const cm_cbor_item *names, cm_span *range, bool *store) {
    const cm_verify_input *in = w->v->input;
    size_t count = 0;
    w->metadata = true;
    for (const cm_cbor_item *n = cm_cbor_first(names); n != NULL; n = cm_cbor_next(names, n)) {
        const cm_verify_box *box = &in->boxes[w->next];
        if (w->next == in->box_count || !cm_cbor_is_text(n, box->name))
            return fail(w, CM_ST_BOXES_HASH_UNKNOWN_BOX,
                        "the asset's boxes are not those that were signed");
        if (count++ == 0)
            range->start = box->where.start;
        range->length = box->where.start + box->where.length - range->start;
        *store = *store || strcmp(box->name, "C2PA") == 0;
        w->metadata = w->metadata && cm_verify_is_metadata(box);
        w->next++;
    }
    if (count == 0)
        return fail(w, CM_ST_BOXES_HASH_MALFORMED, "an entry names no boxes");
    if (*store && count > 1)
        return fail(w, CM_ST_BOXES_HASH_MALFORMED, "the manifest store shares an entry");
    return true;
}

/* §15.12.3: an entry's own alg, else the assertion's, else the claim's. */
static cm_hash_alg entry_alg(const walk *w, const cm_cbor_item *entry) {
    const cm_cbor_item *outer = cm_cbor_root(&w->assertion->cbor);
    const cm_cbor_item *with = cm_cbor_get(entry, "alg") != NULL ? entry : outer;
    return cm_verify_hash_alg(w->v, w->m, with, w->m->uri);
}

static bool compare(const walk *w, const cm_cbor_item *entry, cm_span range) {
    cm_hash *hash = NULL;
    cm_digest digest = {0};
    cm_hash_alg alg = entry_alg(w, entry);
    if (alg == CM_HASH_NONE)
        return false;
    cm_code code = cm_hash_new(alg, &hash, w->v->err);
    if (code == CM_OK) {
        cm_sink sink = cm_hash_sink(hash);
        code = cm_sink_copy(&sink, w->v->input->asset, range.start, range.length, w->v->err);
    }
    if (code == CM_OK)
        code = cm_hash_finish(hash, &digest, w->v->err);
    cm_hash_free(hash);
    if (code != CM_OK)
        cm_verify_fail(w->v, code);
    return cm_bytes_equal(cm_digest_bytes(&digest), cm_cbor_string(cm_cbor_get(entry, "hash"))) ||
           fail(w, CM_ST_BOXES_HASH_MISMATCH, "a box was changed after it was signed");
}

static bool check_entry(walk *w, const cm_cbor_item *entry) {
    cm_span range = {0};
    bool store = false;
    bool excluded = false;
    if (!match_names(w, cm_cbor_get(entry, "names"), &range, &store))
        return false;
    if (store) /* its hash can't be known to what stands in it */
        return !w->v->input->detached ||
               cm_bytes_equal(w->v->input->embedded, w->v->input->store) ||
               fail(w, CM_ST_BOXES_HASH_MISMATCH, "the asset holds another manifest store");
    if (cm_cbor_bool(cm_cbor_get(entry, "excluded"), &excluded) && excluded) {
        if (!w->metadata)
            return fail(w, CM_ST_BOXES_HASH_MISMATCH,
                        "a box that is neither the manifest store nor metadata is excluded");
        cm_report_limit(w->v->report, "the signer left boxes of the asset out of the hash");
        return true;
    }
    return compare(w, entry, range);
}

/* What stands behind the last box, or between boxes of different entries, no hash would cover. */
static bool all_covered(const cm_verify_input *in) {
    uint64_t at = 0;
    for (size_t i = 0; i < in->box_count; i++) {
        if (in->boxes[i].where.start != at)
            return false;
        at += in->boxes[i].where.length;
    }
    return at == cm_source_size(in->asset);
}

void cm_verify_box_hash(cm_verifier *v, const cm_view *m, const cm_declared *hash) {
    walk w = {.v = v, .m = m, .assertion = hash};
    const cm_cbor_item *list = cm_cbor_get(cm_cbor_root(&hash->cbor), "boxes");
    const cm_cbor_item *entry = cm_cbor_first(list);
    bool right = true;
    if (!cm_cbor_is(list, CM_CBOR_ARRAY) || entry == NULL) {
        (void)fail(&w, CM_ST_BOXES_HASH_MALFORMED, "no list of boxes");
        return;
    }
    /* c2pa-rs leaves the PNG signature out, which can't differ in a file that is a PNG */
    if (v->input->box_count > 0 && strcmp(v->input->boxes[0].name, "PNGh") == 0 &&
        !cm_cbor_is_text(cm_cbor_at(cm_cbor_get(entry, "names"), 0), "PNGh"))
        w.next = 1;
    for (; right && entry != NULL && v->failed == CM_OK; entry = cm_cbor_next(list, entry))
        right = check_entry(&w, entry);
    if (right && (w.next != v->input->box_count || !all_covered(v->input)))
        right = fail(&w, CM_ST_BOXES_HASH_UNKNOWN_BOX, "the asset holds more than was signed");
    if (right)
        cm_note_assertion(v, m, CM_ST_BOXES_HASH_MATCH, hash->box->label,
                          "the asset is the one that was signed");
}
