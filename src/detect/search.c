#include "detect/search.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/wide.h"
#include "detect/search_grid.h"

static const double SAME = 1.2; /* bins of the aperture: closer lattices are one */
enum { KEPT = 12000 };

/* What the inner loop needs of map and layout. */
typedef struct prober {
    const cm_spectrum *map;
    float kx[CM_PILOTS], ky[CM_PILOTS];
    float mean, deviation;
    float give_up[CM_SEARCH_FIRST_LOOK +
                  1]; /* excess below which the first look ends it, by pilots seen */
    cm_kept_heap kept;
} prober;

typedef struct tally {
    int sum, seen;
} tally;

/* Adds up the nearest bins of pilots from … to - 1. */
static inline tally add_bins(const prober *p, const float *g, int from, int to, tally t) {
    const int size = p->map->size;
    const float limit = CM_SEARCH_BAND_EDGE * (float)size, centre = (float)(size / 2) + 0.5f;
    const uint8_t *bin = p->map->bin;
    for (int i = from; i < to; i++) {
        float fx = g[0] * p->kx[i] + g[1] * p->ky[i], fy = g[2] * p->kx[i] + g[3] * p->ky[i];
        if (fabsf(fx) < limit && fabsf(fy) < limit) {
            t.sum += bin[(int)(fy + centre) * size + (int)(fx + centre)];
            t.seen++;
        }
    }
    return t;
}

/* The same where none can leave the map: places first, which vectors work out, then bins. */
static inline tally add_bins_inside(const prober *p, const float *g, int from, int to, tally t) {
    const float size = (float)p->map->size, centre = (float)(p->map->size / 2) + 0.5f;
    const uint8_t *bin = p->map->bin;
    int place[CM_PILOTS];
    for (int i = from; i < to; i++) {
        float fx = g[0] * p->kx[i] + g[1] * p->ky[i], fy = g[2] * p->kx[i] + g[3] * p->ky[i];
        place[i] = (int)((float)(int)(fy + centre) * size) + (int)(fx + centre);
    }
    for (int i = from; i < to; i++)
        t.sum += bin[place[i]];
    t.seen += to - from;
    return t;
}

static inline tally add_some(const prober *p, const float *g, bool inside, int from, int to,
                             tally t) {
    return inside ? add_bins_inside(p, g, from, to, t) : add_bins(p, g, from, to, t);
}

/* Score of a lattice by nearest bins, in deviations; gives up early on poor ones. */
static inline float probe(const prober *p, const float *g, bool inside) {
    tally t = add_some(p, g, inside, 0, CM_SEARCH_FIRST_LOOK, (tally){0, 0});
    float over = (float)t.sum - p->mean * (float)t.seen;
    if (t.seen > 4 && over < p->give_up[t.seen])
        return 0;
    t = add_some(p, g, inside, CM_SEARCH_FIRST_LOOK, CM_PILOTS, t);
    if (t.seen < CM_SEARCH_LEAST_PILOTS)
        return 0;
    return ((float)t.sum - p->mean * (float)t.seen) / (sqrtf((float)t.seen) * p->deviation);
}

static void try_lattice(prober *p, cm_lattice g, uint32_t number) {
    double n = p->map->size;
    const float scaled[4] = {(float)(g.xx * n), (float)(g.xy * n), (float)(g.yx * n),
                             (float)(g.yy * n)};
    float reach = CM_SEARCH_BAND_EDGE * (float)n / CM_PILOT_HIGH;
    bool inside = scaled[0] * scaled[0] + scaled[1] * scaled[1] < reach * reach &&
                  scaled[2] * scaled[2] + scaled[3] * scaled[3] < reach * reach;
    (void)cm_kept_add(&p->kept, inside ? probe(p, scaled, true) : probe(p, scaled, false), number);
}

/* Where the pilots fall between the map's bins. */
typedef struct places {
    double kx[CM_PILOTS], ky[CM_PILOTS];
    float ax[CM_PILOTS], ay[CM_PILOTS]; /* beyond the bin before */
    int bin[CM_PILOTS];                 /* that bin; -1 beyond the map */
} places;

CM_WIDE static void find_places(int n, cm_lattice g, places *restrict p) {
    const double limit = (double)CM_SEARCH_BAND_EDGE * n;
    for (int i = 0; i < CM_PILOTS; i++) {
        double fx = (g.xx * p->kx[i] + g.xy * p->ky[i]) * n;
        double fy = (g.yx * p->kx[i] + g.yy * p->ky[i]) * n;
        bool in = fabs(fx) < limit && fabs(fy) < limit;
        int x = in ? (int)fx : 0, y = in ? (int)fy : 0;
        x -= fx < x; /* floor() */
        y -= fy < y;
        p->ax[i] = (float)(fx - x);
        p->ay[i] = (float)(fy - y);
        p->bin[i] = in ? (y + n / 2) * n + x + n / 2 : -1;
    }
}

/* Bilinear score: smooth enough to climb. */
static float score_smooth(const cm_spectrum *map, places *p, cm_lattice g) {
    float sum = 0;
    int seen = 0, n = map->size;
    find_places(n, g, p);
    for (int i = 0; i < CM_PILOTS; i++) {
        if (p->bin[i] < 0)
            continue;
        float ax = p->ax[i], ay = p->ay[i];
        const uint8_t *b = map->bin + p->bin[i];
        float top = (1 - ax) * b[0] + ax * b[1], low = (1 - ax) * b[n] + ax * b[n + 1];
        sum += (1 - ay) * top + ay * low - map->mean;
        seen++;
    }
    return seen < CM_SEARCH_LEAST_PILOTS ? 0 : sum / (sqrtf((float)seen) * map->deviation);
}

float cm_search_refine(const cm_spectrum *map, const cm_frequency *pilot, double step,
                       cm_lattice *g) {
    enum { ROUNDS = 40 };
    static const cm_lattice directions[] = {
        {1, 0, 0, 1}, {0, -1, 1, 0}, {1, 0, 0, -1}, {0, 1, 1, 0}};
    places p;
    for (int i = 0; i < CM_PILOTS; i++) {
        p.kx[i] = pilot[i].kx;
        p.ky[i] = pilot[i].ky;
    }
    float best = score_smooth(map, &p, *g);
    for (int i = 0; i < ROUNDS && step > 1e-4; i++) {
        bool better = false;
        for (int d = 0; d < 8; d++) {
            double e = d & 1 ? -step : step;
            cm_lattice v = directions[d / 2];
            cm_lattice m = {1 + e * v.xx, e * v.xy, e * v.yx, 1 + e * v.yy};
            cm_lattice moved = cm_lattice_then(*g, m);
            float score = score_smooth(map, &p, moved);
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

cm_code cm_search_pick(const cm_spectrum *map, const cm_frequency *pilot, const cm_grid *grid,
                       const cm_kept_heap *kept, int resolution, int most, cm_candidates *out,
                       cm_error *err) {
    int n = kept->count;
    cm_candidate *all = cm_calloc((size_t)n, sizeof *all);
    if (all == NULL)
        return cm_fail_memory(err);
    for (int i = 0; i < n; i++)
        all[i] = (cm_candidate){kept->item[i].score, cm_grid_at(grid, kept->item[i].number)};
    qsort(all, (size_t)n, sizeof *all, by_score);
    out->count = 0;
    for (int i = 0; i < n && out->count < most && out->count < CM_CANDIDATES; i++) {
        bool known = false;
        for (int j = 0; j < out->count && !known; j++)
            known =
                cm_lattice_distance(all[i].g, out->item[j].g) * resolution * CM_PILOT_HIGH < SAME;
        if (!known)
            out->item[out->count++] = all[i];
    }
    for (int i = 0; i < out->count; i++)
        out->item[i].score = cm_search_refine(map, pilot, 1.5 / resolution, &out->item[i].g);
    qsort(out->item, (size_t)out->count, sizeof out->item[0], by_score);
    free(all);
    return CM_OK;
}

static void try_grid(prober *p, const cm_grid *grid) {
    cm_lattice of_step[CM_GRID_VARIANTS];
    uint32_t number = 0;
    for (int r = 0; r < grid->rows; r++)
        for (int i = 0; i < grid->row[r].steps; i++) {
            cm_grid_step(grid, &grid->row[r], i, of_step);
            for (int v = 0; v < grid->variants; v++)
                try_lattice(p, of_step[v], number++);
        }
}

cm_code cm_search(const cm_spectrum *map, const cm_frequency *pilot, cm_search_kind kind,
                  int resolution, int most, cm_candidates *out, cm_error *err) {
    prober p = {.map = map, .mean = map->mean, .deviation = map->deviation};
    cm_grid grid;
    cm_code code = cm_grid_new(kind, resolution, &grid, err);
    if (code != CM_OK)
        return code;
    p.kept = (cm_kept_heap){.item = cm_calloc(KEPT, sizeof *p.kept.item), .room = KEPT};
    if (p.kept.item != NULL) {
        for (int n = 0; n <= CM_SEARCH_FIRST_LOOK; n++)
            p.give_up[n] = CM_SEARCH_GIVE_UP * p.deviation * sqrtf((float)n);
        for (int i = 0; i < CM_PILOTS; i++) {
            p.kx[i] = pilot[i].kx;
            p.ky[i] = pilot[i].ky;
        }
        try_grid(&p, &grid);
        code = cm_search_pick(map, pilot, &grid, &p.kept, resolution, most, out, err);
    } else {
        code = cm_fail_memory(err);
    }
    free(p.kept.item);
    cm_grid_free(&grid);
    return code;
}
