#include "detect/search_ring.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/wide.h"

/* Lattices are taken in groups. Sums of a group are made in vectors of LANES. */
enum { GROUP = 256, CHUNK = 64, LANES = 16, KEPT = 4000 };

typedef uint8_t bytes __attribute__((vector_size(LANES)));
typedef uint16_t words __attribute__((vector_size(2 * LANES)));

typedef struct member {
    uint16_t slot[CM_PILOTS]; /* its pilots' rows of the table */
    cm_kept_heap kept;
    uint16_t least_sum; /* of pilots within the map: below, nothing is kept */
} member;

typedef struct group {
    int count;
    bool inside; /* no pilot of any lattice can leave the map */
    uint32_t number[GROUP];
    float g[4][GROUP];
} group;

struct cm_search_ring {
    const cm_spectrum *map;
    const cm_frequency *band;
    const cm_pilots *const *pilots;
    int resolution, count;
    cm_grid grid;
    int least_first; /* sum of the first look below which a lattice within the map is left */
    float give_up[CM_SEARCH_FIRST_LOOK + 1];
    int slots;
    uint16_t place[CM_BAND]; /* of each slot */
    uint8_t (*bin)[GROUP];   /* [slot]: what the map holds there */
    uint8_t (*valid)[GROUP]; /* [slot]: 1 within the map */
    cm_kept *heaps;
    member member[CM_SEARCH_AT_ONCE];
};

/* The least sum of all pilots that can reach a score, rounding left out of account. */
static uint16_t sum_for(const cm_search_ring *r, float score) {
    float sum = r->map->mean * CM_PILOTS + score * sqrtf((float)CM_PILOTS) * r->map->deviation;
    return (uint16_t)fminf(fmaxf(sum - 1, 0), UINT16_MAX);
}

static void keep(const cm_search_ring *r, member *m, float score, uint32_t number) {
    if (cm_kept_add(&m->kept, score, number))
        m->least_sum = sum_for(r, m->kept.item[0].score);
}

/* Where frequency (kx, ky) falls in the map under each lattice, and whether it does. */
CM_WIDE static void bins_of(const group *g, float kx, float ky, int size, int *restrict at,
                            uint8_t *restrict valid) {
    const float limit = CM_SEARCH_BAND_EDGE * (float)size, centre = (float)(size / 2) + 0.5f;
    for (int i = 0; i < GROUP; i++) {
        float fx = g->g[0][i] * kx + g->g[1][i] * ky, fy = g->g[2][i] * kx + g->g[3][i] * ky;
        bool in = fabsf(fx) < limit && fabsf(fy) < limit;
        at[i] = in ? (int)(fy + centre) * size + (int)(fx + centre) : 0;
        valid[i] = in;
    }
}

static void look_up(cm_search_ring *r, const group *g) {
    int at[GROUP];
    for (int s = 0; s < r->slots; s++) {
        const cm_frequency *f = &r->band[r->place[s]];
        bins_of(g, f->kx, f->ky, r->map->size, at, r->valid[s]);
        for (int i = 0; i < GROUP; i++)
            r->bin[s][i] = r->map->bin[at[i]];
        if (!g->inside)
            for (int i = 0; i < GROUP; i++)
                r->bin[s][i] = r->valid[s][i] != 0 ? r->bin[s][i] : 0;
    }
}

/* Adds rows `slot` of a table up, lattice by lattice: 96 · 255 fits. */
CM_WIDE static void add_rows(uint8_t (*table)[GROUP], const uint16_t *slot, int n,
                             uint16_t *restrict sum) {
    for (int at = 0; at < GROUP; at += 2 * LANES) {
        words a, b;
        memcpy(&a, sum + at, sizeof a);
        memcpy(&b, sum + at + LANES, sizeof b);
        for (int i = 0; i < n; i++) {
            bytes v, w;
            memcpy(&v, table[slot[i]] + at, sizeof v);
            memcpy(&w, table[slot[i]] + at + LANES, sizeof w);
            a += __builtin_convertvector(v, words);
            b += __builtin_convertvector(w, words);
        }
        memcpy(sum + at, &a, sizeof a);
        memcpy(sum + at + LANES, &b, sizeof b);
    }
}

/* The score by sums of the first look and of all pilots; 0 where it is given up. */
static float score_of(const cm_search_ring *r, int first, int first_seen, int sum, int seen) {
    float over = (float)first - r->map->mean * (float)first_seen;
    if (first_seen > 4 && over < r->give_up[first_seen])
        return 0;
    if (seen < CM_SEARCH_LEAST_PILOTS)
        return 0;
    return ((float)sum - r->map->mean * (float)seen) / (sqrtf((float)seen) * r->map->deviation);
}

static void add_up(uint8_t (*table)[GROUP], const member *m, uint16_t *first, uint16_t *all) {
    memset(first, 0, GROUP * sizeof *first);
    add_rows(table, m->slot, CM_SEARCH_FIRST_LOOK, first);
    memcpy(all, first, GROUP * sizeof *all);
    add_rows(table, m->slot + CM_SEARCH_FIRST_LOOK, CM_PILOTS - CM_SEARCH_FIRST_LOOK, all);
}

/* Whether any of a few lattices is worth a closer look: hardly ever, once the heap is full. */
CM_WIDE static int any_reaches(const uint16_t *sum, uint16_t least) {
    int any = 0;
    for (int i = 0; i < CHUNK; i++)
        any |= sum[i] >= least;
    return any;
}

static void score_inside(const cm_search_ring *r, const group *g, member *m) {
    uint16_t first[GROUP], sum[GROUP];
    add_up(r->bin, m, first, sum);
    for (int at = 0; at < g->count; at += CHUNK) {
        int end = g->count < at + CHUNK ? g->count : at + CHUNK;
        if (!any_reaches(sum + at, m->least_sum))
            continue;
        for (int i = at; i < end; i++)
            if (sum[i] >= m->least_sum && first[i] >= r->least_first)
                keep(r, m, score_of(r, first[i], CM_SEARCH_FIRST_LOOK, sum[i], CM_PILOTS),
                     g->number[i]);
    }
}

static void score_edge(const cm_search_ring *r, const group *g, member *m) {
    uint16_t first[GROUP], sum[GROUP], first_seen[GROUP], seen[GROUP];
    add_up(r->bin, m, first, sum);
    add_up(r->valid, m, first_seen, seen);
    for (int i = 0; i < g->count; i++)
        keep(r, m, score_of(r, first[i], first_seen[i], sum[i], seen[i]), g->number[i]);
}

static void score_group(cm_search_ring *r, group *g) {
    look_up(r, g);
    for (int k = 0; k < r->count; k++)
        if (g->inside)
            score_inside(r, g, &r->member[k]);
        else
            score_edge(r, g, &r->member[k]);
    g->count = 0;
    g->inside = true;
}

static void add_lattice(cm_search_ring *r, group *g, cm_lattice l, uint32_t number) {
    double n = r->map->size;
    const float scaled[4] = {(float)(l.xx * n), (float)(l.xy * n), (float)(l.yx * n),
                             (float)(l.yy * n)};
    float reach = fmaxf(hypotf(scaled[0], scaled[1]), hypotf(scaled[2], scaled[3])) * CM_PILOT_HIGH;
    g->inside = g->inside && reach < CM_SEARCH_BAND_EDGE * (float)n;
    g->number[g->count] = number;
    for (int i = 0; i < 4; i++)
        g->g[i][g->count] = scaled[i];
    if (++g->count == GROUP)
        score_group(r, g);
}

static void go_through(cm_search_ring *r) {
    group g = {.inside = true};
    cm_lattice of_step[CM_GRID_VARIANTS];
    uint32_t number = 0;
    for (int row = 0; row < r->grid.rows; row++)
        for (int i = 0; i < r->grid.row[row].steps; i++) {
            cm_grid_step(&r->grid, &r->grid.row[row], i, of_step);
            for (int v = 0; v < r->grid.variants; v++)
                add_lattice(r, &g, of_step[v], number++);
        }
    if (g.count != 0)
        score_group(r, &g);
}

/* A row of the table for each frequency that some key has a pilot at. */
static void give_slots(cm_search_ring *r) {
    int slot_of[CM_BAND];
    for (int i = 0; i < CM_BAND; i++)
        slot_of[i] = -1;
    for (int k = 0; k < r->count; k++)
        for (int i = 0; i < CM_PILOTS; i++) {
            uint16_t place = r->pilots[k]->place[i];
            if (slot_of[place] < 0) {
                slot_of[place] = r->slots;
                r->place[r->slots++] = place;
            }
            r->member[k].slot[i] = (uint16_t)slot_of[place];
        }
}

static cm_code claim(cm_search_ring *r, cm_error *err) {
    r->bin = cm_alloc_aligned((size_t)r->slots, sizeof *r->bin);
    r->valid = cm_alloc_aligned((size_t)r->slots, sizeof *r->valid);
    r->heaps = cm_calloc((size_t)r->count * KEPT, sizeof *r->heaps);
    if (r->bin == NULL || r->valid == NULL || r->heaps == NULL)
        return cm_fail_memory(err);
    for (int k = 0; k < r->count; k++) {
        r->member[k].kept = (cm_kept_heap){.item = r->heaps + (size_t)k * KEPT, .room = KEPT};
        r->member[k].least_sum = sum_for(r, CM_SEARCH_LEAST_SCORE);
    }
    return CM_OK;
}

cm_code cm_search_ring_new(const cm_spectrum *map, const cm_frequency *band,
                           const cm_pilots *const *pilots, int count, cm_search_kind kind,
                           int resolution, cm_search_ring **out, cm_error *err) {
    cm_search_ring *r = cm_calloc(1, sizeof *r);
    *out = NULL;
    if (r == NULL)
        return cm_fail_memory(err);
    r->map = map;
    r->band = band;
    r->pilots = pilots;
    r->count = count;
    r->resolution = resolution;
    for (int n = 0; n <= CM_SEARCH_FIRST_LOOK; n++)
        r->give_up[n] = CM_SEARCH_GIVE_UP * map->deviation * sqrtf((float)n);
    r->least_first =
        (uint16_t)(map->mean * CM_SEARCH_FIRST_LOOK + r->give_up[CM_SEARCH_FIRST_LOOK]) - 1;
    give_slots(r);
    cm_code code = claim(r, err);
    if (code == CM_OK)
        code = cm_grid_new(kind, resolution, &r->grid, err);
    if (code == CM_OK) {
        go_through(r);
        *out = r;
    } else {
        cm_search_ring_free(r);
    }
    return code;
}

void cm_search_ring_free(cm_search_ring *r) {
    if (r == NULL)
        return;
    cm_grid_free(&r->grid);
    free(r->bin);
    free(r->valid);
    free(r->heaps);
    free(r);
}

cm_code cm_search_ring_pick(const cm_search_ring *r, int key, int most, cm_candidates *out,
                            cm_error *err) {
    cm_frequency pilot[CM_PILOTS];
    for (int i = 0; i < CM_PILOTS; i++)
        pilot[i] = r->band[r->pilots[key]->place[i]];
    return cm_search_pick(r->map, pilot, &r->grid, &r->member[key].kept, r->resolution, most, 1,
                          out, err);
}
