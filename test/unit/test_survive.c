/* What a mark is asked to survive: the list, the changes, and the strength that is found. */
#include <check.h>
#include <countermark.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "api/rehearsal.h"
#include "api/survive.h"
#include "dsp/blur.h"
#include "hosts.h"
#include "mark/scheme.h"

/* --- the list ---- */

START_TEST(lists_are_read) {
    cm_rehearsal r;
    ck_assert_int_eq(cm_rehearsal_parse(NULL, &r, NULL), CM_OK);
    ck_assert_int_eq(r.changes, 0);
    ck_assert_int_eq(cm_rehearsal_parse("jpeg30,crop12.5+scale0.7+webp0", &r, NULL), CM_OK);
    ck_assert_int_eq(r.changes, 2);
    ck_assert_str_eq(r.change[1].name, "crop12.5+scale0.7+webp0");
    ck_assert_int_eq(r.change[1].steps, 3);
    ck_assert_int_eq(r.change[1].step[0].kind, CM_STEP_CROP);
    ck_assert_double_eq(r.change[1].step[0].amount, 12.5);
    ck_assert_int_eq(r.change[1].step[2].kind, CM_STEP_WEBP);
    ck_assert_int_eq(cm_rehearsal_parse(CM_SURVIVE_DEFAULT, &r, NULL), CM_OK);
}
END_TEST

#define FOUR "jpeg1,jpeg1,jpeg1,jpeg1,"
#define SEVENTEEN FOUR FOUR FOUR FOUR "jpeg1"

START_TEST(lists_that_make_no_sense) {
    static const char *const LISTS[] = {"",
                                        "jpeg",
                                        "jpeg0",
                                        "jpeg101",
                                        "jpeg30.5",
                                        "jpeg30,",
                                        ",jpeg30",
                                        "jpeg30,,crop5",
                                        "jpeg30+",
                                        "+jpeg30",
                                        "jpeg 30",
                                        "jpeg-30",
                                        "jpegnan",
                                        "jpeg0x1e",
                                        "crop0",
                                        "crop101",
                                        "scale1.01",
                                        "scale0.04",
                                        "scale0..5",
                                        "gblur0",
                                        "gblur1e1",
                                        "gnoise1000",
                                        "blur3",
                                        "JPEG30",
                                        "jpeg3000000000000000",
                                        "jpeg90+jpeg90+jpeg90+jpeg90+jpeg90+jpeg90+jpeg90",
                                        "crop50.000000+crop50.000000+crop50.000000+crop50.000000",
                                        SEVENTEEN};
    for (size_t i = 0; i < sizeof LISTS / sizeof LISTS[0]; i++) {
        cm_rehearsal r;
        cm_error err = {0};
        ck_assert_msg(cm_rehearsal_parse(LISTS[i], &r, &err) == CM_ERR_ARGUMENT, "\"%s\"",
                      LISTS[i]);
        ck_assert_int_gt((int)strlen(err.message), 0);
    }
}
END_TEST

/* --- the changes ---- */

static double distance(const cm_plane *a, const cm_plane *b) {
    double sum = 0;
    size_t n = cm_plane_size(a);
    ck_assert_int_eq(a->w, b->w);
    ck_assert_int_eq(a->h, b->h);
    for (size_t i = 0; i < n; i++)
        sum += (double)((a->data[i] - b->data[i]) * (a->data[i] - b->data[i]));
    return sqrt(sum / (double)n);
}

static cm_plane changed(const cm_plane *host, const char *list, double pixels, cm_lattice *g) {
    cm_rehearsal r;
    cm_plane out;
    cm_error err = {0};
    ck_assert_int_eq(cm_rehearsal_parse(list, &r, NULL), CM_OK);
    ck_assert_msg(cm_change_apply(&r.change[0], host, pixels, g, &out, &err) == CM_OK, "%s: %s",
                  list, err.message);
    for (size_t i = 0; i < cm_plane_size(&out); i++)
        ck_assert(out.data[i] >= 0 && out.data[i] <= 255 && out.data[i] == rintf(out.data[i]));
    return out;
}

/* Each change costs something, and more of it more; none but a crop or a scale changes the size. */
START_TEST(changes_do_what_they_say) {
    static const char *const PAIRS[][2] = {{"jpeg95", "jpeg30"},
                                           {"webp90", "webp20"},
                                           {"gblur0.5", "gblur3"},
                                           {"gnoise3", "gnoise20"}};
    cm_plane host = host_texture(201, 163, 7);
    host_round(&host);
    for (size_t i = 0; i < sizeof PAIRS / sizeof PAIRS[0]; i++) {
        cm_lattice g = {.xx = 1.0 / CM_TILE, .yy = 1.0 / CM_TILE}, before = g;
        cm_plane mild = changed(&host, PAIRS[i][0], 1, &g),
                 harsh = changed(&host, PAIRS[i][1], 1, &g);
        ck_assert_double_gt(distance(&host, &mild), 0.2);
        ck_assert_double_gt(distance(&host, &harsh), 1.5 * distance(&host, &mild));
        ck_assert_double_lt(distance(&host, &harsh), 40);
        ck_assert_double_eq(cm_lattice_distance(g, before), 0);
        cm_plane_free(&mild);
        cm_plane_free(&harsh);
    }
    cm_plane_free(&host);
}
END_TEST

START_TEST(noise_is_as_strong_as_it_says) {
    cm_plane host = host_constant(400, 300, 128);
    cm_lattice g = {0};
    cm_plane noisy = changed(&host, "gnoise20", 1, &g);
    /* of luma: the three channels' noise is independent */
    double expected = 20 * sqrt(0.299 * 0.299 + 0.587 * 0.587 + 0.114 * 0.114);
    ck_assert_double_eq_tol(distance(&host, &noisy), expected, 0.02 * expected);
    cm_plane_free(&noisy);
    cm_plane_free(&host);
}
END_TEST

START_TEST(crops_and_scales) {
    cm_plane host = host_texture(200, 100, 8);
    host_round(&host);
    cm_lattice g = {.xx = 1.0 / CM_TILE, .yy = 1.0 / CM_TILE};
    cm_plane out = changed(&host, "crop25", 1, &g), middle = host_crop(&host, 50, 25, 100, 50);
    ck_assert_double_eq(distance(&out, &middle), 0);
    ck_assert_double_eq(g.xx * CM_TILE, 1);
    cm_plane_free(&out);
    cm_plane_free(&middle);
    out = changed(&host, "scale0.5", 1, &g);
    ck_assert_int_eq(out.w, 100);
    ck_assert_double_eq(g.xx * CM_TILE, 2);
    cm_plane_free(&out);
    /* a picture of thrice the canonical size has room for that */
    g = (cm_lattice){.xx = 1.0 / CM_TILE, .yy = 1.0 / CM_TILE};
    out = changed(&host, "scale0.5", 3, &g);
    ck_assert_double_eq(distance(&out, &host), 0);
    cm_plane_free(&out);
    out = changed(&host, "scale0.5+scale0.5", 3, &g);
    ck_assert_int_eq(out.w, 150);
    ck_assert_double_eq(g.xx * CM_TILE, 200.0 / 150);
    cm_plane_free(&out);
    out = changed(&host, "crop1+scale0.05", 1, &g); /* hardly anything is still a picture */
    ck_assert_int_eq(out.w, 1);
    cm_plane_free(&out);
    cm_plane_free(&host);
}
END_TEST

/* --- the strength ---- */

static const uint64_t PAYLOAD = 0x5eed5eed12345678;

/* Always the same, since what is just survived under one key isn't under another. */
static const char KEY[] =
    "countermark key 1\nname: Test key\nkind: secret\nepoch: 3\ncreated: 2026-01-31\n"
    "key: 000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f\n"
    "check: dbe6a9e63e4b2d3f\n";

typedef struct host {
    uint8_t *grey;
    cm_pixels pixels;
    cm_key *key;
} host;

static host new_host(void) {
    enum { SIDE = 512 };
    host h = {.grey = malloc(SIDE * SIDE),
              .pixels = {.format = CM_PIXELS_GREY8, .width = SIDE, .height = SIDE}};
    cm_plane texture = host_texture(SIDE, SIDE, 9);
    host_round(&texture);
    for (size_t i = 0; i < cm_plane_size(&texture); i++)
        h.grey[i] = (uint8_t)texture.data[i];
    h.pixels.plane[0] = h.grey;
    ck_assert_int_eq(cm_key_parse(KEY, sizeof KEY - 1, &h.key, NULL), CM_OK);
    cm_plane_free(&texture);
    return h;
}

static void free_host(host *h) {
    free(h->grey);
    cm_key_free(h->key);
}

static cm_embedding embed(const char *survive, float strength) {
    host h = new_host();
    cm_embed_options options = {.key = h.key,
                                .has_payload = true,
                                .payload = PAYLOAD,
                                .survive = survive,
                                .strength = strength};
    cm_embedding done;
    cm_error err = {0};
    ck_assert_msg(cm_embed_pixels(&h.pixels, &options, &done, &err) == CM_OK, "%s", err.message);
    free_host(&h);
    return done;
}

/* What is easy takes less than what the limit allows, what is hard more of it. */
START_TEST(strength_is_what_is_needed) {
    cm_embedding plain = embed(NULL, 0), easy = embed("jpeg80", CM_STRENGTH_STRONG),
                 hard = embed("jpeg80,jpeg25,crop30+jpeg60", CM_STRENGTH_STRONG);
    ck_assert_int_eq(plain.survival_count, 0);
    ck_assert_double_eq(plain.strength, (double)CM_STRENGTH_NORMAL);
    ck_assert_int_eq(easy.survival_count, 1);
    ck_assert_int_eq(hard.survival_count, 3);
    ck_assert_str_eq(hard.survival[2].change, "crop30+jpeg60");
    for (int i = 0; i < 3; i++) {
        ck_assert(hard.survival[i].read);
        ck_assert_double_le(hard.survival[i].log10_p, -12);
    }
    ck_assert_double_lt(easy.strength, (double)CM_STRENGTH_NORMAL);
    ck_assert_double_gt(easy.psnr, plain.psnr);
    ck_assert_double_gt(hard.strength, easy.strength);
    ck_assert_double_le(hard.strength, (double)CM_STRENGTH_STRONG);
}
END_TEST

/* What can't be survived is said, at the limit and no further. */
START_TEST(limits_hold) {
    cm_embedding done = embed("jpeg90,crop2+gblur8", CM_STRENGTH_FAINT);
    ck_assert_double_eq(done.strength, (double)CM_STRENGTH_FAINT);
    ck_assert(done.survival[0].read);
    ck_assert(!done.survival[1].read);
}
END_TEST

START_TEST(lists_are_refused_before_anything_is_done) {
    host h = new_host();
    cm_embed_options options = {.key = h.key, .survive = "jpeg30,rain"};
    cm_error err = {0};
    uint8_t first = h.grey[0];
    ck_assert_int_eq(cm_embed_pixels(&h.pixels, &options, NULL, &err), CM_ERR_ARGUMENT);
    ck_assert_ptr_nonnull(strstr(err.message, "rain"));
    ck_assert_uint_eq(h.grey[0], first);
    free_host(&h);
}
END_TEST

Suite *suite_survive(void);
Suite *suite_survive(void) {
    Suite *s = suite_create("survive");
    TCase *t = tcase_create("survive");
    tcase_set_timeout(t, 120);
    tcase_add_test(t, lists_are_read);
    tcase_add_test(t, lists_that_make_no_sense);
    tcase_add_test(t, changes_do_what_they_say);
    tcase_add_test(t, noise_is_as_strong_as_it_says);
    tcase_add_test(t, crops_and_scales);
    tcase_add_test(t, strength_is_what_is_needed);
    tcase_add_test(t, limits_hold);
    tcase_add_test(t, lists_are_refused_before_anything_is_done);
    suite_add_tcase(s, t);
    return s;
}
