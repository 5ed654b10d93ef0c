/* Payloads of 16 bits and of none, and the small pictures that they are for. */
#include <check.h>
#include <math.h>

#include "detect/image.h"
#include "embed/image.h"
#include "hosts.h"

static const uint8_t KEY[CM_KEY_BYTES] = {7, 5, 3}, OTHER[CM_KEY_BYTES] = {7, 5, 4};
static const cm_payload SHORT = {.bits = CM_SHORT_BITS, .value = 0xbeef}, NONE = {.bits = 0};

/* A photograph of `side` pixels, and its mark. */
static cm_plane marked(const char *path, int side, cm_payload payload, float strength) {
    cm_plane photo = host_photo(path), square = host_crop(&photo, 0, 0, photo.h, photo.h);
    cm_plane host = host_scaled(&square, side, side), out = host_copy(&host);
    cm_embed_params params = {.layer_key = KEY, .payload = payload, .strength = strength};
    cm_error err = {0};
    ck_assert_msg(cm_embed_image(&host, &params, &out, NULL, &err) == CM_OK, "%s", err.message);
    for (size_t i = 0; i < cm_plane_size(&out); i++)
        out.data[i] += host.data[i];
    host_round(&out);
    cm_plane_free(&host);
    cm_plane_free(&square);
    cm_plane_free(&photo);
    return out;
}

static cm_detection detect(const cm_plane *p, const uint8_t *key, bool fast) {
    cm_detect_options options = {.fast = fast};
    cm_detection d;
    cm_error err = {0};
    ck_assert_msg(cm_detect_image(p, &key, 1, &options, &d, &err) == CM_OK, "%s", err.message);
    return d;
}

static void assert_reads(const cm_plane *p, bool fast, cm_payload payload) {
    cm_detection d = detect(p, KEY, fast);
    ck_assert_msg(d.has_payload, "nothing read, log10 p %g", d.log10_p);
    ck_assert_int_eq(d.payload.bits, payload.bits);
    ck_assert_uint_eq(d.payload.value, payload.value);
    ck_assert_double_le(d.log10_p, CM_MARK_LOG10_P);
    cm_detection_free(&d);
}

static const char ASTRONAUT[] = "test/data/photos/astronaut.png",
                  COFFEE[] = "test/data/photos/coffee.jpg";

/* Whole, and cut so that only the pattern tells where the tile lies. */
START_TEST(found_in_small_pictures) {
    const struct {
        const char *path;
        int side;
        cm_payload payload;
    } cases[] = {
        {ASTRONAUT, 192, SHORT}, {COFFEE, 160, SHORT}, {ASTRONAUT, 160, NONE}, {COFFEE, 144, NONE}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        cm_plane p = marked(cases[i].path, cases[i].side, cases[i].payload, 1);
        cm_plane cut = host_crop(&p, 5, 9, p.w - 8, p.h - 11);
        assert_reads(&p, true, cases[i].payload);
        assert_reads(&cut, true, cases[i].payload);
        cm_plane_free(&cut);
        cm_plane_free(&p);
    }
}
END_TEST

/* In noise where 64 bits are lost, 16 are read; where those are lost, the mark is found. */
START_TEST(less_is_found_in_more_noise) {
    const struct {
        float noise;
        bool full, few, none;
    } levels[] = {{8, true, true, true}, {20, false, true, true}, {33, false, false, true}};
    for (size_t i = 0; i < sizeof levels / sizeof levels[0]; i++) {
        const cm_payload payloads[] = {HOST_PAYLOAD(0x0123456789abcdef), SHORT, NONE};
        const bool read[] = {levels[i].full, levels[i].few, levels[i].none};
        for (int k = 0; k < 3; k++) {
            cm_plane p = marked(COFFEE, 256, payloads[k], 1);
            host_add_noise(&p, levels[i].noise, 3);
            cm_detection d = detect(&p, KEY, true);
            ck_assert_msg(d.has_payload == read[k], "noise %g, %d bits: log10 p %g",
                          (double)levels[i].noise, payloads[k].bits, d.log10_p);
            ck_assert(!d.has_payload || cm_payload_same(d.payload, payloads[k]));
            cm_detection_free(&d);
            cm_plane_free(&p);
        }
    }
}
END_TEST

/* The geometry is searched for as ever. */
START_TEST(found_turned_and_scaled) {
    cm_plane p = marked(COFFEE, 384, SHORT, 1), turned = host_rotated(&p, 20, 0.9);
    assert_reads(&turned, false, SHORT);
    cm_plane_free(&turned);
    cm_plane_free(&p);
}
END_TEST

/* A mark of 64 bits that is too weak for its payload is never taken for a shorter one. */
START_TEST(weak_payloads_are_not_taken_for_short_ones) {
    int unread = 0;
    cm_plane p = marked(ASTRONAUT, 256, HOST_PAYLOAD(0x0123456789abcdef), 1);
    for (int i = 0; i < 24; i++) {
        cm_plane noisy = host_copy(&p);
        host_add_noise(&noisy, 18 + (float)i, (uint64_t)i);
        cm_detection d = detect(&noisy, KEY, true);
        ck_assert(!d.has_payload || cm_payload_same(d.payload, HOST_PAYLOAD(0x0123456789abcdef)));
        unread += !d.has_payload && d.log10_p < CM_HINT_LOG10_P;
        cm_detection_free(&d);
        cm_plane_free(&noisy);
    }
    cm_plane_free(&p);
    ck_assert_int_ge(unread, 3); /* so the test was one */
}
END_TEST

/* Another key sees nothing in them. */
START_TEST(others_see_nothing) {
    const cm_payload payloads[] = {SHORT, NONE};
    for (int i = 0; i < 2; i++) {
        cm_plane p = marked(COFFEE, 160, payloads[i], 1.5f);
        cm_detection d = detect(&p, OTHER, false);
        ck_assert(!d.has_payload && d.log10_p > CM_HINT_LOG10_P);
        cm_detection_free(&d);
        cm_plane_free(&p);
    }
}
END_TEST

Suite *suite_small(void);
Suite *suite_small(void) {
    Suite *s = suite_create("small");
    TCase *t = tcase_create("small");
    tcase_set_timeout(t, 120);
    tcase_add_test(t, found_in_small_pictures);
    tcase_add_test(t, less_is_found_in_more_noise);
    tcase_add_test(t, found_turned_and_scaled);
    tcase_add_test(t, weak_payloads_are_not_taken_for_short_ones);
    tcase_add_test(t, others_see_nothing);
    suite_add_tcase(s, t);
    return s;
}
