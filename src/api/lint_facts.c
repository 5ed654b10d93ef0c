#include <math.h>
#include <string.h>

#include "api/lint.h"

enum { SHORT_TEXT = 200 }; /* tokens: below that, no watermark is asked of a text */

static const double TEXT_MARKED_LOG10 = -9; /* spec/report.md §2 */

static cm_medium medium_of(const cm_inspection *r) {
    static const char *const MARKUP[] = {"text/html", "image/svg+xml", "application/ttml+xml"};
    for (size_t i = 0; i < sizeof MARKUP / sizeof MARKUP[0]; i++)
        if (strcmp(r->media_type, MARKUP[i]) == 0)
            return CM_MEDIUM_MARKUP;
    if (strcmp(r->media_type, "application/c2pa") == 0)
        return CM_MEDIUM_STORE;
    return strncmp(r->media_type, "image/", 6) == 0 ? CM_MEDIUM_PICTURE : CM_MEDIUM_TEXT;
}

static cm_fact manifest_fact(const cm_inspection *r) {
    if (r->manifest == NULL)
        return (cm_fact){CM_FINDING_LACKING, "there is no manifest"};
    if (strcmp(r->manifest->state, "trusted") == 0)
        return (cm_fact){CM_FINDING_PRESENT, "a manifest that holds, by a signer under an anchor"};
    if (strcmp(r->manifest->state, "valid") == 0)
        return (cm_fact){CM_FINDING_PRESENT,
                         "a manifest that holds; nothing given vouches for its signer"};
    if (strcmp(r->manifest->state, "invalid") == 0)
        return (cm_fact){CM_FINDING_LACKING, "there is a manifest, and it does not hold"};
    return (cm_fact){CM_FINDING_UNKNOWN, "the manifest uses what isn't supported here"};
}

static bool has_status(const cm_findings *f, cm_status_id id) {
    return f->manifest != NULL && cm_report_has(f->manifest, id);
}

static cm_fact stamp_fact(const cm_facts *facts) {
    const cm_findings *f = facts->findings;
    const cm_inspection *r = facts->report;
    if (facts->manifest.finding != CM_FINDING_PRESENT)
        return (cm_fact){facts->manifest.finding, facts->manifest.detail};
    if (r->manifest->time != NULL)
        return (cm_fact){CM_FINDING_PRESENT, r->manifest->time};
    if (has_status(f, CM_ST_TIME_STAMP_UNTRUSTED))
        return f->time_anchors
                   ? (cm_fact){CM_FINDING_LACKING,
                               "a time-stamp, by an authority under none of the anchors given"}
                   : (cm_fact){CM_FINDING_UNKNOWN,
                               "a time-stamp; whether its authority is to be trusted takes an "
                               "anchor (--trust-tsa)"};
    if (has_status(f, CM_ST_TIME_STAMP_MALFORMED) || has_status(f, CM_ST_TIME_STAMP_MISMATCH) ||
        has_status(f, CM_ST_TIME_STAMP_OUTSIDE_VALIDITY))
        return (cm_fact){CM_FINDING_LACKING, "a time-stamp that does not hold"};
    return (cm_fact){CM_FINDING_LACKING, "the manifest has no time-stamp"};
}

static cm_fact text_mark_fact(const cm_inspection *r) {
    const cm_text_mark_evidence *m = r->text_mark;
    if (m == NULL)
        return (cm_fact){CM_FINDING_UNKNOWN,
                         "it takes the tokenizer of the text's model, and a key"};
    if (m->log10_p <= TEXT_MARKED_LOG10)
        return (cm_fact){CM_FINDING_PRESENT, m->scheme};
    if (m->tokens < SHORT_TEXT)
        return (cm_fact){CM_FINDING_NOT_APPLICABLE, "the text has fewer than 200 tokens"};
    return r->text_needed > m->tokens
               ? (cm_fact){CM_FINDING_UNKNOWN, "the text is too short for a mark to show"}
               : (cm_fact){CM_FINDING_LACKING, "none under the keys and schemes given"};
}

static cm_fact watermark_fact(const cm_facts *facts) {
    const cm_findings *f = facts->findings;
    const cm_inspection *r = facts->report;
    if (facts->medium == CM_MEDIUM_STORE)
        return (cm_fact){CM_FINDING_NOT_APPLICABLE, "a manifest store carries no watermark"};
    if (facts->medium != CM_MEDIUM_PICTURE)
        return text_mark_fact(r);
    if (r->watermark != NULL)
        return (cm_fact){CM_FINDING_PRESENT, r->watermark->scheme};
    if (r->foreign_count > 0 && !isnan(r->foreign[0].log10_p))
        return (cm_fact){CM_FINDING_PRESENT, r->foreign[0].scheme};
    if (!f->looked)
        return (cm_fact){CM_FINDING_UNKNOWN,
                         "it takes the key (--key); no mark that needs none was found"};
    if (f->hint || !f->power)
        return (cm_fact){CM_FINDING_UNKNOWN,
                         f->hint ? "a trace, too weak to count"
                                 : "the picture is too small or too flat for a mark to show"};
    return (cm_fact){CM_FINDING_LACKING, "none under the keys given"};
}

/* Metadata that could not be read may hold what wasn't found. */
static cm_fact lacking(const cm_facts *facts, const char *detail) {
    return facts->findings->declared.incomplete
               ? (cm_fact){CM_FINDING_UNKNOWN, "some metadata is damaged, and was passed over"}
               : (cm_fact){CM_FINDING_LACKING, detail};
}

static bool is_generated(const char *type) {
    return type != NULL &&
           cm_source_type_is_generated((cm_bytes){(const uint8_t *)type, strlen(type)});
}

static cm_fact generated_fact(const cm_facts *facts) {
    const cm_inspection *r = facts->report;
    bool holds = facts->manifest.finding == CM_FINDING_PRESENT;
    if (holds && is_generated(r->manifest->digital_source_type))
        return (cm_fact){CM_FINDING_PRESENT, r->manifest->digital_source_type};
    if (facts->type_is_generated && !facts->type_is_bare)
        return (cm_fact){CM_FINDING_PRESENT, facts->type};
    if (facts->label_count > 0)
        return (cm_fact){CM_FINDING_PRESENT, "China's AIGC label"};
    if (facts->type_is_generated)
        return (cm_fact){CM_FINDING_LACKING, "only IPTC's bare code, which readers may miss"};
    return lacking(facts, "nothing says so");
}

static void note_declared(cm_facts *facts, const cm_declaration *d) {
    const struct {
        const char *field;
        cm_said *said;
    } texts[] = {{"countermark:Provider", &facts->provider},
                 {"Iptc4xmpExt:AISystemUsed", &facts->system},
                 {"Iptc4xmpExt:AISystemVersionUsed", &facts->version},
                 {"countermark:Time", &facts->time},
                 {"countermark:ContentID", &facts->id}};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        if (texts[i].said->text == NULL && strcmp(d->field, texts[i].field) == 0)
            texts[i].said->text = d->value;
    if (facts->type == NULL && strcmp(d->field, "Iptc4xmpExt:DigitalSourceType") == 0) {
        facts->type = d->value;
        facts->type_is_bare = d->bare;
        facts->type_is_generated = d->generated;
    }
    bool carrier = strcmp(d->field, "TC260:AIGC") == 0 || strcmp(d->field, "AIGC") == 0 ||
                   strcmp(d->field, "UserComment") == 0;
    if (!carrier || facts->label_count == CM_LINT_LABELS)
        return;
    cm_aigc *label = &facts->labels[facts->label_count];
    if (cm_aigc_read(d->value, label))
        facts->carriers[facts->label_count++] = d->source;
    else
        cm_aigc_free(label);
}

/* What is signed goes before what is not. */
static void note_signed(cm_facts *facts) {
    const cm_statements *s = &facts->report->manifest->statements;
    const cm_disclosure *d = s->disclosure;
    if (d != NULL) {
        facts->provider = (cm_said){d->provider, true};
        facts->system = (cm_said){d->system, true};
        facts->version = (cm_said){d->version, true};
        facts->time = (cm_said){d->time, true};
        facts->id = (cm_said){d->id, true};
    }
    for (size_t i = 0; i < s->ai_count && facts->model.text == NULL; i++)
        facts->model = (cm_said){s->ai[i].model_identifier != NULL ? s->ai[i].model_identifier
                                                                   : s->ai[i].model_name,
                                 true};
    if (facts->time.text == NULL)
        facts->time = (cm_said){facts->report->manifest->time, true};
}

void cm_facts_gather(const cm_inspection *report, cm_facts *out) {
    *out = (cm_facts){.report = report, .findings = (const cm_findings *)report};
    const cm_declarations *declared = &out->findings->declared;
    const cm_report *manifest = out->findings->manifest;
    out->covered = manifest != NULL && cm_report_covers(manifest);
    out->medium = medium_of(report);
    out->manifest = manifest_fact(report);
    for (size_t i = 0; i < declared->count; i++)
        note_declared(out, &declared->items[i]);
    if (out->manifest.finding == CM_FINDING_PRESENT)
        note_signed(out);
    out->stamp = stamp_fact(out);
    out->watermark = watermark_fact(out);
    out->generated = generated_fact(out);
}

void cm_facts_free(cm_facts *facts) {
    for (size_t i = 0; i < facts->label_count; i++)
        cm_aigc_free(&facts->labels[i]);
}
