/* Whether the asset is the one that was signed, box by box: C2PA 2.2 §15.12.3 and §18.7. */
#include "sign/verify_internal.h"

#include "base/mem.h"

/* Where we stand in the asset's boxes while the assertion's are gone through. */
typedef struct walk {
    cm_verifier *v;
    const cm_view *m;
    const cm_declared *assertion;
    size_t next;   /* box of the asset that must be named now */
    bool left_out; /* something is, and was noted */
} walk;

static bool fail(const walk *w, cm_status_id id, const char *why) {
    cm_note_assertion(w->v, w->m, id, w->assertion->box->label, why);
    return false;
}

/* An entry of the assertion, and the boxes of the asset that it is about. */
typedef struct entry {
    const cm_cbor_item *map;
    const cm_verify_box *boxes;
    size_t count;
    cm_span range;
    bool store;    /* the box is the store's, whose hash can't be known to what stands in it */
    bool metadata; /* no box holds anything else */
    cm_span *left_out;
    size_t left_out_count;
} entry;

/* The boxes that an entry names must be the next ones; their bytes, with all between them. */
static bool match_names(walk *w, entry *e) {
    const cm_verify_input *in = w->v->input;
    const cm_cbor_item *names = cm_cbor_get(e->map, "names");
    e->metadata = true;
    for (const cm_cbor_item *n = cm_cbor_first(names); n != NULL; n = cm_cbor_next(names, n)) {
        const cm_verify_box *box = &in->boxes[w->next];
        if (w->next == in->box_count || !cm_cbor_is_text(n, box->name))
            return fail(w, CM_ST_BOXES_HASH_UNKNOWN_BOX,
                        "the asset's boxes are not those that were signed");
        if (e->count++ == 0) {
            e->boxes = box;
            e->range.start = box->where.start;
        }
        e->range.length = box->where.start + box->where.length - e->range.start;
        e->store = e->store || strcmp(box->name, "C2PA") == 0;
        e->metadata = e->metadata && cm_verify_is_metadata(box);
        w->next++;
    }
    if (e->count == 0)
        return fail(w, CM_ST_BOXES_HASH_MALFORMED, "an entry names no boxes");
    if (e->store && e->count > 1)
        return fail(w, CM_ST_BOXES_HASH_MALFORMED, "the manifest store shares an entry");
    return true;
}

/* The box that bears the store's name must be the store (§15.12.3.1), and the one that is judged.
 */
static bool check_store(const walk *w, cm_span range) {
    const cm_verify_input *in = w->v->input;
    bool same =
        in->detached ? cm_bytes_equal(in->embedded, in->store) : range.start == in->where.start;
    return same || fail(w, CM_ST_BOXES_HASH_MISMATCH, "the asset holds another manifest store");
}

/* A range that the hash leaves out, within one box: metadata, and not the box's head. */
static bool read_range(const walk *w, const cm_cbor_item *item, const entry *e, cm_span *out) {
    const cm_cbor_item *index = cm_cbor_get(item, "boxIndex");
    uint64_t at = 0;
    if (!cm_cbor_uint(cm_cbor_get(item, "start"), &out->start) ||
        !cm_cbor_uint(cm_cbor_get(item, "length"), &out->length) ||
        (index == NULL ? e->count != 1 : !cm_cbor_uint(index, &at)) || at >= e->count)
        return fail(w, CM_ST_BOXES_HASH_MALFORMED, "an excluded range is malformed");
    const cm_verify_box *box = &e->boxes[at];
    if (out->length > box->where.length || out->start > box->where.length - out->length)
        return fail(w, CM_ST_BOXES_HASH_MISMATCH, "an excluded range is longer than its box");
    out->start += box->where.start;
    return cm_verify_in_metadata(w->v->input, *out) ||
           fail(w, CM_ST_BOXES_HASH_MISMATCH, "an excluded range holds more than metadata");
}

static bool read_ranges(const walk *w, entry *e) {
    enum { MOST_RANGES = 4096 };
    const cm_cbor_item *list = cm_cbor_get(e->map, "exclusions");
    uint64_t end = 0;
    if (list == NULL || !cm_verify_since(w->v, CM_C2PA_2_4))
        return true;
    if (cm_cbor_first(list) == NULL || !cm_cbor_is(list, CM_CBOR_ARRAY) ||
        list->count > MOST_RANGES)
        return fail(w, CM_ST_BOXES_HASH_MALFORMED, "the excluded ranges are malformed");
    e->left_out = cm_calloc(list->count, sizeof *e->left_out);
    if (e->left_out == NULL) {
        cm_verify_fail(w->v, cm_fail_memory(w->v->err));
        return false;
    }
    for (const cm_cbor_item *i = cm_cbor_first(list); i != NULL; i = cm_cbor_next(list, i)) {
        cm_span *out = &e->left_out[e->left_out_count++];
        if (!read_range(w, i, e, out))
            return false;
        if (out->start < end)
            return fail(w, CM_ST_BOXES_HASH_MALFORMED, "excluded ranges overlap");
        end = out->start + out->length;
    }
    return true;
}

/* §15.12.3: an entry's own alg, else the assertion's, else the claim's. */
static cm_hash_alg entry_alg(const walk *w, const cm_cbor_item *map) {
    const cm_cbor_item *outer = cm_cbor_root(&w->assertion->cbor);
    const cm_cbor_item *with = cm_cbor_get(map, "alg") != NULL ? map : outer;
    return cm_verify_hash_alg(w->v, w->m, with, w->m->uri);
}

static cm_code hash_entry(const walk *w, const entry *e, cm_hash_alg alg, cm_digest *digest) {
    cm_hash *hash = NULL;
    uint64_t at = e->range.start;
    cm_code code = cm_hash_new(alg, &hash, w->v->err);
    if (code != CM_OK)
        return code;
    cm_sink sink = cm_hash_sink(hash);
    for (size_t i = 0; code == CM_OK && i < e->left_out_count; i++) {
        code = cm_sink_copy(&sink, w->v->input->asset, at, e->left_out[i].start - at, w->v->err);
        at = e->left_out[i].start + e->left_out[i].length;
    }
    if (code == CM_OK)
        code = cm_sink_copy(&sink, w->v->input->asset, at, e->range.start + e->range.length - at,
                            w->v->err);
    if (code == CM_OK)
        code = cm_hash_finish(hash, digest, w->v->err);
    cm_hash_free(hash);
    return code;
}

static bool compare(const walk *w, const entry *e) {
    cm_digest digest = {0};
    cm_hash_alg alg = entry_alg(w, e->map);
    if (alg == CM_HASH_NONE)
        return false;
    cm_code code = hash_entry(w, e, alg, &digest);
    if (code != CM_OK)
        cm_verify_fail(w->v, code);
    return cm_bytes_equal(cm_digest_bytes(&digest), cm_cbor_string(cm_cbor_get(e->map, "hash"))) ||
           fail(w, CM_ST_BOXES_HASH_MISMATCH, "a box was changed after it was signed");
}

/* Once for all entries. */
static void note_left_out(walk *w) {
    if (!w->left_out && cm_verify_since(w->v, CM_C2PA_2_4))
        cm_note_assertion(w->v, w->m, CM_ST_BOXES_HASH_ADDITIONAL_EXCLUSIONS,
                          w->assertion->box->label,
                          "bytes besides the manifest store are not covered by the hash");
    w->left_out = true;
    w->v->report->boxes_left_out = true;
}

static bool check_entry(walk *w, const cm_cbor_item *map) {
    entry e = {.map = map};
    bool excluded = false;
    bool right = match_names(w, &e);
    if (right && e.store)
        return check_store(w, e.range);
    if (!right)
        return false;
    if (cm_cbor_bool(cm_cbor_get(map, "excluded"), &excluded) && excluded) {
        if (!e.metadata)
            return fail(w, CM_ST_BOXES_HASH_MISMATCH,
                        "a box that is neither the manifest store nor metadata is excluded");
        cm_report_limit(w->v->report, "the signer left boxes of the asset out of the hash");
        note_left_out(w);
        return true;
    }
    right = read_ranges(w, &e);
    if (right && e.left_out_count != 0)
        note_left_out(w);
    right = right && compare(w, &e);
    free(e.left_out);
    return right;
}

/* What stands behind the last box, or between boxes of different entries, no hash would cover. */
static bool all_covered(const cm_verifier *v) {
    const cm_verify_input *in = v->input;
    uint64_t at = 0;
    for (size_t i = 0; i < in->box_count; i++) {
        if (in->boxes[i].where.start != at)
            return false;
        at += in->boxes[i].where.length;
    }
    return at == v->part.length;
}

void cm_verify_box_hash(cm_verifier *v, const cm_view *m, const cm_declared *hash) {
    walk w = {.v = v, .m = m, .assertion = hash};
    const cm_cbor_item *list = cm_cbor_get(cm_cbor_root(&hash->cbor), "boxes");
    const cm_cbor_item *item = cm_cbor_first(list);
    bool right = true;
    if (!cm_cbor_is(list, CM_CBOR_ARRAY) || item == NULL) {
        (void)fail(&w, CM_ST_BOXES_HASH_MALFORMED, "no list of boxes");
        return;
    }
    /* c2pa-rs leaves the PNG signature out, which can't differ in a file that is a PNG */
    if (v->input->box_count > 0 && strcmp(v->input->boxes[0].name, "PNGh") == 0 &&
        !cm_cbor_is_text(cm_cbor_at(cm_cbor_get(item, "names"), 0), "PNGh"))
        w.next = 1;
    for (; right && item != NULL && v->failed == CM_OK; item = cm_cbor_next(list, item))
        right = check_entry(&w, item);
    if (right && (w.next != v->input->box_count || !all_covered(v)))
        right = fail(&w, CM_ST_BOXES_HASH_UNKNOWN_BOX, "the asset holds more than was signed");
    if (right)
        cm_note_assertion(v, m, CM_ST_BOXES_HASH_MATCH, hash->box->label,
                          "the asset is the one that was signed");
}
