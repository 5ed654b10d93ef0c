#include "api/survive.h"

#include <math.h>
#include <string.h>

#include "base/parallel.h"
#include "detect/image.h"
#include "media/luma.h"

/* What the detector must answer in a rehearsal: below the threshold for a finding, since the real
 * change will not be quite the rehearsed one. */
static const double TARGET_LOG10_P = -12;
/* And before any change, times what the finished picture has to answer. */
static const double UNTOUCHED = 1.3;
static const float LEAST_SHARE = 0.5f; /* of the limit: the least strength tried */
enum { HALVINGS = 4 };

/* The marked luma, rounded as the picture's will be. */
static void add_change(const cm_plane *luma, const cm_plane *change, cm_plane *out) {
    size_t n = cm_plane_size(luma);
    for (size_t i = 0; i < n; i++)
        out->data[i] = rintf(cm_luma_clamp(luma->data[i] + change->data[i]));
}

/* Asks under one layer's key; the weaker of two layers counts. */
static cm_code ask(const cm_marking *m, const cm_canvas *canvas, const uint8_t *key,
                   cm_survival *out, cm_error *err) {
    cm_detect_options fast = {.fast = true};
    cm_detection d = {0};
    cm_code code = cm_detect_area(canvas, &key, 1, &fast, NULL, &d, err);
    if (code == CM_OK) {
        out->log10_p = fmax(out->log10_p, d.log10_p);
        out->read = out->read && d.has_payload && cm_payload_same(d.payload, m->payload) &&
                    d.log10_p <= TARGET_LOG10_P;
    }
    cm_detection_free(&d);
    return code;
}

/* As the detector would see it if it knew the geometry: what the search costs is not rehearsed. */
static cm_code look(const cm_marking *m, const cm_plane *seen, cm_lattice lattice, cm_survival *out,
                    cm_error *err) {
    cm_canvas canvas;
    cm_code code = cm_canvas_new(seen, seen->w, seen->h, NULL, &canvas, err);
    canvas.nominal = lattice;
    out->read = true;
    out->log10_p = -INFINITY;
    for (size_t i = 0; i < m->layers && code == CM_OK; i++)
        code = ask(m, &canvas, m->layer[i].bytes, out, err);
    cm_canvas_free(&canvas);
    return code;
}

static cm_code try_change(const cm_marking *m, const cm_plane *marked, const cm_change *change,
                          cm_survival *out, cm_error *err) {
    cm_lattice lattice = cm_canvas_nominal(m->width, m->height, marked->w, marked->h);
    cm_plane seen;
    memcpy(out->change, change->name, sizeof out->change);
    cm_code code =
        cm_change_apply(change, marked, (double)m->width / marked->w, &lattice, &seen, err);
    if (code == CM_OK)
        code = look(m, &seen, lattice, out, err);
    cm_plane_free(&seen);
    return code;
}

/* Everything that is tried at one strength, the picture as it is before the changes. */
typedef struct rehearsing {
    const cm_marking *marking;
    const cm_rehearsal *rehearsal;
    const cm_plane *marked;
    cm_survival *untouched;
    cm_survival *changed;
    cm_code code[1 + CM_SURVIVE_MAX];
    cm_error err[1 + CM_SURVIVE_MAX];
} rehearsing;

static void try_one(void *context, int job, int thread) {
    static const cm_change nothing = {.steps = 0};
    rehearsing *r = context;
    const cm_change *change = job == 0 ? &nothing : &r->rehearsal->change[job - 1];
    (void)thread;
    r->code[job] = try_change(r->marking, r->marked, change,
                              job == 0 ? r->untouched : &r->changed[job - 1], &r->err[job]);
}

static cm_code try_all(rehearsing *r, cm_error *err) {
    int jobs = 1 + r->rehearsal->changes;
    cm_parallel(cm_threads(r->marking->threads), jobs, try_one, r);
    for (int i = 0; i < jobs; i++)
        if (r->code[i] != CM_OK) {
            if (err != NULL)
                *err = r->err[i];
            return r->code[i];
        }
    return CM_OK;
}

/* Makes the change at this strength and tries everything. */
static cm_code try_strength(cm_marking *m, const cm_rehearsal *r, float strength, cm_survived *out,
                            bool *all, cm_error *err) {
    *out = (cm_survived){.strength = strength, .changes = r->changes};
    *all = true;
    cm_code code = cm_marking_make(m, strength, err);
    if (code != CM_OK || r->changes == 0)
        return code;
    cm_plane marked = cm_plane_new(m->change.w, m->change.h);
    if (marked.data == NULL)
        return cm_fail_memory(err);
    add_change(&m->host.luma, &m->change, &marked);
    cm_survival untouched = {0};
    rehearsing all_of = {.marking = m,
                         .rehearsal = r,
                         .marked = &marked,
                         .untouched = &untouched,
                         .changed = out->change};
    code = try_all(&all_of, err);
    *all = untouched.read && untouched.log10_p <= UNTOUCHED * cm_target_log10_p(m->payload.bits);
    for (int i = 0; i < r->changes; i++)
        *all = *all && out->change[i].read;
    cm_plane_free(&marked);
    return code;
}

cm_code cm_survive(cm_marking *m, const cm_rehearsal *rehearsal, float limit, cm_survived *out,
                   cm_error *err) {
    bool all = false;
    cm_code code = try_strength(m, rehearsal, limit, out, &all, err);
    if (code != CM_OK || !all || rehearsal->changes == 0)
        return code;
    float low = LEAST_SHARE * limit, high = limit, last = limit;
    for (int i = 0; i < HALVINGS; i++) {
        cm_survived tried;
        cm_error refusal;
        last = i == 0 ? low : sqrtf(low * high);
        code = try_strength(m, rehearsal, last, &tried, &all, &refusal);
        if (code != CM_OK && code != CM_ERR_CAPACITY)
            return cm_fail(err, code, "%s", refusal.message);
        if (code == CM_OK && all) {
            high = last;
            *out = tried;
            if (i == 0)
                break;
        } else {
            low = last;
        }
    }
    return last == high ? CM_OK : cm_marking_make(m, high, err);
}
