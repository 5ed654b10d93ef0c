/* Many keys on one picture: each answers as it would alone, all marks are reported, and what many
 * keys are screened with agrees with the exact look. */
#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "detect/image.h"
#include "detect/ring.h"
#include "detect/search_ring.h"
#include "embed/image.h"
#include "hosts.h"
#include "sanitized.h"

static const uint8_t FIRST[CM_KEY_BYTES] = {1, 2, 3}, SECOND[CM_KEY_BYTES] = {4, 5, 6};
static const uint64_t PAYLOAD = 0x0123456789abcdef, OTHER_PAYLOAD = 0xfedcba9876543210;
static const char ASTRONAUT[] = "test/data/photos/astronaut.png",
                  COFFEE[] = "test/data/photos/coffee.jpg";

enum { MOST = 64 };

/* `count` keys that marked nothing, but for those put in their places. */
typedef struct keys {
    uint8_t bytes[MOST][CM_KEY_BYTES];
    const uint8_t *ring[MOST];
} keys;

static void fill(keys *k) {
    for (int i = 0; i < MOST; i++) {
        memset(k->bytes[i], 0, CM_KEY_BYTES);
        k->bytes[i][0] = (uint8_t)i;
        k->bytes[i][1] = 99;
        k->ring[i] = k->bytes[i];
    }
}

static cm_detection detect(const cm_plane *p, const uint8_t *const *ring, size_t n, bool fast) {
    cm_detection d;
    cm_error err = {0};
    cm_detect_options options = {.fast = fast};
    ck_assert_msg(cm_detect_image(p, ring, n, &options, &d, &err) == CM_OK, "%s", err.message);
    return d;
}

static cm_plane marked_photo(const char *path) {
    cm_plane host = host_photo(path), marked = host_marked(&host, FIRST, PAYLOAD);
    cm_plane_free(&host);
    return marked;
}

/* Alone, among a few, and among so many that they are screened. */
START_TEST(a_key_answers_as_it_would_alone) {
    static const size_t counts[] = {16, 17, MOST};
    cm_plane marked = marked_photo(ASTRONAUT);
    const uint8_t *alone[] = {FIRST};
    cm_detection one = detect(&marked, alone, 1, true);
    keys k;
    fill(&k);
    k.ring[11] = FIRST;
    for (int i = 0; i < 3; i++) {
        cm_detection d = detect(&marked, k.ring, counts[i], true);
        ck_assert(d.has_payload && d.key == 11 && d.payload.value == PAYLOAD && d.other_count == 0);
        ck_assert_double_eq_tol(d.log10_p, one.log10_p + log10((double)counts[i]), 1e-9);
        ck_assert_uint_ge(d.tests, counts[i]);
        ck_assert_int_eq(d.region_count, one.region_count);
        ck_assert_int_eq(d.bits_corrected, one.bits_corrected);
        cm_detection_free(&d);
    }
    cm_detection_free(&one);
    cm_plane_free(&marked);
}
END_TEST

START_TEST(a_turned_mark_is_found_under_one_of_many_keys) {
    cm_plane marked = marked_photo(ASTRONAUT), turned = host_rotated(&marked, 12, 0.8);
    keys k;
    fill(&k);
    k.ring[18] = FIRST;
    cm_detection d = detect(&turned, k.ring, 20, false);
    ck_assert(d.has_payload && d.key == 18 && d.payload.value == PAYLOAD);
    ck_assert_double_eq_tol(d.geometry.rotation_deg, 12, 0.3);
    ck_assert_double_eq_tol(d.geometry.scale_x, 0.8, 0.01);
    cm_detection_free(&d);
    cm_plane_free(&marked);
    cm_plane_free(&turned);
}
END_TEST

START_TEST(many_keys_find_nothing_in_an_unmarked_picture) {
    enum { KEYS = REPEATS(17, 3) };
    cm_plane photo = host_photo(COFFEE), texture = host_texture(260, 260, 4);
    keys k;
    fill(&k);
    cm_detection d = detect(&photo, k.ring, REPEATS(MOST, 17), true);
    ck_assert(!d.has_payload && d.power && d.other_count == 0);
    ck_assert_double_gt(d.log10_p, CM_HINT_LOG10_P);
    cm_detection_free(&d);
    d = detect(&texture, k.ring, KEYS, false);
    ck_assert(!d.has_payload && d.other_count == 0);
    ck_assert_double_gt(d.log10_p, CM_HINT_LOG10_P);
    ck_assert_uint_gt(d.tests, KEYS * 20);
    cm_detection_free(&d);
    cm_plane_free(&photo);
    cm_plane_free(&texture);
}
END_TEST

static const cm_detection *of_key(const cm_detection *d, size_t key) {
    if (d->key == key)
        return d;
    for (size_t i = 0; i < d->other_count; i++)
        if (d->others[i].key == key)
            return &d->others[i];
    return NULL;
}

/* Both marks of a picture that was marked twice, whatever has been done to it since. */
static void assert_both(const cm_plane *p, bool fast) {
    const uint8_t stranger[CM_KEY_BYTES] = {7}, *ring[] = {stranger, FIRST, SECOND};
    cm_detection d = detect(p, ring, 3, fast);
    ck_assert_uint_eq(d.other_count, 1);
    const cm_detection *a = of_key(&d, 1), *b = of_key(&d, 2);
    ck_assert(a != NULL && b != NULL);
    ck_assert(a->has_payload && a->payload.value == PAYLOAD);
    ck_assert(b->has_payload && b->payload.value == OTHER_PAYLOAD);
    ck_assert(a->region_count > 0 && b->region_count > 0);
    ck_assert_double_ge(d.others[0].log10_p, d.log10_p); /* the strongest first */
    ck_assert_double_le(d.others[0].log10_p, CM_MARK_LOG10_P);
    cm_detection_free(&d);
}

START_TEST(two_marks_are_both_reported) {
    cm_plane marked = marked_photo(ASTRONAUT), both = host_marked(&marked, SECOND, OTHER_PAYLOAD);
    cm_plane turned = host_rotated(&both, 7, 1);
    assert_both(&both, true);
    assert_both(&turned, false);
    cm_plane_free(&marked);
    cm_plane_free(&both);
    cm_plane_free(&turned);
}
END_TEST

/* The two layers of a key, embedded together: the change is as strong as one layer's. */
START_TEST(layers_embedded_together_are_read_apart) {
    cm_plane host = host_photo(ASTRONAUT), one = host_copy(&host), two = host_copy(&host);
    cm_embed_params params = {.layer_key = FIRST, .payload = HOST_PAYLOAD(PAYLOAD), .strength = 1};
    cm_embed_report alone, shared;
    ck_assert_int_eq(cm_embed_image(&host, &params, &one, &alone, NULL), CM_OK);
    params.beside = SECOND;
    ck_assert_int_eq(cm_embed_image(&host, &params, &two, &shared, NULL), CM_OK);
    ck_assert_float_eq_tol(shared.rms, alone.rms, 0.02f * alone.rms);
    ck_assert_float_eq_tol(shared.ssim, alone.ssim, 1e-3f);
    for (size_t i = 0; i < cm_plane_size(&host); i++)
        two.data[i] += host.data[i];
    host_round(&two);
    const uint8_t *ring[] = {FIRST, SECOND};
    for (int i = 0; i < 2; i++) {
        cm_detection d = detect(&two, &ring[i], 1, true);
        ck_assert(d.has_payload && d.payload.value == PAYLOAD && d.other_count == 0);
        ck_assert_double_lt(d.log10_p, -60);
        cm_detection_free(&d);
    }
    cm_plane_free(&host);
    cm_plane_free(&one);
    cm_plane_free(&two);
}
END_TEST

/* How much of a detection's regions lies left and right of a column. */
static void split_area(const cm_detection *d, int column, int64_t *left, int64_t *right) {
    *left = *right = 0;
    for (int i = 0; i < d->region_count; i++) {
        const cm_region *r = &d->regions[i];
        int l = column - r->x < 0 ? 0 : column - r->x > r->w ? r->w : column - r->x;
        *left += (int64_t)l * r->h;
        *right += (int64_t)(r->w - l) * r->h;
    }
}

START_TEST(two_marks_side_by_side_keep_to_their_sides) {
    cm_plane host = host_texture(1024, 512, 21);
    cm_plane a = host_marked(&host, FIRST, PAYLOAD), b = host_marked(&host, SECOND, OTHER_PAYLOAD);
    for (int y = 0; y < host.h; y++)
        memcpy(cm_plane_row(&a, y) + 512, cm_plane_row(&b, y) + 512, 512 * sizeof(float));
    const uint8_t *ring[] = {FIRST, SECOND};
    cm_detection d = detect(&a, ring, 2, true);
    const cm_detection *one = of_key(&d, 0), *two = of_key(&d, 1);
    ck_assert(one != NULL && two != NULL && one->has_payload && two->has_payload);
    int64_t left, right;
    split_area(one, 512, &left, &right);
    ck_assert(left > 512 * 512 / 2 && right < left / 4);
    split_area(two, 512, &left, &right);
    ck_assert(right > 512 * 512 / 2 && left < right / 4);
    cm_detection_free(&d);
    cm_plane_free(&host);
    cm_plane_free(&a);
    cm_plane_free(&b);
}
END_TEST

START_TEST(pilots_alone_are_those_of_the_layout) {
    cm_frequency band[CM_BAND];
    cm_pilots pilots;
    cm_layout *layout = NULL;
    cm_band_fill(band);
    ck_assert_int_eq(cm_layout_pilots(FIRST, band, &pilots, NULL), CM_OK);
    ck_assert_int_eq(cm_layout_new(FIRST, &layout, NULL), CM_OK);
    for (int i = 0; i < CM_PILOTS; i++) {
        const cm_frequency *f = &band[pilots.place[i]];
        ck_assert(f->kx == layout->pilot[i].kx && f->ky == layout->pilot[i].ky);
        ck_assert(cm_pilot_phasor(pilots.turn[i]) == layout->pilot_phase[i]);
        ck_assert_uint_eq(layout->pilot_place[i], pilots.place[i]);
    }
    for (int i = 0; i < layout->messages; i++)
        ck_assert(band[layout->message_place[i]].kx == layout->message[i].kx &&
                  band[layout->message_place[i]].ky == layout->message[i].ky);
    free(layout);
}
END_TEST

typedef struct looked {
    cm_plane picture;
    cm_canvas canvas;
} looked;

/* A canvas points into itself. */
static void look_at(looked *l, cm_plane p) {
    l->picture = p;
    ck_assert_int_eq(cm_canvas_new(&l->picture, p.w, p.h, NULL, &l->canvas, NULL), CM_OK);
}

static void look_away(looked *l) {
    cm_canvas_free(&l->canvas);
    cm_plane_free(&l->picture);
}

/* Of each kind of search, for each of several keys. */
START_TEST(searching_for_many_keys_finds_what_each_would) {
    enum { KEYS = 5, RESOLUTION = 160 };
    looked l;
    cm_spectra spectra;
    cm_frequency band[CM_BAND], pilot[CM_PILOTS];
    cm_pilots pilots[KEYS];
    const cm_pilots *list[KEYS];
    cm_search_ring *search = NULL;
    keys k;
    fill(&k);
    look_at(&l, host_texture(300, 260, 31));
    cm_band_fill(band);
    for (int i = 0; i < KEYS; i++) {
        ck_assert_int_eq(cm_layout_pilots(k.ring[i], band, &pilots[i], NULL), CM_OK);
        list[i] = &pilots[i];
    }
    ck_assert_int_eq(cm_spectra_new(l.canvas.residual, 256, true, &spectra, NULL), CM_OK);
    cm_search_kind kind = (cm_search_kind)_i;
    ck_assert_int_eq(
        cm_search_ring_new(&spectra.map[0], band, list, KEYS, kind, RESOLUTION, &search, NULL),
        CM_OK);
    for (int i = 0; i < KEYS; i++) {
        cm_candidates alone, among;
        for (int j = 0; j < CM_PILOTS; j++)
            pilot[j] = band[pilots[i].place[j]];
        ck_assert_int_eq(cm_search(&spectra.map[0], pilot, kind, RESOLUTION, 20, &alone, NULL),
                         CM_OK);
        ck_assert_int_eq(cm_search_ring_pick(search, i, 20, &among, NULL), CM_OK);
        ck_assert_int_eq(alone.count, among.count);
        ck_assert_int_gt(alone.count, 5);
        for (int j = 0; j < alone.count; j++) {
            ck_assert_float_eq(alone.item[j].score, among.item[j].score);
            ck_assert(cm_lattice_distance(alone.item[j].g, among.item[j].g) == 0);
        }
    }
    cm_search_ring_free(search);
    cm_spectra_free(&spectra);
    look_away(&l);
}
END_TEST

/* ln p of the best shift, roughly and exactly, under lattices of all kinds. */
START_TEST(screening_agrees_with_the_exact_look) {
    enum { LATTICES = 40 };
    looked l;
    cm_screen *screen = NULL;
    cm_sampler sampler;
    cm_layout *layout = NULL;
    cm_pilots pilots;
    uint64_t state = 5;
    look_at(&l, host_photo(COFFEE));
    ck_assert_int_eq(cm_screen_new(&screen, NULL), CM_OK);
    ck_assert_int_eq(cm_sampler_new(l.canvas.residual, &sampler, NULL), CM_OK);
    ck_assert_int_eq(cm_layout_new(FIRST, &layout, NULL), CM_OK);
    ck_assert_int_eq(cm_layout_pilots(FIRST, cm_screen_band(screen), &pilots, NULL), CM_OK);
    for (int i = 0; i < LATTICES; i++) {
        double angle = 6.28 * host_uniform(&state), s = 128 * (0.6 + host_uniform(&state));
        double flip = i % 2 == 0 ? 1 : -1, stretch = 0.95 + 0.1 * host_uniform(&state);
        cm_lattice g = {flip * cos(angle) / s, -sin(angle) * stretch / s, flip * sin(angle) / s,
                        cos(angle) * stretch / s};
        cm_shift peaks[CM_PEAKS];
        cm_blocks blocks;
        ck_assert_int_eq(cm_fold(l.canvas.residual, layout, g, true, 1, &blocks, NULL), CM_OK);
        ck_assert_int_eq(cm_sync_shifts(&blocks, layout, cm_screen_shifts(screen), peaks, NULL),
                         CM_OK);
        double fine = cm_screen_lattice(screen, &sampler, &pilots, g, -1);
        double coarse = cm_screen_lattice(screen, &sampler, &pilots, g, -1000);
        ck_assert_double_eq_tol(fine, peaks[0].ln_p, 0.08 * -peaks[0].ln_p);
        ck_assert_double_le(fine, coarse + 1e-3);
        ck_assert_double_lt(coarse, 0.6 * peaks[0].ln_p);
        cm_blocks_free(&blocks);
    }
    free(layout);
    cm_sampler_free(&sampler);
    cm_screen_free(screen);
    look_away(&l);
}
END_TEST

Suite *suite_ring(void);
Suite *suite_ring(void) {
    Suite *s = suite_create("ring");
    TCase *tc = tcase_create("ring");
    tcase_set_timeout(tc, 300);
    tcase_add_test(tc, a_key_answers_as_it_would_alone);
    tcase_add_test(tc, a_turned_mark_is_found_under_one_of_many_keys);
    tcase_add_test(tc, many_keys_find_nothing_in_an_unmarked_picture);
    tcase_add_test(tc, two_marks_are_both_reported);
    tcase_add_test(tc, layers_embedded_together_are_read_apart);
    tcase_add_test(tc, two_marks_side_by_side_keep_to_their_sides);
    tcase_add_test(tc, pilots_alone_are_those_of_the_layout);
    tcase_add_loop_test(tc, searching_for_many_keys_finds_what_each_would, 0, 3);
    tcase_add_test(tc, screening_agrees_with_the_exact_look);
    suite_add_tcase(s, tc);
    return s;
}
