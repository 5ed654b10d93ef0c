/* The assertions that a claim declares: C2PA 2.2 §15.10.3.1 and §15.10.3.3. */
#include "sign/verify_internal.h"

#include "base/mem.h"
#include "sign/json_text.h"

/* A label's part before "__1", which tells instances apart (§6.4). */
cm_bytes cm_label_base(cm_bytes label) {
    size_t n = label.size;
    while (n > 0 && label.data[n - 1] >= '0' && label.data[n - 1] <= '9')
        n--;
    bool numbered =
        n < label.size && n >= 3 && label.data[n - 1] == '_' && label.data[n - 2] == '_';
    return numbered ? (cm_bytes){label.data, n - 2} : label;
}

static bool starts(cm_bytes text, const char *with) {
    size_t n = strlen(with);
    return text.size >= n && memcmp(text.data, with, n) == 0;
}

/* Neither the hash of a part nor the multi-asset hash that lists the parts is one (§18.9). */
bool cm_is_hard_binding(cm_bytes base) {
    static const char *const labels[] = {
        CM_LABEL_HASH_DATA,  CM_LABEL_HASH_BOXES, "c2pa.hash.collection.data", "c2pa.hash.bmff",
        "c2pa.hash.bmff.v2", "c2pa.hash.bmff.v3", "c2pa.hash.segment"};
    for (size_t i = 0; i < sizeof labels / sizeof labels[0]; i++)
        if (cm_bytes_are(base, labels[i]))
            return true;
    return false;
}

bool cm_is_hash(cm_bytes base) {
    return starts(base, "c2pa.hash.");
}

bool cm_is_ingredient(cm_bytes base) {
    return cm_bytes_are(base, CM_LABEL_INGREDIENT) || cm_bytes_are(base, CM_LABEL_INGREDIENT_V2) ||
           cm_bytes_are(base, CM_LABEL_INGREDIENT_V3);
}

/* "c2pa.thumbnail.claim", and with what older versions put behind it: ".png". */
bool cm_is_thumbnail(cm_bytes base) {
    return starts(base, "c2pa.thumbnail.");
}

bool cm_is_actions(cm_bytes base) {
    return cm_bytes_are(base, CM_LABEL_ACTIONS) || cm_bytes_are(base, CM_LABEL_ACTIONS_V2);
}

/* Whether a box is in the assertion store of this very manifest. */
static bool is_inside(const cm_view *m, const cm_box *box) {
    const cm_box *store = m->assertions;
    return store != NULL && box != NULL && box > store && box < store + store->span;
}

const cm_declared *cm_view_find(const cm_view *m, const cm_box *box) {
    uint32_t as =
        m->declared_as != NULL && is_inside(m, box) ? m->declared_as[box - m->assertions] : 0;
    return as != 0 ? &m->declared[as - 1] : NULL;
}

static void add_declared(cm_view *m, cm_declared d) {
    m->declared[m->declared_count++] = d;
    m->declared_as[d.box - m->assertions] = (uint32_t)m->declared_count;
}

bool cm_verify_parse(cm_verifier *v, const cm_view *m, cm_bytes label, cm_bytes content,
                     cm_cbor *out) {
    cm_error fault = {0};
    cm_code code = v->exhausted ? CM_ERR_LIMIT : cm_cbor_parse(content, &v->limits, out, &fault);
    if (code == CM_ERR_MEMORY)
        cm_verify_fail(v, cm_fail_memory(v->err));
    if (code != CM_OK) {
        cm_note_assertion(v, m, CM_ST_ASSERTION_CBOR_INVALID, label, fault.message);
        return false;
    }
    if (!cm_verify_steps(v, out->count * (uint64_t)CM_STEPS_ITEM)) {
        cm_cbor_free(out);
        return false;
    }
    if (out->count > v->items_left) {
        cm_cbor_free(out);
        cm_note_assertion(v, m, CM_ST_GENERAL_ERROR, label, "more CBOR than the limits allow");
        return false;
    }
    return true;
}

/* 2.5 14.10.4.1: the making of an assertion of C2PA's own didn't end before it began. */
static void check_metadata(cm_verifier *v, const cm_view *m, const cm_declared *d) {
    const cm_cbor_item *metadata = cm_cbor_get(cm_cbor_root(&d->cbor), "metadata");
    if (cm_verify_since(v, CM_C2PA_2_5) && cm_times_reversed(cm_cbor_get(metadata, "processStart"),
                                                             cm_cbor_get(metadata, "processEnd")))
        cm_note_assertion(v, m, CM_ST_METADATA_MALFORMED, d->box->label,
                          "it was finished before it was begun");
}

/* What any assertion of C2PA's own may not get wrong. */
static void check_content(cm_verifier *v, const cm_view *m, const cm_declared *d) {
    char url[2 * CM_URI_MAX];
    if (!starts(d->base, "c2pa."))
        return;
    cm_assertion_url(m, d->box->label, url, sizeof url);
    check_metadata(v, m, d);
    cm_verify_references(v, m, url, cm_cbor_root(&d->cbor));
    cm_verify_external(v, m, d);
}

static void check_json(cm_verifier *v, const cm_view *m, const cm_declared *d) {
    const cm_box *content = cm_box_of_type(d->box, CM_BOX_JSON);
    bool standard = starts(d->base, "c2pa.") || starts(d->base, "stds.");
    if (content != NULL && standard && !cm_is_json(content->content))
        cm_note_assertion(v, m, CM_ST_ASSERTION_JSON_INVALID, d->box->label,
                          "its JSON is malformed");
}

/* Content that we look into later stays parsed; other CBOR is only checked for being CBOR, which
 * is what its box says that it is. */
static void read_content(cm_verifier *v, const cm_view *m, cm_declared *d) {
    const cm_box *content = cm_box_of_type(d->box, CM_BOX_CBOR);
    if (content == NULL) {
        check_json(v, m, d);
        return;
    }
    if (!cm_verify_parse(v, m, d->box->label, content->content, &d->cbor))
        return;
    check_content(v, m, d);
    if (cm_is_hash(d->base) || cm_is_ingredient(d->base) || cm_is_actions(d->base) ||
        cm_bytes_are(d->base, CM_LABEL_SOFT_BINDING) || cm_bytes_are(d->base, CM_LABEL_IDENTITY) ||
        cm_bytes_are(d->base, CM_LABEL_CERTIFICATE_STATUS) ||
        cm_bytes_are(d->base, CM_LABEL_TIME_STAMP) || cm_is_statement(d->base) ||
        cm_bytes_are(d->base, CM_LABEL_REPRESENTATION))
        v->items_left -= d->cbor.count;
    else
        cm_cbor_free(&d->cbor);
}

/* A redacted assertion is gone, or holds zeros, which may follow the UUID that says so (§6.8). */
static bool is_blank(const cm_box *box) {
    static const uint8_t uuid[] = {0xca, 0xa9, 0x8e, 0xee, 0x9d, 0x4d, 0xf8, 0x0e,
                                   0x86, 0xad, 0x4d, 0xff, 0xca, 0x26, 0x39, 0x73};
    for (const cm_box *b = cm_box_first(box); b != NULL; b = cm_box_next(box, b)) {
        cm_reader r = cm_reader_over(b->content);
        if (b->type == CM_BOX_UUID)
            (void)cm_read_match(&r, uuid, sizeof uuid);
        while (cm_reader_left(&r) > 0)
            if (cm_read_u8(&r) != 0)
                return false;
    }
    return true;
}

/* The last part of a URI: the assertion's label. */
cm_bytes cm_uri_label(cm_bytes uri) {
    size_t n = uri.size;
    while (n > 0 && uri.data[n - 1] != '/')
        n--;
    return (cm_bytes){uri.data + n, uri.size - n};
}

static void check_redacted(cm_verifier *v, const cm_view *m, cm_bytes uri, const char *absolute) {
    cm_bytes base = cm_label_base(cm_uri_label(uri));
    const cm_box *box = cm_verify_resolve(v, m, uri);
    if (cm_is_actions(base))
        cm_note(v, m, CM_ST_ACTION_REDACTED, absolute, "actions must not be redacted");
    if (cm_is_hard_binding(base))
        cm_note(v, m,
                cm_verify_since(v, CM_C2PA_2_4) ? CM_ST_HARD_BINDING_REDACTED
                                                : CM_ST_DATA_HASH_REDACTED,
                absolute, "a hard binding must not be redacted");
    if (box != NULL && cm_verify_hashing(v, box->content.size) && !is_blank(box))
        cm_note(v, m, CM_ST_ASSERTION_NOT_REDACTED, absolute,
                "said to be redacted, but still there");
}

static bool is_own(const cm_view *m, const cm_box *box) {
    return is_inside(m, box) && box->type == CM_BOX_JUMB;
}

static void declare(cm_verifier *v, cm_view *m, const cm_cbor_item *link, bool created) {
    cm_bytes uri = cm_cbor_text(cm_cbor_get(link, "url"));
    const cm_box *box = NULL;
    char *absolute = uri.size != 0 ? cm_verify_absolute(v, m, uri) : NULL;
    if (absolute == NULL) {
        cm_note(v, m, CM_ST_CLAIM_MALFORMED, m->uri, "an assertion is not given by a hashed URI");
        return;
    }
    cm_redaction *redaction = cm_verify_redacted(v, absolute);
    if (redaction != NULL) {
        redaction->declared = true;
        check_redacted(v, m, uri, absolute);
        box = cm_verify_resolve(v, m, uri);
        if (box != NULL && is_own(m, box) && cm_view_find(m, box) == NULL)
            add_declared(m, (cm_declared){.box = box, .base = {(const uint8_t *)"", 0}});
        free(absolute);
        return;
    }
    box = cm_verify_resolve(v, m, uri);
    if (box == NULL) {
        cm_note(v, m, CM_ST_ASSERTION_MISSING, absolute, "the assertion is not there");
    } else if (!is_own(m, box)) {
        cm_note(v, m, CM_ST_ASSERTION_OUTSIDE_MANIFEST, absolute,
                "the assertion is not in the claim's own manifest");
    } else if (cm_view_find(m, box) != NULL) {
        /* hashing one box as often as a claim likes to name it would be work without bound */
        cm_note(v, m, CM_ST_CLAIM_MALFORMED, absolute, "the claim names an assertion twice");
    } else {
        add_declared(
            m, (cm_declared){.box = box, .base = cm_label_base(box->label), .created = created});
        cm_declared *d = &m->declared[m->declared_count - 1];
        cm_link found = cm_verify_link(v, m, link, &box);
        if (found == CM_LINK_RIGHT)
            cm_note(v, m, CM_ST_ASSERTION_HASHED_URI_MATCH, absolute, "the hash is right");
        else if (found == CM_LINK_MISMATCH)
            cm_note(v, m, CM_ST_ASSERTION_HASHED_URI_MISMATCH, absolute,
                    "the assertion is not what the claim says");
        read_content(v, m, d);
    }
    free(absolute);
}

static void declare_list(cm_verifier *v, cm_view *m, const char *key, bool created) {
    const cm_cbor_item *list = cm_cbor_get(m->map, key);
    for (const cm_cbor_item *link = cm_cbor_first(list);
         link != NULL && v->failed == CM_OK && !v->exhausted; link = cm_cbor_next(list, link))
        declare(v, m, link, created);
}

/* What this claim redacts, in the manifests of its ingredients (§15.10.3.3). They come later. */
static void note_redactions(cm_verifier *v, const cm_view *m) {
    enum { MOST_REDACTED = 4096 };
    const cm_cbor_item *list = cm_cbor_get(m->map, "redacted_assertions");
    size_t own = strlen(m->uri);
    if (cm_cbor_first(list) == NULL)
        return;
    if (list->count > MOST_REDACTED - v->redacted_count) {
        cm_note(v, m, CM_ST_GENERAL_ERROR, m->uri, "the claim redacts too many assertions");
        return;
    }
    cm_redaction *larger = realloc(v->redacted, (v->redacted_count + list->count) * sizeof *larger);
    if (larger == NULL) {
        cm_verify_fail(v, cm_fail_memory(v->err));
        return;
    }
    v->redacted = larger;
    for (const cm_cbor_item *i = cm_cbor_first(list); i != NULL; i = cm_cbor_next(list, i)) {
        cm_bytes uri = cm_cbor_text(i);
        char *absolute = uri.size != 0 ? cm_verify_absolute(v, m, uri) : NULL;
        if (absolute == NULL) {
            cm_note(v, m, CM_ST_CLAIM_MALFORMED, m->uri, "a redaction is not given by a URI");
            continue;
        }
        if (strncmp(absolute, m->uri, own) == 0 && absolute[own] == '/') {
            cm_note(v, m, CM_ST_ASSERTION_SELF_REDACTED, absolute, "a claim redacts its own");
            free(absolute);
        } else {
            v->redacted[v->redacted_count++] = (cm_redaction){.uri = absolute};
        }
    }
}

/* The active manifest's soft bindings, for the report. */
static void report_bindings(cm_verifier *v, const cm_view *m) {
    cm_bytes common = cm_cbor_text(cm_cbor_get(m->map, "alg_soft"));
    for (size_t i = 0; i < m->declared_count; i++) {
        const cm_declared *d = &m->declared[i];
        if (!cm_bytes_are(d->base, CM_LABEL_SOFT_BINDING))
            continue;
        const cm_cbor_item *map = cm_cbor_root(&d->cbor);
        const cm_cbor_item *blocks = cm_cbor_get(map, "blocks");
        cm_bytes alg = cm_cbor_text(cm_cbor_get(map, "alg"));
        if (alg.data == NULL)
            alg = common;
        for (const cm_cbor_item *b = cm_cbor_first(blocks); b != NULL;
             b = cm_cbor_next(blocks, b)) {
            const cm_cbor_item *value = cm_cbor_get(b, "value");
            cm_report_binding_add(v->report, alg,
                                  cm_cbor_is(value, CM_CBOR_TEXT) ? cm_cbor_text(value)
                                                                  : cm_cbor_string(value));
        }
    }
}

static void check_undeclared(cm_verifier *v, const cm_view *m) {
    const cm_box *store = m->assertions;
    for (const cm_box *b = cm_box_first(store); b != NULL; b = cm_box_next(store, b))
        if (cm_view_find(m, b) == NULL)
            cm_note_assertion(v, m, CM_ST_ASSERTION_UNDECLARED, b->label,
                              "the claim doesn't mention this assertion");
}

static size_t list_length(const cm_view *m, const char *key) {
    const cm_cbor_item *list = cm_cbor_get(m->map, key);
    return cm_cbor_is(list, CM_CBOR_ARRAY) ? list->count : 0;
}

void cm_verify_assertions(cm_verifier *v, cm_view *m) {
    size_t most = list_length(m, "created_assertions") + list_length(m, "gathered_assertions") +
                  list_length(m, "assertions");
    if (most > v->limits.boxes) {
        cm_note(v, m, CM_ST_GENERAL_ERROR, m->uri, "the claim names too many assertions");
        return;
    }
    m->declared = cm_calloc(most, sizeof *m->declared);
    m->declared_as =
        cm_calloc(m->assertions != NULL ? m->assertions->span : 0, sizeof *m->declared_as);
    if (m->declared == NULL || m->declared_as == NULL) {
        cm_verify_fail(v, cm_fail_memory(v->err));
        return;
    }
    note_redactions(v, m);
    if (m->version == 1) {
        declare_list(v, m, "assertions", true);
    } else {
        declare_list(v, m, "created_assertions", true);
        declare_list(v, m, "gathered_assertions", false);
    }
    check_undeclared(v, m);
    if (m->active)
        report_bindings(v, m);
}
