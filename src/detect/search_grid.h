/* The lattices that a search goes through, in order, by number: so that what is kept of one is four
 * bytes (spec/image-mark.md §6.2). */
#ifndef CM_DETECT_SEARCH_GRID_H
#define CM_DETECT_SEARCH_GRID_H

#include <stdint.h>

#include "base/error.h"
#include "detect/search.h"
#include "detect/search_kept.h"

/* The steps of one scale: angles, or scales of the other axis. */
typedef struct cm_grid_row {
    uint32_t first; /* number of the first lattice */
    int steps;      /* each of `variants` lattices */
    int from;       /* stretch: the first of the other axis's scales */
    double scale;
    cm_lattice stretch; /* of the picture, before it was turned */
} cm_grid_row;

enum { CM_GRID_VARIANTS = 4 };

typedef struct cm_grid {
    bool turns;   /* steps are angles */
    int variants; /* lattices of a step: flips, quarter turns */
    int rows;
    uint32_t count; /* of lattices */
    cm_grid_row *row;
    double *scale; /* stretch: of the other axis */
} cm_grid;

/* Release with cm_grid_free(). */
cm_code cm_grid_new(cm_search_kind kind, int resolution, cm_grid *out, cm_error *err);
void cm_grid_free(cm_grid *grid);

/* The lattices of step i of a row, `variants` of them. */
void cm_grid_step(const cm_grid *grid, const cm_grid_row *row, int i, cm_lattice *out);

/* The same for one who takes steps of a row in turn, good to some 10^-15. Begins as {0}. */
typedef struct cm_grid_walk {
    int since; /* steps taken */
    double cosine, sine, step_cosine, step_sine;
} cm_grid_walk;
void cm_grid_next(const cm_grid *grid, const cm_grid_row *row, int i, cm_grid_walk *at,
                  cm_lattice *out);

/* The lattice of a number. */
cm_lattice cm_grid_at(const cm_grid *grid, uint32_t number);

/* The best of the lattices kept of a grid: those that differ, each moved uphill, at most `most`. In
 * so many threads. */
cm_code cm_search_pick(const cm_spectrum *map, const cm_frequency *pilot, const cm_grid *grid,
                       const cm_kept_heap *kept, int resolution, int most, int threads,
                       cm_candidates *out, cm_error *err);

#endif
