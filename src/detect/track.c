/* What shifts from block to block: the offsets of the blocks, fitted to the pilots' phases. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/wide.h"
#include "detect/sync.h"

/* A field of shifts over block centres scaled to -1 … 1: an offset and two slopes for each axis,
 * and the two terms of a slight perspective. */
enum { RIGID = 2, AFFINE = 6, FIELD = 8, PERSPECTIVE_BLOCKS = 9 };

enum { LANES = 8 /* blocks side by side */, POWERS = CM_PILOT_HIGH + 1 };

typedef float lanes __attribute__((vector_size(4 * LANES)));

static const float TURN = 6.28318531f / CM_TILE;

typedef struct phasors {
    lanes re, im;
} phasors;

/* A group of LANES blocks. A shift of all blocks along one axis turns pilots of one kx (or ky)
 * alike, so that the sum after it is had from one term for each |kx|: even times the cosine of its
 * turn less odd times the sine. */
typedef struct group {
    lanes x, y;                            /* scaled centres */
    phasors given[CM_PILOTS];              /* answers before any shift */
    phasors now[CM_PILOTS];                /* after the shifts as fitted so far */
    lanes even[2][POWERS], odd[2][POWERS]; /* [axis][|k|] */
} group;

typedef struct tracker {
    const cm_layout *l;
    int count, groups;
    group *group;
    float p[FIELD];
    float step;
} tracker;

static float field_x(const float *p, float x, float y) {
    return p[0] + p[2] * x + p[3] * y + (p[6] * x + p[7] * y) * x;
}

static float field_y(const float *p, float x, float y) {
    return p[1] + p[4] * x + p[5] * y + (p[6] * x + p[7] * y) * y;
}

CM_PART phasors times(const phasors *a, const phasors *b) {
    return (phasors){a->re * b->re - a->im * b->im, a->re * b->im + a->im * b->re};
}

/* Powers of e^{2πi d / tile}. */
CM_PART void powers_of(const lanes *d, phasors *out) {
    out[0] = (phasors){(lanes){0} + 1, (lanes){0}};
    for (int i = 0; i < LANES; i++) {
        out[1].re[i] = cosf(TURN * (*d)[i]);
        out[1].im[i] = sinf(TURN * (*d)[i]);
    }
    for (int k = 2; k < POWERS; k++) /* short chains, which keep rounding small */
        out[k] = times(&out[k / 2], &out[k - k / 2]);
}

/* By how much frequency f turns, from the powers along either axis. */
CM_PART phasors turn_of(const cm_frequency *f, const phasors *along_x, const phasors *along_y) {
    phasors y = along_y[abs(f->ky)];
    if (f->ky < 0)
        y.im = -y.im;
    return times(&along_x[f->kx], &y);
}

/* Turns a group's answers by the field, and sums them up. */
CM_WIDE static void turn_group(const tracker *t, group *g) {
    phasors along_x[POWERS], along_y[POWERS];
    lanes dx, dy;
    for (int i = 0; i < LANES; i++) {
        dx[i] = field_x(t->p, g->x[i], g->y[i]);
        dy[i] = field_y(t->p, g->x[i], g->y[i]);
    }
    powers_of(&dx, along_x);
    powers_of(&dy, along_y);
    memset(g->even, 0, sizeof g->even);
    memset(g->odd, 0, sizeof g->odd);
    for (int k = 0; k < CM_PILOTS; k++) {
        const cm_frequency *f = &t->l->pilot[k];
        int row = abs(f->ky);
        phasors turn = turn_of(f, along_x, along_y), z = times(&g->given[k], &turn);
        g->now[k] = z;
        g->even[0][f->kx] += z.re;
        g->odd[0][f->kx] += z.im;
        g->even[1][row] += z.re;
        g->odd[1][row] += f->ky < 0 ? -z.im : z.im;
    }
}

/* The sums after a shift of d along an axis, and of -d. */
CM_WIDE static void shift_group(const group *g, int axis, const lanes *d, lanes *plus,
                                lanes *minus) {
    phasors turn[POWERS];
    lanes even = {0}, odd = {0};
    powers_of(d, turn);
    for (int k = 0; k < POWERS; k++) {
        even += g->even[axis][k] * turn[k].re;
        odd += g->odd[axis][k] * turn[k].im;
    }
    *plus += even - odd;
    *minus += even + odd;
}

/* The same for shifts along both axes. */
CM_WIDE static void bend_group(const tracker *t, const group *g, const lanes *dx, const lanes *dy,
                               lanes *plus, lanes *minus) {
    phasors along_x[POWERS], along_y[POWERS];
    lanes even = {0}, odd = {0};
    powers_of(dx, along_x);
    powers_of(dy, along_y);
    for (int k = 0; k < CM_PILOTS; k++) {
        phasors turn = turn_of(&t->l->pilot[k], along_x, along_y);
        even += g->now[k].re * turn.re;
        odd += g->now[k].im * turn.im;
    }
    *plus += even - odd;
    *minus += even + odd;
}

static float total(const lanes *v) {
    double sum = 0;
    for (int i = 0; i < LANES; i++)
        sum += (double)(*v)[i];
    return (float)sum;
}

/* How well the pilots of all blocks would agree with their phases if parameter i moved by step, and
 * by -step. */
static void agreement(const tracker *t, int i, float *plus, float *minus) {
    lanes up = {0}, down = {0};
    for (int n = 0; n < t->groups; n++) {
        const group *g = &t->group[n];
        lanes along = i < RIGID ? (lanes){0} + 1 : i % 2 == 0 ? g->x : g->y;
        if (i >= AFFINE) {
            lanes dx = along * g->x * t->step, dy = along * g->y * t->step;
            bend_group(t, g, &dx, &dy, &up, &down);
        } else {
            lanes d = along * t->step;
            shift_group(g, i < RIGID ? i : i / 4, &d, &up, &down);
        }
    }
    *plus = total(&up);
    *minus = total(&down);
}

static void turn_all(tracker *t) {
    for (int n = 0; n < t->groups; n++)
        turn_group(t, &t->group[n]);
}

static float agreement_now(const tracker *t) {
    lanes sum = {0};
    for (int n = 0; n < t->groups; n++)
        for (int k = 0; k < POWERS; k++)
            sum += t->group[n].even[0][k];
    return total(&sum);
}

/* Coordinate ascent over the first `terms` of the field, in steps halved from `step` on. */
static void climb(tracker *t, int terms, float step) {
    float best = agreement_now(t);
    for (t->step = step; t->step > 0.03f;) {
        bool better = false;
        for (int i = 0; i < terms; i++) {
            float plus, minus;
            agreement(t, i, &plus, &minus);
            if (!(plus > best) && !(minus > best))
                continue;
            t->p[i] += plus > best ? t->step : -t->step;
            best = plus > best ? plus : minus;
            better = true;
            turn_all(t);
        }
        if (!better)
            t->step /= 2;
    }
}

/* Centres to -1 … 1 about their mean. */
static void scale_centres(tracker *t, const cm_blocks *b) {
    float span = 1, mx = 0, my = 0;
    for (int i = 0; i < t->count; i++) {
        mx += b->x[i] / (float)t->count;
        my += b->y[i] / (float)t->count;
    }
    for (int i = 0; i < t->count; i++)
        span = fmaxf(span, fmaxf(fabsf(b->x[i] - mx), fabsf(b->y[i] - my)));
    for (int i = 0; i < t->count; i++) {
        t->group[i / LANES].x[i % LANES] = (b->x[i] - mx) / span;
        t->group[i / LANES].y[i % LANES] = (b->y[i] - my) / span;
    }
}

static void take_answers(tracker *t, const cm_blocks *b, bool turned) {
    for (int i = 0; i < t->count; i++)
        for (int k = 0; k < CM_PILOTS; k++) {
            cm_complex z = b->pilot[(size_t)i * CM_PILOTS + (size_t)k];
            z = (turned ? conjf(z) : z) * conjf(t->l->pilot_phase[k]);
            t->group[i / LANES].given[k].re[i % LANES] = crealf(z);
            t->group[i / LANES].given[k].im[i % LANES] = cimagf(z);
        }
}

cm_code cm_sync_track(const cm_blocks *b, const cm_layout *l, const cm_shift *shift,
                      cm_motion motion, float *dx, float *dy, cm_error *err) {
    tracker t = {.l = l, .count = b->columns * b->rows, .p = {shift->x, shift->y}};
    t.groups = (t.count + LANES - 1) / LANES;
    t.group = cm_alloc_aligned((size_t)t.groups, sizeof *t.group);
    if (t.group == NULL)
        return cm_fail_memory(err);
    memset(t.group, 0, (size_t)t.groups * sizeof *t.group);
    scale_centres(&t, b);
    take_answers(&t, b, shift->turned);
    turn_all(&t);
    climb(&t, RIGID, 0.25f);
    if (motion != CM_MOTION_RIGID)
        climb(&t, AFFINE, 1);
    if (motion != CM_MOTION_RIGID && t.count >= PERSPECTIVE_BLOCKS)
        climb(&t, FIELD, 1);
    for (int i = 0; i < t.count; i++) {
        float x = t.group[i / LANES].x[i % LANES], y = t.group[i / LANES].y[i % LANES];
        dx[i] = field_x(t.p, x, y);
        dy[i] = field_y(t.p, x, y);
    }
    free(t.group);
    return CM_OK;
}
