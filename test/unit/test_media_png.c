/* PNG: every layout, what a change does to it, what stays. */
#include <check.h>
#include <math.h>
#include <png.h>
#include <stdlib.h>

#include "base/error.h"
#include "each.h"
#include "media_make.h"

static const png_spec LAYOUTS[] = {
    {37, 21, PNG_COLOR_TYPE_GRAY, 1, false, false},
    {37, 21, PNG_COLOR_TYPE_GRAY, 2, false, false},
    {37, 21, PNG_COLOR_TYPE_GRAY, 4, true, false},
    {37, 21, PNG_COLOR_TYPE_GRAY, 4, false, true},
    {37, 21, PNG_COLOR_TYPE_GRAY, 8, false, false},
    {37, 21, PNG_COLOR_TYPE_GRAY, 8, true, true},
    {37, 21, PNG_COLOR_TYPE_GRAY, 16, false, false},
    {37, 21, PNG_COLOR_TYPE_GRAY, 16, true, true},
    {37, 21, PNG_COLOR_TYPE_GRAY_ALPHA, 8, false, false},
    {37, 21, PNG_COLOR_TYPE_GRAY_ALPHA, 16, true, false},
    {37, 21, PNG_COLOR_TYPE_PALETTE, 1, false, false},
    {37, 21, PNG_COLOR_TYPE_PALETTE, 2, false, true},
    {37, 21, PNG_COLOR_TYPE_PALETTE, 4, true, false},
    {37, 21, PNG_COLOR_TYPE_PALETTE, 8, false, false},
    {37, 21, PNG_COLOR_TYPE_PALETTE, 8, true, true},
    {37, 21, PNG_COLOR_TYPE_RGB, 8, false, false},
    {37, 21, PNG_COLOR_TYPE_RGB, 8, true, true},
    {37, 21, PNG_COLOR_TYPE_RGB, 16, false, false},
    {37, 21, PNG_COLOR_TYPE_RGB, 16, true, true},
    {37, 21, PNG_COLOR_TYPE_RGB_ALPHA, 8, false, false},
    {37, 21, PNG_COLOR_TYPE_RGB_ALPHA, 8, true, false},
    {37, 21, PNG_COLOR_TYPE_RGB_ALPHA, 16, false, false},
    {1, 1, PNG_COLOR_TYPE_RGB, 8, true, false},
};
enum { LAYOUT_COUNT = sizeof LAYOUTS / sizeof LAYOUTS[0] };

static unsigned colours(const samples *s) {
    return s->channels <= 2 ? 1 : 3;
}

START_TEST(luma_is_bt601) {
    static const double WEIGHTS[] = {0.299, 0.587, 0.114};
    cm_buf file = make_png(LAYOUTS[_i]);
    samples s = read_png(cm_buf_bytes(&file));
    cm_picture *p = open_picture(cm_buf_bytes(&file));
    cm_picture_info info = cm_picture_describe(p);
    ck_assert_int_eq(info.format, CM_FORMAT_PNG);
    ck_assert_uint_eq(info.width, s.width);
    ck_assert_uint_eq(info.height, s.height);
    ck_assert_uint_eq(info.orientation, 1);
    ck_assert(!info.lossy);
    ck_assert(cm_picture_coarsest_step(p, (cm_band){0}) == 0.0f);
    float *luma = luma_of(p);
    for (size_t i = 0; i < (size_t)s.width * s.height; i++) {
        double want = 0;
        for (unsigned c = 0; c < 3; c++)
            want += WEIGHTS[c] * s.at[i * s.channels + (colours(&s) == 3 ? c : 0)];
        want /= s.depth == 16 ? 257 : 1;
        each_assert(fabs(want - (double)luma[i]) < 0.001);
    }
    free(luma);
    cm_picture_close(p);
    samples_free(&s);
    cm_buf_free(&file);
}
END_TEST

START_TEST(no_change_leaves_all_samples) {
    cm_buf file = make_png(LAYOUTS[_i]);
    cm_picture *p = open_picture(cm_buf_bytes(&file));
    float *change = plane_for(p);
    cm_buf out = encode_picture(p, change, NULL);
    samples a = read_png(cm_buf_bytes(&file));
    samples b = read_png(cm_buf_bytes(&out));
    ck_assert_uint_eq(a.channels, b.channels);
    ck_assert_uint_eq(a.depth, b.depth);
    ck_assert_mem_eq(a.at, b.at, (size_t)a.width * a.height * a.channels * sizeof *a.at);
    samples_free(&a);
    samples_free(&b);
    free(change);
    cm_picture_close(p);
    cm_buf_free(&out);
    cm_buf_free(&file);
}
END_TEST

/* 5.4 to the left, -7.4 to the right: both round, neither reaches the ends of the range... except
 * in 1-bit pictures, which are black and white and clamp. */
START_TEST(change_arrives_exactly) {
    cm_buf file = make_png(LAYOUTS[_i]);
    cm_picture *p = open_picture(cm_buf_bytes(&file));
    float *change = plane_for(p);
    samples a = read_png(cm_buf_bytes(&file));
    for (size_t i = 0; i < (size_t)a.width * a.height; i++)
        change[i] = i % a.width < a.width / 2 ? 5.4f : -7.4f;
    cm_buf out = encode_picture(p, change, NULL);
    samples b = read_png(cm_buf_bytes(&out));
    int top = a.depth == 16 ? 65535 : 255;
    for (size_t i = 0; i < (size_t)a.width * a.height; i++) {
        double wanted = (double)change[i] * (a.depth == 16 ? 257 : 1);
        bool hidden = a.channels % 2 == 0 && a.at[(i + 1) * a.channels - 1] == 0;
        for (unsigned c = 0; c < a.channels; c++) {
            int before = a.at[i * a.channels + c];
            int want = before + (c < colours(&a) && !hidden ? (int)round(wanted) : 0);
            want = want < 0 ? 0 : want > top ? top : want;
            each_assert(b.at[i * a.channels + c] == want);
        }
    }
    cm_picture *q = open_picture(cm_buf_bytes(&out));
    float *luma = luma_of(p), *after = luma_of(q);
    double mean_square, expected = mean_square_of(luma, after, (size_t)a.width * a.height);
    ck_assert_int_eq(cm_picture_difference(p, q, &mean_square, NULL), CM_OK);
    ck_assert_msg(expected > 0 && fabs(mean_square - expected) < 1e-4 * expected,
                  "difference %f, not %f", mean_square, expected);
    free(luma);
    free(after);
    cm_picture_close(q);
    samples_free(&a);
    samples_free(&b);
    free(change);
    cm_picture_close(p);
    cm_buf_free(&out);
    cm_buf_free(&file);
}
END_TEST

/* `file` with chunks put in before its first IDAT and before IEND. */
static cm_buf with_chunks(cm_bytes file, const cm_buf *before, const cm_buf *after) {
    cm_buf out = {0};
    size_t idat = find_bytes(file, (cm_bytes){(const uint8_t *)"IDAT", 4}) - 4;
    size_t iend = file.size - 12;
    cm_buf_put(&out, file.data, idat);
    cm_buf_put_bytes(&out, cm_buf_bytes(before));
    cm_buf_put(&out, file.data + idat, iend - idat);
    cm_buf_put_bytes(&out, cm_buf_bytes(after));
    cm_buf_put(&out, file.data + iend, file.size - iend);
    return out;
}

static void add_chunk(cm_buf *to, const char *type, const char *text) {
    cm_buf chunk = make_png_chunk(type, text, strlen(text));
    cm_buf_put_bytes(to, cm_buf_bytes(&chunk));
    cm_buf_free(&chunk);
}

START_TEST(chunks_stay_byte_for_byte) {
    static const char *const EARLY[] = {"iCCP", "sRGB", "gAMA", "cHRM", "cICP", "pHYs", "caBX",
                                        "tEXt", "zTXt", "iTXt", "abCd", "sBIT", "bKGD"};
    cm_buf before = {0};
    cm_buf after = {0};
    cm_buf plain = make_png((png_spec){20, 20, PNG_COLOR_TYPE_RGB, 8, true, false});
    for (size_t i = 0; i < sizeof EARLY / sizeof EARLY[0]; i++)
        add_chunk(&before, EARLY[i], "not looked at, only copied");
    add_chunk(&after, "tEXt", "late");
    add_chunk(&after, "tIME", "when");
    cm_buf file = with_chunks(cm_buf_bytes(&plain), &before, &after);
    cm_picture *p = open_picture(cm_buf_bytes(&file));
    float *change = plane_for(p);
    cm_buf out = encode_picture(p, change, NULL);
    size_t early = find_bytes(cm_buf_bytes(&out), cm_buf_bytes(&before));
    size_t idat = find_bytes(cm_buf_bytes(&out), (cm_bytes){(const uint8_t *)"IDAT", 4});
    size_t late = find_bytes(cm_buf_bytes(&out), cm_buf_bytes(&after));
    ck_assert(early < idat && idat < late && late != SIZE_MAX);
    ck_assert_uint_eq(late + after.size + 12, out.size);
    free(change);
    cm_picture_close(p);
    cm_buf_free(&out);
    cm_buf_free(&file);
    cm_buf_free(&plain);
    cm_buf_free(&before);
    cm_buf_free(&after);
}
END_TEST

START_TEST(palette_chunks_go) {
    cm_buf before = {0};
    cm_buf none = {0};
    cm_buf plain = make_png((png_spec){20, 20, PNG_COLOR_TYPE_PALETTE, 8, false, true});
    add_chunk(&before, "bKGD", "1");
    add_chunk(&before, "gAMA", "keep");
    cm_buf file = with_chunks(cm_buf_bytes(&plain), &before, &none);
    cm_picture *p = open_picture(cm_buf_bytes(&file));
    float *change = plane_for(p);
    cm_buf out = encode_picture(p, change, NULL);
    static const char *const GONE[] = {"PLTE", "tRNS", "bKGD"};
    for (size_t i = 0; i < 3; i++)
        ck_assert(find_bytes(cm_buf_bytes(&out), (cm_bytes){(const uint8_t *)GONE[i], 4}) ==
                  SIZE_MAX);
    ck_assert(find_bytes(cm_buf_bytes(&out), (cm_bytes){(const uint8_t *)"gAMAkeep", 8}) !=
              SIZE_MAX);
    free(change);
    cm_picture_close(p);
    cm_buf_free(&out);
    cm_buf_free(&file);
    cm_buf_free(&plain);
    cm_buf_free(&before);
}
END_TEST

START_TEST(exif_turns_the_picture) {
    cm_buf before = {0};
    cm_buf none = {0};
    cm_buf exif = make_exif(6, false);
    cm_buf chunk = make_png_chunk("eXIf", exif.data, exif.size);
    cm_buf_put_bytes(&before, cm_buf_bytes(&chunk));
    cm_buf plain = make_png((png_spec){37, 21, PNG_COLOR_TYPE_GRAY, 8, false, false});
    cm_buf file = with_chunks(cm_buf_bytes(&plain), &before, &none);
    samples s = read_png(cm_buf_bytes(&plain));
    cm_picture *p = open_picture(cm_buf_bytes(&file));
    cm_picture_info info = cm_picture_describe(p);
    ck_assert_uint_eq(info.width, 21);
    ck_assert_uint_eq(info.height, 37);
    ck_assert_uint_eq(info.orientation, 6);
    float *luma = luma_of(p);
    uint8_t *rgb = calloc(21 * 37, 3);
    ck_assert_ptr_nonnull(rgb);
    ck_assert_int_eq(cm_picture_rgb(p, CM_ALPHA_OVER_GREY, rgb, NULL), CM_OK);
    /* 6: row 0 is the right side, column 0 the top. */
    for (size_t y = 0; y < 21; y++)
        for (size_t x = 0; x < 37; x++) {
            size_t shown = x * 21 + (20 - y);
            ck_assert(luma[shown] == (float)s.at[y * 37 + x]);
            ck_assert_uint_eq(rgb[3 * shown + 1], s.at[y * 37 + x]);
        }
    free(rgb);
    free(luma);
    samples_free(&s);
    cm_picture_close(p);
    cm_buf_free(&file);
    cm_buf_free(&plain);
    cm_buf_free(&before);
    cm_buf_free(&chunk);
    cm_buf_free(&exif);
}
END_TEST

START_TEST(alpha_shows_grey) {
    cm_buf file = make_png((png_spec){20, 10, PNG_COLOR_TYPE_RGB_ALPHA, 8, false, false});
    samples s = read_png(cm_buf_bytes(&file));
    cm_picture *p = open_picture(cm_buf_bytes(&file));
    uint8_t rgb[20 * 10 * 3];
    ck_assert_int_eq(cm_picture_rgb(p, CM_ALPHA_OVER_GREY, rgb, NULL), CM_OK);
    for (size_t i = 0; i < 200; i++)
        for (size_t c = 0; c < 3; c++) {
            double a = s.at[4 * i + 3] / 255.0;
            double want = s.at[4 * i + c] * a + 128 * (1 - a);
            each_assert(fabs(want - rgb[3 * i + c]) <= 1.0);
        }
    cm_picture_close(p);
    samples_free(&s);
    cm_buf_free(&file);
}
END_TEST

static cm_code open_code(cm_bytes file, const cm_limits *limits, cm_error *err) {
    cm_picture *p = NULL;
    cm_code code = cm_picture_open(file, limits, &p, err);
    cm_picture_close(p);
    return code;
}

START_TEST(bad_files_are_refused) {
    cm_error err = {0};
    cm_buf none = {0};
    cm_buf animation = {0};
    cm_buf file = make_png((png_spec){64, 64, PNG_COLOR_TYPE_RGB, 8, false, false});
    cm_bytes cut = {file.data, file.size - 13};
    ck_assert_int_eq(open_code(cut, NULL, &err), CM_ERR_FORMAT);
    ck_assert_ptr_nonnull(strstr(err.message, "truncated"));
    cm_limits small = cm_limits_default();
    small.pixels = 64 * 64 - 1;
    ck_assert_int_eq(open_code(cm_buf_bytes(&file), &small, &err), CM_ERR_LIMIT);
    small = cm_limits_default();
    small.side = 63;
    ck_assert_int_eq(open_code(cm_buf_bytes(&file), &small, &err), CM_ERR_LIMIT);
    add_chunk(&animation, "acTL", "12345678");
    cm_buf moving = with_chunks(cm_buf_bytes(&file), &animation, &none);
    ck_assert_int_eq(open_code(cm_buf_bytes(&moving), NULL, &err), CM_ERR_UNSUPPORTED);
    file.data[file.size / 2] ^= 1; /* inside IDAT */
    ck_assert_int_eq(open_code(cm_buf_bytes(&file), NULL, &err), CM_ERR_FORMAT);
    cm_buf_free(&moving);
    cm_buf_free(&animation);
    cm_buf_free(&file);
}
END_TEST

/* A header that claims more than its data can hold costs no memory. */
START_TEST(forged_size_is_refused) {
    cm_error err = {0};
    cm_buf file = make_png((png_spec){64, 64, PNG_COLOR_TYPE_RGB, 8, false, false});
    cm_buf_patch_be32(&file, 16, 20000);
    cm_buf_patch_be32(&file, 20, 20000);
    cm_buf_patch_be32(&file, 29, 0);
    ck_assert_int_eq(open_code(cm_buf_bytes(&file), NULL, &err), CM_ERR_FORMAT);
    ck_assert_ptr_nonnull(strstr(err.message, "can't hold"));
    cm_buf_patch_be32(&file, 16, 0x7fffffff);
    ck_assert_int_eq(open_code(cm_buf_bytes(&file), NULL, &err), CM_ERR_LIMIT);
    cm_buf_free(&file);
}
END_TEST

START_TEST(output_keeps_to_its_limit) {
    cm_buf file = make_png((png_spec){64, 64, PNG_COLOR_TYPE_RGB, 8, false, false});
    cm_picture *p = open_picture(cm_buf_bytes(&file));
    float *change = plane_for(p);
    cm_buf out = {.limit = 500};
    cm_plane plane = as_plane(p, change);
    ck_assert_int_eq(cm_picture_encode(p, &plane, NULL, &out, NULL), CM_ERR_LIMIT);
    cm_buf_free(&out);
    free(change);
    cm_picture_close(p);
    cm_buf_free(&file);
}
END_TEST

Suite *suite_media_png(void);
Suite *suite_media_png(void) {
    Suite *s = suite_create("media_png");
    TCase *t = tcase_create("png");
    tcase_add_loop_test(t, luma_is_bt601, 0, LAYOUT_COUNT);
    tcase_add_loop_test(t, no_change_leaves_all_samples, 0, LAYOUT_COUNT);
    tcase_add_loop_test(t, change_arrives_exactly, 0, LAYOUT_COUNT);
    tcase_add_test(t, chunks_stay_byte_for_byte);
    tcase_add_test(t, palette_chunks_go);
    tcase_add_test(t, exif_turns_the_picture);
    tcase_add_test(t, alpha_shows_grey);
    tcase_add_test(t, bad_files_are_refused);
    tcase_add_test(t, forged_size_is_refused);
    tcase_add_test(t, output_keeps_to_its_limit);
    suite_add_tcase(s, t);
    return s;
}
