#include "token/split.h"

static cm_code find(const cm_stage *stage, cm_matcher *m, const cm_stretch *s, size_t at,
                    cm_match *out, cm_error *err) {
    switch (stage->splitter) {
    case CM_SPLIT_GPT2:
        *out = cm_split_gpt2(s, at);
        return CM_OK;
    case CM_SPLIT_CL100K:
        *out = cm_split_cl100k(s, stage, at);
        return CM_OK;
    case CM_SPLIT_O200K:
        *out = cm_split_o200k(s, at);
        return CM_OK;
    case CM_SPLIT_DIGITS:
        *out = cm_split_digits(s, at);
        return CM_OK;
    case CM_SPLIT_PCRE:
        break;
    }
    return cm_pattern_match(stage->pattern, m, s, at, out, err);
}

/* Hands [start, end) to the stages that remain: recursion is bounded by CM_STAGES_MAX. */
static cm_code pass_on(const cm_stage *stages, size_t count, cm_matcher *m, const cm_stretch *whole,
                       size_t start, size_t end, bool closed, const cm_piece_sink *sink,
                       size_t *consumed, cm_error *err) {
    cm_stretch part = *whole;
    part.end = end;
    part.closed = closed;
    if (start == end) {
        *consumed = end;
        return CM_OK;
    }
    return cm_split(stages, count, m, &part, start, sink, consumed, err);
}

cm_code cm_split(const cm_stage *stages, size_t count, cm_matcher *m, const cm_stretch *s,
                 size_t at, const cm_piece_sink *sink, size_t *consumed, cm_error *err) {
    cm_code code = CM_OK;
    size_t ignored;
    *consumed = at;
    if (count == 0) { /* no pattern left: what has come is a piece once it is whole */
        *consumed = s->closed ? s->end : at;
        return s->closed ? sink->put(sink->context, at, s->end, err) : CM_OK;
    }
    while (at < s->end) {
        cm_match match;
        code = find(stages, m, s, at, &match, err);
        if (code != CM_OK)
            return code;
        if (match.found != CM_FOUND_PIECE) { /* the text between goes on, or ends with us */
            size_t end = match.found == CM_FOUND_MORE ? match.start : s->end;
            *consumed = end;
            if (stages->drop_between)
                return CM_OK;
            return pass_on(stages + 1, count - 1, m, s, at, end, s->closed, sink, consumed, err);
        }
        if (match.start > at && !stages->drop_between)
            code = pass_on(stages + 1, count - 1, m, s, at, match.start, true, sink, &ignored, err);
        if (code == CM_OK && count == 1)
            code = sink->put(sink->context, match.start, match.end, err);
        else if (code == CM_OK)
            code = pass_on(stages + 1, count - 1, m, s, match.start, match.end, true, sink,
                           &ignored, err);
        if (code != CM_OK)
            return code;
        at = match.end;
        *consumed = at;
    }
    return CM_OK;
}
