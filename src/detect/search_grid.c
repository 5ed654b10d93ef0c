#include "detect/search_grid.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "mark/scheme.h"

static const float LEAST_SCALE = 0.42f, MOST_SCALE = 2.4f;
static const double GRID_STEP = 0.6;    /* of a bin of the coherent aperture, at |k| = 26 */
static const double MOST_STRETCH = 0.3; /* |ln(sx / sy)| */
static const double PI = 3.14159265358979323846;

/* Slight stretches along the axes and along the diagonals, before a rotation and scale. */
static const cm_lattice SHEARED[] = {
    {1 / 1.03, 0, 0, 1.03}, {1 / 0.97, 0, 0, 0.97}, {1 / 1.06, 0, 0, 1.06}, {1 / 0.94, 0, 0, 0.94},
    {1 / 1.09, 0, 0, 1.09}, {1 / 0.91, 0, 0, 0.91}, {1, 0.025, 0.025, 1},   {1, -0.025, -0.025, 1}};
static const cm_lattice AS_IT_IS[] = {{1, 0, 0, 1}};

/* Relative step of the grid of scales (and of angles, in radians) at scale s. */
static double grid_step(int resolution, double s) {
    return GRID_STEP / resolution * s / ((double)CM_PILOT_HIGH / CM_TILE);
}

static double next_scale(int resolution, double s) {
    return s * exp(grid_step(resolution, s));
}

static int scales(int resolution) {
    int n = 0;
    for (double s = LEAST_SCALE; s < MOST_SCALE; s = next_scale(resolution, s))
        n++;
    return n;
}

static void add_row(cm_grid *grid, cm_grid_row row) {
    row.first = grid->count;
    grid->count += (uint32_t)(row.steps * grid->variants);
    grid->row[grid->rows++] = row;
}

static void add_turns(cm_grid *grid, int resolution, cm_lattice stretch) {
    for (double s = LEAST_SCALE; s < MOST_SCALE; s = next_scale(resolution, s))
        add_row(grid, (cm_grid_row){.steps = (int)ceil(PI / grid_step(resolution, s)),
                                    .scale = s,
                                    .stretch = stretch});
}

static void add_stretches(cm_grid *grid, int resolution, int n) {
    int count = 0;
    for (double t = LEAST_SCALE; t < MOST_SCALE; t = next_scale(resolution, t))
        grid->scale[count++] = t;
    for (int i = 0; i < n; i++) {
        cm_grid_row row = {.scale = grid->scale[i]};
        for (int j = 0; j < n; j++)
            if (fabs(log(grid->scale[i] / grid->scale[j])) <= MOST_STRETCH) {
                row.from = row.steps == 0 ? j : row.from;
                row.steps++;
            }
        add_row(grid, row);
    }
}

cm_code cm_grid_new(cm_search_kind kind, int resolution, cm_grid *out, cm_error *err) {
    const cm_lattice *stretch = kind == CM_SEARCH_SHEARED ? SHEARED : AS_IT_IS;
    size_t stretches = kind == CM_SEARCH_SHEARED ? sizeof SHEARED / sizeof *SHEARED : 1;
    size_t n = (size_t)scales(resolution);
    *out = (cm_grid){.turns = kind != CM_SEARCH_STRETCH,
                     .variants = kind != CM_SEARCH_STRETCH ? 2 : CM_GRID_VARIANTS};
    out->row = cm_calloc(n * stretches, sizeof *out->row);
    out->scale = cm_calloc(n, sizeof *out->scale);
    if (out->row == NULL || out->scale == NULL) {
        cm_grid_free(out);
        return cm_fail_memory(err);
    }
    if (out->turns)
        for (size_t i = 0; i < stretches; i++)
            add_turns(out, resolution, stretch[i]);
    else
        add_stretches(out, resolution, (int)n);
    return CM_OK;
}

void cm_grid_free(cm_grid *grid) {
    free(grid->row);
    free(grid->scale);
    *grid = (cm_grid){0};
}

/* Either flip of a row's scale, turned by the angle of this cosine and sine. */
static void turned(const cm_grid_row *row, double cosine, double sine, cm_lattice *out) {
    double c = cosine / (row->scale * CM_TILE), d = sine / (row->scale * CM_TILE);
    out[0] = cm_lattice_then((cm_lattice){c, -d, d, c}, row->stretch);
    out[1] = cm_lattice_then((cm_lattice){-c, -d, -d, c}, row->stretch);
}

static void stretched(double x, double y, cm_lattice *out) {
    out[0] = (cm_lattice){x, 0, 0, y};
    out[1] = (cm_lattice){-x, 0, 0, y};
    out[2] = (cm_lattice){0, -x, y, 0};
    out[3] = (cm_lattice){0, x, y, 0};
}

void cm_grid_step(const cm_grid *grid, const cm_grid_row *row, int i, cm_lattice *out) {
    if (grid->turns)
        turned(row, cos(PI * i / row->steps), sin(PI * i / row->steps), out);
    else
        stretched(1 / (row->scale * CM_TILE), 1 / (grid->scale[row->from + i] * CM_TILE), out);
}

void cm_grid_next(const cm_grid *grid, const cm_grid_row *row, int i, cm_grid_walk *at,
                  cm_lattice *out) {
    enum { ANEW = 32 }; /* steps after which rounding is done away with */
    double cosine = at->cosine;
    if (!grid->turns) {
        cm_grid_step(grid, row, i, out);
        return;
    }
    if (at->step_sine == 0) {
        at->step_cosine = cos(PI / row->steps);
        at->step_sine = sin(PI / row->steps);
    }
    at->cosine = cosine * at->step_cosine - at->sine * at->step_sine;
    at->sine = cosine * at->step_sine + at->sine * at->step_cosine;
    if (at->since++ % ANEW == 0) {
        at->cosine = cos(PI * i / row->steps);
        at->sine = sin(PI * i / row->steps);
    }
    turned(row, at->cosine, at->sine, out);
}

cm_lattice cm_grid_at(const cm_grid *grid, uint32_t number) {
    int low = 0, high = grid->rows - 1;
    cm_lattice of_step[CM_GRID_VARIANTS];
    while (low < high) {
        int mid = (low + high + 1) / 2;
        if (grid->row[mid].first <= number)
            low = mid;
        else
            high = mid - 1;
    }
    uint32_t within = number - grid->row[low].first, variants = (uint32_t)grid->variants;
    cm_grid_step(grid, &grid->row[low], (int)(within / variants), of_step);
    return of_step[within % variants];
}
