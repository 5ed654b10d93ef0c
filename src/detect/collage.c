#include "detect/collage.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "detect/image.h"
#include "detect/regions.h"

enum {
    STEPS = 16, /* parts begin and end at sixteenths of the picture */
    /* of parts that are looked at; smaller ones hold a payload in few pictures */
    LEAST_SIDE = 128,
    LEAST_PIXELS = 192 * 192,
    LEAST_SHARE = 8, /* an eighth of the picture */
    MOST_PARTS = 6
};

/* Which part is looked at depends on the marks found, and so on the key: every rectangle of
 * sixteenths counts as a test. */
static const double RECTANGLES = (STEPS * (STEPS + 1) / 2) * (STEPS * (STEPS + 1) / 2);

/* Any two words differ in 36 code bits of 320 at least, which is this share; half of it is due
 * where half of a part is another mark's. Noise speaks against a word too, but not loudly. */
static const float DISSENT = 0.1f;

/* ln p of words being told apart by a part's soft values. */
static const double EXCLUDED_LN_P = -20;

/* In pixels of the residual. */
typedef struct part {
    int x, y, w, h;
} part;

typedef struct search {
    const cm_canvas *canvas;
    const uint8_t *const *keys;
    size_t key_count;
    bool fast;
    int threads;
    cm_detection *out;
    size_t room;               /* of out->others */
    bool joined[STEPS][STEPS]; /* taken by marks whose maps are not kept */
} search;

static int step_at(int n, int length) {
    return (int)lround((double)n * length / STEPS);
}

static part part_of(const cm_canvas *c, int x0, int y0, int x1, int y1) {
    int w = c->residual->w, h = c->residual->h;
    part p = {.x = step_at(x0, w), .y = step_at(y0, h)};
    p.w = step_at(x1, w) - p.x;
    p.h = step_at(y1, h) - p.y;
    return p;
}

/* The sixteenths that a rectangle of the picture reaches into by more than a hair. */
static void cover(const cm_canvas *c, double x0, double y0, double x1, double y1,
                  bool (*taken)[STEPS]) {
    const double hair = 2 * c->shrink_x;
    for (int y = 0; y < STEPS; y++)
        for (int x = 0; x < STEPS; x++)
            if (step_at(x + 1, c->width) > x0 + hair && step_at(x, c->width) < x1 - hair &&
                step_at(y + 1, c->height) > y0 + hair && step_at(y, c->height) < y1 - hair)
                taken[y][x] = true;
}

/* Those that a mark's cells reach into. */
static void cover_map(const cm_canvas *c, const cm_mark_map *m, bool (*taken)[STEPS]) {
    if (m->score == NULL)
        return;
    double least = cm_regions_least(m);
    for (int i = 0; i < m->columns * m->rows; i++) {
        double x = m->x + i % m->columns * m->cell_w, y = m->y + i / m->columns * m->cell_h;
        if ((double)m->score[i] >= least)
            cover(c, x, y, x + m->cell_w, y + m->cell_h, taken);
    }
}

static bool is_free(bool (*taken)[STEPS], int x0, int y0, int x1, int y1) {
    for (int y = y0; y < y1; y++)
        for (int x = x0; x < x1; x++)
            if (taken[y][x])
                return false;
    return true;
}

static bool is_large(const part *p, const cm_canvas *c) {
    size_t size = (size_t)p->w * (size_t)p->h;
    return p->w >= LEAST_SIDE && p->h >= LEAST_SIDE && size >= LEAST_PIXELS &&
           size * LEAST_SHARE >= cm_plane_size(c->residual);
}

/* A rectangle of the picture, in its pixels. */
typedef struct area {
    double x, y, w, h;
} area;

/* Whether the middle of a map's cell lies in it. */
static bool holds_cell(const area *a, const cm_mark_map *m, int cell) {
    double x = m->x + (cell % m->columns + 0.5) * m->cell_w;
    double y = m->y + (cell / m->columns + 0.5) * m->cell_h;
    return x >= a->x && x < a->x + a->w && y >= a->y && y < a->y + a->h;
}

/* Whether the cells of a part answer to a mark together, though none does by itself: the mark goes
 * on there, faintly. */
static bool is_faint(const search *s, const part *p, const cm_mark_map *m) {
    const double enough = 1; /* mean score; about 0 where the mark isn't */
    double sum = 0, by_x = s->canvas->shrink_x, by_y = s->canvas->shrink_y;
    area a = {.x = p->x * by_x, .y = p->y * by_y, .w = p->w * by_x, .h = p->h * by_y};
    int n = 0;
    for (int i = 0; m->score != NULL && i < m->columns * m->rows; i++)
        if (holds_cell(&a, m, i)) {
            sum += (double)m->score[i];
            n++;
        }
    return n > 0 && sum >= enough * n;
}

/* The largest part that no mark reaches into; false when it is too small, or the strongest's. */
static bool find_rest(const search *s, part *out) {
    bool taken[STEPS][STEPS];
    int most = 0;
    memcpy(taken, s->joined, sizeof taken);
    cover_map(s->canvas, &s->out->map, taken);
    for (size_t i = 0; i < s->out->other_count; i++)
        cover_map(s->canvas, &s->out->others[i].map, taken);
    for (int y0 = 0; y0 < STEPS; y0++)
        for (int x0 = 0; x0 < STEPS; x0++)
            for (int y1 = y0 + 1; y1 <= STEPS; y1++)
                for (int x1 = x0 + 1; x1 <= STEPS; x1++)
                    if ((x1 - x0) * (y1 - y0) > most && is_free(taken, x0, y0, x1, y1)) {
                        most = (x1 - x0) * (y1 - y0);
                        *out = part_of(s->canvas, x0, y0, x1, y1);
                    }
    return most > 0 && is_large(out, s->canvas) && !is_faint(s, out, &s->out->map);
}

/* One of the halves and quarters. */
static part part_of_quarters(const cm_canvas *c, unsigned quarters) {
    return part_of(c, quarters & 5 ? 0 : STEPS / 2, quarters & 3 ? 0 : STEPS / 2,
                   quarters & 10 ? STEPS : STEPS / 2, quarters & 12 ? STEPS : STEPS / 2);
}

static bool is_same(const cm_detection *a, const cm_detection *b) {
    return a->key == b->key && a->has_payload && b->has_payload &&
           cm_payload_same(a->payload, b->payload);
}

/* Whether what a part says can't be the mark that is known, read wrong: where their words differ,
 * it speaks for the other one beyond doubt. */
static bool excludes(const cm_detection *known, const cm_detection *d) {
    uint8_t word[CM_CODE_BITS], other[CM_CODE_BITS];
    double corr = 0, share = 0;
    if (known->key != d->key || !known->has_payload)
        return true;
    cm_code_encode(d->payload, word);
    cm_code_encode(known->payload, other);
    for (int i = 0; i < CM_CODE_BITS; i++)
        if (word[i] != other[i]) {
            corr += (double)(word[i] ? -d->said[i] : d->said[i]);
            share += 1.0 / CM_CODE_BITS;
        }
    return corr > 0 && corr * corr >= -2 * EXCLUDED_LN_P * d->energy * share;
}

static bool is_credible(const cm_detection *all, const cm_detection *d) {
    bool credible = is_same(all, d) || excludes(all, d);
    for (size_t i = 0; i < all->other_count; i++)
        credible = credible && (is_same(&all->others[i], d) || excludes(&all->others[i], d));
    return credible && d->has_payload && d->log10_p <= CM_MARK_LOG10_P;
}

static cm_detection *find_same(cm_detection *all, const cm_detection *d) {
    if (is_same(all, d))
        return all;
    for (size_t i = 0; i < all->other_count; i++)
        if (is_same(&all->others[i], d))
            return &all->others[i];
    return NULL;
}

static bool is_within(const cm_region *r, const cm_region *of) {
    return r->x >= of->x && r->y >= of->y && r->x + r->w <= of->x + of->w &&
           r->y + r->h <= of->y + of->h;
}

/* More of a mark that is known. */
static void join(cm_detection *known, cm_detection *d) {
    for (int i = 0; i < d->region_count && known->region_count < CM_REGIONS; i++) {
        bool is_new = true;
        for (int k = 0; k < known->region_count; k++)
            is_new = is_new && !is_within(&d->regions[i], &known->regions[k]);
        if (is_new)
            known->regions[known->region_count++] = d->regions[i];
    }
    known->log10_p = fmin(known->log10_p, d->log10_p);
    cm_detection_free(d);
}

/* Any two words agree in half of their bits, and similar payloads' in most, so that a mark seems to
 * answer where another one of its key lies. What was found in a part by itself is not the first
 * one's. */
static cm_code give_way(cm_detection *known, const cm_detection *to, cm_error *err) {
    cm_mark_map *m = &known->map;
    if (known->key != to->key || m->score == NULL)
        return CM_OK;
    for (int k = 0; k < to->region_count; k++) {
        const cm_region *r = &to->regions[k];
        area a = {.x = r->x, .y = r->y, .w = r->w, .h = r->h};
        for (int i = 0; i < m->columns * m->rows; i++)
            if (holds_cell(&a, m, i))
                m->score[i] = 0;
    }
    return cm_regions_outline(known, err);
}

/* Takes over what was found in a part: as a mark of its own, or as regions of one that is known. */
static cm_code add(search *s, cm_detection *d, cm_error *err) {
    cm_detection *all = s->out, *known = find_same(all, d);
    cm_code code = known != all ? give_way(all, d, err) : CM_OK;
    if (code == CM_OK && known != NULL) {
        cover_map(s->canvas, &d->map, s->joined);
        join(known, d);
        return CM_OK;
    }
    if (code == CM_OK && all->other_count == s->room) {
        size_t room = s->room + MOST_PARTS;
        cm_detection *more = realloc(all->others, room * sizeof *more);
        code = more != NULL ? CM_OK : cm_fail_memory(err);
        all->others = more != NULL ? more : all->others;
        s->room = more != NULL ? room : s->room;
    }
    if (code == CM_OK)
        all->others[all->other_count++] = *d;
    else
        cm_detection_free(d);
    return code;
}

/* From the part's coordinates and tests to the picture's. */
static void settle(const cm_canvas *whole, const part *p, cm_detection *d) {
    int x = (int)lround(p->x * whole->shrink_x), y = (int)lround(p->y * whole->shrink_y);
    for (int i = 0; i < d->region_count; i++) {
        d->regions[i].x += x;
        d->regions[i].y += y;
    }
    d->map.x += x;
    d->map.y += y;
    d->log10_p = fmin(0, d->log10_p + log10(CM_PARTS_SHARE * RECTANGLES));
}

/* Of several marks in one part the strongest is taken; the next look finds the next. */
static void drop_others(cm_detection *d) {
    for (size_t i = 0; i < d->other_count; i++)
        cm_detection_free(&d->others[i]);
    free(d->others);
    d->others = NULL;
    d->other_count = 0;
}

/* Looks at a part by itself; *found: there is a mark in it that can be read. */
static cm_code look_at(search *s, const part *p, bool fast, bool *found, cm_error *err) {
    const cm_lattice *known = s->out->has_lattice ? &s->out->lattice : NULL;
    cm_detect_options how = {.fast = fast, .threads = s->threads};
    cm_canvas canvas;
    cm_detection d = {0};
    cm_code code = cm_canvas_part(s->canvas, p->x, p->y, p->w, p->h, &canvas, err);
    if (code == CM_OK)
        code = cm_detect_area(&canvas, s->keys, s->key_count, &how, known, &d, err);
    cm_canvas_free(&canvas);
    *found = false;
    if (code != CM_OK)
        return code;
    s->out->tests += d.tests;
    drop_others(&d);
    settle(s->canvas, p, &d);
    *found = is_credible(s->out, &d);
    if (*found)
        return add(s, &d, err);
    cm_detection_free(&d);
    return CM_OK;
}

/* How much a part is worth a look, for a payload or against the one that was read. Halves come
 * before quarters that say much the same. */
static float doubt_of(const cm_detection *d, int i) {
    float dissent = d->has_payload ? d->dissent[i] : 1;
    bool half = (cm_part_quarters[i] & (cm_part_quarters[i] - 1)) != 0;
    return dissent < DISSENT ? 0 : half ? 1.25f * dissent : dissent;
}

/* Where two messages lie in one lattice, one of them is read, or none, since they hide one another.
 * Halves and quarters that speak against what was read are read by themselves, the loudest first.
 */
static cm_code look_at_parts(search *s, cm_error *err) {
    float doubt[CM_PARTS];
    cm_code code = CM_OK;
    bool found;
    for (int i = 0; i < CM_PARTS; i++)
        doubt[i] = doubt_of(s->out, i);
    for (int n = 0; n < CM_PARTS && code == CM_OK; n++) {
        int most = 0;
        for (int i = 1; i < CM_PARTS; i++)
            most = doubt[i] > doubt[most] ? i : most;
        part p = part_of_quarters(s->canvas, cm_part_quarters[most]);
        if (doubt[most] > 0 && is_large(&p, s->canvas))
            code = look_at(s, &p, true, &found, err);
        doubt[most] = 0;
    }
    return code;
}

static cm_code look_at_rests(search *s, cm_error *err) {
    bool found = true;
    cm_code code = CM_OK;
    part p;
    for (int i = 0; i < MOST_PARTS && code == CM_OK && found && find_rest(s, &p); i++)
        code = look_at(s, &p, s->fast, &found, err);
    return code;
}

/* What can be read comes first, and then the strongest. */
static int by_strength(const void *a, const void *b) {
    const cm_detection *x = a, *y = b;
    if (x->has_payload != y->has_payload)
        return x->has_payload ? -1 : 1;
    return (x->log10_p > y->log10_p) - (x->log10_p < y->log10_p);
}

/* The strongest of all in front. */
static void put_in_order(cm_detection *d) {
    if (d->other_count == 0)
        return;
    qsort(d->others, d->other_count, sizeof *d->others, by_strength);
    if (by_strength(d, &d->others[0]) <= 0)
        return;
    cm_detection first = d->others[0], last = *d;
    first.others = d->others;
    first.other_count = d->other_count;
    first.tests = d->tests;
    first.power = d->power;
    last.others = NULL;
    last.other_count = 0;
    d->others[0] = last;
    *d = first;
    qsort(d->others, d->other_count, sizeof *d->others, by_strength);
}

cm_code cm_collage_look(const cm_canvas *canvas, const uint8_t *const *layer_keys, size_t keys,
                        bool fast, int threads, cm_detection *out, cm_error *err) {
    search s = {.canvas = canvas,
                .keys = layer_keys,
                .key_count = keys,
                .fast = fast,
                .threads = threads,
                .out = out,
                .room = out->other_count};
    cm_code code = CM_OK;
    if (out->log10_p <= CM_HINT_LOG10_P)
        code = look_at_parts(&s, err);
    if (code == CM_OK && out->region_count != 0)
        code = look_at_rests(&s, err);
    put_in_order(out);
    return code;
}
