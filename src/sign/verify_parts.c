/* Assets of several parts, each bound on its own: C2PA 2.2 §15.12.4 and §18.9. */
#include "sign/verify_internal.h"

typedef enum outcome { PART_RIGHT, PART_WRONG, PART_UNKNOWN } outcome;

/* Where we stand in the asset. */
typedef struct parts {
    cm_verifier *v;
    const cm_view *m;
    const cm_declared *list;
    uint64_t at;  /* where the next part must begin */
    bool skipped; /* one is not there and need not be */
    bool unknown; /* one is bound in a way that we can't compute */
} parts;

static bool fail(const parts *p, cm_status_id id, const char *why) {
    cm_note_assertion(p->v, p->m, id, p->list->box->label, why);
    return false;
}

/* The one list of parts. */
static bool find_list(parts *p) {
    for (size_t i = 0; i < p->m->declared_count; i++) {
        const cm_declared *d = &p->m->declared[i];
        if (!d->created || !cm_bytes_are(d->base, "c2pa.hash.multi-asset"))
            continue;
        if (p->list != NULL)
            return fail(p, CM_ST_MULTI_ASSET_HASH_MALFORMED, "more than one list of parts");
        p->list = d;
    }
    return p->list != NULL;
}

/* A part's hash assertion goes by the label of a hard binding with ".part" behind it. */
static cm_bytes kind_of(cm_bytes base) {
    static const char ending[] = ".part";
    const size_t n = sizeof ending - 1;
    bool part = base.size > n && memcmp(base.data + base.size - n, ending, n) == 0;
    cm_bytes kind = {base.data, part ? base.size - n : 0};
    return cm_is_hard_binding(kind) ? kind : (cm_bytes){0};
}

/* The store and the boxes as the part has them. */
static void narrow(const cm_verify_input *whole, cm_span part, cm_verify_input *out) {
    *out = *whole;
    bool holds = whole->where.length != 0 && whole->where.start >= part.start &&
                 whole->where.length <= part.length &&
                 whole->where.start - part.start <= part.length - whole->where.length;
    out->where =
        holds ? (cm_span){whole->where.start - part.start, whole->where.length} : (cm_span){0, 0};
    out->box_count = 0;
    while (out->box_count < whole->box_count &&
           whole->boxes[out->box_count].where.start + whole->boxes[out->box_count].where.length <=
               part.length)
        out->box_count++;
    if (part.start != 0) /* the boxes of a picture behind another are not known */
        out->boxes = NULL;
}

static outcome compare(const parts *p, const cm_declared *hash, cm_bytes kind, cm_span part) {
    const cm_verify_input *whole = p->v->input;
    const size_t mark = p->v->report->status_count;
    cm_verify_input input;
    narrow(whole, part, &input);
    p->v->input = &input;
    p->v->part = part;
    bool known = cm_verify_hash(p->v, p->m, hash, kind);
    p->v->input = whole;
    bool failed = cm_report_failed(p->v->report, mark);
    cm_report_take_back(p->v->report, mark);
    if (!known)
        return PART_UNKNOWN;
    return failed ? PART_WRONG : PART_RIGHT;
}

/* The assertion that speaks of the part; NULL when there is none, or it isn't what was linked. */
static const cm_declared *part_hash(const parts *p, const cm_cbor_item *map) {
    const cm_box *box = NULL;
    cm_link link = cm_verify_link(p->v, p->m, cm_cbor_get(map, "hashAssertion"), &box);
    const cm_declared *d = cm_view_find(p->m, box);
    return link == CM_LINK_RIGHT && d != NULL && kind_of(d->base).size != 0 ? d : NULL;
}

static bool check_part(parts *p, const cm_cbor_item *map) {
    const cm_cbor_item *where = cm_cbor_get(map, "location");
    const uint64_t size = cm_source_size(p->v->input->asset);
    const cm_declared *hash = part_hash(p, map);
    bool optional = false;
    cm_span part;
    if (cm_cbor_is(cm_cbor_get(where, "bmffBox"), CM_CBOR_TEXT)) {
        p->unknown = true;
        return true;
    }
    if (hash == NULL || !cm_cbor_uint(cm_cbor_get(where, "byteOffset"), &part.start) ||
        !cm_cbor_uint(cm_cbor_get(where, "length"), &part.length))
        return fail(p, CM_ST_MULTI_ASSET_HASH_MALFORMED, "a part has no place or no hash");
    if (part.start >= size && part.length != 0) {
        (void)cm_cbor_bool(cm_cbor_get(map, "optional"), &optional);
        p->skipped = optional;
        return optional || fail(p, CM_ST_MULTI_ASSET_HASH_MISSING_PART, "a part is not there");
    }
    if (part.start != p->at)
        return fail(p, CM_ST_MULTI_ASSET_HASH_MALFORMED,
                    "the parts overlap, or leave something out");
    if (part.length > size - part.start)
        return fail(p, CM_ST_MULTI_ASSET_HASH_MISMATCH, "a part was cut off");
    p->at += part.length;
    outcome found = compare(p, hash, kind_of(hash->base), part);
    p->unknown = p->unknown || found == PART_UNKNOWN;
    return found != PART_WRONG ||
           fail(p, CM_ST_MULTI_ASSET_HASH_MISMATCH, "a part was changed after it was signed");
}

void cm_verify_parts(cm_verifier *v, const cm_view *m, size_t mark) {
    enum { MOST_PARTS = 4096 };
    parts p = {.v = v, .m = m};
    if (!find_list(&p))
        return;
    const cm_cbor_item *list = cm_cbor_get(cm_cbor_root(&p.list->cbor), "parts");
    bool right = cm_cbor_is(list, CM_CBOR_ARRAY) && list->count > 0 && list->count <= MOST_PARTS;
    if (!right)
        (void)fail(&p, CM_ST_MULTI_ASSET_HASH_MALFORMED, "no list of parts");
    for (const cm_cbor_item *i = cm_cbor_first(list); right && i != NULL && v->failed == CM_OK;
         i = cm_cbor_next(list, i))
        right = check_part(&p, i);
    if (right && !p.unknown && p.at != cm_source_size(v->input->asset))
        right = fail(&p, CM_ST_MULTI_ASSET_HASH_MALFORMED, "the parts leave something out");
    if (!right)
        return;
    cm_report_take_back(v->report, mark);
    if (p.unknown) {
        v->report->unbound = true;
        cm_report_limit(v->report, "a part of the asset is bound in a way that is not supported: "
                                   "it was not compared");
        return;
    }
    if (p.skipped)
        cm_report_limit(v->report, "parts of the asset, optional ones, are not there any more");
    cm_note_assertion(v, m, CM_ST_MULTI_ASSET_HASH_MATCH, p.list->box->label,
                      "the asset's parts are those that were signed");
}
