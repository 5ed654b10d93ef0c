#include "detect/ring.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/parallel.h"
#include "detect/search_ring.h"

enum {
    FEW = 16, /* keys that are all looked at closely, and of more those that answer best */
    /* of more keys' searches no more is refined and tried than this: */
    MANY_CANDIDATES = 64,
    MANY_TRIES = 24,
    AT_ONCE = 32 /* candidates screened before any is looked at, in several threads */
};

/* An exact look is due at this share of the ln p that it asks for. */
static const double MARGIN = 0.93;

cm_code cm_ring_new(const cm_canvas *canvas, const uint8_t *const *layer_keys, size_t count,
                    cm_ring *out, cm_error *err) {
    *out = (cm_ring){.canvas = canvas, .count = count, .threads = 1};
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
                              .shifts = cm_screen_shifts(out->screen),
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
    cm_code code = cm_folded_new(r->canvas->residual, g, false, r->threads, &folded, err);
    if (code != CM_OK)
        return code;
    code =
        r->count > FEW ? try_many(r, g, &folded, always, err) : try_few(r, g, &folded, always, err);
    cm_folded_free(&folded);
    return code;
}

/* Candidates of one key, to be screened, and those that answer to be tested. */
typedef struct screening {
    const cm_ring *ring;
    const cm_suspect *suspect;
    const cm_candidate *candidate;
    double worth;
    double ln_p[AT_ONCE];
    cm_tested tested[AT_ONCE]; /* where ln_p is as low as `worth` */
    cm_code code[AT_ONCE];
    cm_error err[AT_ONCE];
} screening;

static void screen_one(void *context, int job, int thread) {
    screening *c = context;
    (void)thread;
    c->ln_p[job] = cm_screen_lattice(c->ring->screen, &c->ring->sampler, &c->suspect->pilots,
                                     c->candidate[job].g, c->worth);
}

static void test_one(void *context, int job, int thread) {
    screening *c = context;
    (void)thread;
    c->code[job] = CM_OK;
    if (c->ln_p[job] <= c->worth)
        c->code[job] =
            cm_trial_test(&c->suspect->trial, c->candidate[job].g, &c->tested[job], &c->err[job]);
}

static bool any_answers(const screening *c, int n) {
    bool any = false;
    for (int i = 0; i < n; i++)
        any = any || c->ln_p[i] <= c->worth;
    return any;
}

/* Takes what was found of the first n, in their order, until the key is done. */
static cm_code take_screened(const screening *c, cm_suspect *s, int n, cm_error *err) {
    cm_code code = CM_OK;
    for (int i = 0; i < n && code == CM_OK && !cm_trial_done(&s->trial); i++) {
        if (c->ln_p[i] > c->worth) {
            cm_trial_dismiss(&s->trial, c->ln_p[i]);
            continue;
        }
        code = c->code[i];
        if (code == CM_OK)
            code = cm_trial_take(&s->trial, &c->tested[i], c->ring->threads, err);
        else if (err != NULL)
            *err = c->err[i];
    }
    return code;
}

/* How many candidates are tried: the best, as long as they score much like the first. */
static int worth_trying(const cm_ring *r, const cm_ring_search *how, const cm_candidates *c) {
    int tries = r->count > FEW && how->tries > MANY_TRIES ? MANY_TRIES : how->tries, n = 0;
    while (n < c->count && n < tries && (n < 3 || c->item[n].score >= 0.6f * c->item[0].score))
        n++;
    return n;
}

static cm_code try_candidates(cm_ring *r, const cm_ring_search *how, cm_suspect *s,
                              const cm_frequency *pilot, cm_candidates *c, cm_error *err) {
    screening at = {
        .ring = r, .suspect = s, .worth = MARGIN * cm_trial_stands_out(&s->trial, false)};
    int step = r->threads > 1 ? AT_ONCE : 1;
    if (how->sharpen != NULL)
        cm_search_refine_all(how->sharpen, pilot, how->step, r->threads, c);
    int tries = worth_trying(r, how, c);
    cm_code code = CM_OK;
    for (int i = 0; i < tries && code == CM_OK && !cm_trial_done(&s->trial); i += step) {
        int n = tries - i < step ? tries - i : step;
        at.candidate = &c->item[i];
        cm_parallel(r->threads, n, screen_one, &at);
        if (any_answers(&at, n))
            code = summon(s, err);
        if (code == CM_OK && s->layout != NULL)
            cm_parallel(r->threads, n, test_one, &at);
        if (code == CM_OK)
            code = take_screened(&at, s, n, err);
    }
    let_go(s);
    return code;
}

static void pilots_of(const cm_ring *r, const cm_suspect *s, cm_frequency *pilot) {
    for (int i = 0; i < CM_PILOTS; i++)
        pilot[i] = cm_screen_band(r->screen)[s->pilots.place[i]];
}

/* For one key. */
static cm_code search_for(const cm_ring *r, const cm_ring_search *how, const cm_suspect *s,
                          cm_candidates *out, cm_error *err) {
    cm_frequency pilot[CM_PILOTS];
    pilots_of(r, s, pilot);
    return cm_search_maps(how->map, how->maps, pilot, how->kind, how->resolution, how->candidates,
                          r->threads, out, err);
}

static cm_code try_for(cm_ring *r, const cm_ring_search *how, cm_suspect *s, cm_candidates *c,
                       cm_error *err) {
    cm_frequency pilot[CM_PILOTS];
    pilots_of(r, s, pilot);
    return try_candidates(r, how, s, pilot, c, err);
}

/* One map is searched key by key, until one is found. Of several, which take little longer, all
 * keys are searched for before the first map's candidates are tried. */
static cm_code search_few(cm_ring *r, const cm_ring_search *how, cm_error *err) {
    size_t maps = (size_t)how->maps;
    cm_candidates *found = cm_calloc(r->count * maps, sizeof *found);
    cm_code code = found != NULL ? CM_OK : cm_fail_memory(err);
    for (size_t k = 0; maps > 1 && k < r->count && code == CM_OK; k++)
        code = search_for(r, how, &r->suspect[k], &found[k * maps], err);
    for (size_t i = 0; i < maps * r->count && code == CM_OK && !cm_ring_found(r); i++) {
        size_t map = i / r->count, k = i % r->count;
        if (maps == 1)
            code = search_for(r, how, &r->suspect[k], &found[k], err);
        if (code == CM_OK)
            code = try_for(r, how, &r->suspect[k], &found[k * maps + map], err);
    }
    free(found);
    return code;
}

/* The same for the keys from `first` on, as many as are searched for at once. */
static cm_code search_some(cm_ring *r, const cm_ring_search *how, int map, size_t first,
                           cm_error *err) {
    size_t n = r->count - first < CM_SEARCH_AT_ONCE ? r->count - first : CM_SEARCH_AT_ONCE;
    const cm_pilots *pilots[CM_SEARCH_AT_ONCE];
    int most = how->candidates < MANY_CANDIDATES ? how->candidates : MANY_CANDIDATES;
    cm_search_ring *search = NULL;
    for (size_t i = 0; i < n; i++)
        pilots[i] = &r->suspect[first + i].pilots;
    cm_code code = cm_search_ring_new(&how->map[map], cm_screen_band(r->screen), pilots, (int)n,
                                      how->kind, how->resolution, &search, err);
    bool found = false;
    for (size_t i = 0; i < n && code == CM_OK && !found; i++) {
        cm_suspect *s = &r->suspect[first + i];
        cm_candidates candidates;
        code = cm_search_ring_pick(search, (int)i, most, &candidates, err);
        if (code == CM_OK)
            code = try_for(r, how, s, &candidates, err);
        found = cm_trial_done(&s->trial);
    }
    cm_search_ring_free(search);
    return code;
}

cm_code cm_ring_search_maps(cm_ring *r, const cm_ring_search *how, cm_error *err) {
    cm_code code = CM_OK;
    if (r->sampler.half == NULL)
        code = cm_sampler_new(r->canvas->residual, &r->sampler, err);
    if (code == CM_OK && r->count <= FEW)
        return search_few(r, how, err);
    for (int map = 0; map < how->maps; map++)
        for (size_t first = 0; first < r->count && code == CM_OK && !cm_ring_found(r);
             first += CM_SEARCH_AT_ONCE)
            code = search_some(r, how, map, first, err);
    return code;
}
