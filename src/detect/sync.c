#include "detect/sync.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

static const float TURN = 6.28318531f;

enum { CHAINS = 4 };

/* Powers of e^{2πi d / tile}: [CM_BAND_HIGH + k] for k = -CM_BAND_HIGH … CM_BAND_HIGH. */
static void turn_table(float d, cm_complex *table) {
    float angle = TURN * d / CM_TILE;
    cm_complex *mid = table + CM_BAND_HIGH, unit = CMPLXF(cosf(angle), sinf(angle));
    mid[0] = 1;
    for (int k = 1; k <= CHAINS; k++) /* chains that needn't wait for each other */
        mid[k] = mid[k - 1] * unit;
    for (int k = CHAINS + 1; k <= CM_BAND_HIGH; k++)
        mid[k] = mid[k - CHAINS] * mid[CHAINS];
    for (int k = 1; k <= CM_BAND_HIGH; k++)
        mid[-k] = conjf(mid[k]);
}

void cm_sync_align(const cm_complex *in, const cm_frequency *f, int n, bool turned, float dx,
                   float dy, cm_complex *out) {
    cm_complex tx[2 * CM_BAND_HIGH + 1], ty[2 * CM_BAND_HIGH + 1];
    turn_table(dx, tx);
    turn_table(dy, ty);
    for (int i = 0; i < n; i++) {
        cm_complex turn = tx[CM_BAND_HIGH + f[i].kx] * ty[CM_BAND_HIGH + f[i].ky];
        out[i] = (turned ? conjf(in[i]) : in[i]) * turn;
    }
}

/* A field of shifts over block centres scaled to -1 … 1: an offset and two slopes for each axis,
 * and the two terms of a slight perspective. */
enum { RIGID = 2, AFFINE = 6, FIELD = 8, PERSPECTIVE_BLOCKS = 9 };

typedef struct tracker {
    const cm_blocks *b;
    const cm_layout *l;
    bool turned;
    int count;
    float *x, *y; /* scaled centres */
} tracker;

static void field_at(const tracker *t, const float *p, int block, float *dx, float *dy) {
    float x = t->x[block], y = t->y[block], depth = p[6] * x + p[7] * y;
    *dx = p[0] + p[2] * x + p[3] * y + depth * x;
    *dy = p[1] + p[4] * x + p[5] * y + depth * y;
}

/* How well the pilots of all blocks agree with their phases under the field. */
static float agreement(const tracker *t, const float *p) {
    cm_complex aligned[CM_PILOTS];
    float sum = 0;
    for (int i = 0; i < t->count; i++) {
        float dx, dy;
        field_at(t, p, i, &dx, &dy);
        cm_sync_align(t->b->pilot + (size_t)i * CM_PILOTS, t->l->pilot, CM_PILOTS, t->turned, dx,
                      dy, aligned);
        for (int k = 0; k < CM_PILOTS; k++)
            sum += crealf(aligned[k] * conjf(t->l->pilot_phase[k]));
    }
    return sum;
}

/* Coordinate ascent over the first `terms` of the field, in steps halved from `step` on. */
static void climb(const tracker *t, int terms, float step, float *p) {
    float best = agreement(t, p);
    while (step > 0.03f) {
        bool better = false;
        for (int i = 0; i < 2 * terms; i++) {
            float was = p[i / 2];
            p[i / 2] += i & 1 ? -step : step;
            float score = agreement(t, p);
            if (score > best) {
                best = score;
                better = true;
            } else {
                p[i / 2] = was;
            }
        }
        if (!better)
            step /= 2;
    }
}

static void scale_centres(tracker *t) {
    float span = 1, mx = 0, my = 0;
    for (int i = 0; i < t->count; i++) {
        mx += t->b->x[i] / (float)t->count;
        my += t->b->y[i] / (float)t->count;
    }
    for (int i = 0; i < t->count; i++) {
        t->x[i] = t->b->x[i] - mx;
        t->y[i] = t->b->y[i] - my;
        span = fmaxf(span, fmaxf(fabsf(t->x[i]), fabsf(t->y[i])));
    }
    for (int i = 0; i < t->count; i++) {
        t->x[i] /= span;
        t->y[i] /= span;
    }
}

cm_code cm_sync_track(const cm_blocks *b, const cm_layout *l, const cm_shift *shift,
                      cm_motion motion, float *dx, float *dy, cm_error *err) {
    float p[FIELD] = {shift->x, shift->y};
    tracker t = {.b = b, .l = l, .turned = shift->turned, .count = b->columns * b->rows};
    t.x = cm_calloc((size_t)t.count, sizeof *t.x);
    t.y = cm_calloc((size_t)t.count, sizeof *t.y);
    cm_code code = t.x != NULL && t.y != NULL ? CM_OK : cm_fail_memory(err);
    if (code == CM_OK) {
        scale_centres(&t);
        climb(&t, RIGID, 0.25f, p);
        if (motion != CM_MOTION_RIGID)
            climb(&t, AFFINE, 1, p);
        if (motion != CM_MOTION_RIGID && t.count >= PERSPECTIVE_BLOCKS)
            climb(&t, FIELD, 1, p);
        for (int i = 0; i < t.count; i++)
            field_at(&t, p, i, &dx[i], &dy[i]);
    }
    free(t.x);
    free(t.y);
    return code;
}
