/* Pictures made to look marked (spec/threat-model.md §2): what can be told from the picture alone
 * is told, and what can't be is found like any mark. */
#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "detect/image.h"
#include "dsp/blur.h"
#include "hosts.h"
#include "sanitized.h"

static const uint8_t KEY[CM_KEY_BYTES] = {1, 2, 3};
static const uint64_t PAYLOAD = 0x0123456789abcdef;
enum { TILE = CM_TILE, SIDE = 3 * TILE };

static cm_detection detect(const cm_plane *p, bool fast) {
    const uint8_t *key = KEY;
    cm_detection d;
    cm_detect_options options = {.fast = fast};
    ck_assert_int_eq(cm_detect_image(p, &key, 1, &options, &d, NULL), CM_OK);
    return d;
}

/* What is left of a picture without its slow changes, averaged over its tiles, added to `tile`. */
static void learn(const cm_plane *marked, float *tile) {
    cm_plane smooth = host_copy(marked);
    ck_assert_int_eq(cm_blur(marked, 4, &smooth, NULL), CM_OK);
    float tiles = (float)cm_plane_size(marked) / (TILE * TILE);
    for (int y = 0; y < marked->h; y++)
        for (int x = 0; x < marked->w; x++) {
            float high = cm_plane_row(marked, y)[x] - cm_plane_row(&smooth, y)[x];
            tile[y % TILE * TILE + x % TILE] += fminf(fmaxf(high, -6), 6) / tiles;
        }
    cm_plane_free(&smooth);
}

static void repeat(const float *tile, float gain, cm_plane *onto) {
    for (int y = 0; y < onto->h; y++)
        for (int x = 0; x < onto->w; x++)
            cm_plane_row(onto, y)[x] += gain * tile[y % TILE * TILE + x % TILE];
    host_round(onto);
}

static void assert_no_evidence(const cm_plane *p, const char *what) {
    cm_detection d = detect(p, false);
    ck_assert_msg(!d.has_payload && d.log10_p > CM_HINT_LOG10_P, "%s: log10 p %g", what, d.log10_p);
    cm_detection_free(&d);
}

/* Others' patterns, as strong as can be, and many at once, so that all of the band is full. */
START_TEST(other_keys_patterns_give_no_evidence) {
    enum { KEYS = 12 };
    cm_plane grey = host_texture(SIDE, SIDE, 5), all = host_constant(SIDE, SIDE, 128);
    float sum[TILE * TILE] = {0};
    for (int k = 0; k < KEYS; k++) {
        uint8_t other[CM_KEY_BYTES] = {9, (uint8_t)k};
        cm_plane marked = host_marked(&grey, other, PAYLOAD);
        for (int y = 0; y < SIDE; y++)
            for (int x = 0; x < SIDE; x++)
                sum[y % TILE * TILE + x % TILE] +=
                    cm_plane_row(&marked, y)[x] - cm_plane_row(&grey, y)[x];
        if (k == 0) {
            cm_plane one = host_constant(SIDE, SIDE, 128);
            repeat(sum, 3, &one);
            assert_no_evidence(&one, "one pattern");
            cm_plane_free(&one);
        }
        cm_plane_free(&marked);
    }
    repeat(sum, 2, &all);
    assert_no_evidence(&all, "many patterns");
    cm_plane_free(&all);
    cm_plane_free(&grey);
}
END_TEST

/* Everything that repeats as the tile does has its power where the mark's is. */
START_TEST(periodic_patterns_give_no_evidence) {
    for (uint64_t seed = 1; seed <= 4; seed += REPEATS(1, 3)) {
        cm_plane p = host_constant(SIDE, SIDE, 128);
        float tile[TILE * TILE] = {0};
        uint64_t state = seed;
        for (int i = 0; i < TILE * TILE; i++)
            tile[i] = seed == 4 ? (i == 0 ? 100.0f : 0) : 30 * host_normal(&state);
        repeat(tile, 1, &p);
        assert_no_evidence(&p, seed == 4 ? "dots" : "repeated noise");
        cm_plane_free(&p);
    }
}
END_TEST

/* A mark learnt from marked pictures and put on another one is that mark: nothing in the picture
 * tells it from the embedder's. */
START_TEST(a_copied_mark_is_found) {
    enum { PICTURES = 6 };
    static float tile[TILE * TILE];
    memset(tile, 0, sizeof tile);
    for (uint64_t i = 0; i < PICTURES; i++) {
        cm_plane host = host_texture(SIDE, SIDE, 20 + i), marked = host_marked(&host, KEY, PAYLOAD);
        learn(&marked, tile);
        cm_plane_free(&host);
        cm_plane_free(&marked);
    }
    cm_plane victim = host_photo("test/data/photos/coffee.jpg");
    cm_detection before = detect(&victim, true);
    ck_assert(!before.has_payload && before.log10_p > CM_HINT_LOG10_P);
    repeat(tile, 4.0f / PICTURES, &victim);
    cm_detection after = detect(&victim, true);
    ck_assert(after.has_payload && after.payload.value == PAYLOAD);
    cm_detection_free(&before);
    cm_detection_free(&after);
    cm_plane_free(&victim);
}
END_TEST

/* A piece of a marked picture on an unmarked one: what the report gives is its place. */
START_TEST(a_pasted_piece_is_where_it_is) {
    cm_plane host = host_photo("test/data/photos/astronaut.png");
    cm_plane marked = host_marked(&host, KEY, PAYLOAD), p = host_texture(900, 600, 3);
    for (int y = 0; y < 300; y++)
        memcpy(cm_plane_row(&p, 200 + y) + 500, cm_plane_row(&marked, 100 + y) + 60,
               300 * sizeof(float));
    cm_detection d = detect(&p, true);
    ck_assert(d.has_payload && d.payload.value == PAYLOAD && d.region_count > 0 &&
              d.other_count == 0);
    for (int i = 0; i < d.region_count; i++) {
        const cm_region *r = &d.regions[i];
        ck_assert_int_ge(r->x, 500 - TILE);
        ck_assert_int_ge(r->y, 200 - TILE);
        ck_assert_int_le(r->x + r->w, 800 + TILE);
        ck_assert_int_le(r->y + r->h, 500 + TILE);
    }
    cm_detection_free(&d);
    cm_plane_free(&host);
    cm_plane_free(&marked);
    cm_plane_free(&p);
}
END_TEST

Suite *suite_forgery(void);
Suite *suite_forgery(void) {
    Suite *s = suite_create("forgery");
    TCase *t = tcase_create("pictures");
    tcase_set_timeout(t, 300);
    tcase_add_test(t, other_keys_patterns_give_no_evidence);
    tcase_add_test(t, periodic_patterns_give_no_evidence);
    tcase_add_test(t, a_copied_mark_is_found);
    tcase_add_test(t, a_pasted_piece_is_where_it_is);
    suite_add_tcase(s, t);
    return s;
}
