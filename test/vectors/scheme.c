#include "scheme.h"

#include <stdlib.h>
#include <string.h>

#include "fields.h"

enum { PARAMS_MAX = 12, TEXT_MAX = 4096 };

cm_code scheme_make(const char *name, uint32_t vocabulary, const char *params, cm_text_scheme **out,
                    cm_error *err) {
    char copy[TEXT_MAX];
    cm_text_param made[PARAMS_MAX];
    cm_text_scheme_options o = {.name = name, .params = made, .vocabulary = vocabulary};
    if (strlen(params) >= sizeof copy)
        mismatch("parameters that are too long");
    memcpy(copy, params, strlen(params) + 1);
    for (char *at = copy, *next; *at != 0; at = next) {
        next = at + strcspn(at, " ");
        while (*next == ' ')
            *next++ = 0;
        char *value = strchr(at, '=');
        if (value == NULL || o.param_count == PARAMS_MAX)
            mismatch("parameters \"%.80s\"", params);
        *value = 0;
        made[o.param_count++] = (cm_text_param){.name = at, .value = value + 1};
    }
    return cm_text_scheme_new(&o, out, err);
}

cm_text_scheme *scheme_of(const char *name, uint32_t vocabulary, const char *params) {
    cm_text_scheme *s = NULL;
    cm_error err = {0};
    expect_ok(scheme_make(name, vocabulary, params, &s, &err), &err);
    return s;
}

cm_text_evidence scheme_look(const cm_text_scheme *scheme, const uint32_t *ids, size_t n) {
    cm_text_detector *d;
    cm_text_evidence e;
    cm_error err = {0};
    expect_ok(cm_text_detector_new(scheme, 0, &d, &err), &err);
    expect_ok(cm_text_detector_feed(d, ids, NULL, n / 3, &err), &err);
    expect_ok(cm_text_detector_feed(d, ids + n / 3, NULL, n - n / 3, &err), &err);
    expect_ok(cm_text_detector_finish(d, &e, &err), &err);
    expect_word("tokens", e.tokens, n);
    if (!(e.log10_p <= 0))
        mismatch("log10 p: got %g, above 0", e.log10_p);
    e.spans = NULL;
    cm_text_detector_free(d);
    return e;
}

cm_text_evidence look_under(const char *name, uint32_t vocabulary, const char *params,
                            const uint32_t *ids, size_t n) {
    cm_text_scheme *s = scheme_of(name, vocabulary, params);
    cm_text_evidence e = scheme_look(s, ids, n);
    cm_text_scheme_free(s);
    return e;
}

void scheme_step(const cm_text_scheme *scheme, uint64_t payload, const uint32_t *ids, size_t n,
                 float *scores, uint32_t vocabulary) {
    const cm_text_marker_options options = {.payload = payload, .capacity = n + 8};
    cm_text_marker *marker;
    cm_error err = {0};
    expect_ok(cm_text_marker_new(scheme, &options, &marker, &err), &err);
    expect_ok(cm_text_marker_start(marker, ids, n, &err), &err);
    expect_ok(cm_text_marker_step(marker, scores, vocabulary, &err), &err);
    cm_text_marker_free(marker);
}

void check_raised(const char *what, const cm_text_scheme *scheme, uint32_t vocabulary,
                  uint64_t payload, const uint32_t *ids, size_t n, const json_t *want) {
    float *scores = calloc(vocabulary, sizeof *scores);
    uint8_t *up = calloc(vocabulary, 1);
    scheme_step(scheme, payload, ids, n, scores, vocabulary);
    for (uint32_t t = 0; t < vocabulary; t++)
        up[t] = scores[t] > 0;
    check_set(what, up, vocabulary, want);
    free(up);
    free(scores);
}

const char *number_list(const json_t *array) {
    static char out[TEXT_MAX];
    size_t used = 0, at;
    const json_t *value;
    json_array_foreach(array, at, value) {
        int wrote = snprintf(out + used, sizeof out - used, "%s%lld", at > 0 ? "," : "",
                             (long long)word_of(value));
        used += (size_t)wrote;
        if (used >= sizeof out)
            mismatch("a list that is too long");
    }
    return out;
}
