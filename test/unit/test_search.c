/* What the detector does side by side and in tiles, against the same done plainly. */
#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/parallel.h"
#include "detect/image.h"
#include "detect/screen.h"
#include "detect/search_score.h"
#include "detect/shift_grid.h"
#include "dsp/fft.h"
#include "hosts.h"

static const double PI = 3.14159265358979323846;
static const uint8_t KEY[CM_KEY_BYTES] = {3, 1, 4, 1, 5, 9, 2, 6};

static void pilots_of(const uint8_t *key, cm_frequency *pilot) {
    cm_frequency band[CM_BAND];
    cm_pilots pilots;
    cm_band_fill(band);
    ck_assert_int_eq(cm_layout_pilots(key, band, &pilots, NULL), CM_OK);
    for (int i = 0; i < CM_PILOTS; i++)
        pilot[i] = band[pilots.place[i]];
}

/* ---- scores by nearest bins ---- */

enum { MAPS = 3, SIDE = 256, RESOLUTION = 96, KEPT = 3000 };

static cm_spectrum random_map(uint64_t seed) {
    cm_spectrum m = {.size = SIDE};
    double sum = 0, squares = 0, n = (double)SIDE * SIDE;
    m.bin = cm_calloc(SIDE * SIDE, 1);
    ck_assert_ptr_nonnull(m.bin);
    for (int i = 0; i < SIDE * SIDE; i++) {
        m.bin[i] = (uint8_t)fmin(220, 40 - 30 * log(host_uniform(&seed)));
        sum += m.bin[i];
        squares += m.bin[i] * m.bin[i];
    }
    m.mean = (float)(sum / n);
    m.deviation = (float)sqrt(squares / n - sum / n * (sum / n));
    return m;
}

/* As spec/image-mark.md §6.2 has it. */
static float plain_score(const cm_spectrum *m, const cm_frequency *pilot, cm_lattice g) {
    const float n = SIDE, limit = CM_SEARCH_BAND_EDGE * n;
    const float xx = (float)(g.xx * SIDE), xy = (float)(g.xy * SIDE);
    const float yx = (float)(g.yx * SIDE), yy = (float)(g.yy * SIDE);
    float sum = 0, seen = 0;
    for (int i = 0; i < CM_PILOTS; i++) {
        float x = xx * pilot[i].kx + xy * pilot[i].ky, y = yx * pilot[i].kx + yy * pilot[i].ky;
        if (i == CM_SEARCH_FIRST_LOOK && seen > 4 &&
            sum - m->mean * seen < CM_SEARCH_GIVE_UP * m->deviation * sqrtf(seen))
            return 0;
        if (fabsf(x) >= limit || fabsf(y) >= limit)
            continue;
        int column = (int)floorf(x + n / 2 + 0.5f), row = (int)floorf(y + n / 2 + 0.5f);
        sum += m->bin[row * SIDE + column];
        seen++;
    }
    if (seen < CM_SEARCH_LEAST_PILOTS)
        return 0;
    return (sum - m->mean * seen) / (sqrtf(seen) * m->deviation);
}

static void score_all(const cm_spectrum *map, int maps, const cm_frequency *pilot,
                      const cm_grid *grid, int threads, cm_kept *room, cm_kept_heap *kept) {
    for (int m = 0; m < maps; m++)
        kept[m] = (cm_kept_heap){.item = room + m * KEPT, .room = KEPT};
    ck_assert_int_eq(cm_search_score(map, maps, pilot, grid, threads, kept, NULL), CM_OK);
}

static void check_same(const cm_kept_heap *a, const cm_kept_heap *b) {
    ck_assert_int_eq(a->count, b->count);
    for (int i = 0; i < a->count; i++) {
        ck_assert_uint_eq(a->item[i].number, b->item[i].number);
        ck_assert_float_eq(a->item[i].score, b->item[i].score);
    }
}

/* Of each kind of search: one map alone, several at once, in one thread and in three. */
START_TEST(scores_are_the_plain_ones) {
    static cm_kept plain[MAPS][KEPT], together[MAPS * KEPT];
    cm_kept_heap want[MAPS], got[MAPS];
    cm_spectrum map[MAPS];
    cm_frequency pilot[CM_PILOTS];
    cm_grid grid;
    pilots_of(KEY, pilot);
    ck_assert_int_eq(cm_grid_new((cm_search_kind)_i, RESOLUTION, &grid, NULL), CM_OK);
    for (int m = 0; m < MAPS; m++) {
        map[m] = random_map((uint64_t)m + 1);
        want[m] = (cm_kept_heap){.item = plain[m], .room = KEPT};
        for (uint32_t n = 0; n < grid.count; n++)
            (void)cm_kept_add(&want[m], plain_score(&map[m], pilot, cm_grid_at(&grid, n)), n);
        ck_assert_int_gt(want[m].count, 30);
        score_all(&map[m], 1, pilot, &grid, 1, together, got);
        check_same(&want[m], &got[0]);
    }
    for (int threads = 1; threads <= 3; threads += 2) {
        score_all(map, MAPS, pilot, &grid, threads, together, got);
        for (int m = 0; m < MAPS; m++)
            check_same(&want[m], &got[m]);
    }
    for (int m = 0; m < MAPS; m++)
        free(map[m].bin);
    cm_grid_free(&grid);
}
END_TEST

static double plain_smooth(const cm_spectrum *m, const cm_frequency *pilot, cm_lattice g) {
    double sum = 0, seen = 0;
    for (int i = 0; i < CM_PILOTS; i++) {
        double x = SIDE * (g.xx * pilot[i].kx + g.xy * pilot[i].ky);
        double y = SIDE * (g.yx * pilot[i].kx + g.yy * pilot[i].ky);
        double u = x - floor(x), v = y - floor(y);
        const uint8_t *b = m->bin + ((int)floor(y) + SIDE / 2) * SIDE + (int)floor(x) + SIDE / 2;
        if (fabs(x) >= CM_SEARCH_BAND_EDGE * SIDE || fabs(y) >= CM_SEARCH_BAND_EDGE * SIDE)
            continue;
        sum += (1 - v) * ((1 - u) * b[0] + u * b[1]) + v * ((1 - u) * b[SIDE] + u * b[SIDE + 1]);
        sum -= (double)m->mean;
        seen++;
    }
    return sum / (sqrt(seen) * (double)m->deviation);
}

START_TEST(refining_climbs_the_interpolated_map) {
    cm_spectrum map = random_map(9);
    cm_frequency pilot[CM_PILOTS];
    uint64_t state = 4;
    pilots_of(KEY, pilot);
    for (int i = 0; i < 50; i++) {
        double angle = PI * host_uniform(&state), s = 128 * (0.43 + host_uniform(&state));
        cm_lattice g = {cos(angle) / s, -sin(angle) / s, sin(angle) / s, cos(angle) / s}, was = g;
        double score = (double)cm_search_refine(&map, pilot, 0.01, &g);
        ck_assert_double_eq_tol(score, plain_smooth(&map, pilot, g), 1e-4);
        ck_assert_double_ge(score, plain_smooth(&map, pilot, was) - 1e-4);
        for (int d = 0; d < 2; d++) { /* a tenth of the last step and more brings nothing */
            double e = 1 + (d == 0 ? 2e-4 : -2e-4);
            cm_lattice near = {g.xx * e, g.xy * e, g.yx * e, g.yy * e};
            ck_assert_double_le(plain_smooth(&map, pilot, near), score + 0.02);
        }
    }
    free(map.bin);
}
END_TEST

/* ---- the grid of shifts ---- */

static double plain_at(int n, int x, int y, const cm_frequency *const *f, const cm_complex *a) {
    double sum = 0;
    for (int i = 0; i < CM_PILOTS; i++) {
        double turn = 2 * PI * (f[i]->kx * x + f[i]->ky * y) / n;
        sum += (double)crealf(a[i]) * cos(turn) - (double)cimagf(a[i]) * sin(turn);
    }
    return sum;
}

START_TEST(shifts_are_the_plain_sums) {
    static cm_shift_table table;
    const int n = _i == 0 ? CM_TILE : 2 * CM_TILE;
    cm_frequency pilot[CM_PILOTS];
    const cm_frequency *f[CM_PILOTS];
    cm_complex a[CM_PILOTS];
    float *grid = cm_alloc_aligned((size_t)(n * n), sizeof *grid), most = -INFINITY;
    uint64_t state = 17;
    pilots_of(KEY, pilot);
    cm_shift_table_fill(n, &table);
    for (int i = 0; i < CM_PILOTS; i++) {
        f[i] = &pilot[i];
        a[i] = CMPLXF(host_normal(&state), host_normal(&state));
    }
    float best = cm_shift_grid(&table, f, a, grid);
    for (int i = 0; i < n * n; i++) {
        ck_assert_double_eq_tol((double)grid[i], plain_at(n, i % n, i / n, f, a), 1e-3);
        most = fmaxf(most, grid[i]);
    }
    ck_assert_float_eq(best, most);
    ck_assert_float_eq(best, cm_shift_grid(&table, f, a, NULL));
    free(grid);
}
END_TEST

/* ---- the sampler ---- */

static cm_complex plain_sum(const cm_plane *r, cm_lattice g, const cm_frequency *k) {
    double fx = g.xx * k->kx + g.xy * k->ky, fy = g.yx * k->kx + g.yy * k->ky, re = 0, im = 0;
    if (fabs(fx) >= 0.5 || fabs(fy) >= 0.5)
        return 0;
    for (int y = 0; y < r->h; y++)
        for (int x = 0; x < r->w; x++) {
            double turn = -2 * PI * (fx * (x - r->w / 2) + fy * (y - r->h / 2));
            re += (double)cm_plane_row(r, y)[x] * cos(turn);
            im += (double)cm_plane_row(r, y)[x] * sin(turn);
        }
    return CMPLXF(re, im);
}

START_TEST(samples_are_the_plain_sums) {
    enum { STEP = 97, COUNT = (CM_BAND + STEP - 1) / STEP };
    cm_plane r = cm_plane_new(90, 70);
    cm_frequency band[CM_BAND];
    cm_sampler sampler;
    cm_complex all[COUNT];
    uint64_t state = 8;
    cm_band_fill(band);
    for (size_t i = 0; i < cm_plane_size(&r); i++)
        r.data[i] = host_normal(&state);
    ck_assert_int_eq(cm_sampler_new(&r, &sampler, NULL), CM_OK);
    for (int i = 0; i < 12; i++) {
        double angle = 2 * PI * host_uniform(&state), s = 60 + 100 * host_uniform(&state);
        cm_lattice g = {cos(angle) / s, -sin(angle) / s, sin(angle) / s, cos(angle) / s};
        cm_sampler_all(&sampler, g, band, COUNT, STEP, all);
        for (int n = 0; n < COUNT; n++) {
            cm_complex want = plain_sum(&r, g, &band[n * STEP]);
            ck_assert_float_lt(cabsf(all[n] - want), 0.02f * 80);
            ck_assert(all[n] == cm_sampler_at(&sampler, g, &band[n * STEP]));
        }
    }
    cm_sampler_free(&sampler);
    cm_plane_free(&r);
}
END_TEST

/* ---- transforms of few rows ---- */

START_TEST(padded_transform_is_that_of_the_zeros) {
    enum { H = 64, W = 48, ROWS = 21, HALF = H * (W / 2 + 1) };
    float *real = cm_alloc_aligned(H * W, sizeof *real);
    cm_complex *whole = cm_alloc_aligned(HALF, sizeof *whole);
    cm_complex *some = cm_alloc_aligned(HALF, sizeof *some);
    cm_fft *fft = NULL;
    uint64_t state = 2;
    for (int i = 0; i < H * W; i++)
        real[i] = i < ROWS * W ? host_normal(&state) : 0;
    ck_assert_int_eq(cm_fft_new(CM_FFT_FORWARD_REAL, H, W, &fft, NULL), CM_OK);
    cm_fft_forward(fft, real, whole);
    cm_fft_free(fft);
    for (int i = ROWS * W; i < H * W; i++)
        real[i] = NAN; /* not even looked at */
    ck_assert_int_eq(cm_fft_new_padded(H, W, ROWS, &fft, NULL), CM_OK);
    cm_fft_forward(fft, real, some);
    cm_fft_free(fft);
    for (int i = 0; i < HALF; i++)
        ck_assert_float_lt(cabsf(whole[i] - some[i]), 1e-3f);
    free(real);
    free(whole);
    free(some);
}
END_TEST

/* ---- threads ---- */

static void count_job(void *context, int job, int thread) {
    int *done = context;
    ck_assert_int_ge(thread, 0);
    ck_assert_int_lt(thread, 5);
    done[job]++;
}

START_TEST(every_job_is_done_once) {
    int done[100] = {0};
    cm_parallel(5, 100, count_job, done);
    cm_parallel(5, 0, count_job, done);
    for (int i = 0; i < 100; i++)
        ck_assert_int_eq(done[i], 1);
    ck_assert_int_eq(cm_threads(0), 1);
    ck_assert_int_eq(cm_threads(7), 7);
    ck_assert_int_ge(cm_threads(-1), 1);
    ck_assert_int_eq(cm_threads(100000), CM_THREADS_MAX);
}
END_TEST

static cm_detection detect_in(const cm_plane *p, int threads) {
    const uint8_t *key = KEY;
    cm_detect_options options = {.threads = threads};
    cm_detection d;
    ck_assert_int_eq(cm_detect_image(p, &key, 1, &options, &d, NULL), CM_OK);
    return d;
}

/* A marked picture, turned; an unmarked one of several windows. */
START_TEST(threads_change_nothing) {
    cm_plane host = host_texture(_i == 0 ? 400 : 900, _i == 0 ? 380 : 420, 12);
    cm_plane marked = host_marked(&host, KEY, 0x1234), turned = host_rotated(&marked, 11, 0.9);
    const cm_plane *seen = _i == 0 ? &turned : &host;
    cm_detection one = detect_in(seen, 1), three = detect_in(seen, 3);
    ck_assert(one.has_payload == (_i == 0) && three.has_payload == one.has_payload);
    ck_assert(cm_payload_same(one.payload, three.payload));
    ck_assert_double_eq(one.log10_p, three.log10_p);
    ck_assert_uint_eq(one.tests, three.tests);
    ck_assert_double_eq(one.geometry.rotation_deg, three.geometry.rotation_deg);
    ck_assert_double_eq(one.geometry.scale_x, three.geometry.scale_x);
    ck_assert_double_eq(one.geometry.offset_x, three.geometry.offset_x);
    ck_assert_int_eq(one.region_count, three.region_count);
    cm_detection_free(&one);
    cm_detection_free(&three);
    cm_plane_free(&host);
    cm_plane_free(&marked);
    cm_plane_free(&turned);
}
END_TEST

Suite *suite_search(void);
Suite *suite_search(void) {
    Suite *s = suite_create("search");
    TCase *t = tcase_create("search");
    tcase_set_timeout(t, 300);
    tcase_add_loop_test(t, scores_are_the_plain_ones, 0, 3);
    tcase_add_test(t, refining_climbs_the_interpolated_map);
    tcase_add_loop_test(t, shifts_are_the_plain_sums, 0, 2);
    tcase_add_test(t, samples_are_the_plain_sums);
    tcase_add_test(t, padded_transform_is_that_of_the_zeros);
    tcase_add_test(t, every_job_is_done_once);
    tcase_add_loop_test(t, threads_change_nothing, 0, 2);
    suite_add_tcase(s, t);
    return s;
}
