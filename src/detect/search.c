#include "detect/search.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/parallel.h"
#include "base/wide.h"
#include "detect/search_score.h"

static const double SAME = 1.2; /* bins of the aperture: closer lattices are one */
enum { KEPT = 12000 };

enum { LANES = 8 };

/* The pilots, and where they fall between the map's bins. */
typedef struct places {
    double kx[CM_PILOTS], ky[CM_PILOTS];
    float ax[CM_PILOTS], ay[CM_PILOTS]; /* beyond the bin before */
    float weight[CM_PILOTS];            /* 0 beyond the map, else 1 */
    int bin[CM_PILOTS];                 /* that bin */
} places;

CM_PART void find_places(int n, cm_lattice g, places *restrict p) {
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
        p->weight[i] = in;
        p->bin[i] = in ? (y + n / 2) * n + x + n / 2 : 0;
    }
}

/* The map's excess over its mean at the pilots' places, bilinearly; *seen: how many are within it.
 */
CM_WIDE static float smooth_excess(const cm_spectrum *map, cm_lattice g, places *p, float *seen) {
    uint16_t near[2][CM_PILOTS]; /* two neighbours each, above and below */
    float sums[LANES] = {0}, counts[LANES] = {0}, sum = 0;
    int n = map->size;
    find_places(n, g, p);
    for (int i = 0; i < CM_PILOTS; i++) {
        const uint8_t *b = map->bin + p->bin[i];
        near[0][i] = (uint16_t)(b[0] | b[1] << 8);
        near[1][i] = (uint16_t)(b[n] | b[n + 1] << 8);
    }
    for (int i = 0; i < CM_PILOTS; i += LANES)
        for (int l = 0; l < LANES; l++) {
            float ax = p->ax[i + l], ay = p->ay[i + l];
            int above = near[0][i + l], below = near[1][i + l];
            float top = (1 - ax) * (float)(above & 255) + ax * (float)(above >> 8);
            float low = (1 - ax) * (float)(below & 255) + ax * (float)(below >> 8);
            sums[l] += p->weight[i + l] * ((1 - ay) * top + ay * low - map->mean);
            counts[l] += p->weight[i + l];
        }
    *seen = 0;
    for (int l = 0; l < LANES; l++) {
        sum += sums[l];
        *seen += counts[l];
    }
    return sum;
}

/* Bilinear score: smooth enough to climb. */
static float score_smooth(const cm_spectrum *map, places *p, cm_lattice g) {
    float seen, excess = smooth_excess(map, g, p, &seen);
    return seen < CM_SEARCH_LEAST_PILOTS ? 0 : excess / (sqrtf(seen) * map->deviation);
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

typedef struct refining {
    const cm_spectrum *map;
    const cm_frequency *pilot;
    double step;
    cm_candidates *of;
} refining;

static void refine_one(void *context, int job, int thread) {
    const refining *r = context;
    cm_candidate *c = &r->of->item[job];
    (void)thread;
    c->score = cm_search_refine(r->map, r->pilot, r->step, &c->g);
}

void cm_search_refine_all(const cm_spectrum *map, const cm_frequency *pilot, double step,
                          int threads, cm_candidates *c) {
    refining r = {.map = map, .pilot = pilot, .step = step, .of = c};
    cm_parallel(threads, c->count, refine_one, &r);
}

static int by_score(const void *a, const void *b) {
    float x = ((const cm_candidate *)a)->score, y = ((const cm_candidate *)b)->score;
    return (x < y) - (x > y);
}

static int by_kept_score(const void *a, const void *b) {
    float x = ((const cm_kept *)a)->score, y = ((const cm_kept *)b)->score;
    return (x < y) - (x > y);
}

cm_code cm_search_pick(const cm_spectrum *map, const cm_frequency *pilot, const cm_grid *grid,
                       const cm_kept_heap *kept, int resolution, int most, int threads,
                       cm_candidates *out, cm_error *err) {
    int n = kept->count;
    cm_kept *all = cm_calloc((size_t)n, sizeof *all);
    if (all == NULL)
        return cm_fail_memory(err);
    memcpy(all, kept->item, (size_t)n * sizeof *all);
    qsort(all, (size_t)n, sizeof *all, by_kept_score);
    out->count = 0;
    for (int i = 0; i < n && out->count < most && out->count < CM_CANDIDATES; i++) {
        cm_candidate c = {all[i].score, cm_grid_at(grid, all[i].number)};
        bool known = false;
        for (int j = 0; j < out->count && !known; j++)
            known = cm_lattice_distance(c.g, out->item[j].g) * resolution * CM_PILOT_HIGH < SAME;
        if (!known)
            out->item[out->count++] = c;
    }
    cm_search_refine_all(map, pilot, 1.5 / resolution, threads, out);
    qsort(out->item, (size_t)out->count, sizeof out->item[0], by_score);
    free(all);
    return CM_OK;
}

cm_code cm_search_maps(const cm_spectrum *map, int maps, const cm_frequency *pilot,
                       cm_search_kind kind, int resolution, int most, int threads,
                       cm_candidates *out, cm_error *err) {
    cm_kept_heap kept[CM_MAPS_AT_ONCE];
    cm_kept *room = cm_calloc((size_t)maps * KEPT, sizeof *room);
    cm_grid grid = {0};
    cm_code code = room != NULL ? cm_grid_new(kind, resolution, &grid, err) : cm_fail_memory(err);
    for (int m = 0; m < maps; m++)
        kept[m] = (cm_kept_heap){.item = room + (size_t)m * KEPT, .room = KEPT};
    if (code == CM_OK)
        code = cm_search_score(map, maps, pilot, &grid, threads, kept, err);
    for (int m = 0; m < maps && code == CM_OK; m++)
        code = cm_search_pick(&map[m], pilot, &grid, &kept[m], resolution, most, threads, &out[m],
                              err);
    free(room);
    cm_grid_free(&grid);
    return code;
}

cm_code cm_search(const cm_spectrum *map, const cm_frequency *pilot, cm_search_kind kind,
                  int resolution, int most, cm_candidates *out, cm_error *err) {
    return cm_search_maps(map, 1, pilot, kind, resolution, most, 1, out, err);
}
