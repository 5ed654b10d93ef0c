#include "api/statements_show.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "api/aigc.h"
#include "api/json.h"
#include "api/line.h"
#include "base/mem.h"

/* --- JSON --- */

static json_t *disclosure_json(const cm_disclosure *d) {
    if (d == NULL)
        return json_null();
    return json_pack("{s:o, s:o, s:o, s:o, s:o}", "provider", cm_json_or_null(d->provider),
                     "system", cm_json_or_null(d->system), "version", cm_json_or_null(d->version),
                     "time", cm_json_or_null(d->time), "id", cm_json_or_null(d->id));
}

static json_t *attestation_json(const cm_attestation *a) {
    json_t *scale =
        a->has_scale ? json_pack("{s:f, s:f}", "least", a->least, "most", a->most) : json_null();
    json_t *report = json_pack("{s:o, s:o, s:o}", "alg", cm_json_or_null(a->alg), "hash",
                               cm_json_or_null(a->digest), "url", cm_json_or_null(a->url));
    return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "kind",
                     cm_json_or_null(a->kind), "evaluation", cm_json_or_null(a->evaluation),
                     "version", cm_json_or_null(a->version), "subject", cm_json_or_null(a->subject),
                     "result", a->text != NULL ? cm_json_or_null(a->text) : json_real(a->number),
                     "unit", cm_json_or_null(a->unit), "scale", scale, "better",
                     cm_json_or_null(a->better), "date", cm_json_or_null(a->date), "report",
                     report);
}

static json_t *ai_json(const cm_ai_disclosure *d) {
    return json_pack("{s:o, s:o, s:o, s:o, s:o}", "model_type", cm_json_or_null(d->model_type),
                     "model_name", cm_json_or_null(d->model_name), "model_identifier",
                     cm_json_or_null(d->model_identifier), "human_oversight_level",
                     cm_json_or_null(d->oversight), "scientific_domain",
                     cm_json_or_null(d->domains));
}

bool cm_statements_json(const cm_statements *s, json_t *manifest) {
    json_t *attestations = json_array(), *ai = json_array();
    for (size_t i = 0; i < s->attestation_count; i++)
        json_array_append_new(attestations, attestation_json(&s->attestations[i]));
    for (size_t i = 0; i < s->ai_count; i++)
        json_array_append_new(ai, ai_json(&s->ai[i]));
    bool complete =
        json_array_size(attestations) == s->attestation_count && json_array_size(ai) == s->ai_count;
    bool set = json_object_set_new(manifest, "disclosure", disclosure_json(s->disclosure)) == 0;
    set = json_object_set_new(manifest, "attestations", attestations) == 0 && set;
    return json_object_set_new(manifest, "ai_disclosures", ai) == 0 && set && complete;
}

/* --- for a person --- */

/* Appends a formatted text, however long. */
static void put(cm_buf *b, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void put(cm_buf *b, const char *format, ...) {
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    int n = vsnprintf(NULL, 0, format, args);
    char *room = n >= 0 ? cm_calloc((size_t)n + 1, 1) : NULL;
    if (room != NULL)
        (void)vsnprintf(room, (size_t)n + 1, format, again);
    cm_buf_text(b, room != NULL ? room : "");
    va_end(again);
    va_end(args);
    free(room);
}

static void put_if(cm_buf *b, const char *before, const char *text) {
    if (text != NULL)
        put(b, "%s%s", before, text);
}

static void put_attestation(cm_buf *b, const cm_attestation *a) {
    put(b, "%s: %s %s", a->kind, a->evaluation, a->version);
    put_if(b, ", of ", a->subject);
    if (a->text != NULL)
        put(b, ": %s", a->text);
    else
        put(b, ": %.10g", a->number);
    put_if(b, " ", a->unit);
    if (a->has_scale)
        put(b, " on a scale from %.10g to %.10g", a->least, a->most);
    if (a->better != NULL)
        put(b, " (%s is better)", a->better);
    put(b, ", %s; report %s %.16s...", a->date, a->alg, a->digest);
    put_if(b, ", ", a->url);
}

static void put_ai(cm_buf *b, const cm_ai_disclosure *d) {
    put(b, "made with a model: %s", d->model_type);
    put_if(b, ", ", d->model_name);
    put_if(b, ", ", d->model_identifier);
    put_if(b, "; human oversight: ", d->oversight);
    put_if(b, "; domain: ", d->domains);
}

/* Puts what was gathered on a line of its own, and makes room for the next. */
static void put_statement(cm_buf *out, cm_buf *gathered) {
    cm_buf_u8(gathered, 0);
    if (gathered->failed == CM_OK)
        cm_put_line(out, "    states      %s", (const char *)gathered->data);
    else if (out->failed == CM_OK)
        out->failed = gathered->failed;
    cm_buf_free(gathered);
    *gathered = (cm_buf){0};
}

void cm_statements_text(const cm_statements *s, cm_buf *out) {
    const cm_disclosure *d = s->disclosure;
    cm_buf b = {0};
    if (d == NULL && s->attestation_count == 0 && s->ai_count == 0)
        return;
    cm_put_line(out, "    The signer states, and nobody here has checked it:");
    if (d != NULL)
        cm_put_line(out, "    states      generated by %s %s of %s, %s, identifier %s", d->system,
                    d->version, d->provider, d->time, d->id);
    for (size_t i = 0; i < s->ai_count; i++) {
        put_ai(&b, &s->ai[i]);
        put_statement(out, &b);
    }
    for (size_t i = 0; i < s->attestation_count; i++) {
        put_attestation(&b, &s->attestations[i]);
        put_statement(out, &b);
    }
}

/* --- what labels mean --- */

static const char *type_meaning(const char *value) {
    static const struct {
        const char *term, *meaning;
    } TERMS[] = {
        {"compositeWithTrainedAlgorithmicMedia", "partly generated by a trained model"},
        {"trainedAlgorithmicMedia", "generated by a trained model"},
        {"compositeSynthetic", "put together with generated parts"},
        {"algorithmicMedia", "generated by a program without training"},
    };
    const char *slash = strrchr(value, '/');
    for (size_t i = 0; i < sizeof TERMS / sizeof TERMS[0]; i++)
        if (strcmp(slash != NULL ? slash + 1 : value, TERMS[i].term) == 0)
            return TERMS[i].meaning;
    return "generated";
}

static void put_aigc(cm_buf *b, const cm_aigc *l) {
    static const char *const KINDS[] = {"generated", "probably generated",
                                        "suspected to be generated"};
    const char *kind = l->fields[CM_AIGC_LABEL];
    bool known = kind != NULL && strlen(kind) == 1 && kind[0] >= '1' && kind[0] <= '3';
    put(b, "China's AIGC label: %s", known ? KINDS[kind[0] - '1'] : "of an unknown kind");
    put_if(b, ", produced by ", l->fields[CM_AIGC_PRODUCER]);
    put_if(b, ", number ", l->fields[CM_AIGC_PRODUCE_ID]);
    if (l->fields[CM_AIGC_PROPAGATOR] != NULL && l->fields[CM_AIGC_PROPAGATOR][0] != '\0')
        put_if(b, ", passed on by ", l->fields[CM_AIGC_PROPAGATOR]);
}

static void put_meaning(cm_buf *b, const cm_declaration *d) {
    static const struct {
        const char *field, *meaning;
    } FIELDS[] = {
        {"countermark:Provider", "who offers the system that generated it"},
        {"countermark:Time", "when it was generated"},
        {"countermark:ContentID", "the identifier that its provider gave it"},
        {"Iptc4xmpExt:AISystemUsed", "the system that generated it"},
        {"Iptc4xmpExt:AISystemVersionUsed", "the version of that system"},
    };
    cm_aigc label;
    if (strcmp(d->field, "Iptc4xmpExt:DigitalSourceType") == 0) {
        put(b, "%s", type_meaning(d->value));
        if (d->bare)
            put(b,
                "; the code alone, where IPTC asks for the full URI, "
                "http://cv.iptc.org/newscodes/digitalsourcetype/%s",
                d->value);
        return;
    }
    if (cm_aigc_read(d->value, &label))
        put_aigc(b, &label);
    cm_aigc_free(&label);
    for (size_t i = 0; b->size == 0 && i < sizeof FIELDS / sizeof FIELDS[0]; i++)
        if (strcmp(d->field, FIELDS[i].field) == 0)
            put(b, "%s", FIELDS[i].meaning);
    if (b->size == 0)
        put(b, "left by a generator");
}

char *cm_declared_meaning(const cm_declaration *d) {
    cm_buf b = {0};
    put_meaning(&b, d);
    cm_buf_u8(&b, 0);
    if (b.failed == CM_OK)
        return (char *)b.data;
    cm_buf_free(&b);
    return NULL;
}
