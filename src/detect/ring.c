#include "detect/ring.h"

#include <stdlib.h>

#include "base/mem.h"
#include "detect/search_ring.h"

enum {
    FEW = 16, /* keys that are all looked at closely, and of more those that answer best */
    /* of more keys' searches no more is refined and tried than this: */
    MANY_CANDIDATES = 64,
    MANY_TRIES = 24
};

/* An exact look is due at this share of the ln p that it asks for. */
static const double MARGIN = 0.93;

cm_code cm_ring_new(const cm_canvas *canvas, const uint8_t *const *layer_keys, size_t count,
                    cm_ring *out, cm_error *err) {
    *out = (cm_ring){.canvas = canvas, .count = count};
    out->suspect = cm_calloc(count, sizeof *out->suspect);
    cm_code code =
        out->suspect != NULL ? cm_word_reader_new(&out->reader, err) : cm_fail_memory(err);
    if (code == CM_OK)
        code = cm_screen_new(&out->screen, err);
    for (size_t i = 0; i < count && code == CM_OK; i++) {
        cm_suspect *s = &out->suspect[i];
        s->layer_key = layer_keys[i];
        s->trial = (cm_trial){.residual = canvas->residual,
                              .reader = &out->reader,
                              .keys = count,
                              .small = canvas->small && canvas->seen != NULL};
        code = cm_layout_pilots(s->layer_key, cm_screen_band(out->screen), &s->pilots, err);
    }
    return code;
}

/* Nobody looks at it closely for now. */
static void let_go(cm_suspect *s) {
    free(s->layout);
    s->layout = NULL;
    s->trial.layout = NULL;
    cm_trial_settle(&s->trial);
}

static cm_code summon(cm_suspect *s, cm_error *err) {
    if (s->layout != NULL)
        return CM_OK;
    cm_code code = cm_layout_new(s->layer_key, &s->layout, err);
    s->trial.layout = s->layout;
    return code;
}

void cm_ring_free(cm_ring *r) {
    for (size_t i = 0; r->suspect != NULL && i < r->count; i++) {
        free(r->suspect[i].layout);
        cm_trial_free(&r->suspect[i].trial);
    }
    free(r->suspect);
    cm_word_reader_free(&r->reader);
    cm_screen_free(r->screen);
    cm_sampler_free(&r->sampler);
    *r = (cm_ring){0};
}

bool cm_ring_found(const cm_ring *r) {
    for (size_t i = 0; i < r->count; i++)
        if (cm_trial_done(&r->suspect[i].trial))
            return true;
    return false;
}

static cm_code look_closely(cm_suspect *s, cm_lattice g, const cm_folded *folded, float inverted,
                            bool always, cm_error *err) {
    cm_code code = summon(s, err);
    if (code == CM_OK)
        code = cm_trial_try_folded(&s->trial, g, folded, inverted, always, err);
    let_go(s);
    return code;
}

/* A key's answer at a lattice that is tried for all. */
typedef struct answer {
    size_t key;
    double ln_p;
} answer;

static int by_ln_p(const void *a, const void *b) {
    double x = ((const answer *)a)->ln_p, y = ((const answer *)b)->ln_p;
    return (x > y) - (x < y);
}

/* About how each key's pilots answer in the picture as folded, the strongest first. */
static size_t ask_all(const cm_ring *r, const cm_folded *folded, answer *out) {
    size_t blocks = (size_t)folded->columns * (size_t)folded->rows, n = 0;
    cm_complex sum[CM_BAND] = {0}, pilot[CM_PILOTS];
    float power[CM_BAND];
    for (size_t i = 0; i < blocks * CM_BAND; i++)
        sum[i % CM_BAND] += folded->band[i];
    for (int i = 0; i < CM_BAND; i++)
        power[i] = crealf(sum[i]) * crealf(sum[i]) + cimagf(sum[i]) * cimagf(sum[i]);
    cm_levels levels = cm_screen_levels(r->screen, power, 1);
    for (size_t k = 0; k < r->count; k++) {
        const cm_suspect *s = &r->suspect[k];
        if (cm_trial_done(&s->trial))
            continue;
        for (int i = 0; i < CM_PILOTS; i++)
            pilot[i] = sum[s->pilots.place[i]];
        double worth = MARGIN * cm_trial_stands_out(&s->trial, true);
        out[n++] = (answer){.key = k,
                            .ln_p = cm_screen_ln_p(r->screen, &s->pilots, pilot, &levels, worth)};
    }
    qsort(out, n, sizeof *out, by_ln_p);
    return n;
}

static cm_code try_many(cm_ring *r, cm_lattice g, const cm_folded *folded, bool always,
                        cm_error *err) {
    answer *answers = cm_calloc(r->count, sizeof *answers);
    if (answers == NULL)
        return cm_fail_memory(err);
    cm_code code = CM_OK;
    size_t n = ask_all(r, folded, answers);
    for (size_t i = 0; i < n && code == CM_OK; i++) {
        cm_suspect *s = &r->suspect[answers[i].key];
        bool close = answers[i].ln_p <= MARGIN * cm_trial_stands_out(&s->trial, true);
        if (close || (always && i < FEW))
            code = look_closely(s, g, folded, CM_UPRIGHT, always && i < FEW, err);
        else
            cm_trial_dismiss(&s->trial, answers[i].ln_p);
    }
    free(answers);
    return code;
}

static cm_code look_at_each(cm_ring *r, cm_lattice g, const cm_folded *folded, float inverted,
                            bool always, cm_error *err) {
    cm_code code = CM_OK;
    for (size_t i = 0; i < r->count && code == CM_OK; i++)
        if (!cm_trial_done(&r->suspect[i].trial))
            code = look_closely(&r->suspect[i], g, folded, inverted, always, err);
    return code;
}

/* After filters with sharp edges, such as a median or a lens out of focus, the mark answers with
 * the wrong sign from some frequency on: windows of 7 and 9 canonical pixels from these radii. */
static cm_code try_few(cm_ring *r, cm_lattice g, const cm_folded *folded, bool always,
                       cm_error *err) {
    static const float inverted[] = {22, 17};
    cm_code code = look_at_each(r, g, folded, CM_UPRIGHT, always, err);
    for (size_t i = 0; always && i < sizeof inverted / sizeof inverted[0] && code == CM_OK; i++)
        if (!cm_ring_found(r))
            code = look_at_each(r, g, folded, inverted[i], false, err);
    return code;
}

cm_code cm_ring_try(cm_ring *r, cm_lattice g, bool always, cm_error *err) {
    cm_folded folded;
    cm_code code = cm_folded_new(r->canvas->residual, g, false, &folded, err);
    if (code != CM_OK)
        return code;
    code =
        r->count > FEW ? try_many(r, g, &folded, always, err) : try_few(r, g, &folded, always, err);
    cm_folded_free(&folded);
    return code;
}

static cm_code try_candidate(cm_ring *r, cm_suspect *s, cm_lattice g, cm_error *err) {
    double worth = MARGIN * cm_trial_stands_out(&s->trial, false);
    double ln_p = cm_screen_lattice(r->screen, &r->sampler, &s->pilots, g, worth);
    if (ln_p > worth) {
        cm_trial_dismiss(&s->trial, ln_p);
        return CM_OK;
    }
    cm_code code = summon(s, err);
    return code == CM_OK ? cm_trial_try(&s->trial, g, false, err) : code;
}

/* Tries the best candidates, as long as they score much like the first. */
static cm_code try_candidates(cm_ring *r, const cm_ring_search *how, cm_suspect *s,
                              const cm_frequency *pilot, cm_candidates *c, cm_error *err) {
    cm_code code = CM_OK;
    int tries = r->count > FEW && how->tries > MANY_TRIES ? MANY_TRIES : how->tries;
    for (int i = 0; how->sharpen != NULL && i < c->count; i++)
        c->item[i].score = cm_search_refine(how->sharpen, pilot, how->step, &c->item[i].g);
    for (int i = 0; i < c->count && i < tries && code == CM_OK; i++) {
        if (cm_trial_done(&s->trial) || (i >= 3 && c->item[i].score < 0.6f * c->item[0].score))
            break;
        code = try_candidate(r, s, c->item[i].g, err);
    }
    let_go(s);
    return code;
}

static void pilots_of(const cm_ring *r, const cm_suspect *s, cm_frequency *pilot) {
    for (int i = 0; i < CM_PILOTS; i++)
        pilot[i] = cm_screen_band(r->screen)[s->pilots.place[i]];
}

static cm_code search_few(cm_ring *r, const cm_ring_search *how, cm_error *err) {
    cm_code code = CM_OK;
    for (size_t k = 0; k < r->count && code == CM_OK && !cm_ring_found(r); k++) {
        cm_suspect *s = &r->suspect[k];
        cm_frequency pilot[CM_PILOTS];
        cm_candidates found;
        pilots_of(r, s, pilot);
        code = cm_search(how->map, pilot, how->kind, how->resolution, how->candidates, &found, err);
        if (code == CM_OK)
            code = try_candidates(r, how, s, pilot, &found, err);
    }
    return code;
}

/* The same for the keys from `first` on, as many as are searched for at once. */
static cm_code search_some(cm_ring *r, const cm_ring_search *how, size_t first, cm_error *err) {
    size_t n = r->count - first < CM_SEARCH_AT_ONCE ? r->count - first : CM_SEARCH_AT_ONCE;
    const cm_pilots *pilots[CM_SEARCH_AT_ONCE];
    int most = how->candidates < MANY_CANDIDATES ? how->candidates : MANY_CANDIDATES;
    cm_search_ring *search = NULL;
    for (size_t i = 0; i < n; i++)
        pilots[i] = &r->suspect[first + i].pilots;
    cm_code code = cm_search_ring_new(how->map, cm_screen_band(r->screen), pilots, (int)n,
                                      how->kind, how->resolution, &search, err);
    bool found = false;
    for (size_t i = 0; i < n && code == CM_OK && !found; i++) {
        cm_suspect *s = &r->suspect[first + i];
        cm_frequency pilot[CM_PILOTS];
        cm_candidates candidates;
        pilots_of(r, s, pilot);
        code = cm_search_ring_pick(search, (int)i, most, &candidates, err);
        if (code == CM_OK)
            code = try_candidates(r, how, s, pilot, &candidates, err);
        found = cm_trial_done(&s->trial);
    }
    cm_search_ring_free(search);
    return code;
}

cm_code cm_ring_search_map(cm_ring *r, const cm_ring_search *how, cm_error *err) {
    cm_code code = CM_OK;
    if (r->sampler.half == NULL)
        code = cm_sampler_new(r->canvas->residual, &r->sampler, err);
    if (code == CM_OK && r->count <= FEW)
        return search_few(r, how, err);
    for (size_t first = 0; first < r->count && code == CM_OK && !cm_ring_found(r);
         first += CM_SEARCH_AT_ONCE)
        code = search_some(r, how, first, err);
    return code;
}
