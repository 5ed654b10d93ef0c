/* Folding and the fit of the blocks' offsets, against the same done plainly. */
#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "detect/fold.h"
#include "detect/sync.h"
#include "hosts.h"

static const double PI = 3.14159265358979323846;
static const uint8_t KEY[CM_KEY_BYTES] = {2, 7, 1, 8, 2, 8, 1, 8};

/* ---- folding ---- */

/* Every pixel to the four samples around its place (spec/image-mark.md §6.3). */
static void plain_tile(const cm_plane *r, cm_lattice g, const int *x, const int *y, double *tile) {
    memset(tile, 0, CM_TILE * CM_TILE * sizeof *tile);
    for (int j = y[0]; j < y[1]; j++)
        for (int i = x[0]; i < x[1]; i++) {
            double u = CM_TILE * (g.xx * i + g.yx * j), v = CM_TILE * (g.xy * i + g.yy * j);
            double au = u - floor(u), av = v - floor(v), value = (double)cm_plane_row(r, j)[i];
            for (int c = 0; c < 4; c++) {
                int column = ((int)floor(u) + c % 2) & (CM_TILE - 1);
                int row = ((int)floor(v) + c / 2) & (CM_TILE - 1);
                tile[row * CM_TILE + column] +=
                    value * (c % 2 ? au : 1 - au) * (c / 2 ? av : 1 - av);
            }
        }
}

static cm_complex plain_coefficient(const double *tile, const cm_frequency *k) {
    double re = 0, im = 0;
    for (int y = 0; y < CM_TILE; y++)
        for (int x = 0; x < CM_TILE; x++) {
            double turn = -2 * PI * ((k->kx * x + k->ky * y) % CM_TILE) / CM_TILE;
            re += tile[y * CM_TILE + x] * cos(turn);
            im += tile[y * CM_TILE + x] * sin(turn);
        }
    return CMPLXF(re, im);
}

static void check_block(const cm_plane *r, cm_lattice g, const cm_folded *f, int column, int row) {
    static double tile[CM_TILE * CM_TILE];
    cm_frequency band[CM_BAND];
    int x[2] = {column * f->side, column + 1 < f->columns ? (column + 1) * f->side : r->w};
    int y[2] = {row * f->side, row + 1 < f->rows ? (row + 1) * f->side : r->h};
    cm_band_fill(band);
    plain_tile(r, g, x, y, tile);
    for (int i = 5; i < CM_BAND; i += 211) {
        double fx = g.xx * band[i].kx + g.xy * band[i].ky;
        double fy = g.yx * band[i].kx + g.yy * band[i].ky;
        bool holds = fabs(fx) < 0.5 && fabs(fy) < 0.5;
        cm_complex want = holds ? plain_coefficient(tile, &band[i]) : 0;
        cm_complex got =
            f->band[((size_t)row * (size_t)f->columns + (size_t)column) * CM_BAND + (size_t)i];
        ck_assert_float_lt(cabsf(want - got), 0.05f + 0.002f * cabsf(want));
    }
}

/* Shrunk, as it is, enlarged; turned, mirrored, untouched; whole and by blocks. */
START_TEST(folding_is_the_plain_sum) {
    static const double scale[] = {0.6, 1, 1, 2.3}, angle[] = {0.3, 0, 2.1, 4.4};
    double s = CM_TILE * scale[_i], flip = _i == 2 ? -1 : 1;
    cm_lattice g = {flip * cos(angle[_i]) / s, -sin(angle[_i]) / s, flip * sin(angle[_i]) / s,
                    cos(angle[_i]) / s};
    cm_plane r = cm_plane_new(301, 170);
    uint64_t state = 6;
    for (size_t i = 0; i < cm_plane_size(&r); i++)
        r.data[i] = host_normal(&state);
    for (int whole = 0; whole < 2; whole++) {
        cm_folded one, three;
        ck_assert_int_eq(cm_folded_new(&r, g, whole, 1, &one, NULL), CM_OK);
        ck_assert_int_eq(cm_folded_new(&r, g, whole, 3, &three, NULL), CM_OK);
        size_t blocks = (size_t)one.columns * (size_t)one.rows;
        ck_assert_int_eq(memcmp(one.band, three.band, blocks * CM_BAND * sizeof *one.band), 0);
        check_block(&r, g, &one, 0, 0);
        check_block(&r, g, &one, one.columns - 1, one.rows - 1);
        cm_folded_free(&one);
        cm_folded_free(&three);
    }
    cm_plane_free(&r);
}
END_TEST

/* ---- offsets of blocks ---- */

typedef struct field {
    const cm_blocks *b;
    const cm_layout *l;
    bool turned;
    double *x, *y; /* scaled centres */
    double p[8];
} field;

static void field_at(const field *f, const double *p, int block, double *dx, double *dy) {
    double x = f->x[block], y = f->y[block], depth = p[6] * x + p[7] * y;
    *dx = p[0] + p[2] * x + p[3] * y + depth * x;
    *dy = p[1] + p[4] * x + p[5] * y + depth * y;
}

static double agreement(const field *f, const double *p) {
    double sum = 0;
    for (int i = 0; i < f->b->columns * f->b->rows; i++) {
        double dx, dy;
        field_at(f, p, i, &dx, &dy);
        for (int k = 0; k < CM_PILOTS; k++) {
            const cm_frequency *at = &f->l->pilot[k];
            cm_complex z = f->b->pilot[i * CM_PILOTS + k];
            z = (f->turned ? conjf(z) : z) * conjf(f->l->pilot_phase[k]);
            double turn = 2 * PI * (at->kx * dx + at->ky * dy) / CM_TILE;
            sum += (double)crealf(z) * cos(turn) - (double)cimagf(z) * sin(turn);
        }
    }
    return sum;
}

static void climb(field *f, int terms, double step) {
    double best = agreement(f, f->p);
    while (step > 0.03) {
        bool better = false;
        for (int i = 0; i < 2 * terms; i++) {
            double was = f->p[i / 2];
            f->p[i / 2] += i & 1 ? -step : step;
            double score = agreement(f, f->p);
            if (score > best) {
                best = score;
                better = true;
            } else {
                f->p[i / 2] = was;
            }
        }
        if (!better)
            step /= 2;
    }
}

static void plain_track(field *f, const cm_shift *shift, bool follow) {
    int n = f->b->columns * f->b->rows;
    double mx = 0, my = 0, span = 1;
    for (int i = 0; i < n; i++) {
        mx += (double)f->b->x[i] / n;
        my += (double)f->b->y[i] / n;
    }
    for (int i = 0; i < n; i++) {
        f->x[i] = (double)f->b->x[i] - mx;
        f->y[i] = (double)f->b->y[i] - my;
        span = fmax(span, fmax(fabs(f->x[i]), fabs(f->y[i])));
    }
    for (int i = 0; i < n; i++) {
        f->x[i] /= span;
        f->y[i] /= span;
    }
    f->p[0] = (double)shift->x;
    f->p[1] = (double)shift->y;
    climb(f, 2, 0.25);
    if (follow)
        climb(f, 6, 1);
    if (follow && n >= 9)
        climb(f, 8, 1);
}

/* Pilots that answer in noise, from places that shift across the picture. */
static void fill(cm_blocks *b, const field *f, uint64_t seed) {
    static const double bend[8] = {0.4, -0.3, 2.1, -1.2, 0.7, 1.6, 0.5, -0.4};
    for (int i = 0; i < b->columns * b->rows; i++) {
        b->x[i] = (float)(i % b->columns * 128 + 64);
        b->y[i] = (float)(i / b->columns * 128 + 64);
    }
    for (int i = 0; i < b->columns * b->rows; i++) {
        double dx, dy, span = 64.0 * (b->columns > b->rows ? b->columns - 1 : b->rows - 1);
        double x = ((double)b->x[i] - 64.0 * b->columns) / fmax(1, span);
        double y = ((double)b->y[i] - 64.0 * b->rows) / fmax(1, span);
        f->x[i] = x;
        f->y[i] = y;
        field_at(f, bend, i, &dx, &dy);
        for (int k = 0; k < CM_PILOTS; k++) {
            const cm_frequency *at = &f->l->pilot[k];
            double turn = -2 * PI * (at->kx * (dx + 30) + at->ky * (dy + 70)) / CM_TILE;
            cm_complex z = f->l->pilot_phase[k] * CMPLXF(cos(turn), sin(turn)) +
                           CMPLXF(host_normal(&seed), host_normal(&seed));
            b->pilot[i * CM_PILOTS + k] = f->turned ? conjf(z) : z;
        }
    }
}

static void check_track(const cm_layout *l, int columns, int rows, bool turned, bool follow) {
    enum { MOST = 30 };
    float centre[2][MOST], dx[MOST], dy[MOST];
    double scaled[2][MOST];
    cm_complex pilot[MOST * CM_PILOTS];
    cm_blocks b = {
        .columns = columns, .rows = rows, .x = centre[0], .y = centre[1], .pilot = pilot};
    field f = {.b = &b, .l = l, .turned = turned, .x = scaled[0], .y = scaled[1]};
    cm_shift shift = {.turned = turned, .x = 30, .y = 70};
    fill(&b, &f, (uint64_t)(columns * 100 + rows));
    plain_track(&f, &shift, follow);
    ck_assert_int_eq(cm_sync_track(&b, l, &shift, follow ? CM_MOTION_PERSPECTIVE : CM_MOTION_RIGID,
                                   dx, dy, NULL),
                     CM_OK);
    for (int i = 0; i < columns * rows; i++) {
        double x, y;
        field_at(&f, f.p, i, &x, &y);
        ck_assert_double_eq_tol(x, (double)dx[i], 1e-3);
        ck_assert_double_eq_tol(y, (double)dy[i], 1e-3);
    }
}

START_TEST(offsets_are_those_of_the_plain_climb) {
    static const int size[][2] = {{1, 1}, {2, 1}, {3, 2}, {3, 3}, {5, 4}, {6, 5}};
    cm_layout *l = NULL;
    ck_assert_int_eq(cm_layout_new(KEY, &l, NULL), CM_OK);
    for (size_t i = 0; i < sizeof size / sizeof size[0]; i++)
        for (int way = 0; way < 4; way++)
            check_track(l, size[i][0], size[i][1], way & 1, way & 2);
    free(l);
}
END_TEST

Suite *suite_track(void);
Suite *suite_track(void) {
    Suite *s = suite_create("track");
    TCase *t = tcase_create("track");
    tcase_set_timeout(t, 120);
    tcase_add_loop_test(t, folding_is_the_plain_sum, 0, 4);
    tcase_add_test(t, offsets_are_those_of_the_plain_climb);
    suite_add_tcase(s, t);
    return s;
}
