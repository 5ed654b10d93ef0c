/* The report for a person: the verdict first, then each piece of evidence, strongest first. */
#include <countermark/inspect.h>

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "api/line.h"
#include "api/statements_show.h"

static const char *or_unknown(const char *text) {
    return text != NULL ? text : "unknown";
}

static const char *verdict_sentence(const cm_inspection *r) {
    switch (r->verdict) {
    case CM_VERDICT_TRUSTED:
        return "TRUSTED: a signed manifest, intact, by a trusted signer";
    case CM_VERDICT_UNTRUSTED:
        return "UNTRUSTED: a signed manifest, intact, but nothing vouches for its signer";
    case CM_VERDICT_INVALID:
        return "INVALID: there is a manifest, and it does not hold";
    case CM_VERDICT_MARKED:
        return "MARKED: a watermark was found";
    case CM_VERDICT_NONE:
        return "NONE: nothing was found, which says nothing about where this comes from";
    case CM_VERDICT_INCONCLUSIVE:
        return r->manifest != NULL ? "INCONCLUSIVE: there is a manifest, which can't be judged here"
                                   : "INCONCLUSIVE: too little to tell";
    }
    return "";
}

static void put_identity(cm_buf *b, const cm_identity_line *d) {
    if (strcmp(d->state, "valid") == 0)
        cm_put_line(b,
                    "    identity    %s (issuer %s): signed so, but nobody vouches for that here",
                    d->name, or_unknown(d->issuer));
    else
        cm_put_line(b, "    identity    %s (%s)",
                    strcmp(d->state, "invalid") == 0 ? "DOES NOT HOLD" : "not verified",
                    d->type[0] != '\0' ? d->type : "unreadable");
}

/* Nothing is wrong with a signer whom nobody vouches for. */
static bool unvouched(const cm_status_line *s) {
    return strcmp(s->code, "signingCredential.untrusted") == 0;
}

/* A limit of ours is no fault of the file's. */
static const char *weight(const cm_manifest_evidence *m, const cm_status_line *s) {
    bool limit = strcmp(s->code, "general.error") == 0 && strcmp(m->state, "unsupported") == 0;
    return limit ? "UNJUDGED" : unvouched(s) ? "UNVOUCHED" : "WRONG";
}

/* What is wrong comes first. */
static void put_failures(cm_buf *b, const cm_manifest_evidence *m) {
    for (size_t i = 0; i < m->status_count; i++)
        if (m->status[i].failure)
            cm_put_line(b, "  %-11s %s: %s%s", weight(m, &m->status[i]), m->status[i].code,
                        m->status[i].explanation,
                        m->status[i].ingredient != NULL ? " (an ingredient's manifest)" : "");
}

static void put_manifest(cm_buf *b, const cm_manifest_evidence *m) {
    cm_put_line(b, "  manifest    %s", m->state);
    if (m->signer != NULL)
        cm_put_line(b, "    signed by   %s (issuer %s, %s)", m->signer, or_unknown(m->issuer),
                    or_unknown(m->alg));
    if (m->claim_generator != NULL)
        cm_put_line(b, "    made with   %s", m->claim_generator);
    if (m->time != NULL)
        cm_put_line(b, "    time-stamp  %s", m->time);
    if (m->digital_source_type != NULL)
        cm_put_line(b, "    source type %s", m->digital_source_type);
    for (size_t i = 0; i < m->binding_count; i++)
        cm_put_line(b, "    names mark  %s %s", m->bindings[i].alg, m->bindings[i].value);
    for (size_t i = 0; i < m->identity_count; i++)
        put_identity(b, &m->identities[i]);
    cm_statements_text(&m->statements, b);
}

/* What was done to the picture since, where it shows. */
static void put_geometry(cm_buf *b, const cm_watermark_evidence *w) {
    bool turned = fabs(w->rotation_deg) >= 0.05;
    bool scaled = fabs(w->scale_x - 1) >= 0.002 || fabs(w->scale_y - 1) >= 0.002;
    if (turned || scaled || w->flip)
        cm_put_line(b, "    since then  rotated by %.1f degrees, scaled to %.1f %% x %.1f %%%s",
                    turned ? w->rotation_deg : 0.0, 100 * w->scale_x, 100 * w->scale_y,
                    w->flip ? ", mirrored" : "");
}

static void put_watermark(cm_buf *b, const cm_watermark_evidence *w) {
    cm_put_line(b, "  watermark   %s, key \"%s\" (%s layer)", w->scheme, w->key,
                w->public_layer ? "public" : "private");
    cm_put_line(b, "    p-value     10^%.1f, corrected for %" PRIu64 " tests", w->log10_p,
                w->tests);
    if (w->has_payload)
        cm_put_line(b, "    payload     %0*" PRIx64 " (%d bits corrected)", w->payload_bits / 4,
                    w->payload, w->bits_corrected);
    else
        cm_put_line(b, "    payload     %s",
                    w->payload_bits == 0 ? "none: the mark says no more than that it is there"
                                         : "not readable");
    put_geometry(b, w);
}

static void put_foreign(cm_buf *b, const cm_foreign_evidence *e) {
    const char *swapped = e->swapped ? ", red and blue swapped" : "";
    if (isnan(e->log10_p))
        cm_put_line(b, "  read        %s, %zu bits: no evidence by themselves", e->scheme,
                    e->bit_count);
    else
        cm_put_line(b, "  watermark   %s (%s, %s%s)", e->name, e->scheme, e->decoder, swapped);
    if (!isnan(e->log10_p))
        cm_put_line(
            b, "    p-value     10^%.1f, corrected for %" PRIu64 " tests; %zu of %zu bits agree",
            e->log10_p, e->tests, e->matched, e->bit_count);
    cm_buf_text(b, "    bits        "); /* they may be many, and are zeros and ones alone */
    cm_buf_text(b, e->bits);
    cm_buf_u8(b, '\n');
    cm_put_line(b, "    separation  %.3f of the variance lies between zeros and ones",
                e->separation);
}

static void put_span(cm_buf *b, const cm_mark_span *s) {
    if (s->end_byte > 0)
        cm_put_line(b,
                    "    marked part tokens %" PRIu64 " to %" PRIu64 ", bytes %" PRIu64
                    " to %" PRIu64 ": 10^%.1f",
                    s->start, s->end, s->start_byte, s->end_byte, s->log10_p);
    else
        cm_put_line(b, "    marked part tokens %" PRIu64 " to %" PRIu64 ": 10^%.1f", s->start,
                    s->end, s->log10_p);
}

static void put_text_mark(cm_buf *b, const cm_text_mark_evidence *m) {
    const char *dash = m->variant[0] != '\0' ? " " : "";
    if (m->key != NULL)
        cm_put_line(b, "  watermark   looked for %s%s%s, key \"%s\" (%s layer)", m->scheme, dash,
                    m->variant, m->key, m->public_layer ? "public" : "private");
    else
        cm_put_line(b, "  watermark   looked for %s", m->scheme);
    cm_put_line(
        b, "    tokens      %" PRIu64 ", of which %" PRIu64 " scored and %" PRIu64 " duplicates",
        m->tokens, m->scored, m->duplicates);
    cm_put_line(b, "    statistic   %s = %.6g", m->statistic_name, m->statistic);
    cm_put_line(b, "    p-value     10^%.1f, corrected for %.6g tests", m->log10_p, m->tests);
    if (!isnan(m->peer_p))
        cm_put_line(b, "    peer's p    %.6g, as the scheme's own software has it", m->peer_p);
    if (m->has_payload)
        cm_put_line(b, "    payload     %0*" PRIx64 ", wrong with a probability of 10^%.1f at most",
                    m->payload_bits / 4, m->payload, m->payload_log10_error);
    for (size_t i = 0; i < m->span_count; i++)
        put_span(b, &m->spans[i]);
}

static void put_declared(cm_buf *b, const cm_declared_evidence *d) {
    cm_put_line(b, "  declared    %s (%s): %s", d->field, d->source, d->value);
    if (d->meaning != NULL)
        cm_put_line(b, "    says        %s; %s", d->meaning,
                    d->covered ? "so when the file was signed" : "unsigned");
}

cm_code cm_inspection_text(const cm_inspection *r, char **out, cm_error *err) {
    cm_buf b = {0};
    cm_put_line(&b, "%s", r->file[0] != '\0' ? r->file : or_unknown(r->media_type));
    cm_put_line(&b, "  %s", verdict_sentence(r));
    if (r->manifest != NULL) {
        put_failures(&b, r->manifest);
        put_manifest(&b, r->manifest);
    }
    if (r->watermark != NULL)
        put_watermark(&b, r->watermark);
    for (size_t i = 0; i < r->other_watermark_count; i++)
        put_watermark(&b, &r->other_watermarks[i]);
    for (size_t i = 0; i < r->foreign_count; i++)
        put_foreign(&b, &r->foreign[i]);
    if (r->text_mark != NULL)
        put_text_mark(&b, r->text_mark);
    for (size_t i = 0; i < r->declared_count; i++)
        put_declared(&b, &r->declared[i]);
    for (size_t i = 0; i < r->limit_count; i++)
        cm_put_line(&b, "  note        %s", r->limits[i]);
    return cm_lines_finish(&b, out, err);
}
