/* A JPEG's luma shrunk, and its change enlarged, in the coefficients, against the same done with
 * samples. */
#include <check.h>
#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "dsp/resize.h"
#include "hosts.h"
#include "media/jpeg_grow.h"
#include "media/jpeg_shrink.h"

static const double PI = 3.14159265358979323846;

enum { SIDE = CM_DCT_SIDE, SIZE = CM_DCT_SIZE };

/* Orthonormal. */
static double basis(int u, int x) {
    return (u == 0 ? sqrt(0.125) : 0.5) * cos((2 * x + 1) * u * PI / 16);
}

static cm_jpeg_plane component(const cm_view *v) {
    cm_jpeg_plane c = {.blocks_across = (v->width + SIDE - 1) / SIDE,
                       .blocks_down = (v->height + SIDE - 1) / SIDE,
                       .ratio_x = 1,
                       .ratio_y = 1,
                       .gain = 1,
                       .threshold = 0.4f};
    for (int i = 0; i < SIZE; i++)
        c.old_steps[i] = c.new_steps[i] = (uint16_t)(4 + i / 3);
    return c;
}

/* Blocks of all kinds: quiet ones, and such as leave 0..255. */
static int16_t *random_blocks(const cm_jpeg_plane *c, uint64_t *state) {
    size_t blocks = (size_t)c->blocks_across * c->blocks_down;
    int16_t *all = cm_calloc(blocks * SIZE, sizeof *all);
    ck_assert_ptr_nonnull(all);
    for (size_t b = 0; b < blocks; b++) {
        double loud = b % 3 == 0 ? 6 : 1;
        all[b * SIZE] = (int16_t)(400 * (host_uniform(state) - 0.5));
        for (int i = 1; i < SIZE; i++)
            all[b * SIZE + (size_t)i] =
                (int16_t)lround(loud * (double)host_normal(state) * 12 / (1 + i / 4));
    }
    return all;
}

static void plain_samples(const int16_t *block, const uint16_t *steps, double *out) {
    for (int y = 0; y < SIDE; y++)
        for (int x = 0; x < SIDE; x++) {
            double sum = 128;
            for (int i = 0; i < SIZE; i++)
                sum += block[i] * steps[i] * basis(i / SIDE, y) * basis(i % SIDE, x);
            out[y * SIDE + x] = fmin(fmax(sum, 0), 255);
        }
}

static void check_shrinking(uint32_t width, uint32_t height, int w, int h) {
    const cm_view v = {.width = width, .height = height, .orientation = 1};
    cm_jpeg_plane c = component(&v);
    cm_plane whole = cm_plane_new((int)width, (int)height);
    cm_plane want = cm_plane_new(w, h), got = cm_plane_new(w, h);
    uint64_t state = 100 + width;
    int16_t *blocks = random_blocks(&c, &state);
    cm_jpeg_shrinker *s = NULL;
    double sample[SIZE];
    for (uint32_t b = 0; b < c.blocks_across * c.blocks_down; b++) {
        uint32_t x0 = b % c.blocks_across * SIDE, y0 = b / c.blocks_across * SIDE;
        plain_samples(blocks + (size_t)b * SIZE, c.old_steps, sample);
        for (uint32_t i = 0; i < SIZE; i++)
            if (x0 + i % SIDE < width && y0 + i / SIDE < height)
                cm_plane_row(&whole, (int)(y0 + i / SIDE))[x0 + i % SIDE] = (float)sample[i];
    }
    ck_assert_int_eq(cm_resize_area(&whole, &want, NULL), CM_OK);
    ck_assert(cm_jpeg_shrinks(&c, &v, &got));
    ck_assert_int_eq(cm_jpeg_shrinker_new(&c, c.old_steps, &v, &got, &s, NULL), CM_OK);
    for (uint32_t j = 0; j < c.blocks_down; j++)
        cm_jpeg_shrinker_put(s, blocks + (size_t)j * c.blocks_across * SIZE);
    for (size_t i = 0; i < cm_plane_size(&want); i++)
        ck_assert_float_eq_tol(got.data[i], want.data[i], 0.02f);
    cm_jpeg_shrinker_free(s);
    free(blocks);
    cm_plane_free(&whole);
    cm_plane_free(&want);
    cm_plane_free(&got);
}

START_TEST(shrinking_is_that_of_the_samples) {
    check_shrinking(160, 96, 80, 48);
    check_shrinking(203, 117, 90, 58);
    check_shrinking(333, 250, 100, 61);
    check_shrinking(400, 410, 33, 29);
}
END_TEST

/* A block's wanted change, orthonormal. */
static void plain_change(const cm_plane *whole, uint32_t x0, uint32_t y0, double *dct) {
    for (int i = 0; i < SIZE; i++) {
        dct[i] = 0;
        for (uint32_t k = 0; k < SIZE; k++) {
            int x = (int)(x0 + k % SIDE), y = (int)(y0 + k / SIDE);
            x = x < whole->w ? x : whole->w - 1; /* the edge goes on */
            y = y < whole->h ? y : whole->h - 1;
            dct[i] += (double)cm_plane_row(whole, y)[x] * basis(i % SIDE, (int)(k % SIDE)) *
                      basis(i / SIDE, (int)(k / SIDE));
        }
    }
}

/* A level may be the one next to it only where the change all but decided for that. */
static void check_level(const cm_jpeg_plane *c, int i, int from, int got, double change) {
    bool refined = c->old_steps[i] != c->new_steps[i];
    double early = refined ? 0.5 : 1 - (double)c->threshold;
    double move = change / c->new_steps[i];
    double value = refined ? move + (double)from * c->old_steps[i] / c->new_steps[i] : move;
    double least = trunc(value - 2e-3 + (value < 0 ? -early : early));
    double most = trunc(value + 2e-3 + (value < 0 ? -early : early));
    int base = refined ? 0 : from;
    ck_assert_msg(got >= base + (int)fmin(least, most) && got <= base + (int)fmax(least, most),
                  "coefficient %d: %d became %d, not %f", i, from, got, value + base);
}

static void check_growing(uint32_t width, uint32_t height, int w, int h, bool refine) {
    const cm_view v = {.width = width, .height = height, .orientation = 1};
    cm_jpeg_plane c = component(&v);
    cm_plane small = cm_plane_new(w, h), whole = cm_plane_new((int)width, (int)height);
    uint64_t state = 7 + height;
    cm_jpeg_grower *g = NULL;
    double dct[SIZE];
    for (int i = 3; refine && i < 20; i += 2)
        c.new_steps[i] = 3;
    for (size_t i = 0; i < cm_plane_size(&small); i++)
        small.data[i] = 5 * host_normal(&state);
    int16_t *from = random_blocks(&c, &state), *to = random_blocks(&c, &state);
    ck_assert_int_eq(cm_resize_cubic(&small, &whole, NULL), CM_OK);
    ck_assert(cm_jpeg_grows(&c, &v, &small));
    ck_assert_int_eq(cm_jpeg_grower_new(&c, &v, &small, &g, NULL), CM_OK);
    for (uint32_t j = 0; j < c.blocks_down; j++) {
        size_t row = (size_t)j * c.blocks_across * SIZE;
        cm_jpeg_grower_change(g, j, from + row, to + row);
    }
    for (uint32_t b = 0; b < c.blocks_across * c.blocks_down; b++) {
        plain_change(&whole, b % c.blocks_across * SIDE, b / c.blocks_across * SIDE, dct);
        for (int i = 0; i < SIZE; i++)
            check_level(&c, i, from[(size_t)b * SIZE + (size_t)i], to[(size_t)b * SIZE + (size_t)i],
                        dct[i]);
    }
    cm_jpeg_grower_free(g);
    free(from);
    free(to);
    cm_plane_free(&small);
    cm_plane_free(&whole);
}

START_TEST(growing_is_that_of_the_samples) {
    check_growing(160, 96, 80, 48, _i);
    check_growing(203, 117, 90, 58, _i);
    check_growing(330, 170, 60, 41, _i);
}
END_TEST

Suite *suite_jpeg_twins(void);
Suite *suite_jpeg_twins(void) {
    Suite *s = suite_create("jpeg_twins");
    TCase *t = tcase_create("jpeg_twins");
    tcase_set_timeout(t, 60);
    tcase_add_test(t, shrinking_is_that_of_the_samples);
    tcase_add_loop_test(t, growing_is_that_of_the_samples, 0, 2);
    suite_add_tcase(s, t);
    return s;
}
