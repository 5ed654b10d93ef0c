#include "detect/search_score.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/parallel.h"
#include "base/wide.h"

enum {
    BATCH = 256,
    ROWS = 12, /* gone through together */
    STEPS = 40,
    SIDE = 16, /* of a tile of bins */
    FIRST = CM_SEARCH_FIRST_LOOK,
    MAPS = CM_MAPS_AT_ONCE
};

/* One byte, and one sum, of each map. */
typedef uint8_t cell __attribute__((vector_size(MAPS)));
typedef uint16_t sums __attribute__((vector_size(2 * MAPS)));

/* A map's bars. Within the map they are whole sums, which decide as the scores themselves would. */
typedef struct bars {
    float mean, deviation;
    float give_up[FIRST + 1]; /* excess below which the first look ends it, by pilots seen */
    int least_first, least;   /* of the first look, of all pilots */
} bars;

typedef struct scorer {
    int maps, size;
    float kx[CM_PILOTS], ky[CM_PILOTS];
    bars bar[MAPS];
    uint8_t *bins; /* tile by tile: of one map, or cells of several */
    const cm_grid *grid;
    struct hits *of_thread;
} scorer;

/* Lattices, by columns. */
typedef struct batch {
    int count;
    bool inside; /* no pilot of any can leave the map */
    uint32_t number[BATCH];
    float g[4][BATCH];
} batch;

typedef struct list {
    cm_kept *item;
    size_t count, room;
} list;

/* What a thread has found worth keeping. */
typedef struct hits {
    list of_map[MAPS];
    bool failed;
} hits;

static float score_of(const bars *b, int sum, int seen) {
    return ((float)sum - b->mean * (float)seen) / (sqrtf((float)seen) * b->deviation);
}

static bool gives_up(const bars *b, int sum, int seen) {
    return seen > 4 && (float)sum - b->mean * (float)seen < b->give_up[seen];
}

static bars bars_of(const cm_spectrum *map) {
    bars b = {.mean = map->mean, .deviation = map->deviation};
    for (int n = 0; n <= FIRST; n++)
        b.give_up[n] = CM_SEARCH_GIVE_UP * b.deviation * sqrtf((float)n);
    while (b.least_first <= UINT8_MAX * FIRST && gives_up(&b, b.least_first, FIRST))
        b.least_first++;
    while (b.least <= UINT8_MAX * CM_PILOTS &&
           score_of(&b, b.least, CM_PILOTS) < CM_SEARCH_LEAST_SCORE)
        b.least++;
    return b;
}

static void add_hit(list *l, float score, uint32_t number) {
    if (score >= CM_SEARCH_LEAST_SCORE)
        l->item[l->count++] = (cm_kept){score, number};
}

/* A bin's place in tiles of SIDE x SIDE, so that what lies close by is in few pages. */
CM_PART int place_of(int x, int y, int size) {
    int x0 = x & ~(SIDE - 1), y0 = y & ~(SIDE - 1);
    return y0 * size + x0 * SIDE + (y - y0) * SIDE + (x - x0);
}

/* Where a pilot falls under each lattice, none of which lets it leave the map. */
CM_PART void find_bins(const scorer *s, const batch *b, int pilot, int *restrict place) {
    const float centre = (float)(s->size / 2) + 0.5f, kx = s->kx[pilot], ky = s->ky[pilot];
    for (int i = 0; i < b->count; i++) {
        float fx = b->g[0][i] * kx + b->g[1][i] * ky, fy = b->g[2][i] * kx + b->g[3][i] * ky;
        place[i] = place_of((int)(fx + centre), (int)(fy + centre), s->size);
    }
}

/* Adds pilots from … to - 1 to the sums, pilot after pilot: each stays in a few lines of the cache.
 */
CM_PART void add_inside(const scorer *s, const batch *b, int from, int to, uint16_t *restrict sum) {
    int place[BATCH];
    uint8_t bin[BATCH];
    for (int k = from; k < to; k++) {
        find_bins(s, b, k, place);
        for (int i = 0; i < b->count; i++)
            bin[i] = s->bins[place[i]];
        for (int i = 0; i < b->count; i++)
            sum[i] = (uint16_t)(sum[i] + bin[i]);
    }
}

/* Of several maps at once. */
CM_PART void add_cells(const scorer *s, const batch *b, int from, int to, sums *restrict sum) {
    const cell *cells = (const cell *)(const void *)s->bins;
    int place[BATCH];
    for (int k = from; k < to; k++) {
        find_bins(s, b, k, place);
        for (int i = 0; i < b->count; i++)
            sum[i] += __builtin_convertvector(cells[place[i]], sums);
    }
}

/* Of one map, where some may leave it; seen: how many didn't. */
CM_PART void add_seen(const scorer *s, int map, const batch *b, int from, int to,
                      uint16_t *restrict sum, uint16_t *restrict seen) {
    const float limit = CM_SEARCH_BAND_EDGE * (float)s->size;
    const float centre = (float)(s->size / 2) + 0.5f;
    const int apart = s->maps > 1 ? MAPS : 1;
    int place[BATCH], in[BATCH];
    for (int k = from; k < to; k++) {
        for (int i = 0; i < b->count; i++) {
            float fx = b->g[0][i] * s->kx[k] + b->g[1][i] * s->ky[k];
            float fy = b->g[2][i] * s->kx[k] + b->g[3][i] * s->ky[k];
            in[i] = -((fabsf(fx) < limit) & (fabsf(fy) < limit));
            place[i] = place_of((int)(fx + centre) & in[i], (int)(fy + centre) & in[i], s->size);
        }
        for (int i = 0; i < b->count; i++) {
            sum[i] = (uint16_t)(sum[i] + (s->bins[place[i] * apart + map] & in[i]));
            seen[i] = (uint16_t)(seen[i] - in[i]);
        }
    }
}

/* Copies lattice `from` of a batch to place `to` of another one. */
CM_PART void copy(const batch *b, int from, batch *out, int to) {
    for (int j = 0; j < 4; j++)
        out->g[j][to] = b->g[j][from];
    out->number[to] = b->number[from];
}

CM_WIDE static void score_inside(const scorer *s, const batch *b, list *out) {
    uint16_t sum[BATCH] = {0};
    batch left = {0};
    add_inside(s, b, 0, FIRST, sum);
    for (int i = 0; i < b->count; i++) {
        copy(b, i, &left, left.count);
        sum[left.count] = sum[i];
        left.count += sum[i] >= s->bar[0].least_first;
    }
    add_inside(s, &left, FIRST, CM_PILOTS, sum);
    for (int i = 0; i < left.count; i++)
        if (sum[i] >= s->bar[0].least)
            add_hit(out, score_of(&s->bar[0], sum[i], CM_PILOTS), left.number[i]);
}

CM_WIDE static void score_edge(const scorer *s, const batch *b, int map, list *out) {
    const bars *bar = &s->bar[map];
    uint16_t sum[BATCH] = {0}, seen[BATCH] = {0};
    batch left = {0};
    add_seen(s, map, b, 0, FIRST, sum, seen);
    for (int i = 0; i < b->count; i++) {
        bool goes_on = !gives_up(bar, sum[i], seen[i]);
        copy(b, i, &left, left.count);
        sum[left.count] = sum[i];
        seen[left.count] = seen[i];
        left.count += goes_on;
    }
    add_seen(s, map, &left, FIRST, CM_PILOTS, sum, seen);
    for (int i = 0; i < left.count; i++)
        if (seen[i] >= CM_SEARCH_LEAST_PILOTS)
            add_hit(out, score_of(bar, sum[i], seen[i]), left.number[i]);
}

CM_PART bool any(sums lanes) {
    uint64_t half[2];
    memcpy(half, &lanes, sizeof half);
    return (half[0] | half[1]) != 0;
}

/* Several maps at once: where a pilot falls is worked out once for all of them. */
CM_WIDE static void score_cells(const scorer *s, const batch *b, hits *out) {
    sums sum[BATCH] = {0}, good[BATCH], least_first, least;
    batch left = {0};
    for (int m = 0; m < MAPS; m++) {
        least_first[m] = m < s->maps ? (uint16_t)s->bar[m].least_first : UINT16_MAX;
        least[m] = m < s->maps ? (uint16_t)s->bar[m].least : UINT16_MAX;
    }
    add_cells(s, b, 0, FIRST, sum);
    for (int i = 0; i < b->count; i++) {
        sums first = sum[i];
        copy(b, i, &left, left.count);
        sum[left.count] = first;
        good[left.count] = (sums)(first >= least_first);
        left.count += any(good[left.count]);
    }
    add_cells(s, &left, FIRST, CM_PILOTS, sum);
    for (int i = 0; i < left.count; i++) {
        good[i] &= (sums)(sum[i] >= least);
        for (int m = 0; any(good[i]) && m < s->maps; m++)
            if (good[i][m] != 0)
                add_hit(&out->of_map[m], score_of(&s->bar[m], sum[i][m], CM_PILOTS),
                        left.number[i]);
    }
}

static bool make_room(list *l) {
    if (l->room - l->count >= BATCH)
        return true;
    size_t room = 2 * l->room + BATCH;
    cm_kept *more = realloc(l->item, room * sizeof *more);
    l->item = more != NULL ? more : l->item;
    l->room = more != NULL ? room : l->room;
    return more != NULL;
}

static void score_batch(const scorer *s, batch *b, hits *out) {
    for (int m = 0; m < s->maps; m++)
        out->failed = out->failed || !make_room(&out->of_map[m]);
    if (out->failed)
        return;
    if (b->inside && s->maps > 1)
        score_cells(s, b, out);
    else if (b->inside)
        score_inside(s, b, &out->of_map[0]);
    for (int m = 0; !b->inside && m < s->maps; m++)
        score_edge(s, b, m, &out->of_map[m]);
    b->count = 0;
    b->inside = true;
}

static void add_lattice(batch *b, cm_lattice l, uint32_t number, double size) {
    const float g[4] = {(float)(l.xx * size), (float)(l.xy * size), (float)(l.yx * size),
                        (float)(l.yy * size)};
    float reach = CM_SEARCH_BAND_EDGE * (float)size / CM_PILOT_HIGH;
    b->inside = b->inside && g[0] * g[0] + g[1] * g[1] < reach * reach &&
                g[2] * g[2] + g[3] * g[3] < reach * reach;
    for (int j = 0; j < 4; j++)
        b->g[j][b->count] = g[j];
    b->number[b->count++] = number;
}

/* Steps from … to - 1 of a row. */
static void score_steps(const scorer *s, const cm_grid_row *row, int from, int to, int variant,
                        batch *b, hits *out) {
    cm_lattice of_step[CM_GRID_VARIANTS];
    cm_grid_walk walk = {0};
    for (int i = from; i < to; i++) {
        cm_grid_next(s->grid, row, i, &walk, of_step);
        uint32_t number = row->first + (uint32_t)(i * s->grid->variants + variant);
        add_lattice(b, of_step[variant], number, s->size);
        if (b->count == BATCH)
            score_batch(s, b, out);
    }
}

/* Some rows together, a few steps of each after the other: a pilot stays in one corner of the map
 * then, which doesn't fit into the nearest cache as a whole. */
static void score_rows(void *context, int job, int thread) {
    const scorer *s = context;
    const cm_grid_row *row = &s->grid->row[job * ROWS];
    int rows = s->grid->rows - job * ROWS < ROWS ? s->grid->rows - job * ROWS : ROWS;
    int blocks = row->steps / STEPS + 1;
    hits *out = &s->of_thread[thread];
    batch b = {.inside = true};
    for (int block = 0; block < blocks; block++)
        for (int v = 0; v < s->grid->variants; v++)
            for (int r = 0; r < rows; r++)
                score_steps(s, &row[r], row[r].steps * block / blocks,
                            row[r].steps * (block + 1) / blocks, v, &b, out);
    score_batch(s, &b, out);
}

/* A map's bins by tiles, `apart` bytes from each to the next. */
static void lay_out(const scorer *s, const cm_spectrum *map, uint8_t *out, size_t apart) {
    for (int y = 0; y < s->size; y++)
        for (int x = 0; x < s->size; x += SIDE) {
            const uint8_t *from = map->bin + (size_t)y * (size_t)s->size + x;
            uint8_t *to = out + (size_t)place_of(x, y, s->size) * apart;
            for (size_t i = 0; i < SIDE; i++)
                to[i * apart] = from[i];
        }
}

static cm_code set_up(const cm_spectrum *map, int maps, const cm_frequency *pilot, scorer *s,
                      cm_error *err) {
    size_t size = (size_t)map->size, apart = maps > 1 ? MAPS : 1;
    s->size = map->size;
    s->maps = maps;
    for (int i = 0; i < CM_PILOTS; i++) {
        s->kx[i] = pilot[i].kx;
        s->ky[i] = pilot[i].ky;
    }
    s->bins = cm_alloc_aligned(size * size, apart);
    if (s->bins == NULL)
        return cm_fail_memory(err);
    memset(s->bins, 0, size * size * apart);
    for (int m = 0; m < maps; m++) {
        s->bar[m] = bars_of(&map[m]);
        lay_out(s, &map[m], s->bins + m, apart);
    }
    return CM_OK;
}

/* In the order of numbers, so that what is kept doesn't depend on who found it. */
static cm_code keep_all(const scorer *s, int threads, int map, cm_kept_heap *kept, cm_error *err) {
    size_t n = 0;
    for (int t = 0; t < threads; t++)
        n += s->of_thread[t].of_map[map].count;
    cm_kept *all = cm_calloc(2 * n, sizeof *all), *end = all;
    if (all == NULL)
        return cm_fail_memory(err);
    for (int t = 0; t < threads; t++) {
        const list *l = &s->of_thread[t].of_map[map];
        if (l->count != 0)
            memcpy(end, l->item, l->count * sizeof *end);
        end += l->count;
    }
    cm_kept_sort(all, n, s->grid->count, end);
    for (size_t i = 0; i < n; i++)
        (void)cm_kept_add(kept, all[i].score, all[i].number);
    free(all);
    return CM_OK;
}

cm_code cm_search_score(const cm_spectrum *map, int maps, const cm_frequency *pilot,
                        const cm_grid *grid, int threads, cm_kept_heap *kept, cm_error *err) {
    scorer s = {.grid = grid};
    cm_code code = set_up(map, maps, pilot, &s, err);
    s.of_thread = cm_calloc((size_t)threads, sizeof *s.of_thread);
    if (code == CM_OK && s.of_thread == NULL)
        code = cm_fail_memory(err);
    if (code == CM_OK)
        cm_parallel(threads, (grid->rows + ROWS - 1) / ROWS, score_rows, &s);
    for (int t = 0; code == CM_OK && t < threads; t++)
        if (s.of_thread[t].failed)
            code = cm_fail_memory(err);
    for (int m = 0; code == CM_OK && m < maps; m++)
        code = keep_all(&s, threads, m, &kept[m], err);
    for (int t = 0; s.of_thread != NULL && t < threads; t++)
        for (int m = 0; m < MAPS; m++)
            free(s.of_thread[t].of_map[m].item);
    free(s.of_thread);
    free(s.bins);
    return code;
}
