/* The report for a person: the verdict first, then each piece of evidence, strongest first. */
#include <countermark/inspect.h>

#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "api/statements_show.h"
#include "base/buf.h"

enum { LINE = 640 };

/* Appends a formatted line. Control characters become '?': what is quoted is somebody else's. */
static void line(cm_buf *b, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void line(cm_buf *b, const char *format, ...) {
    char text[LINE];
    va_list args;
    va_start(args, format);
    if (vsnprintf(text, sizeof text, format, args) < 0)
        text[0] = '\0';
    va_end(args);
    for (char *at = text; *at != '\0'; at++)
        if ((unsigned char)*at < 0x20 || *at == 0x7f)
            *at = '?';
    cm_buf_text(b, text);
    cm_buf_u8(b, '\n');
}

static const char *or_unknown(const char *text) {
    return text != NULL ? text : "unknown";
}

static const char *verdict_sentence(cm_verdict v) {
    switch (v) {
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
        return "INCONCLUSIVE: too little to tell";
    }
    return "";
}

static void put_identity(cm_buf *b, const cm_identity_line *d) {
    if (strcmp(d->state, "valid") == 0)
        line(b, "    identity    %s (issuer %s): signed so, but nobody vouches for that here",
             d->name, or_unknown(d->issuer));
    else
        line(b, "    identity    %s (%s)",
             strcmp(d->state, "invalid") == 0 ? "DOES NOT HOLD" : "not verified",
             d->type[0] != '\0' ? d->type : "unreadable");
}

static void put_manifest(cm_buf *b, const cm_manifest_evidence *m) {
    line(b, "  manifest    %s", m->state);
    if (m->signer != NULL)
        line(b, "    signed by   %s (issuer %s, %s)", m->signer, or_unknown(m->issuer),
             or_unknown(m->alg));
    if (m->claim_generator != NULL)
        line(b, "    made with   %s", m->claim_generator);
    if (m->time != NULL)
        line(b, "    time-stamp  %s", m->time);
    if (m->digital_source_type != NULL)
        line(b, "    source type %s", m->digital_source_type);
    for (size_t i = 0; i < m->binding_count; i++)
        line(b, "    names mark  %s %s", m->bindings[i].alg, m->bindings[i].value);
    for (size_t i = 0; i < m->identity_count; i++)
        put_identity(b, &m->identities[i]);
    cm_statements_text(&m->statements, b);
    for (size_t i = 0; i < m->status_count; i++)
        if (m->status[i].failure)
            line(b, "    FAILED      %s: %s", m->status[i].code, m->status[i].explanation);
}

/* What was done to the picture since, where it shows. */
static void put_geometry(cm_buf *b, const cm_watermark_evidence *w) {
    bool turned = fabs(w->rotation_deg) >= 0.05;
    bool scaled = fabs(w->scale_x - 1) >= 0.002 || fabs(w->scale_y - 1) >= 0.002;
    if (turned || scaled || w->flip)
        line(b, "    since then  rotated by %.1f degrees, scaled to %.1f %% x %.1f %%%s",
             turned ? w->rotation_deg : 0.0, 100 * w->scale_x, 100 * w->scale_y,
             w->flip ? ", mirrored" : "");
}

static void put_watermark(cm_buf *b, const cm_watermark_evidence *w) {
    line(b, "  watermark   %s, key \"%s\" (%s layer)", w->scheme, w->key,
         w->public_layer ? "public" : "private");
    line(b, "    p-value     10^%.1f, corrected for %" PRIu64 " tests", w->log10_p, w->tests);
    if (w->has_payload)
        line(b, "    payload     %0*" PRIx64 " (%d bits corrected)", w->payload_bits / 4,
             w->payload, w->bits_corrected);
    else
        line(b, "    payload     %s",
             w->payload_bits == 0 ? "none: the mark says no more than that it is there"
                                  : "not readable");
    put_geometry(b, w);
}

static void put_foreign(cm_buf *b, const cm_foreign_evidence *e) {
    const char *swapped = e->swapped ? ", red and blue swapped" : "";
    if (isnan(e->log10_p))
        line(b, "  read        %s, %zu bits: no evidence by themselves", e->scheme, e->bit_count);
    else
        line(b, "  watermark   %s (%s, %s%s)", e->name, e->scheme, e->decoder, swapped);
    if (!isnan(e->log10_p))
        line(b, "    p-value     10^%.1f, corrected for %" PRIu64 " tests; %zu of %zu bits agree",
             e->log10_p, e->tests, e->matched, e->bit_count);
    cm_buf_text(b, "    bits        "); /* they may be many, and are zeros and ones alone */
    cm_buf_text(b, e->bits);
    cm_buf_u8(b, '\n');
    line(b, "    separation  %.3f of the variance lies between zeros and ones", e->separation);
}

static void put_span(cm_buf *b, const cm_mark_span *s) {
    if (s->end_byte > 0)
        line(b,
             "    marked part tokens %" PRIu64 " to %" PRIu64 ", bytes %" PRIu64 " to %" PRIu64
             ": 10^%.1f",
             s->start, s->end, s->start_byte, s->end_byte, s->log10_p);
    else
        line(b, "    marked part tokens %" PRIu64 " to %" PRIu64 ": 10^%.1f", s->start, s->end,
             s->log10_p);
}

static void put_text_mark(cm_buf *b, const cm_text_mark_evidence *m) {
    const char *dash = m->variant[0] != '\0' ? " " : "";
    if (m->key != NULL)
        line(b, "  watermark   looked for %s%s%s, key \"%s\" (%s layer)", m->scheme, dash,
             m->variant, m->key, m->public_layer ? "public" : "private");
    else
        line(b, "  watermark   looked for %s", m->scheme);
    line(b, "    tokens      %" PRIu64 ", of which %" PRIu64 " scored and %" PRIu64 " duplicates",
         m->tokens, m->scored, m->duplicates);
    line(b, "    statistic   %s = %.6g", m->statistic_name, m->statistic);
    line(b, "    p-value     10^%.1f, corrected for %.6g tests", m->log10_p, m->tests);
    if (!isnan(m->peer_p))
        line(b, "    peer's p    %.6g, as the scheme's own software has it", m->peer_p);
    if (m->has_payload)
        line(b, "    payload     %0*" PRIx64 ", wrong with a probability of 10^%.1f at most",
             m->payload_bits / 4, m->payload, m->payload_log10_error);
    for (size_t i = 0; i < m->span_count; i++)
        put_span(b, &m->spans[i]);
}

static void put_declared(cm_buf *b, const cm_declared_evidence *d) {
    line(b, "  declared    %s (%s): %s", d->field, d->source, d->value);
    if (d->meaning != NULL)
        line(b, "    says        %s; %s", d->meaning,
             d->covered ? "so when the file was signed" : "unsigned");
}

cm_code cm_inspection_text(const cm_inspection *r, char **out, cm_error *err) {
    cm_buf b = {0};
    *out = NULL;
    line(&b, "%s", r->file[0] != '\0' ? r->file : or_unknown(r->media_type));
    line(&b, "  %s", verdict_sentence(r->verdict));
    if (r->manifest != NULL)
        put_manifest(&b, r->manifest);
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
        line(&b, "  note        %s", r->limits[i]);
    cm_buf_u8(&b, 0);
    cm_code code = cm_buf_status(&b, err);
    if (code == CM_OK)
        *out = (char *)b.data;
    else
        cm_buf_free(&b);
    return code;
}
