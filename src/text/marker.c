/* One text that is being generated: its ids, and the scheme's own state beside them. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "text/ids.h"
#include "text/instance.h"

enum { CAPACITY = 131072 };

struct cm_text_marker {
    const cm_text_scheme *scheme;
    void *sequence;
    uint32_t *ids; /* without special ones */
    bool *stands;  /* for each accepted token: whether it is among the ids */
    size_t capacity, accepted;
    cm_text_past past;
    uint32_t *special; /* in order */
    size_t special_count;
};

static int by_value(const void *a, const void *b) {
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return x < y ? -1 : x > y;
}

static cm_code make_room(cm_text_marker *m, const cm_text_marker_options *o, cm_error *err) {
    m->ids = cm_calloc(m->capacity, sizeof *m->ids);
    m->stands = cm_calloc(m->capacity, sizeof *m->stands);
    m->special = cm_calloc(o->special_count, sizeof *m->special);
    if (m->ids == NULL || m->stands == NULL || m->special == NULL)
        return cm_fail_memory(err);
    m->special_count = o->special_count;
    if (o->special_count > 0) {
        memcpy(m->special, o->special, o->special_count * sizeof *o->special);
        qsort(m->special, o->special_count, sizeof *m->special, by_value);
    }
    const cm_text_scheme *s = m->scheme;
    return s->kind->open != NULL ? s->kind->open(s->self, m->capacity, &m->sequence, err) : CM_OK;
}

static cm_code check_terms(const cm_text_scheme *scheme, cm_error *err) {
    char today[CM_DATE_SIZE];
    if (!scheme->keyed)
        return CM_OK;
    cm_date_today(today);
    return cm_key_allows_marking(&scheme->terms, today, err);
}

cm_code cm_text_marker_new(const cm_text_scheme *scheme, const cm_text_marker_options *options,
                           cm_text_marker **out, cm_error *err) {
    const cm_text_marker_options none = {0}, *o = options != NULL ? options : &none;
    *out = NULL;
    cm_code code = check_terms(scheme, err);
    if (code != CM_OK)
        return code;
    int bits = scheme->kind->payload_bits != NULL ? scheme->kind->payload_bits(scheme->self) : 0;
    if (bits < 64 && o->payload >> bits != 0)
        return cm_fail(err, CM_ERR_ARGUMENT, "this payload needs more than the %d bits of the mark",
                       bits);
    cm_text_marker *m = cm_calloc(1, sizeof *m);
    if (m == NULL)
        return cm_fail_memory(err);
    m->scheme = scheme;
    m->capacity = o->capacity > 0 ? o->capacity : CAPACITY;
    m->past.payload = o->payload;
    code = make_room(m, o, err);
    m->past.ids = m->ids;
    if (code != CM_OK) {
        cm_text_marker_free(m);
        return code;
    }
    *out = m;
    return CM_OK;
}

void cm_text_marker_free(cm_text_marker *marker) {
    if (marker == NULL)
        return;
    if (marker->sequence != NULL)
        marker->scheme->kind->close(marker->sequence);
    free(marker->ids);
    free(marker->stands);
    free(marker->special);
    free(marker);
}

static bool is_special(const cm_text_marker *m, uint32_t id) {
    return m->special_count > 0 &&
           bsearch(&id, m->special, m->special_count, sizeof id, by_value) != NULL;
}

cm_code cm_text_marker_start(cm_text_marker *marker, const uint32_t *prompt, size_t n,
                             cm_error *err) {
    cm_code code = cm_ids_check(prompt, n, 0, marker->scheme->vocabulary, err);
    if (code == CM_OK && n > marker->capacity)
        code = cm_fail(err, CM_ERR_LIMIT, "a prompt of %zu tokens; this marker was made for %zu", n,
                       marker->capacity);
    if (code != CM_OK)
        return code;
    marker->accepted = 0;
    marker->past.n = 0;
    for (size_t i = 0; i < n; i++)
        if (!is_special(marker, prompt[i]))
            marker->ids[marker->past.n++] = prompt[i];
    marker->past.prompt = marker->past.n;
    marker->past.kept = 0;
    if (marker->scheme->kind->restart != NULL)
        marker->scheme->kind->restart(marker->sequence);
    return CM_OK;
}

cm_code cm_text_marker_step(cm_text_marker *marker, float *logits, size_t count, cm_error *err) {
    const cm_text_scheme *s = marker->scheme;
    if (count < s->vocabulary)
        return cm_fail(err, CM_ERR_ARGUMENT,
                       "%zu logits, but the scheme was made for a vocabulary of %u", count,
                       s->vocabulary);
    bool chosen = s->kind->step(s->self, marker->sequence, &marker->past, logits);
    marker->past.kept = marker->past.n;
    if (chosen)
        for (size_t i = s->vocabulary; i < count; i++)
            logits[i] = -INFINITY;
    return CM_OK;
}

cm_code cm_text_marker_accept(cm_text_marker *marker, uint32_t id, cm_error *err) {
    cm_code code = cm_ids_check(&id, 1, marker->past.n, marker->scheme->vocabulary, err);
    if (code != CM_OK)
        return code;
    if (marker->accepted == marker->capacity || marker->past.n == marker->capacity)
        return cm_fail(err, CM_ERR_LIMIT, "this marker was made for %zu tokens", marker->capacity);
    bool stands = !is_special(marker, id);
    marker->stands[marker->accepted++] = stands;
    if (stands)
        marker->ids[marker->past.n++] = id;
    return CM_OK;
}

cm_code cm_text_marker_rewind(cm_text_marker *marker, size_t n, cm_error *err) {
    if (n > marker->accepted)
        return cm_fail(err, CM_ERR_ARGUMENT, "%zu tokens can't be taken back: %zu were accepted", n,
                       marker->accepted);
    for (; n > 0; n--)
        marker->past.n -= marker->stands[--marker->accepted];
    if (marker->past.kept > marker->past.n)
        marker->past.kept = marker->past.n;
    return CM_OK;
}

cm_code cm_text_step_batch(cm_text_marker *const *markers, size_t batch, float *logits,
                           size_t stride, size_t count, cm_error *err) {
    for (size_t b = 0; b < batch; b++) {
        cm_code code = cm_text_marker_step(markers[b], logits + b * stride, count, err);
        if (code != CM_OK)
            return code;
    }
    return CM_OK;
}
