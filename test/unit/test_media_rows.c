/* Luma and change at another size than the picture's, in every orientation. */
#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "dsp/resize.h"
#include "media_make.h"

enum { W = 180, H = 132, SMALL_W = 77, SMALL_H = 61, ORIENTATIONS = 8 };

/* EXIF with nothing but the orientation. */
static void exif_of(int orientation, uint8_t exif[26 + 6]) {
    static const uint8_t START[] = "Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0";
    memset(exif, 0, 26 + 6);
    memcpy(exif, START, sizeof START - 1);
    exif[sizeof START - 1] = (uint8_t)orientation;
}

static cm_picture *turned_picture(int orientation, cm_buf *file) {
    uint8_t exif[26 + 6];
    exif_of(orientation, exif);
    const jpeg_marker_spec markers[] = {{0xe1, exif, sizeof exif}, {0, NULL, 0}};
    *file = make_jpeg((jpeg_spec){
        .width = W, .height = H, .space = 3 /* JCS_YCbCr */, .h = 2, .v = 2, .markers = markers});
    cm_picture *p = open_picture(cm_buf_bytes(file));
    ck_assert_int_eq(cm_picture_describe(p).orientation, orientation);
    return p;
}

static cm_plane small_plane(const cm_picture *p) {
    bool turned = cm_picture_describe(p).orientation >= 5;
    cm_plane small = cm_plane_new(turned ? SMALL_H : SMALL_W, turned ? SMALL_W : SMALL_H);
    ck_assert_ptr_nonnull(small.data);
    return small;
}

START_TEST(small_luma_is_area_means) {
    cm_buf file;
    cm_picture *p = turned_picture(_i, &file);
    cm_plane small = small_plane(p), want = small_plane(p);
    float *luma = luma_of(p);
    cm_plane whole = as_plane(p, luma);
    ck_assert_int_eq(cm_resize_area(&whole, &want, NULL), CM_OK);
    ck_assert_int_eq(cm_picture_luma(p, &small, NULL), CM_OK);
    for (size_t i = 0; i < cm_plane_size(&small); i++)
        ck_assert_float_eq_tol(small.data[i], want.data[i], 0.01f);
    free(luma);
    cm_plane_free(&small);
    cm_plane_free(&want);
    cm_picture_close(p);
    cm_buf_free(&file);
}
END_TEST

/* The same file comes out for the change and for the change enlarged beforehand. */
START_TEST(small_change_is_enlarged) {
    cm_buf file;
    cm_picture *p = turned_picture(_i, &file);
    cm_plane small = small_plane(p);
    for (int y = 0; y < small.h; y++)
        for (int x = 0; x < small.w; x++)
            cm_plane_row(&small, y)[x] = wave((uint32_t)x, (uint32_t)y, 9);
    float *change = plane_for(p);
    cm_plane whole = as_plane(p, change);
    ck_assert_int_eq(cm_resize_cubic(&small, &whole, NULL), CM_OK);
    cm_buf direct = {0}, enlarged = {0};
    ck_assert_int_eq(cm_picture_encode(p, &small, NULL, &direct, NULL), CM_OK);
    ck_assert_int_eq(cm_picture_encode(p, &whole, NULL, &enlarged, NULL), CM_OK);
    cm_picture *a = open_picture(cm_buf_bytes(&direct));
    cm_picture *b = open_picture(cm_buf_bytes(&enlarged));
    double apart, moved;
    ck_assert_int_eq(cm_picture_difference(a, b, &apart, NULL), CM_OK);
    ck_assert_int_eq(cm_picture_difference(a, p, &moved, NULL), CM_OK);
    ck_assert_msg(moved > 1, "the change did not arrive: %f", moved);
    ck_assert_msg(apart < 0.01 * moved, "apart %f, moved %f", apart, moved);
    cm_picture_close(a);
    cm_picture_close(b);
    cm_buf_free(&direct);
    cm_buf_free(&enlarged);
    free(change);
    cm_plane_free(&small);
    cm_picture_close(p);
    cm_buf_free(&file);
}
END_TEST

START_TEST(unbounded_change_does_no_harm) {
    cm_buf file;
    cm_picture *p = turned_picture(1, &file);
    cm_plane small = small_plane(p);
    static const float BAD[] = {NAN, 1e30f, -1e30f, INFINITY};
    for (size_t i = 0; i < cm_plane_size(&small); i++)
        small.data[i] = BAD[i % 4];
    cm_buf out = {0};
    ck_assert_int_eq(cm_picture_encode(p, &small, NULL, &out, NULL), CM_OK);
    cm_picture *q = open_picture(cm_buf_bytes(&out));
    cm_picture_close(q);
    cm_buf_free(&out);
    cm_plane_free(&small);
    cm_picture_close(p);
    cm_buf_free(&file);
}
END_TEST

/* Hosts that are written in one pass and in several, with chroma and without. */
static const jpeg_spec SEEN[] = {
    {.width = W, .height = H, .space = 3, .h = 2, .v = 2},
    {.width = W, .height = H, .space = 3, .h = 1, .v = 1, .quality = 50},
    {.width = W, .height = H, .space = 1, .h = 1, .v = 1, .restart = 3},
    {.width = W, .height = H, .space = 3, .h = 2, .v = 1, .progressive = true},
    {.width = W, .height = H, .space = 3, .h = 2, .v = 2, .optimised = true}};

/* And a PNG, the last. */
enum { SEEN_COUNT = sizeof SEEN / sizeof SEEN[0] + 1, SEEN_WAYS = 4 };

static cm_buf make_seen(int i) {
    return i + 1 < SEEN_COUNT
               ? make_jpeg(SEEN[i])
               : make_png((png_spec){.width = W, .height = H, .colour = 6, .depth = 16});
}

/* What the encoder says will be seen is what is seen; a small plane and a whole one, tables kept
 * and refined. */
START_TEST(encoder_knows_what_is_seen) {
    cm_buf file = make_seen(_i / SEEN_WAYS), out = {0};
    cm_picture *p = open_picture(cm_buf_bytes(&file));
    bool small = _i % 2 == 0;
    int w = small ? SMALL_W : W, h = small ? SMALL_H : H;
    cm_plane change = cm_plane_new(w, h), told = cm_plane_new(w, h), read = cm_plane_new(w, h);
    for (int y = 0; y < h; y++)
        for (int x = 0; x < w; x++)
            cm_plane_row(&change, y)[x] = wave((uint32_t)x, (uint32_t)y, 90); /* with clamping */
    cm_seen seen = {.luma = &told};
    cm_encode_options how = {.jpeg_finest_step = _i / 2 % 2 == 0 ? 0 : 0.7f, .seen = &seen};
    ck_assert_int_eq(cm_picture_encode(p, &change, &how, &out, NULL), CM_OK);
    ck_assert(seen.known);
    cm_picture *q = open_picture(cm_buf_bytes(&out));
    double moved;
    ck_assert_int_eq(cm_picture_luma(q, &read, NULL), CM_OK);
    ck_assert_int_eq(cm_picture_difference(p, q, &moved, NULL), CM_OK);
    ck_assert_double_eq_tol(seen.mean_square, moved, 1e-6 * moved);
    ck_assert_mem_eq(told.data, read.data, cm_plane_size(&read) * sizeof(float));
    cm_picture_close(q);
    cm_picture_close(p);
    cm_plane_free(&change);
    cm_plane_free(&told);
    cm_plane_free(&read);
    cm_buf_free(&out);
    cm_buf_free(&file);
}
END_TEST

/* Samples that have to be clamped, which most of a picture with such a change has. */
START_TEST(small_luma_is_clamped_as_samples_are) {
    cm_buf file, marked;
    cm_picture *p = turned_picture(1, &file);
    float *change = plane_for(p);
    fill_wave(p, change, 250);
    marked = encode_picture(p, change, NULL);
    cm_picture *q = open_picture(cm_buf_bytes(&marked));
    cm_plane small = small_plane(q), want = small_plane(q);
    float *luma = luma_of(q);
    cm_plane whole = as_plane(q, luma);
    size_t clamped = 0;
    for (size_t i = 0; i < cm_plane_size(&whole); i++)
        clamped += luma[i] <= 0 || luma[i] >= 255;
    ck_assert_uint_gt(clamped, cm_plane_size(&whole) / 10);
    ck_assert_int_eq(cm_resize_area(&whole, &want, NULL), CM_OK);
    ck_assert_int_eq(cm_picture_luma(q, &small, NULL), CM_OK);
    for (size_t i = 0; i < cm_plane_size(&small); i++)
        ck_assert_float_eq_tol(small.data[i], want.data[i], 0.5f);
    free(luma);
    free(change);
    cm_plane_free(&small);
    cm_plane_free(&want);
    cm_picture_close(q);
    cm_picture_close(p);
    cm_buf_free(&marked);
    cm_buf_free(&file);
}
END_TEST

Suite *suite_media_rows(void);
Suite *suite_media_rows(void) {
    Suite *s = suite_create("media_rows");
    TCase *t = tcase_create("rows");
    tcase_add_loop_test(t, small_luma_is_area_means, 1, ORIENTATIONS + 1);
    tcase_add_loop_test(t, small_change_is_enlarged, 1, ORIENTATIONS + 1);
    tcase_add_test(t, unbounded_change_does_no_harm);
    tcase_add_loop_test(t, encoder_knows_what_is_seen, 0, SEEN_COUNT * SEEN_WAYS);
    tcase_add_test(t, small_luma_is_clamped_as_samples_are);
    suite_add_tcase(s, t);
    return s;
}
