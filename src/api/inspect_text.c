#include <countermark/inspect_text.h>

#include <math.h>
#include <stdlib.h>

#include "api/calibration.h"
#include "api/describe.h"
#include "api/findings.h"
#include "api/inspect.h"
#include "api/probabilities.h"
#include "api/text_run.h"
#include "api/token_source.h"
#include "base/mem.h"

/* Verdicts of spec/report.md §2. */
static const double MARKED_LOG10 = -9, HINT_LOG10 = -4;

/* Where tokens begin in the text: of every 2^shift-th token, at most PLACES of them, so that spans,
 * which begin at multiples of a power of 2, can be shown in bytes. */
enum { PLACES = 1 << 14, SHIFT = 2 };

typedef struct places {
    int shift;
    uint64_t byte[PLACES];
} places;

typedef struct look {
    cm_text_run run;
    cm_probabilities probabilities; /* none, or one for each token */
    uint64_t tokens;
    bool has_places;
    places places;
} look;

static void note_place(places *p, uint64_t token, uint64_t byte) {
    while (token >> p->shift >= PLACES) {
        for (size_t i = 0; i < PLACES / 2; i++)
            p->byte[i] = p->byte[2 * i];
        p->shift++;
    }
    if (token % (1ull << p->shift) == 0)
        p->byte[token >> p->shift] = byte;
}

static cm_code take_tokens(void *user, const uint32_t *ids, const uint64_t *offsets, size_t n,
                           cm_error *err) {
    look *l = user;
    const float *probability = NULL;
    if (l->probabilities.values != NULL) {
        if (n > l->probabilities.count - l->tokens)
            return cm_fail(err, CM_ERR_ARGUMENT, "there are %zu probabilities, but more ids",
                           l->probabilities.count);
        probability = l->probabilities.values + l->tokens;
    }
    cm_code code = cm_text_run_feed(&l->run, ids, probability, n, err);
    for (size_t i = 0; offsets != NULL && i < n; i++)
        note_place(&l->places, l->tokens + i, offsets[i]);
    l->has_places = offsets != NULL;
    l->tokens += n;
    return code;
}

static cm_code show_spans(const look *l, const cm_text_evidence *e, uint64_t bytes, cm_findings *f,
                          cm_error *err) {
    const cm_calibration *c = l->run.inspector->options.calibration;
    f->spans = cm_calloc(e->span_count, sizeof *f->spans);
    if (f->spans == NULL)
        return cm_fail_memory(err);
    for (size_t i = 0; i < e->span_count; i++) {
        const cm_text_span *s = &e->spans[i];
        double power = c != NULL ? cm_calibration_power_at(c, s->end - s->start) : 1;
        f->spans[i] =
            (cm_mark_span){.start = s->start, .end = s->end, .log10_p = s->log10_p * power};
        if (!l->has_places)
            continue;
        f->spans[i].start_byte = l->places.byte[s->start >> l->places.shift];
        f->spans[i].end_byte =
            s->end < l->tokens ? l->places.byte[s->end >> l->places.shift] : bytes;
    }
    f->text_shown.spans = f->spans;
    f->text_shown.span_count = e->span_count;
    return CM_OK;
}

/* p-values of texts that are known to be unmarked were at most this power of what they should be.
 */
static void apply_calibration(const cm_calibration *c, cm_text_evidence *e, cm_findings *f) {
    double power = cm_calibration_power_at(c, e->tokens);
    e->log10_p *= power;
    if (power < 1)
        cm_findings_note(f, "calibrated: log10 p times %.3f", power);
}

static void note_unread(uint64_t needed, cm_findings *f) {
    if (needed > 0)
        cm_findings_note(f,
                         "there is a mark, but its payload can't be read; about %llu tokens "
                         "would do",
                         (unsigned long long)needed);
    else
        cm_findings_note(f, "there is a mark, but more than one payload: its parts were marked "
                            "apart from each other; look at them one by one");
}

static cm_code conclude(look *l, uint64_t bytes, cm_findings *f, cm_error *err) {
    const cm_calibration *calibration = l->run.inspector->options.calibration;
    cm_text_evidence best;
    const cm_text_test *by;
    cm_code code = cm_text_run_finish(&l->run, &best, &by, err);
    if (code != CM_OK)
        return code;
    if (calibration != NULL)
        apply_calibration(calibration, &best, f);
    f->text_shown = (cm_text_mark_evidence){
        .scheme = cm_text_scheme_name(by->scheme),
        .variant = by->variant,
        .key = by->key != NULL ? cm_key_name(by->key) : NULL,
        .public_layer = by->public_layer,
        .tokens = best.tokens,
        .scored = best.scored,
        .duplicates = best.duplicates,
        .statistic_name = best.statistic_name,
        .statistic = best.statistic,
        .peer_p = best.peer_p,
        .log10_p = best.log10_p,
        .calibrated = calibration != NULL,
        .tests = best.tests,
        .has_payload = best.payload_state == CM_TEXT_PAYLOAD_READ,
        .payload = best.payload,
        .payload_bits = best.payload_bits,
        .payload_log10_error = best.payload_log10_error,
    };
    f->shown.text_mark = &f->text_shown;
    f->shown.text_needed = best.log10_p <= MARKED_LOG10 ? 0 : best.needed;
    if (best.log10_p <= MARKED_LOG10 && best.payload_state == CM_TEXT_PAYLOAD_UNDETERMINED)
        note_unread(best.needed, f);
    if (best.log10_p <= MARKED_LOG10 && by->key != NULL)
        cm_findings_note_key(f, by->key);
    return show_spans(l, &best, bytes, f, err);
}

static cm_verdict judge_mark(cm_findings *f) {
    const cm_text_mark_evidence *m = f->shown.text_mark;
    if (m->log10_p <= MARKED_LOG10)
        return CM_VERDICT_MARKED;
    if (m->log10_p <= HINT_LOG10) {
        cm_findings_note(f, "a trace of a watermark, too weak to count");
        return CM_VERDICT_INCONCLUSIVE;
    }
    if (f->shown.text_needed == 0)
        return CM_VERDICT_NONE;
    cm_findings_note(f, "too short to tell: of %llu tokens %llu count; needs about %llu tokens",
                     (unsigned long long)m->tokens, (unsigned long long)m->scored,
                     (unsigned long long)f->shown.text_needed);
    return CM_VERDICT_INCONCLUSIVE;
}

/* A manifest that can be judged comes first. */
static cm_verdict judge(cm_findings *f) {
    cm_verdict by_mark = judge_mark(f);
    if (f->manifest == NULL)
        return by_mark;
    if (f->manifest->state == CM_STATE_UNSUPPORTED)
        return by_mark == CM_VERDICT_MARKED ? by_mark : CM_VERDICT_INCONCLUSIVE;
    return cm_inspect_judge(f);
}

static void note_text(const cm_token_source *t, const cm_text_inspect_options *o, cm_findings *f) {
    if (t->replaced > 0)
        cm_findings_note(f, "%llu stretches that aren't UTF-8 were taken for U+FFFD",
                         (unsigned long long)t->replaced);
    if (t->invisible > 0 && o->strip_invisible)
        cm_findings_note(f, "%llu characters that don't show were left out",
                         (unsigned long long)t->invisible);
    else if (t->invisible > 0)
        cm_findings_note(f,
                         "%llu characters that don't show (zero-width, variation selectors) are "
                         "part of the text; a mark may come to light without them",
                         (unsigned long long)t->invisible);
}

static cm_code read_all(look *l, cm_token_source *t, cm_error *err) {
    cm_code code = CM_OK;
    if (t->options->probabilities != NULL)
        code = cm_probabilities_read(t->options->probabilities, &l->run.inspector->limits,
                                     &l->probabilities, err);
    if (code == CM_OK)
        code = cm_token_source_run(t, err);
    if (code == CM_OK && l->probabilities.values != NULL && l->tokens < l->probabilities.count)
        code = cm_fail(err, CM_ERR_ARGUMENT, "there are %zu probabilities, but %llu ids",
                       l->probabilities.count, (unsigned long long)l->tokens);
    return code;
}

static cm_code inspect(const cm_text_inspector *inspector, const cm_source *source, cm_findings *f,
                       cm_error *err) {
    look *l = cm_calloc(1, sizeof *l);
    if (l == NULL)
        return cm_fail_memory(err);
    l->places.shift = SHIFT;
    cm_token_source t = {
        .source = source, .options = &inspector->options, .sink = take_tokens, .user = l};
    cm_code code = cm_text_run_open(inspector, &l->run, err);
    if (code == CM_OK)
        code = read_all(l, &t, err);
    if (code == CM_OK)
        code = conclude(l, t.bytes, f, err);
    cm_text_run_close(&l->run);
    cm_probabilities_free(&l->probabilities);
    free(l);
    if (code == CM_OK) {
        note_text(&t, &inspector->options, f);
        f->shown.verdict = judge(f);
    }
    return code;
}

/* A text that can't carry one, as it isn't UTF-8 or too large, may still carry a mark. */
static cm_code look_for_manifest(const cm_inspector *inspector, const cm_source *source,
                                 cm_format format, cm_findings *f, cm_error *err) {
    cm_error why = {0};
    cm_code code = cm_inspect_manifest(inspector, source, format, f, &why);
    if (code == CM_ERR_FORMAT || code == CM_ERR_LIMIT) {
        cm_findings_note(f, "no manifest was looked for: %s", why.message);
        return CM_OK;
    }
    return code == CM_OK ? CM_OK : cm_fail(err, code, "%s", why.message);
}

/* A text: its manifest, where that is asked for, and its mark. */
static cm_code inspect_layers(const cm_text_inspector *inspector, const cm_source *source,
                              cm_format format, cm_findings *f, cm_error *err) {
    const cm_inspector *other = inspector->options.inspector;
    bool text = cm_format_is_text(format), ids = inspector->options.tokenizer == NULL;
    cm_code code = CM_OK;
    if (format != CM_FORMAT_UNKNOWN && !text && !ids && other != NULL)
        return cm_inspect_source(other, source, format, f, err);
    if (format != CM_FORMAT_UNKNOWN && !text)
        return cm_fail(err, CM_ERR_FORMAT, "this is %s, not a text", f->shown.media_type);
    if (ids)
        f->shown.media_type = cm_format_media_type(CM_FORMAT_UNKNOWN);
    else if (!text)
        f->shown.media_type = cm_format_media_type(CM_FORMAT_TEXT);
    if (text && !ids && other != NULL)
        code = look_for_manifest(other, source, format, f, err);
    return code == CM_OK ? inspect(inspector, source, f, err) : code;
}

cm_code cm_inspect_text(const cm_text_inspector *inspector, const char *path, cm_inspection **out,
                        cm_error *err) {
    cm_source *source = NULL;
    cm_findings *f = NULL;
    cm_format format = CM_FORMAT_UNKNOWN;
    const cm_inspector *other = inspector->options.inspector;
    bool digest = other == NULL || !other->options.no_digest;
    *out = NULL;
    cm_code code = cm_findings_new(path, &f, err);
    if (code == CM_OK)
        code = cm_source_open(path, &inspector->limits, &source, err);
    if (code == CM_OK)
        code = cm_describe(source, digest, f, &format, err);
    if (code == CM_OK)
        code = inspect_layers(inspector, source, format, f, err);
    cm_source_close(source);
    if (code != CM_OK) {
        if (f != NULL)
            cm_inspection_free(&f->shown);
        return code;
    }
    *out = &f->shown;
    return CM_OK;
}
