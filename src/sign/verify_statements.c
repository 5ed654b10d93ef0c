/* What the active manifest's signer states of the system that made the asset (spec/labels.md §3).
 * It is read strictly or not at all, and no verdict depends on it. */
#include "sign/verify_internal.h"

#include "base/hex.h"
#include "base/mem.h"

enum { TEXT_MAX = 4096, MOST_ATTESTATIONS = 256, MOST_DISCLOSURES = 16, TAG_TIME = 0 };

/* A map while its fields are read. What isn't as it should be is named once. */
typedef struct fields {
    cm_verifier *v;
    const cm_cbor_item *map;
    size_t read;       /* fields that were there */
    const char *fault; /* the first that is wrong; NULL: none */
} fields;

static fields fields_of(cm_verifier *v, const cm_cbor_item *map) {
    return (fields){.v = v, .map = map, .fault = cm_cbor_is(map, CM_CBOR_MAP) ? NULL : "not a map"};
}

static void wrong(fields *f, const char *key) {
    if (f->fault == NULL)
        f->fault = key;
}

static const cm_cbor_item *take(fields *f, const char *key, bool needed) {
    const cm_cbor_item *item = cm_cbor_get(f->map, key);
    f->read += item != NULL;
    if (item == NULL && needed)
        wrong(f, key);
    return item;
}

static const char *keep(fields *f, const cm_cbor_item *item, const char *key) {
    cm_bytes text = cm_cbor_text(item);
    if (text.size == 0 || text.size > TEXT_MAX) {
        wrong(f, key);
        return NULL;
    }
    return cm_report_text(f->v->report, text);
}

static const char *text(fields *f, const char *key, bool needed) {
    const cm_cbor_item *item = take(f, key, needed);
    return item != NULL ? keep(f, item, key) : NULL;
}

/* One of a few words. */
static const char *word(fields *f, const char *key, bool needed, const char *const *words) {
    const char *given = text(f, key, needed);
    while (given != NULL && *words != NULL && strcmp(*words, given) != 0)
        words++;
    if (given != NULL && *words == NULL)
        wrong(f, key);
    return given;
}

static bool number(fields *f, const char *key, double *out) {
    const cm_cbor_item *item = take(f, key, true);
    if (item != NULL && !cm_cbor_number(item, out))
        wrong(f, key);
    return item != NULL && f->fault == NULL;
}

static void expect_all(fields *f) {
    if (cm_cbor_is(f->map, CM_CBOR_MAP) && f->read != f->map->count)
        wrong(f, "a field that isn't known");
}

static void pass_over(cm_verifier *v, const char *what, const char *fault) {
    char note[160];
    (void)snprintf(note, sizeof note, "%s is malformed, and was passed over: %s", what, fault);
    cm_report_limit(v->report, note);
}

/* --- ours --- */

static void read_disclosure(cm_verifier *v, const cm_cbor_item *map) {
    fields f = fields_of(v, map);
    cm_disclosure *d = cm_calloc(1, sizeof *d);
    if (d == NULL) {
        v->report->failed = true;
        return;
    }
    d->provider = text(&f, "provider", true);
    d->system = text(&f, "system", true);
    d->version = text(&f, "version", true);
    d->id = text(&f, "id", true);
    const cm_cbor_item *when = cm_cbor_tagged(take(&f, "time", true), TAG_TIME);
    d->time = when != NULL ? keep(&f, when, "time") : NULL;
    if (d->time == NULL)
        wrong(&f, "time");
    expect_all(&f);
    if (f.fault != NULL || v->report->disclosure != NULL) {
        pass_over(v, CM_LABEL_DISCLOSURE, f.fault != NULL ? f.fault : "there are two");
        free(d);
    } else {
        v->report->disclosure = d;
    }
}

static void read_report(fields *outer, cm_attestation *a) {
    fields f = fields_of(outer->v, take(outer, "report", true));
    char hex[2 * CM_HASH_MAX + 1];
    a->alg = text(&f, "alg", true);
    a->url = text(&f, "url", false);
    cm_bytes hash = cm_cbor_string(take(&f, "hash", true));
    cm_hash_alg alg = a->alg != NULL
                          ? cm_hash_from_name((cm_bytes){(const uint8_t *)a->alg, strlen(a->alg)})
                          : CM_HASH_NONE;
    expect_all(&f);
    if (f.fault != NULL || alg == CM_HASH_NONE || hash.size != cm_hash_size(alg)) {
        wrong(outer, "report");
        return;
    }
    cm_hex_encode(hash.data, hash.size, hex);
    a->digest = cm_report_text(f.v->report, (cm_bytes){(const uint8_t *)hex, 2 * hash.size});
}

static void read_scale(fields *outer, cm_attestation *a) {
    const cm_cbor_item *scale = take(outer, "scale", false);
    if (scale == NULL)
        return;
    fields f = fields_of(outer->v, scale);
    a->has_scale = number(&f, "least", &a->least) && number(&f, "most", &a->most);
    expect_all(&f);
    if (f.fault != NULL || a->least >= a->most)
        wrong(outer, "scale");
}

static bool read_attestation(cm_verifier *v, const cm_cbor_item *map, cm_attestation *a) {
    static const char *const KINDS[] = {"truthfulness", "toxicity", "refusal",
                                        "leakage",      "other",    NULL};
    static const char *const BETTER[] = {"higher", "lower", NULL};
    fields f = fields_of(v, map);
    const cm_cbor_item *result = cm_cbor_get(map, "result");
    a->kind = word(&f, "kind", true, KINDS);
    a->evaluation = text(&f, "evaluation", true);
    a->version = text(&f, "version", true);
    a->subject = text(&f, "subject", false);
    if (cm_cbor_is(result, CM_CBOR_TEXT))
        a->text = text(&f, "result", true);
    else
        (void)number(&f, "result", &a->number);
    a->unit = text(&f, "unit", false);
    a->better = word(&f, "better", a->text == NULL, BETTER);
    a->date = text(&f, "date", true);
    read_scale(&f, a);
    read_report(&f, a);
    if (a->text != NULL && (a->unit != NULL || a->better != NULL || a->has_scale))
        wrong(&f, "result");
    expect_all(&f);
    if (f.fault != NULL)
        pass_over(v, "an attestation", f.fault);
    return f.fault == NULL;
}

static void read_attestations(cm_verifier *v, const cm_cbor_item *map) {
    const cm_cbor_item *list = cm_cbor_get(map, "attestations");
    cm_report *r = v->report;
    size_t room = r->attestation_count + (cm_cbor_first(list) != NULL ? list->count : 0);
    if (cm_cbor_first(list) == NULL || room > MOST_ATTESTATIONS) {
        pass_over(v, CM_LABEL_ATTESTATIONS, "no list of them, or too many");
        return;
    }
    cm_attestation *larger = realloc(r->attestations, room * sizeof *larger);
    if (larger == NULL) {
        r->failed = true;
        return;
    }
    r->attestations = larger;
    for (const cm_cbor_item *i = cm_cbor_first(list); i != NULL; i = cm_cbor_next(list, i)) {
        cm_attestation a = {0};
        if (read_attestation(v, i, &a))
            larger[r->attestation_count++] = a;
    }
}

/* --- C2PA's --- */

/* A text, or several: the specification's schema has a list, its example a text. */
static const char *read_domains(fields *f) {
    const cm_cbor_item *item = take(f, "scientificDomain", false);
    cm_buf all = {.limit = TEXT_MAX};
    if (item == NULL || cm_cbor_is(item, CM_CBOR_TEXT))
        return item != NULL ? keep(f, item, "scientificDomain") : NULL;
    for (const cm_cbor_item *i = cm_cbor_first(item); i != NULL; i = cm_cbor_next(item, i)) {
        cm_bytes one = cm_cbor_text(i);
        if (one.size == 0)
            wrong(f, "scientificDomain");
        cm_buf_text(&all, all.size > 0 ? " " : "");
        cm_buf_put_bytes(&all, one);
    }
    if (all.size == 0 || all.failed != CM_OK)
        wrong(f, "scientificDomain");
    const char *kept = cm_report_text(f->v->report, cm_buf_bytes(&all));
    cm_buf_free(&all);
    return kept;
}

static void read_ai(cm_verifier *v, const cm_cbor_item *map) {
    static const char *const LEVELS[] = {"fully_autonomous", "prompt_guided", "human_validated",
                                         NULL};
    cm_report *r = v->report;
    fields f = fields_of(v, map);
    cm_ai_disclosure d = {.model_type = text(&f, "modelType", true),
                          .model_name = text(&f, "modelName", false),
                          .model_identifier = text(&f, "modelIdentifier", false),
                          .domains = read_domains(&f)};
    const cm_cbor_item *profile = cm_cbor_get(map, "contentProfile");
    if (profile != NULL) {
        fields inner = fields_of(v, profile);
        d.oversight = word(&inner, "humanOversightLevel", false, LEVELS);
        if (inner.fault != NULL)
            wrong(&f, "contentProfile");
    }
    if (f.fault != NULL || r->ai_count == MOST_DISCLOSURES) {
        pass_over(v, CM_LABEL_AI_DISCLOSURE, f.fault != NULL ? f.fault : "there are too many");
        return;
    }
    cm_ai_disclosure *larger = realloc(r->ai, (r->ai_count + 1) * sizeof *larger);
    if (larger == NULL) {
        r->failed = true;
        return;
    }
    r->ai = larger;
    larger[r->ai_count++] = d;
}

bool cm_is_statement(cm_bytes base) {
    return cm_bytes_are(base, CM_LABEL_DISCLOSURE) || cm_bytes_are(base, CM_LABEL_ATTESTATIONS) ||
           cm_bytes_are(base, CM_LABEL_AI_DISCLOSURE);
}

void cm_verify_statements(cm_verifier *v, const cm_view *m) {
    for (size_t i = 0; m->active && i < m->declared_count; i++) {
        const cm_declared *d = &m->declared[i];
        const cm_cbor_item *root = cm_cbor_root(&d->cbor);
        if (!cm_is_statement(d->base))
            continue;
        if (!d->created)
            cm_report_limit(v->report,
                            "a statement that the signer only passes on was passed over");
        else if (cm_bytes_are(d->base, CM_LABEL_DISCLOSURE))
            read_disclosure(v, root);
        else if (cm_bytes_are(d->base, CM_LABEL_ATTESTATIONS))
            read_attestations(v, root);
        else
            read_ai(v, root);
    }
}
