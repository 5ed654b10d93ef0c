/* The report as JSON: the contract of spec/report.md §3. */
#include <countermark/inspect.h>
#include <countermark/printable.h>
#include <countermark/protect.h>
#include <countermark/version.h>

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "api/json.h"
#include "api/statements_show.h"
#include "base/printable.h"
#include "mark/scheme.h"

enum { SCHEMA_VERSION = 1, DIGITS = 10 };

json_t *cm_json_or_null(const char *text) {
    json_t *value = text != NULL ? json_string(text) : NULL;
    return value != NULL ? value : json_null();
}

/* JSON has no infinities. Jansson would refuse them; a p-value that underflowed is "at most". */
static json_t *number(double v) {
    const double most = 1e9;
    return json_real(isnan(v) ? 0 : fmax(-most, fmin(v, most)));
}

static json_t *head(const char *file) {
    return json_pack("{s:i, s:{s:s, s:s}, s:o}", "schema_version", SCHEMA_VERSION, "tool", "name",
                     "countermark", "version", cm_version(), "file", cm_json_or_null(file));
}

/* Bare pixels have no bytes to hash. */
static json_t *sha256_of(const cm_inspection *report) {
    return report->sha256[0] != '\0' ? json_string(report->sha256) : json_null();
}

static json_t *bindings_json(const cm_manifest_evidence *m) {
    json_t *list = json_array();
    for (size_t i = 0; i < m->binding_count; i++)
        json_array_append_new(list,
                              json_pack("{s:o, s:o}", "alg", cm_json_or_null(m->bindings[i].alg),
                                        "value", cm_json_or_null(m->bindings[i].value)));
    return list;
}

static json_t *status_json(const cm_manifest_evidence *m) {
    json_t *list = json_array();
    for (size_t i = 0; i < m->status_count; i++) {
        const cm_status_line *s = &m->status[i];
        json_array_append_new(list, json_pack("{s:s, s:o, s:o, s:o}", "code", s->code, "url",
                                              cm_json_or_null(s->url), "explanation",
                                              cm_json_or_null(s->explanation), "ingredient",
                                              cm_json_or_null(s->ingredient)));
    }
    return list;
}

static json_t *identities_json(const cm_manifest_evidence *m) {
    json_t *list = json_array();
    for (size_t i = 0; i < m->identity_count; i++) {
        const cm_identity_line *d = &m->identities[i];
        json_array_append_new(list,
                              json_pack("{s:o, s:s, s:o, s:o}", "type", cm_json_or_null(d->type),
                                        "state", d->state, "name", cm_json_or_null(d->name),
                                        "issuer", cm_json_or_null(d->issuer)));
    }
    return list;
}

static json_t *manifest_json(const cm_manifest_evidence *m) {
    json_t *manifest =
        json_pack("{s:s, s:s, s:s, s:o, s:o, s:o, s:{s:o, s:o, s:o}, s:o, s:o, s:o, s:o, s:o}",
                  "layer", "manifest", "state", m->state, "policy", m->policy, "remote",
                  cm_json_or_null(m->remote), "active", cm_json_or_null(m->active),
                  "claim_generator", cm_json_or_null(m->claim_generator), "signer", "common_name",
                  cm_json_or_null(m->signer), "issuer", cm_json_or_null(m->issuer), "alg",
                  cm_json_or_null(m->alg), "time", cm_json_or_null(m->time), "digital_source_type",
                  cm_json_or_null(m->digital_source_type), "soft_bindings", bindings_json(m),
                  "identities", identities_json(m), "status", status_json(m));
    if (cm_statements_json(&m->statements, manifest))
        return manifest;
    json_decref(manifest);
    return NULL;
}

static json_t *regions_json(const cm_watermark_evidence *w) {
    json_t *list = json_array();
    for (size_t i = 0; i < w->region_count; i++) {
        const cm_mark_region *r = &w->regions[i];
        json_array_append_new(list, json_pack("{s:i, s:i, s:i, s:i, s:o}", "x", r->x, "y", r->y,
                                              "w", r->w, "h", r->h, "log10_p", number(r->log10_p)));
    }
    return list;
}

/* As many digits as the payload has; null without one. */
static json_t *payload_json(bool has_payload, int bits, uint64_t payload) {
    char digits[17];
    snprintf(digits, sizeof digits, "%0*" PRIx64, bits / 4, payload);
    return cm_json_or_null(has_payload ? digits : NULL);
}

static json_t *bits_json(int payload_bits) {
    return payload_bits >= 0 ? json_integer(payload_bits) : json_null();
}

static json_t *watermark_json(const cm_watermark_evidence *w) {
    json_t *geometry =
        json_pack("{s:o, s:o, s:o, s:b, s:o, s:o}", "rotation_deg", number(w->rotation_deg),
                  "scale_x", number(w->scale_x), "scale_y", number(w->scale_y), "flip", w->flip,
                  "offset_x", number(w->offset_x), "offset_y", number(w->offset_y));
    return json_pack("{s:s, s:s, s:o, s:b, s:o, s:I, s:o, s:o, s:i, s:o, s:o}", "layer",
                     "watermark", "scheme", w->scheme, "key", cm_json_or_null(w->key), "public",
                     w->public_layer, "log10_p", number(w->log10_p), "tests", (json_int_t)w->tests,
                     "payload", payload_json(w->has_payload, w->payload_bits, w->payload),
                     "payload_bits", bits_json(w->payload_bits), "bits_corrected",
                     w->bits_corrected, "geometry", geometry, "regions", regions_json(w));
}

static json_t *foreign_json(const cm_foreign_evidence *e) {
    bool tested = !isnan(e->log10_p);
    return json_pack("{s:s, s:s, s:s, s:b, s:o, s:o, s:s, s:I, s:o, s:o, s:I, s:o}", "layer",
                     "foreign", "scheme", e->scheme, "decoder", e->decoder, "swapped", e->swapped,
                     "name", cm_json_or_null(e->name), "payload", cm_json_or_null(e->payload),
                     "bits", e->bits, "bit_count", (json_int_t)e->bit_count, "matched",
                     tested ? json_integer((json_int_t)e->matched) : json_null(), "log10_p",
                     tested ? number(e->log10_p) : json_null(), "tests", (json_int_t)e->tests,
                     "separation", number(e->separation));
}

static json_t *spans_json(const cm_text_mark_evidence *m) {
    json_t *list = json_array();
    for (size_t i = 0; i < m->span_count; i++) {
        const cm_mark_span *s = &m->spans[i];
        json_array_append_new(
            list, json_pack("{s:I, s:I, s:I, s:I, s:o}", "start", (json_int_t)s->start, "end",
                            (json_int_t)s->end, "start_byte", (json_int_t)s->start_byte, "end_byte",
                            (json_int_t)s->end_byte, "log10_p", number(s->log10_p)));
    }
    return list;
}

static json_t *text_mark_json(const cm_inspection *r) {
    const cm_text_mark_evidence *m = r->text_mark;
    return json_pack(
        "{s:s, s:s, s:s, s:s, s:o, s:b, s:I, s:I, s:I, s:o, s:s, s:o, s:o, s:b, s:o, s:o, s:i, "
        "s:o, s:I, s:o}",
        "layer", "watermark", "medium", "text", "scheme", m->scheme, "variant", m->variant, "key",
        cm_json_or_null(m->key), "public", m->public_layer, "n_tokens", (json_int_t)m->tokens,
        "n_scored", (json_int_t)m->scored, "n_duplicates", (json_int_t)m->duplicates, "statistic",
        number(m->statistic), "statistic_name", m->statistic_name, "peer_p",
        isnan(m->peer_p) ? json_null() : number(m->peer_p), "log10_p", number(m->log10_p),
        "calibrated", m->calibrated, "tests", number(m->tests), "payload",
        payload_json(m->has_payload, m->payload_bits, m->payload), "payload_bits", m->payload_bits,
        "payload_log10_error", m->has_payload ? number(m->payload_log10_error) : json_null(),
        "needed", (json_int_t)r->text_needed, "spans", spans_json(m));
}

static json_t *declared_json(const cm_declared_evidence *d) {
    return json_pack("{s:s, s:o, s:o, s:o, s:o, s:b}", "layer", "declared", "source",
                     cm_json_or_null(d->source), "field", cm_json_or_null(d->field), "value",
                     cm_json_or_null(d->value), "meaning", cm_json_or_null(d->meaning), "covered",
                     d->covered);
}

static json_t *evidence_json(const cm_inspection *r) {
    json_t *list = json_array();
    if (r->manifest != NULL)
        json_array_append_new(list, manifest_json(r->manifest));
    if (r->watermark != NULL)
        json_array_append_new(list, watermark_json(r->watermark));
    for (size_t i = 0; i < r->other_watermark_count; i++)
        json_array_append_new(list, watermark_json(&r->other_watermarks[i]));
    for (size_t i = 0; i < r->foreign_count; i++)
        json_array_append_new(list, foreign_json(&r->foreign[i]));
    if (r->text_mark != NULL)
        json_array_append_new(list, text_mark_json(r));
    for (size_t i = 0; i < r->declared_count; i++)
        json_array_append_new(list, declared_json(&r->declared[i]));
    return list;
}

cm_code cm_json_print(json_t *root, bool complete, bool one_line, char **out, cm_error *err) {
    size_t flags = JSON_REAL_PRECISION(DIGITS) | (one_line ? JSON_COMPACT : JSON_INDENT(2));
    char *text = root != NULL && complete ? json_dumps(root, flags) : NULL;
    cm_buf guarded = {0};
    json_decref(root);
    *out = NULL;
    if (text == NULL)
        return cm_fail_memory(err);
    cm_put_guarded_json(&guarded, text);
    cm_buf_u8(&guarded, 0);
    free(text);
    cm_code code = cm_buf_status(&guarded, err);
    if (code == CM_OK)
        *out = (char *)guarded.data;
    else
        cm_buf_free(&guarded);
    return code;
}

cm_code cm_inspection_json(const cm_inspection *report, bool one_line, char **out, cm_error *err) {
    json_t *root = head(report->file);
    json_t *evidence = evidence_json(report);
    json_t *limits = json_array();
    size_t wanted = report->declared_count + report->foreign_count;
    wanted += report->manifest != NULL ? 1 : 0;
    wanted += report->watermark != NULL ? 1 : 0;
    wanted += report->other_watermark_count;
    wanted += report->text_mark != NULL ? 1 : 0;
    bool complete = json_array_size(evidence) == wanted;
    for (size_t i = 0; i < report->limit_count; i++)
        json_array_append_new(limits, cm_json_or_null(report->limits[i]));
    complete = complete && json_array_size(limits) == report->limit_count;
    json_t *rest = json_pack(
        "{s:o, s:I, s:o, s:s, s:o, s:o}", "media_type", cm_json_or_null(report->media_type), "size",
        (json_int_t)report->size, "sha256", sha256_of(report), "verdict",
        cm_verdict_name(report->verdict), "evidence", evidence, "limits", limits);
    complete = complete && rest != NULL && json_object_update(root, rest) == 0;
    json_decref(rest);
    return cm_json_print(root, complete, one_line, out, err);
}

cm_code cm_error_json(const char *file, const cm_error *what, bool one_line, char **out,
                      cm_error *err) {
    json_t *root = head(file);
    char *printable = NULL; /* a path in it may be no UTF-8 */
    cm_code code = cm_printable(what->message, &printable, err);
    json_t *error = json_pack("{s:s, s:o}", "code", cm_code_name(what->code), "message",
                              cm_json_or_null(printable));
    free(printable);
    bool complete = code == CM_OK && json_object_set_new(root, "error", error) == 0;
    return cm_json_print(root, complete, one_line, out, err);
}

static json_t *earlier_json(const cm_earlier_mark *e) {
    if (e->key[0] == '\0')
        return json_null();
    return json_pack("{s:o, s:b, s:o, s:o, s:o}", "key", cm_json_or_null(e->key), "public",
                     e->public_layer, "log10_p", number(e->log10_p), "payload",
                     payload_json(e->has_payload, e->payload_bits, e->payload), "payload_bits",
                     bits_json(e->payload_bits));
}

static json_t *survival_json(const cm_protection *done) {
    json_t *list = json_array();
    for (int i = 0; i < done->survival_count; i++) {
        const cm_survival *s = &done->survival[i];
        json_array_append_new(list, json_pack("{s:s, s:b, s:o}", "change", s->change, "read",
                                              s->read, "log10_p", number(s->log10_p)));
    }
    if (json_array_size(list) == (size_t)done->survival_count)
        return list;
    json_decref(list);
    return NULL;
}

static json_t *labels_json(const cm_protection *done) {
    static const char *const NAMES[] = {"eu", "ca", "cn"}; /* by the bit of the kind */
    if (done->labels == 0)
        return json_null();
    json_t *kinds = json_array();
    for (unsigned i = 0; i < 3; i++)
        if ((done->labels >> i & 1) != 0)
            json_array_append_new(kinds, json_string(NAMES[i]));
    return json_pack("{s:o, s:o, s:b}", "kinds", kinds, "content_id",
                     cm_json_or_null(done->content_id[0] != '\0' ? done->content_id : NULL),
                     "exif_comment", done->exif_comment);
}

cm_code cm_protection_json(const char *in, const char *out, const cm_protection *done,
                           bool one_line, char **text, cm_error *err) {
    json_t *root = head(in);
    json_t *mark = json_null();
    if (done->marked)
        mark = json_pack("{s:s, s:o, s:i, s:o, s:o, s:o, s:o, s:o, s:b, s:b}", "scheme",
                         CM_IMAGE_SCHEME, "payload",
                         payload_json(done->payload_bits > 0, done->payload_bits, done->payload),
                         "payload_bits", done->payload_bits, "log10_p", number(done->log10_p),
                         "psnr", number(done->psnr), "ssim", number(done->ssim), "strength",
                         number(done->strength), "survival", survival_json(done), "steps_taken",
                         done->steps_taken, "tables_refined", done->tables_refined);
    json_t *rest = json_pack("{s:o, s:I, s:o, s:o, s:b, s:o}", "output", cm_json_or_null(out),
                             "size", (json_int_t)done->size, "watermark", mark, "earlier",
                             earlier_json(&done->earlier), "manifest", done->has_manifest, "labels",
                             labels_json(done));
    bool complete = rest != NULL && json_object_update(root, rest) == 0;
    json_decref(rest);
    return cm_json_print(root, complete, one_line, text, err);
}
