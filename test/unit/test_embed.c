/* Embedding: what the change looks like, and what is refused. That it can be read is in
 * test_detect.c. */
#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "dsp/blur.h"
#include "embed/image.h"
#include "embed/mask.h"
#include "hosts.h"
#include "mark/scheme.h"

static const uint8_t KEY[CM_KEY_BYTES] = {1, 2, 3};

static cm_code embed(const cm_plane *host, float strength, cm_plane *change,
                     cm_embed_report *report, cm_error *err) {
    cm_embed_params params = {
        .layer_key = KEY, .payload = HOST_PAYLOAD(0xfeed), .strength = strength};
    return cm_embed_image(host, &params, change, report, err);
}

static double rms(const cm_plane *p) {
    return sqrt(cm_plane_mean_square(p));
}

START_TEST(report_tells_what_the_change_costs) {
    cm_plane host = host_texture(320, 256, 1), change = host_constant(320, 256, 0);
    cm_embed_report report;
    ck_assert_int_eq(embed(&host, 1, &change, &report, NULL), CM_OK);
    ck_assert_double_eq_tol((double)report.rms, rms(&change), 1e-3);
    ck_assert_double_eq_tol((double)report.psnr, 20 * log10(255 / rms(&change)), 1e-2);
    ck_assert_float_ge(report.psnr, 39.29f);
    ck_assert_float_ge(report.ssim, 0.9879f);
    ck_assert_float_lt(report.ssim, 1);
    ck_assert_double_lt(fabs(cm_plane_mean(&change)), 0.1);
    cm_plane_free(&host);
    cm_plane_free(&change);
}
END_TEST

START_TEST(same_input_same_change) {
    cm_plane host = host_texture(256, 192, 2);
    cm_plane a = host_constant(256, 192, 0), b = host_constant(256, 192, 1);
    ck_assert_int_eq(embed(&host, 1, &a, NULL, NULL), CM_OK);
    ck_assert_int_eq(embed(&host, 1, &b, NULL, NULL), CM_OK);
    ck_assert_mem_eq(a.data, b.data, cm_plane_size(&a) * sizeof(float));
    cm_plane_free(&host);
    cm_plane_free(&a);
    cm_plane_free(&b);
}
END_TEST

START_TEST(strength_scales_the_change) {
    cm_plane host = host_texture(256, 192, 2), change = host_constant(256, 192, 0);
    cm_embed_report weak, normal, strong;
    ck_assert_int_eq(embed(&host, 0.5f, &change, &weak, NULL), CM_OK);
    ck_assert_int_eq(embed(&host, 1, &change, &normal, NULL), CM_OK);
    ck_assert_int_eq(embed(&host, 1.5f, &change, &strong, NULL), CM_OK);
    ck_assert_float_lt(weak.rms, 0.7f * normal.rms);
    ck_assert_float_gt(strong.rms, 1.2f * normal.rms);
    ck_assert(weak.psnr > normal.psnr && normal.psnr > strong.psnr);
    cm_plane_free(&host);
    cm_plane_free(&change);
}
END_TEST

/* Rms of the change over columns x0 … x1 - 1. */
static double rms_between(const cm_plane *p, int x0, int x1) {
    cm_plane part = host_crop(p, x0, 0, x1 - x0, p->h);
    double r = rms(&part);
    cm_plane_free(&part);
    return r;
}

/* Left half smooth, right half a texture: the change goes where it is hidden. */
START_TEST(change_follows_texture) {
    cm_plane host = host_gradient(320, 256, 1, 3), change = host_constant(320, 256, 0);
    cm_plane rough = host_texture(320, 256, 4);
    for (int y = 0; y < host.h; y++)
        memcpy(cm_plane_row(&host, y) + 160, cm_plane_row(&rough, y) + 160, 160 * sizeof(float));
    ck_assert_int_eq(embed(&host, 1, &change, NULL, NULL), CM_OK);
    ck_assert_double_gt(rms_between(&change, 190, 320), 2 * rms_between(&change, 0, 130));
    ck_assert_double_lt(rms_between(&change, 0, 130), 1.2); /* no grain in smooth places */
    cm_plane_free(&host);
    cm_plane_free(&change);
    cm_plane_free(&rough);
}
END_TEST

/* Nothing is added to black and white, where it would be clipped. */
START_TEST(saturated_places_are_left_alone) {
    cm_plane host = host_texture(384, 256, 5), change = host_constant(384, 256, 0);
    for (int y = 0; y < host.h; y++)
        for (int x = 0; x < 128; x++)
            cm_plane_row(&host, y)[x] = 255;
    ck_assert_int_eq(embed(&host, 1, &change, NULL, NULL), CM_OK);
    ck_assert_double_lt(rms_between(&change, 0, 120), 0.02);
    ck_assert_double_gt(rms_between(&change, 140, 384), 0.5);
    cm_plane_free(&host);
    cm_plane_free(&change);
}
END_TEST

static void assert_refused(const cm_plane *host, const char *says) {
    cm_plane change = host_constant(host->w, host->h, 0);
    cm_error err = {0};
    ck_assert_int_eq(embed(host, 1, &change, NULL, &err), CM_ERR_CAPACITY);
    ck_assert_msg(strstr(err.message, says) != NULL, "\"%s\" lacks \"%s\"", err.message, says);
    cm_plane_free(&change);
}

START_TEST(small_pictures_are_refused) {
    static const int sizes[][2] = {{1, 1}, {95, 2000}, {2000, 95}, {95, 95}};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        cm_plane host = host_constant(sizes[i][0], sizes[i][1], 128);
        assert_refused(&host, "too small");
        cm_plane_free(&host);
    }
    cm_plane least = host_texture(192, 192, 6), change = host_constant(192, 192, 0);
    ck_assert_int_eq(embed(&least, 1, &change, NULL, NULL), CM_OK);
    cm_plane_free(&least);
    cm_plane_free(&change);
}
END_TEST

START_TEST(black_and_white_pictures_are_refused) {
    static const float levels[] = {0, 255};
    for (int i = 0; i < 2; i++) {
        cm_plane host = host_constant(256, 256, levels[i]);
        assert_refused(&host, "too flat, too dark or too bright");
        cm_plane_free(&host);
    }
}
END_TEST

/* Plain grey either takes a faint mark within the limit for smooth places or is refused. */
START_TEST(plain_grey_stays_clean) {
    cm_plane host = host_constant(256, 256, 128), change = host_constant(256, 256, 0);
    cm_error err = {0};
    cm_code code = embed(&host, 1, &change, NULL, &err);
    if (code == CM_OK)
        ck_assert_double_lt(rms(&change), 1);
    else
        ck_assert_int_eq(code, CM_ERR_CAPACITY);
    cm_plane_free(&host);
    cm_plane_free(&change);
}
END_TEST

/* Above a megapixel the mark is made small and enlarged: nothing in the change is finer than the
 * canonical scale's band, |f| <= 34/128 / s. */
START_TEST(large_pictures_carry_a_coarse_mark) {
    cm_plane host = host_gradient(2000, 1100, 12, 7), change = host_constant(2000, 1100, 0);
    cm_plane smooth = host_constant(2000, 1100, 0);
    double s = cm_canonical_scale(2000, 1100);
    ck_assert_double_eq_tol(s, sqrt(2000.0 * 1100) / 1024, 1e-12);
    ck_assert_double_eq(cm_canonical_scale(1024, 1024), 1);
    ck_assert_double_eq(cm_canonical_scale(10, 10), 1);
    cm_embed_report report;
    ck_assert_int_eq(embed(&host, 1, &change, &report, NULL), CM_OK);
    ck_assert_double_eq_tol(rms(&change), (double)report.rms, 0.15 * (double)report.rms);
    /* a blur of sigma 0.6 takes much from white noise, little from this */
    ck_assert_int_eq(cm_blur(&change, 0.6f, &smooth, NULL), CM_OK);
    ck_assert_double_gt(rms(&smooth), 0.8 * rms(&change));
    cm_plane_free(&host);
    cm_plane_free(&change);
    cm_plane_free(&smooth);
}
END_TEST

/* The mask is centred: its weight has a geometric mean of about 1 where nothing saturates. */
START_TEST(mask_is_centred_and_bounded) {
    cm_plane host = host_texture(200, 200, 8);
    cm_mask mask;
    double log_mean = 0;
    for (size_t i = 0; i < cm_plane_size(&host); i++)
        host.data[i] = fminf(fmaxf(host.data[i], 20), 230);
    ck_assert_int_eq(cm_mask_new(&host, &mask, NULL), CM_OK);
    for (size_t i = 0; i < cm_plane_size(&host); i++) {
        log_mean += log((double)mask.weight.data[i]) / (double)cm_plane_size(&host);
        ck_assert(mask.weight.data[i] > 0.13f && mask.weight.data[i] < 7.5f);
        ck_assert_float_ge(mask.activity.data[i], 0);
    }
    ck_assert_double_eq_tol(log_mean, 0, 0.05);
    cm_mask_free(&mask);
    cm_plane_free(&host);
}
END_TEST

Suite *suite_embed(void);
Suite *suite_embed(void) {
    Suite *s = suite_create("embed");
    TCase *t = tcase_create("embed");
    tcase_set_timeout(t, 60);
    tcase_add_test(t, report_tells_what_the_change_costs);
    tcase_add_test(t, same_input_same_change);
    tcase_add_test(t, strength_scales_the_change);
    tcase_add_test(t, change_follows_texture);
    tcase_add_test(t, saturated_places_are_left_alone);
    tcase_add_test(t, small_pictures_are_refused);
    tcase_add_test(t, black_and_white_pictures_are_refused);
    tcase_add_test(t, plain_grey_stays_clean);
    tcase_add_test(t, large_pictures_carry_a_coarse_mark);
    tcase_add_test(t, mask_is_centred_and_bounded);
    suite_add_tcase(s, t);
    return s;
}
