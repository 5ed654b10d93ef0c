/* Marks through the detector: round trips, what is done to pictures, geometry, regions, and that
 * unmarked pictures and other keys give no evidence. */
#include <check.h>
#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "detect/image.h"
#include "detect/trial.h"
#include "dsp/blur.h"
#include "hosts.h"
#include "sanitized.h"
#include "mark/whiten.h"

static const uint8_t KEY[CM_KEY_BYTES] = {1, 2, 3}, OTHER[CM_KEY_BYTES] = {4, 5, 6};
static const uint64_t PAYLOAD = 0x0123456789abcdef;
static const char ASTRONAUT[] = "test/data/photos/astronaut.png",
                  COFFEE[] = "test/data/photos/coffee.jpg",
                  CHELSEA[] = "test/data/photos/chelsea.webp";

static cm_detection detect(const cm_plane *p, const uint8_t *key, bool fast) {
    cm_detection d;
    cm_error err = {0};
    cm_detect_options options = {.fast = fast};
    ck_assert_msg(cm_detect_image(p, &key, 1, &options, &d, &err) == CM_OK, "%s", err.message);
    return d;
}

static void assert_found(const cm_detection *d) {
    ck_assert_msg(d->has_payload, "no payload, log10 p %g", d->log10_p);
    ck_assert_uint_eq(d->payload.value, PAYLOAD);
    ck_assert_double_le(d->log10_p, CM_MARK_LOG10_P);
    ck_assert_int_lt(d->bits_corrected, 130);
    ck_assert(d->power && d->tests > 0 && d->map.score != NULL);
}

/* Rotation is compared round the circle. */
static void assert_geometry(const cm_detection *d, double rotation, double scale, bool flip) {
    double turn = remainder(d->geometry.rotation_deg - rotation, 360);
    ck_assert_msg(fabs(turn) < 0.3, "rotation %g for %g", d->geometry.rotation_deg, rotation);
    ck_assert(d->geometry.rotation_deg > -180.01 && d->geometry.rotation_deg < 180.01);
    ck_assert_double_eq_tol(d->geometry.scale_x, scale, 0.01 * scale);
    ck_assert_double_eq_tol(d->geometry.scale_y, scale, 0.01 * scale);
    ck_assert_int_eq(d->geometry.flip, flip);
    ck_assert(d->geometry.offset_x >= 0 && d->geometry.offset_x < 128);
    ck_assert(d->geometry.offset_y >= 0 && d->geometry.offset_y < 128);
}

static void assert_offset(const cm_detection *d, double x, double y) {
    ck_assert_double_eq_tol(remainder(d->geometry.offset_x - x, 128), 0, 1);
    ck_assert_double_eq_tol(remainder(d->geometry.offset_y - y, 128), 0, 1);
}

/* Detects, checks payload and geometry, and frees the picture. */
static void check_attacked(cm_plane p, bool fast, double rotation, double scale, bool flip) {
    cm_detection d = detect(&p, KEY, fast);
    assert_found(&d);
    assert_geometry(&d, rotation, scale, flip);
    cm_detection_free(&d);
    cm_plane_free(&p);
}

static cm_plane marked_photo(const char *path) {
    cm_plane host = host_photo(path), marked = host_marked(&host, KEY, PAYLOAD);
    cm_plane_free(&host);
    return marked;
}

START_TEST(round_trip_on_photos) {
    static const char *const paths[] = {ASTRONAUT, COFFEE, CHELSEA};
    cm_plane marked = marked_photo(paths[_i]);
    cm_detection d = detect(&marked, KEY, true);
    assert_found(&d);
    assert_geometry(&d, 0, 1, false);
    assert_offset(&d, 0, 0);
    ck_assert_double_lt(d.log10_p, -50);
    cm_detection_free(&d);
    cm_plane_free(&marked);
}
END_TEST

START_TEST(round_trip_on_synthetic_hosts) {
    cm_plane host = _i == 0 ? host_texture(512, 512, 11) : host_gradient(384, 300, 10, 12);
    cm_plane marked = host_marked(&host, KEY, PAYLOAD);
    cm_detection d = detect(&marked, KEY, true);
    assert_found(&d);
    cm_detection_free(&d);
    cm_plane_free(&host);
    cm_plane_free(&marked);
}
END_TEST

START_TEST(crop_keeps_the_mark_and_moves_the_offset) {
    cm_plane marked = marked_photo(ASTRONAUT), crop = host_crop(&marked, 97, 50, 320, 330);
    cm_detection d = detect(&crop, KEY, true);
    assert_found(&d);
    assert_geometry(&d, 0, 1, false);
    assert_offset(&d, 97, 50);
    cm_detection_free(&d);
    cm_plane_free(&marked);
    cm_plane_free(&crop);
}
END_TEST

START_TEST(noise_is_survived) {
    cm_plane marked = marked_photo(ASTRONAUT);
    host_add_noise(&marked, 6, 9);
    host_round(&marked);
    check_attacked(marked, true, 0, 1, false);
}
END_TEST

static int by_value(const void *a, const void *b) {
    float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

/* The median of 7 x 7, the border left as it is. */
static cm_plane median_of(const cm_plane *p) {
    enum { REACH = 3, SIDE = 2 * REACH + 1 };
    cm_plane out = host_copy(p);
    for (int y = REACH; y < p->h - REACH; y++)
        for (int x = REACH; x < p->w - REACH; x++) {
            float window[SIDE * SIDE];
            for (int j = 0; j < SIDE; j++)
                memcpy(window + j * SIDE, cm_plane_row(p, y + j - REACH) + x - REACH,
                       SIDE * sizeof *window);
            qsort(window, SIDE * SIDE, sizeof *window, by_value);
            cm_plane_row(&out, y)[x] = window[SIDE * SIDE / 2];
        }
    return out;
}

/* What a wide median leaves has the wrong sign in half of the band. */
START_TEST(a_median_is_survived) {
    cm_plane host = host_photo(ASTRONAUT), marked = host_marked(&host, KEY, PAYLOAD);
    check_attacked(median_of(&marked), true, 0, 1, false);
    cm_plane_free(&host);
    cm_plane_free(&marked);
}
END_TEST

START_TEST(a_blur_is_survived) {
    cm_plane host = host_photo(ASTRONAUT), marked = host_marked(&host, KEY, PAYLOAD);
    cm_plane blurred = host_copy(&marked);
    ck_assert_int_eq(cm_blur(&marked, 2.5f, &blurred, NULL), CM_OK);
    host_round(&blurred);
    check_attacked(blurred, true, 0, 1, false);
    cm_plane_free(&host);
    cm_plane_free(&marked);
}
END_TEST

START_TEST(quarter_turn_and_mirror) {
    cm_plane marked = marked_photo(ASTRONAUT), p = host_turned(&marked);
    check_attacked(p, false, 90, 1, false);
    check_attacked(host_mirrored(&marked), false, 0, 1, true);
    p = host_turned(&marked);
    cm_plane half = host_turned(&p);
    check_attacked(half, false, 180, 1, false);
    cm_plane_free(&p);
    cm_plane_free(&marked);
}
END_TEST

/* Mirrored left to right, then turned: in this order the geometry tells it. */
START_TEST(mirror_then_turn) {
    cm_plane marked = marked_photo(COFFEE), flipped = host_mirrored(&marked);
    check_attacked(host_turned(&flipped), false, 90, 1, true);
    cm_plane_free(&flipped);
    cm_plane_free(&marked);
}
END_TEST

START_TEST(scaling) {
    cm_plane marked = marked_photo(ASTRONAUT);
    check_attacked(host_scaled(&marked, 384, 384), false, 0, 0.75, false);
    check_attacked(host_scaled(&marked, 640, 640), false, 0, 1.25, false);
    cm_plane_free(&marked);
}
END_TEST

START_TEST(stretch_tells_its_axes) {
    cm_plane marked = marked_photo(ASTRONAUT), p = host_scaled(&marked, 460, 512);
    cm_detection d = detect(&p, KEY, false);
    assert_found(&d);
    ck_assert_double_eq_tol(d.geometry.scale_x, 460 / 512.0, 0.01);
    ck_assert_double_eq_tol(d.geometry.scale_y, 1, 0.01);
    cm_detection_free(&d);
    cm_plane_free(&p);
    cm_plane_free(&marked);
}
END_TEST

START_TEST(rotation_has_the_right_sign) {
    static const double degrees[] = {7, -20};
    cm_plane marked = marked_photo(ASTRONAUT);
    for (int i = 0; i < 2; i++)
        check_attacked(host_rotated(&marked, degrees[i], 1), false, degrees[i], 1, false);
    cm_plane_free(&marked);
}
END_TEST

START_TEST(rotation_and_scale_together) {
    cm_plane marked = marked_photo(ASTRONAUT);
    check_attacked(host_rotated(&marked, 12, 0.8), false, 12, 0.8, false);
    cm_plane_free(&marked);
}
END_TEST

/* Above a megapixel: read as it is, and after shrinking to what a web page shows. */
START_TEST(large_picture) {
    cm_plane host = host_gradient(2000, 1500, 20, 13), marked = host_marked(&host, KEY, PAYLOAD);
    double s = sqrt(2000.0 * 1500) / CM_CANONICAL_SIDE;
    cm_detection d = detect(&marked, KEY, true);
    assert_found(&d);
    assert_geometry(&d, 0, 1, false);
    cm_detection_free(&d);
    /* scale counts from the canonical size where the size before isn't known */
    check_attacked(host_scaled(&marked, 800, 600), false, 0, 800 * s / 2000, false);
    cm_plane_free(&host);
    cm_plane_free(&marked);
}
END_TEST

static int64_t overlap(const cm_region *r, int x0, int x1) {
    int a = r->x > x0 ? r->x : x0, b = r->x + r->w < x1 ? r->x + r->w : x1;
    return b > a ? (int64_t)(b - a) * r->h : 0;
}

/* A marked right half on an unmarked picture: the regions cover it and little else. */
START_TEST(regions_cover_the_marked_half) {
    cm_plane host = host_texture(1024, 640, 14), marked = host_marked(&host, KEY, PAYLOAD);
    for (int y = 0; y < host.h; y++)
        memcpy(cm_plane_row(&marked, y), cm_plane_row(&host, y), 512 * sizeof(float));
    cm_detection d = detect(&marked, KEY, true);
    assert_found(&d);
    int64_t inside = 0, outside = 0;
    ck_assert_int_gt(d.region_count, 0);
    for (int i = 0; i < d.region_count; i++) {
        const cm_region *r = &d.regions[i];
        ck_assert(r->x >= 0 && r->y >= 0 && r->w > 0 && r->h > 0);
        ck_assert(r->x + r->w <= 1024 && r->y + r->h <= 640);
        ck_assert_double_lt(r->log10_p, -2.9);
        if (i > 0)
            ck_assert_double_ge(r->log10_p, d.regions[i - 1].log10_p);
        inside += overlap(r, 512, 1024);
        outside += overlap(r, 0, 512);
    }
    ck_assert_int_gt(inside, 512 * 640 * 9 / 10);
    ck_assert_int_lt(outside, 512 * 640 / 10);
    float left = d.map.score[0], right = d.map.score[d.map.columns - 1];
    ck_assert_float_gt(right, left + 5);
    cm_detection_free(&d);
    cm_plane_free(&host);
    cm_plane_free(&marked);
}
END_TEST

static cm_plane beside(const cm_plane *a, const cm_plane *b) {
    cm_plane out = host_constant(a->w + b->w, a->h > b->h ? a->h : b->h, 128);
    for (int y = 0; y < a->h; y++)
        memcpy(cm_plane_row(&out, y), cm_plane_row(a, y), (size_t)a->w * sizeof(float));
    for (int y = 0; y < b->h; y++)
        memcpy(cm_plane_row(&out, y) + a->w, cm_plane_row(b, y), (size_t)b->w * sizeof(float));
    return out;
}

/* Two pictures of one key beside one another; a payload that differs in one bit, and any. */
static void check_both(const cm_plane *a, const cm_plane *b, bool fast, uint64_t payload) {
    cm_plane both = beside(a, b);
    cm_detection d = detect(&both, KEY, fast);
    ck_assert_msg(d.has_payload && d.other_count == 1, "%zu others", d.other_count);
    const cm_detection *left = d.payload.value == PAYLOAD ? &d : &d.others[0];
    const cm_detection *right = d.payload.value == PAYLOAD ? &d.others[0] : &d;
    ck_assert_uint_eq(left->payload.value, PAYLOAD);
    ck_assert(right->has_payload && right->payload.value == payload);
    ck_assert_double_le(right->log10_p, CM_MARK_LOG10_P);
    ck_assert_double_le(left->log10_p, CM_MARK_LOG10_P);
    for (int i = 0; i < left->region_count; i++)
        ck_assert_int_le(left->regions[i].x + left->regions[i].w, a->w + 100);
    for (int i = 0; i < right->region_count; i++)
        ck_assert_int_ge(right->regions[i].x, a->w - 100);
    ck_assert_int_gt(left->region_count, 0);
    ck_assert_int_gt(right->region_count, 0);
    cm_detection_free(&d);
    cm_plane_free(&both);
}

START_TEST(a_collage_of_one_key) {
    static const uint64_t second[] = {PAYLOAD ^ 1, 0xfedcba9876543210};
    cm_plane host = host_photo(ASTRONAUT), other = host_photo(CHELSEA);
    cm_plane cut = host_crop(&other, 20, 0, 384, 300);
    for (size_t i = 0; i < sizeof second / sizeof second[0]; i++) {
        cm_plane a = host_marked(&host, KEY, PAYLOAD), b = host_marked(&cut, KEY, second[i]);
        cm_plane turned = host_rotated(&b, 7, 0.95);
        check_both(&a, &b, true, second[i]);
        check_both(&a, &turned, false, second[i]);
        cm_plane_free(&a);
        cm_plane_free(&b);
        cm_plane_free(&turned);
    }
    cm_plane_free(&host);
    cm_plane_free(&other);
    cm_plane_free(&cut);
}
END_TEST

/* The same lattice and shift for both. */
START_TEST(halves_with_payloads_of_their_own) {
    cm_plane host = host_photo(ASTRONAUT);
    cm_plane a = host_marked(&host, KEY, PAYLOAD), b = host_marked(&host, KEY, PAYLOAD ^ 0x10);
    for (int y = 0; y < a.h; y++)
        memcpy(cm_plane_row(&a, y) + 256, cm_plane_row(&b, y) + 256, 256 * sizeof(float));
    cm_detection d = detect(&a, KEY, true);
    ck_assert(d.has_payload && d.other_count == 1 && d.others[0].has_payload);
    ck_assert_uint_eq(d.payload.value ^ d.others[0].payload.value, 0x10);
    ck_assert(d.payload.value == PAYLOAD || d.others[0].payload.value == PAYLOAD);
    cm_detection_free(&d);
    cm_plane_free(&host);
    cm_plane_free(&a);
    cm_plane_free(&b);
}
END_TEST

START_TEST(another_key_finds_nothing) {
    cm_plane marked = marked_photo(ASTRONAUT);
    cm_detection d = detect(&marked, OTHER, false);
    ck_assert(!d.has_payload && d.power && d.region_count == 0);
    ck_assert_double_gt(d.log10_p, CM_HINT_LOG10_P);
    ck_assert_uint_gt(d.tests, 1);
    cm_detection_free(&d);
    cm_plane_free(&marked);
}
END_TEST

START_TEST(the_right_key_of_a_ring) {
    const uint8_t *ring[] = {OTHER, KEY};
    cm_plane marked = marked_photo(CHELSEA);
    cm_detection d, alone = detect(&marked, KEY, true);
    ck_assert_int_eq(cm_detect_image(&marked, ring, 2, NULL, &d, NULL), CM_OK);
    assert_found(&d);
    ck_assert_uint_eq(d.key, 1);
    ck_assert_double_eq_tol(d.log10_p, alone.log10_p + log10(2), 1e-6); /* two keys were tried */
    cm_detection_free(&d);
    ck_assert_int_eq(cm_detect_image(&marked, ring, 0, NULL, &d, NULL), CM_ERR_ARGUMENT);
    cm_detection_free(&alone);
    ck_assert_int_eq(cm_detect_image(&marked, ring, 0, NULL, &d, NULL), CM_ERR_ARGUMENT);
    cm_plane_free(&marked);
}
END_TEST

/* Two marks side by side, as the two layers of a key are. */
START_TEST(two_marks_in_one_picture) {
    cm_plane first = marked_photo(ASTRONAUT), both = host_marked(&first, OTHER, 0xabcdef);
    cm_detection a = detect(&both, KEY, true), b = detect(&both, OTHER, true);
    assert_found(&a);
    ck_assert(b.has_payload && b.payload.value == 0xabcdef);
    cm_detection_free(&a);
    cm_detection_free(&b);
    cm_plane_free(&first);
    cm_plane_free(&both);
}
END_TEST

/* No evidence, no power, no error. */
static void assert_powerless(cm_plane p) {
    cm_detection d = detect(&p, KEY, p.w < 300);
    ck_assert(!d.power && !d.has_payload && d.region_count == 0 && d.map.score == NULL);
    ck_assert_double_gt(d.log10_p, CM_HINT_LOG10_P);
    cm_detection_free(&d);
    cm_plane_free(&p);
}

START_TEST(constant_and_tiny_pictures_have_no_power) {
    assert_powerless(host_constant(512, 512, 0));
    assert_powerless(host_constant(512, 400, 128));
    assert_powerless(host_constant(1, 1, 128));
    assert_powerless(host_constant(31, 4000, 128));
    assert_powerless(host_texture(32, 32, 15));
    assert_powerless(host_texture(33, 200, 16));
}
END_TEST

/* Patterns that are no noise at all must give no evidence either. */
START_TEST(gratings_and_checks_give_no_evidence) {
    for (int kind = 0; kind < 4; kind++) {
        cm_plane p = host_constant(300, 280, 128);
        for (int y = 0; y < p.h; y++)
            for (int x = 0; x < p.w; x++) {
                static const int periods[] = {4, 8, 16, 128};
                int q = periods[kind];
                cm_plane_row(&p, y)[x] = (float)(((x / (q / 2)) ^ (y / (q / 2))) & 1) * 200 + 20;
            }
        cm_detection d = detect(&p, KEY, true);
        ck_assert(!d.has_payload);
        ck_assert_double_gt(d.log10_p, CM_HINT_LOG10_P);
        cm_detection_free(&d);
        cm_plane_free(&p);
    }
}
END_TEST

enum { CROPS = REPEATS(20, 3), KEYS_EACH = 10, NULLS = CROPS * KEYS_EACH };

/* The corrected p of pilots and of message of one unmarked residual at the nominal lattice. */
static void null_p(const cm_plane *residual, uint8_t key, const cm_word_reader *reader,
                   double *ln_pilots, double *ln_message, double *ln_p) {
    const uint8_t bytes[CM_KEY_BYTES] = {key, 77};
    cm_lattice nominal = {.xx = 1.0 / CM_TILE, .yy = 1.0 / CM_TILE};
    static cm_shift_table shifts;
    cm_layout *layout = NULL;
    if (shifts.n == 0)
        cm_shift_table_fill(CM_SHIFT_GRID, &shifts);
    ck_assert_int_eq(cm_layout_new(bytes, &layout, NULL), CM_OK);
    cm_trial t = {
        .residual = residual, .layout = layout, .reader = reader, .shifts = &shifts, .small = true};
    ck_assert_int_eq(cm_trial_try(&t, nominal, NULL), CM_OK);
    ck_assert(t.lattices == 1 && t.readings >= 3);
    *ln_pilots = t.pilot_ln_p + log((double)CM_SHIFTS);
    *ln_message = t.reading.ln_p + log((double)t.readings);
    *ln_p = cm_trial_ln_p(&t);
    cm_trial_free(&t);
    free(layout);
}

/* Of NULLS p-values at most NULLS / 10 + 3 deviations may be 0.1 or less. */
START_TEST(unmarked_pictures_are_conservative) {
    static const char *const paths[] = {ASTRONAUT, COFFEE, CHELSEA};
    const int most = NULLS / 10 + 13;
    int low_pilots = 0, low_message = 0, low = 0;
    double least = 0, spread = 0;
    uint64_t state = 99;
    cm_word_reader reader;
    ck_assert_int_eq(cm_word_reader_new(&reader, NULL), CM_OK);
    for (int i = 0; i < CROPS; i++) {
        cm_plane photo = host_photo(paths[i % 3]);
        int x = (int)(host_uniform(&state) * (photo.w - 200));
        int y = (int)(host_uniform(&state) * (photo.h - 200));
        cm_plane crop = host_crop(&photo, x, y, 200, 200), residual = host_copy(&crop);
        ck_assert_int_eq(cm_whiten(&crop, &residual, NULL, NULL), CM_OK);
        for (int k = 0; k < KEYS_EACH; k++) {
            double pilots, message, p;
            null_p(&residual, (uint8_t)(10 * i + k), &reader, &pilots, &message, &p);
            low_pilots += pilots <= log(0.1);
            low_message += message <= log(0.1);
            low += p <= log(0.1);
            least = fmin(least, fmin(p, fmin(pilots, message)));
            spread = fmax(spread, pilots);
        }
        cm_plane_free(&photo);
        cm_plane_free(&crop);
        cm_plane_free(&residual);
    }
    ck_assert_int_le(low_pilots, most);
    ck_assert_int_le(low_message, most);
    ck_assert_int_le(low, most);
    ck_assert_double_gt(least, CM_MARK_LOG10_P * log(10));
    ck_assert_double_lt(spread, log(CM_SHIFTS)); /* the statistic does vary with the key */
    cm_word_reader_free(&reader);
}
END_TEST

/* The whole detector on unmarked pictures, fast and full. */
START_TEST(unmarked_pictures_give_no_evidence) {
    cm_plane photo = host_photo(COFFEE), texture = host_texture(300, 300, 17);
    for (int i = 0; i < 6; i += REPEATS(1, 5)) {
        const uint8_t key[CM_KEY_BYTES] = {(uint8_t)i, 55};
        cm_detection d = detect(i & 1 ? &photo : &texture, key, i < 4);
        ck_assert(!d.has_payload);
        ck_assert_double_gt(d.log10_p, CM_HINT_LOG10_P);
        cm_detection_free(&d);
    }
    cm_plane_free(&photo);
    cm_plane_free(&texture);
}
END_TEST

typedef struct job {
    const cm_plane *picture;
    double log10_p;
    int steps;
    double done;
} job;

static void on_progress(void *context, double done) {
    job *j = context;
    if (done < j->done)
        j->steps = -1000; /* progress never goes back */
    j->done = done;
    j->steps++;
}

static void *detect_in_thread(void *context) {
    job *j = context;
    const uint8_t *key = KEY;
    cm_detect_options options = {.progress = on_progress, .context = j};
    cm_detection d;
    if (cm_detect_image(j->picture, &key, 1, &options, &d, NULL) == CM_OK) {
        j->log10_p = d.has_payload ? d.log10_p : 0;
        cm_detection_free(&d);
    }
    return NULL;
}

START_TEST(two_threads_at_once) {
    cm_plane marked = marked_photo(CHELSEA), turned = host_turned(&marked);
    pthread_t threads[2];
    job jobs[2] = {{.picture = &turned}, {.picture = &turned}};
    for (int i = 0; i < 2; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, detect_in_thread, &jobs[i]), 0);
    for (int i = 0; i < 2; i++)
        ck_assert_int_eq(pthread_join(threads[i], NULL), 0);
    ck_assert_double_le(jobs[0].log10_p, CM_MARK_LOG10_P);
    ck_assert_double_eq(jobs[0].log10_p, jobs[1].log10_p);
    ck_assert_int_gt(jobs[0].steps, 1);
    ck_assert_double_eq(jobs[0].done, 1);
    cm_plane_free(&marked);
    cm_plane_free(&turned);
}
END_TEST

Suite *suite_detect(void);
Suite *suite_detect(void) {
    Suite *s = suite_create("detect");
    TCase *t = tcase_create("detect");
    tcase_set_timeout(t, 120);
    tcase_add_loop_test(t, round_trip_on_photos, 0, 3);
    tcase_add_loop_test(t, round_trip_on_synthetic_hosts, 0, 2);
    tcase_add_test(t, crop_keeps_the_mark_and_moves_the_offset);
    tcase_add_test(t, noise_is_survived);
    tcase_add_test(t, a_median_is_survived);
    tcase_add_test(t, a_blur_is_survived);
    tcase_add_test(t, quarter_turn_and_mirror);
    tcase_add_test(t, mirror_then_turn);
    tcase_add_test(t, scaling);
    tcase_add_test(t, stretch_tells_its_axes);
    tcase_add_test(t, rotation_has_the_right_sign);
    tcase_add_test(t, rotation_and_scale_together);
    tcase_add_test(t, large_picture);
    tcase_add_test(t, regions_cover_the_marked_half);
    tcase_add_test(t, a_collage_of_one_key);
    tcase_add_test(t, halves_with_payloads_of_their_own);
    tcase_add_test(t, another_key_finds_nothing);
    tcase_add_test(t, the_right_key_of_a_ring);
    tcase_add_test(t, two_marks_in_one_picture);
    tcase_add_test(t, constant_and_tiny_pictures_have_no_power);
    tcase_add_test(t, gratings_and_checks_give_no_evidence);
    tcase_add_test(t, unmarked_pictures_are_conservative);
    tcase_add_test(t, unmarked_pictures_give_no_evidence);
    tcase_add_test(t, two_threads_at_once);
    suite_add_tcase(s, t);
    return s;
}
