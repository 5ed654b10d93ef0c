#include "detect/search.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"

static const float LEAST_SCALE = 0.42f, MOST_SCALE = 2.4f;
static const float BAND_EDGE = 0.48f;   /* cycles a pixel: pilots beyond are not looked up */
static const double GRID_STEP = 0.6;    /* of a bin of the coherent aperture, at |k| = 26 */
static const double MOST_STRETCH = 0.3; /* |ln(sx / sy)| */
static const float GIVE_UP = 0.8f;      /* deviations after FIRST_LOOK pilots */
static const double SAME = 1.2;         /* bins of the aperture: closer lattices are one */
static const float LEAST_SCORE = 2.0f;
static const double PI = 3.14159265358979323846;

enum { FIRST_LOOK = 24, HEAP = 4000, LEAST_PILOTS = CM_PILOTS * 2 / 5 };

/* What the inner loop needs of map and layout. */
typedef struct prober {
    const cm_spectrum *map;
    float kx[CM_PILOTS], ky[CM_PILOTS];
    float mean, deviation;
    float give_up[FIRST_LOOK + 1]; /* excess below which the first look ends it, by pilots seen */
    cm_candidate *heap;            /* least score on top */
    int count;
} prober;

static void heap_down(cm_candidate *h, int n, int i) {
    for (;;) {
        int least = i;
        for (int c = 2 * i + 1; c <= 2 * i + 2 && c < n; c++)
            if (h[c].score < h[least].score)
                least = c;
        if (least == i)
            return;
        cm_candidate t = h[i];
        h[i] = h[least];
        h[least] = t;
        i = least;
    }
}

static void keep(prober *p, float score, cm_lattice g) {
    if (score < LEAST_SCORE)
        return;
    if (p->count < HEAP) {
        p->heap[p->count++] = (cm_candidate){score, g};
        if (p->count == HEAP)
            for (int i = HEAP / 2; i >= 0; i--)
                heap_down(p->heap, HEAP, i);
    } else if (score > p->heap[0].score) {
        p->heap[0] = (cm_candidate){score, g};
        heap_down(p->heap, HEAP, 0);
    }
}

typedef struct tally {
    int sum, seen;
} tally;

/* Adds up the nearest bins of pilots from … to - 1. `inside` says that none can leave the map,
 * which spares the test. */
static inline tally add_bins(const prober *p, const float *g, bool inside, int from, int to,
                             tally t) {
    const int size = p->map->size;
    const float limit = BAND_EDGE * (float)size, centre = (float)(size / 2) + 0.5f;
    const uint8_t *bin = p->map->bin;
    for (int i = from; i < to; i++) {
        float fx = g[0] * p->kx[i] + g[1] * p->ky[i], fy = g[2] * p->kx[i] + g[3] * p->ky[i];
        if (inside || (fabsf(fx) < limit && fabsf(fy) < limit)) {
            t.sum += bin[(int)(fy + centre) * size + (int)(fx + centre)];
            t.seen++;
        }
    }
    return t;
}

/* Score of a lattice by nearest bins, in deviations; gives up early on poor ones. */
static inline float probe(const prober *p, const float *g, bool inside) {
    tally t = add_bins(p, g, inside, 0, FIRST_LOOK, (tally){0, 0});
    float over = (float)t.sum - p->mean * (float)t.seen;
    if (t.seen > 4 && over < p->give_up[t.seen])
        return 0;
    t = add_bins(p, g, inside, FIRST_LOOK, CM_PILOTS, t);
    if (t.seen < LEAST_PILOTS)
        return 0;
    return ((float)t.sum - p->mean * (float)t.seen) / (sqrtf((float)t.seen) * p->deviation);
}

static void try_lattice(prober *p, cm_lattice g) {
    double n = p->map->size;
    const float scaled[4] = {(float)(g.xx * n), (float)(g.xy * n), (float)(g.yx * n),
                             (float)(g.yy * n)};
    float reach = fmaxf(hypotf(scaled[0], scaled[1]), hypotf(scaled[2], scaled[3])) * CM_PILOT_HIGH;
    bool inside = reach < BAND_EDGE * (float)n;
    keep(p, inside ? probe(p, scaled, true) : probe(p, scaled, false), g);
}

/* Relative step of the grid of scales (and of angles, in radians) at scale s. */
static double grid_step(int resolution, double s) {
    return GRID_STEP / resolution * s / ((double)CM_PILOT_HIGH / CM_TILE);
}

static void search_rotation(prober *p, int resolution, cm_lattice stretch) {
    for (double s = LEAST_SCALE; s < MOST_SCALE; s *= exp(grid_step(resolution, s))) {
        int turns = (int)ceil(PI / grid_step(resolution, s));
        for (int i = 0; i < turns; i++) {
            double c = cos(PI * i / turns) / (s * CM_TILE), d = sin(PI * i / turns) / (s * CM_TILE);
            try_lattice(p, cm_lattice_then((cm_lattice){c, -d, d, c}, stretch));
            try_lattice(p, cm_lattice_then((cm_lattice){-c, -d, -d, c}, stretch));
        }
    }
}

static void search_stretch(prober *p, int resolution) {
    for (double s = LEAST_SCALE; s < MOST_SCALE; s *= exp(grid_step(resolution, s)))
        for (double t = LEAST_SCALE; t < MOST_SCALE; t *= exp(grid_step(resolution, t))) {
            if (fabs(log(s / t)) > MOST_STRETCH)
                continue;
            double x = 1 / (s * CM_TILE), y = 1 / (t * CM_TILE);
            try_lattice(p, (cm_lattice){x, 0, 0, y});
            try_lattice(p, (cm_lattice){-x, 0, 0, y});
            try_lattice(p, (cm_lattice){0, -x, y, 0});
            try_lattice(p, (cm_lattice){0, x, y, 0});
        }
}

/* Slight stretches along the axes and along the diagonals, before a rotation and scale. */
static void search_sheared(prober *p, int resolution) {
    static const double along[] = {1.03, 0.97, 1.06, 0.94, 1.09, 0.91}, across[] = {0.025, -0.025};
    for (size_t i = 0; i < sizeof along / sizeof along[0]; i++)
        search_rotation(p, resolution, (cm_lattice){1 / along[i], 0, 0, along[i]});
    for (size_t i = 0; i < sizeof across / sizeof across[0]; i++)
        search_rotation(p, resolution, (cm_lattice){1, across[i], across[i], 1});
}

/* Bilinear score: smooth enough to climb. */
static float score_smooth(const cm_spectrum *map, const cm_layout *l, cm_lattice g) {
    const int n = map->size, mid = n / 2;
    const double limit = (double)BAND_EDGE * n;
    float sum = 0;
    int seen = 0;
    for (int i = 0; i < CM_PILOTS; i++) {
        double fx = (g.xx * l->pilot[i].kx + g.xy * l->pilot[i].ky) * n;
        double fy = (g.yx * l->pilot[i].kx + g.yy * l->pilot[i].ky) * n;
        if (fabs(fx) >= limit || fabs(fy) >= limit)
            continue;
        int x = (int)floor(fx), y = (int)floor(fy);
        float ax = (float)(fx - x), ay = (float)(fy - y);
        const uint8_t *b = map->bin + (size_t)(y + mid) * (size_t)n + (size_t)(x + mid);
        float top = (1 - ax) * b[0] + ax * b[1], low = (1 - ax) * b[n] + ax * b[n + 1];
        sum += (1 - ay) * top + ay * low - map->mean;
        seen++;
    }
    return seen < LEAST_PILOTS ? 0 : sum / (sqrtf((float)seen) * map->deviation);
}

float cm_search_refine(const cm_spectrum *map, const cm_layout *layout, double step,
                       cm_lattice *g) {
    enum { ROUNDS = 40 };
    static const cm_lattice directions[] = {
        {1, 0, 0, 1}, {0, -1, 1, 0}, {1, 0, 0, -1}, {0, 1, 1, 0}};
    float best = score_smooth(map, layout, *g);
    for (int i = 0; i < ROUNDS && step > 1e-4; i++) {
        bool better = false;
        for (int d = 0; d < 8; d++) {
            double e = d & 1 ? -step : step;
            cm_lattice v = directions[d / 2];
            cm_lattice m = {1 + e * v.xx, e * v.xy, e * v.yx, 1 + e * v.yy};
            cm_lattice moved = cm_lattice_then(*g, m);
            float score = score_smooth(map, layout, moved);
            if (score > best) {
                best = score;
                *g = moved;
                better = true;
            }
        }
        if (!better)
            step /= 2;
    }
    return best;
}

static int by_score(const void *a, const void *b) {
    float x = ((const cm_candidate *)a)->score, y = ((const cm_candidate *)b)->score;
    return (x < y) - (x > y);
}

/* The best lattices that differ, each moved uphill. */
static void pick(prober *p, const cm_layout *layout, int resolution, int most, cm_candidates *out) {
    qsort(p->heap, (size_t)p->count, sizeof *p->heap, by_score);
    out->count = 0;
    for (int i = 0; i < p->count && out->count < most; i++) {
        bool known = false;
        for (int j = 0; j < out->count && !known; j++)
            known = cm_lattice_distance(p->heap[i].g, out->item[j].g) * resolution * CM_PILOT_HIGH <
                    SAME;
        if (!known)
            out->item[out->count++] = p->heap[i];
    }
    for (int i = 0; i < out->count; i++)
        out->item[i].score = cm_search_refine(p->map, layout, 1.5 / resolution, &out->item[i].g);
    qsort(out->item, (size_t)out->count, sizeof out->item[0], by_score);
}

cm_code cm_search(const cm_spectrum *map, const cm_layout *layout, cm_search_kind kind,
                  int resolution, int most, cm_candidates *out, cm_error *err) {
    prober p = {.map = map, .mean = map->mean, .deviation = map->deviation};
    p.heap = cm_calloc(HEAP, sizeof *p.heap);
    if (p.heap == NULL)
        return cm_fail_memory(err);
    for (int n = 0; n <= FIRST_LOOK; n++)
        p.give_up[n] = GIVE_UP * p.deviation * sqrtf((float)n);
    for (int i = 0; i < CM_PILOTS; i++) {
        p.kx[i] = layout->pilot[i].kx;
        p.ky[i] = layout->pilot[i].ky;
    }
    if (kind == CM_SEARCH_ROTATION)
        search_rotation(&p, resolution, (cm_lattice){1, 0, 0, 1});
    else if (kind == CM_SEARCH_STRETCH)
        search_stretch(&p, resolution);
    else
        search_sheared(&p, resolution);
    pick(&p, layout, resolution, most < CM_CANDIDATES ? most : CM_CANDIDATES, out);
    free(p.heap);
    return CM_OK;
}
