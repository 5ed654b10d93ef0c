/* Whether the asset is the one that was signed: C2PA 2.2 §15.12.1, the data hash. */
#include "sign/verify_internal.h"

#include "base/mem.h"
#include "base/nfc.h"

enum { MOST_EXCLUSIONS = 4096 };

typedef struct exclusions {
    cm_span *spans;
    size_t count;
    uint64_t size; /* of the asset */
} exclusions;

static bool read_span(const cm_cbor_item *map, cm_span *out) {
    return cm_cbor_uint(cm_cbor_get(map, "start"), &out->start) &&
           cm_cbor_uint(cm_cbor_get(map, "length"), &out->length) &&
           out->length <= UINT64_MAX - out->start;
}

/* Ranges must be given, sorted and apart (§18.5). */
static bool read_exclusions(cm_verifier *v, const cm_cbor_item *list, exclusions *e) {
    if (list == NULL)
        return true;
    if (!cm_cbor_is(list, CM_CBOR_ARRAY) || list->count > MOST_EXCLUSIONS)
        return false;
    e->spans = cm_calloc(list->count, sizeof *e->spans);
    if (e->spans == NULL) {
        cm_verify_fail(v, cm_fail_memory(v->err));
        return false;
    }
    uint64_t end = 0;
    for (const cm_cbor_item *i = cm_cbor_first(list); i != NULL; i = cm_cbor_next(list, i)) {
        cm_span *s = &e->spans[e->count];
        if (!read_span(i, s) || s->start < end)
            return false;
        end = s->start + s->length;
        e->count++;
    }
    return true;
}

/* An update manifest made the store longer after the asset was hashed, or shorter by what it
 * redacts: the range that starts with the store's container, or with the store in it, is taken to
 * be all of it, and what was behind it has moved (§15.12.1). */
static void follow_update(const cm_verifier *v, exclusions *e) {
    cm_span where = v->input->where, spelt = v->input->spelt;
    size_t i = 0;
    while (i < e->count && e->spans[i].start != where.start &&
           (spelt.length == 0 || e->spans[i].start != spelt.start))
        i++;
    if (i == e->count)
        return;
    cm_span now = e->spans[i].start == where.start ? where : spelt;
    uint64_t end = now.start + now.length;
    uint64_t old_end = e->spans[i].start + e->spans[i].length;
    e->spans[i] = now;
    for (i++; i < e->count; i++) {
        cm_span *s = &e->spans[i];
        uint64_t behind = s->start - old_end;
        if (behind <= e->size && s->length <= e->size) /* else it is beyond the asset anyhow */
            s->start = end + behind;
    }
}

/* What may be left out of the hash: the store itself and its padding, and metadata, which is the
 * signer's choice and is said; one that takes in more than the store is not what it claims to be.
 * The store left out must be the one that is judged: a sidecar whose asset once held the store, and
 * doesn't any more, leaves bytes unprotected that anybody may have put there. */
static const char *judge_exclusions(const cm_verifier *v, const exclusions *e, bool *others) {
    cm_span where = v->input->where;
    bool same = !v->input->detached || cm_bytes_equal(v->input->embedded, v->input->store);
    for (size_t i = 0; i < e->count; i++) {
        cm_span s = e->spans[i];
        bool touches = where.length != 0 && s.start < where.start + where.length &&
                       where.start < s.start + s.length;
        if (s.start + s.length > e->size)
            return "a range is excluded that the asset doesn't have";
        if (s.length == 0)
            continue;
        if (where.length == 0)
            return "the range that was the manifest store's holds something else";
        if (!touches) {
            if (!cm_verify_in_metadata(v->input, s))
                return "bytes that are neither the manifest store nor metadata are excluded";
            *others = true;
        } else if (!same)
            return "the asset holds another manifest store than this one";
        else if (s.start < where.start || s.start + s.length > where.start + where.length)
            return "the excluded range is wider than the manifest store";
    }
    return NULL;
}

static cm_code copy_rest(cm_verifier *v, const exclusions *e, const cm_sink *sink) {
    uint64_t from = v->part.start;
    uint64_t at = 0;
    cm_code code = CM_OK;
    for (size_t i = 0; code == CM_OK && i < e->count; i++) {
        code = cm_sink_copy(sink, v->input->asset, from + at, e->spans[i].start - at, v->err);
        at = e->spans[i].start + e->spans[i].length;
    }
    return code == CM_OK ? cm_sink_copy(sink, v->input->asset, from + at, e->size - at, v->err)
                         : code;
}

static cm_code copy_rest_composed(cm_verifier *v, const exclusions *e, const cm_sink *sink) {
    cm_nfc *nfc = NULL;
    cm_code code = cm_nfc_new(sink, &nfc, v->err);
    if (code == CM_OK) {
        cm_sink composed = cm_nfc_sink(nfc);
        code = copy_rest(v, e, &composed);
    }
    if (code == CM_OK)
        code = cm_nfc_finish(nfc, v->err);
    cm_nfc_free(nfc);
    return code;
}

static cm_code hash_rest(cm_verifier *v, cm_hash_alg alg, const exclusions *e, cm_digest *digest) {
    cm_hash *hash = NULL;
    cm_code code = cm_hash_new(alg, &hash, v->err);
    if (code != CM_OK)
        return code;
    cm_sink sink = cm_hash_sink(hash);
    code = v->input->as == CM_VERIFY_TEXT_NFC ? copy_rest_composed(v, e, &sink)
                                              : copy_rest(v, e, &sink);
    if (code == CM_OK)
        code = cm_hash_finish(hash, digest, v->err);
    cm_hash_free(hash);
    return code;
}

/* The range of a text's wrapper is the only one, and exact (2.4 §15.12.1.3.1). */
static bool fits_wrapper(const cm_verifier *v, const exclusions *e) {
    cm_span where = v->input->where;
    return v->input->as != CM_VERIFY_TEXT_NFC ||
           (e->count == 1 && e->spans[0].start == where.start &&
            e->spans[0].length == where.length);
}

static void compare(cm_verifier *v, const cm_view *m, const cm_declared *d, cm_hash_alg alg,
                    const exclusions *e) {
    cm_bytes expected = cm_cbor_string(cm_cbor_get(cm_cbor_root(&d->cbor), "hash"));
    cm_digest digest;
    bool others = false;
    const char *fault = judge_exclusions(v, e, &others);
    if (others)
        cm_note_assertion(v, m, CM_ST_DATA_HASH_ADDITIONAL_EXCLUSIONS, d->box->label,
                          "bytes besides the manifest store are not covered by the hash");
    if (others)
        cm_report_limit(v->report, "metadata that the hash doesn't cover, such as which way up the "
                                   "picture is shown, may have been changed by anybody");
    if (fault != NULL) {
        cm_note_assertion(v, m, CM_ST_DATA_HASH_MISMATCH, d->box->label, fault);
        return;
    }
    cm_code code = v->failed == CM_OK ? hash_rest(v, alg, e, &digest) : v->failed;
    if (code != CM_OK)
        cm_verify_fail(v, code);
    else if (cm_bytes_equal(cm_digest_bytes(&digest), expected))
        cm_note_assertion(v, m, CM_ST_DATA_HASH_MATCH, d->box->label,
                          "the asset is the one that was signed");
    else
        cm_note_assertion(v, m, CM_ST_DATA_HASH_MISMATCH, d->box->label,
                          "the asset was changed after it was signed");
}

static void check_data_hash(cm_verifier *v, const cm_view *m, const cm_declared *d) {
    const cm_cbor_item *map = cm_cbor_root(&d->cbor);
    exclusions e = {.size = v->part.length};
    if (map == NULL)
        return; /* not CBOR: noted before */
    if (!read_exclusions(v, cm_cbor_get(map, "exclusions"), &e)) {
        cm_note_assertion(v, m, CM_ST_DATA_HASH_MALFORMED, d->box->label,
                          "the excluded ranges are malformed");
    } else {
        cm_hash_alg alg = cm_verify_hash_alg(v, m, map, m->uri);
        if (v->updated)
            follow_update(v, &e);
        if (!fits_wrapper(v, &e))
            cm_note_assertion(v, m, CM_ST_DATA_HASH_MALFORMED, d->box->label,
                              "the text's manifest is not where it was signed to be: the text was "
                              "changed before it, or the manifest moved or added to");
        else if (alg != CM_HASH_NONE)
            compare(v, m, d, alg, &e);
    }
    free(e.spans);
}

/* What binds in ways that we don't know is never said to be wrong. */
static const char *unsupported(cm_bytes base) {
    static const struct {
        const char *label;
        const char *limit;
    } known[] = {
        {CM_LABEL_HASH_BOXES, "the asset is bound box by box, and has no boxes that C2PA names: "
                              "it was not compared"},
        {"c2pa.hash.collection.data", "the manifest binds a collection of files, which was not "
                                      "looked at"},
        {"c2pa.hash.segment", "the manifest binds a segment of a log, which was not compared"},
    };
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (cm_bytes_are(base, known[i].label))
            return known[i].limit;
    return "the asset is bound as a video or HEIF picture, a kind of hash that is not supported: "
           "it "
           "was not compared";
}

bool cm_verify_hash(cm_verifier *v, const cm_view *m, const cm_declared *d, cm_bytes kind) {
    if (cm_bytes_are(kind, CM_LABEL_HASH_DATA)) {
        check_data_hash(v, m, d);
    } else if (cm_bytes_are(kind, CM_LABEL_HASH_BOXES) && v->input->boxes != NULL) {
        cm_verify_box_hash(v, m, d);
    } else {
        v->report->unbound = true;
        cm_report_limit(v->report, unsupported(kind));
        return false;
    }
    return true;
}

void cm_verify_binding(cm_verifier *v, const cm_view *bound) {
    /* what is found is about the asset as it is now, also when an ingredient's manifest binds it:
     * nobody can have recorded it before */
    cm_listed now = {.box = bound->box};
    cm_view copy = *bound;
    const cm_view *m = &copy;
    copy.listed = &now;
    if (v->input->asset == NULL) {
        v->compared = true;
        cm_report_limit(v->report, "no asset was given with the manifest: whether it belongs to "
                                   "any was not checked");
        return;
    }
    v->part = (cm_span){0, cm_source_size(v->input->asset)};
    size_t mark = v->report->status_count;
    /* more than one is noted as such, and reading the asset for each is work */
    bool compared = false;
    for (size_t i = 0; i < m->declared_count && !compared; i++) {
        const cm_declared *d = &m->declared[i];
        if (d->created && cm_is_hard_binding(d->base))
            compared = cm_verify_hash(v, m, d, d->base);
    }
    /* whatever was found; a hash that can't be read may have been recorded before, and says nothing
     */
    v->compared = v->report->unbound || v->report->status_count > mark;
    if (cm_report_failed(v->report, mark))
        cm_verify_parts(v, m, mark);
}
