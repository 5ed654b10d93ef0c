/* WebP: lossless to the bit, lossy near enough, chunks kept. */
#include <check.h>
#include <math.h>
#include <stdlib.h>

#include <webp/decode.h>
#include <webp/encode.h>

#include "base/error.h"
#include "media/webp_chunks.h"
#include "media_make.h"

enum { W = 70, H = 45 };

/* RGBA with all alphas (fully transparent pixels have a colour too), or opaque. */
static uint8_t *pixels(bool alpha) {
    uint8_t *rgba = calloc(W * H, 4);
    ck_assert_ptr_nonnull(rgba);
    for (size_t y = 0; y < H; y++)
        for (size_t x = 0; x < W; x++) {
            uint8_t *at = rgba + 4 * (y * W + x);
            for (size_t c = 0; c < 3; c++)
                at[c] = (uint8_t)(128.0f +
                                  60.0f * sinf((float)(x + 9 * c) * 0.2f) * cosf((float)y * 0.13f));
            at[3] = alpha ? (uint8_t)((x / 8 + y / 8) % 3 * 127) : 255;
        }
    return rgba;
}

static cm_buf make_webp(bool lossless, bool alpha, float quality) {
    cm_buf out = {0};
    WebPConfig config;
    WebPPicture picture;
    WebPMemoryWriter writer;
    uint8_t *rgba = pixels(alpha);
    ck_assert(WebPConfigInit(&config) && WebPPictureInit(&picture));
    config.lossless = lossless;
    config.quality = quality;
    config.exact = 1;
    picture.use_argb = 1;
    picture.width = W;
    picture.height = H;
    WebPMemoryWriterInit(&writer);
    picture.writer = WebPMemoryWrite;
    picture.custom_ptr = &writer;
    ck_assert(WebPPictureImportRGBA(&picture, rgba, 4 * W));
    ck_assert(WebPEncode(&config, &picture));
    cm_buf_put(&out, writer.mem, writer.size);
    WebPMemoryWriterClear(&writer);
    WebPPictureFree(&picture);
    free(rgba);
    return out;
}

static void put_chunk(cm_buf *b, const char *fourcc, const void *data, size_t n) {
    cm_buf_text(b, fourcc);
    cm_buf_le32(b, (uint32_t)n);
    cm_buf_put(b, data, n);
    cm_buf_fill(b, 0, n % 2);
}

enum { FLAG_ICC = 0x20, FLAG_ALPHA = 0x10, FLAG_EXIF = 0x08, FLAG_XMP = 0x04 };

/* The picture of a simple file, in an extended one with everything around it. */
static cm_buf extended(cm_bytes simple, uint8_t orientation) {
    cm_buf out = {0};
    cm_buf exif = make_exif(orientation, true);
    uint8_t vp8x[10] = {FLAG_ICC | FLAG_EXIF | FLAG_XMP, 0, 0, 0, W - 1, 0, 0, H - 1, 0, 0};
    cm_buf_text(&out, "RIFF");
    cm_buf_le32(&out, 0);
    cm_buf_text(&out, "WEBP");
    put_chunk(&out, "VP8X", vp8x, sizeof vp8x);
    put_chunk(&out, "ICCP", "an odd profile!", 15);
    cm_buf_put(&out, simple.data + 12, simple.size - 12);
    put_chunk(&out, "EXIF", exif.data, exif.size);
    put_chunk(&out, "XMP ", "<x/>", 4);
    put_chunk(&out, "C2PA", "a manifest store", 16);
    put_chunk(&out, "what", "ever", 4);
    cm_buf_patch_le32(&out, 4, (uint32_t)out.size - 8);
    cm_buf_free(&exif);
    return out;
}

START_TEST(lossless_without_change_is_lossless) {
    bool alpha = _i != 0;
    cm_buf file = make_webp(true, alpha, 50);
    cm_picture *p = open_picture(cm_buf_bytes(&file));
    ck_assert(!cm_picture_describe(p).lossy);
    float *change = plane_for(p);
    cm_buf out = encode_picture(p, change, NULL);
    int w;
    int h;
    uint8_t *want = pixels(alpha);
    uint8_t *got = WebPDecodeRGBA(out.data, out.size, &w, &h);
    ck_assert(got != NULL && w == W && h == H);
    ck_assert_mem_eq(got, want, W * H * 4);
    WebPFree(got);
    free(want);
    free(change);
    cm_picture_close(p);
    cm_buf_free(&out);
    cm_buf_free(&file);
}
END_TEST

START_TEST(lossless_change_arrives_exactly) {
    bool alpha = _i != 0;
    cm_buf file = make_webp(true, alpha, 50);
    cm_picture *p = open_picture(cm_buf_bytes(&file));
    float *change = plane_for(p);
    fill_wave(p, change, 9);
    cm_buf out = encode_picture(p, change, NULL);
    int w;
    int h;
    uint8_t *before = pixels(alpha);
    uint8_t *after = WebPDecodeRGBA(out.data, out.size, &w, &h);
    ck_assert_ptr_nonnull(after);
    for (size_t i = 0; i < W * H; i++) {
        int step = before[4 * i + 3] == 0 ? 0 : (int)roundf(change[i]);
        for (size_t c = 0; c < 3; c++)
            ck_assert_int_eq(after[4 * i + c] - before[4 * i + c], step);
        ck_assert_int_eq(after[4 * i + 3], before[4 * i + 3]);
    }
    WebPFree(after);
    free(before);
    free(change);
    cm_picture_close(p);
    cm_buf_free(&out);
    cm_buf_free(&file);
}
END_TEST

START_TEST(lossy_change_arrives) {
    bool alpha = _i != 0;
    cm_buf file = make_webp(false, alpha, 92);
    cm_picture *p = open_picture(cm_buf_bytes(&file));
    ck_assert(cm_picture_describe(p).lossy);
    float *change = plane_for(p);
    float *before = luma_of(p);
    fill_wave(p, change, 6);
    cm_buf out = encode_picture(p, change, NULL);
    cm_picture *q = open_picture(cm_buf_bytes(&out));
    ck_assert(cm_picture_describe(q).lossy);
    float *after = luma_of(q);
    uint8_t *rgba = pixels(alpha);
    double wd = 0;
    double ww = 0;
    for (size_t i = 0; i < W * H; i++) {
        if (rgba[4 * i + 3] == 0)
            continue;
        wd += (double)change[i] * ((double)after[i] - (double)before[i]);
        ww += (double)change[i] * (double)change[i];
    }
    ck_assert_msg(wd / ww > 0.85 && wd / ww < 1.1, "gain %f", wd / ww);
    int w;
    int h;
    uint8_t *got = WebPDecodeRGBA(out.data, out.size, &w, &h);
    ck_assert_ptr_nonnull(got);
    for (size_t i = 0; i < W * H; i++)
        ck_assert_int_eq(got[4 * i + 3], rgba[4 * i + 3]);
    WebPFree(got);
    free(rgba);
    free(after);
    free(before);
    free(change);
    cm_picture_close(q);
    cm_picture_close(p);
    cm_buf_free(&out);
    cm_buf_free(&file);
}
END_TEST

START_TEST(luma_is_that_of_the_pixels) {
    cm_buf file = make_webp(_i == 0, false, 95);
    int w;
    int h;
    uint8_t *rgb = WebPDecodeRGB(file.data, file.size, &w, &h);
    ck_assert_ptr_nonnull(rgb);
    cm_picture *p = open_picture(cm_buf_bytes(&file));
    uint8_t *shown = calloc(W * H, 3);
    ck_assert_ptr_nonnull(shown);
    ck_assert_int_eq(cm_picture_rgb(p, CM_ALPHA_OVER_GREY, shown, NULL), CM_OK);
    ck_assert_mem_eq(shown, rgb, W * H * 3);
    float *luma = luma_of(p);
    for (size_t i = 0; i < W * H; i++) {
        double want = 0.299 * rgb[3 * i] + 0.587 * rgb[3 * i + 1] + 0.114 * rgb[3 * i + 2];
        ck_assert(fabs(want - (double)luma[i]) < (_i == 0 ? 0.001 : 2.0));
    }
    free(luma);
    free(shown);
    WebPFree(rgb);
    cm_picture_close(p);
    cm_buf_free(&file);
}
END_TEST

START_TEST(chunks_stay_byte_for_byte) {
    cm_buf simple = make_webp(_i == 0, false, 90);
    cm_buf file = extended(cm_buf_bytes(&simple), 6);
    cm_buf_text(&file, "behind the form");
    cm_picture *p = open_picture(cm_buf_bytes(&file));
    cm_picture_info info = cm_picture_describe(p);
    ck_assert_uint_eq(info.orientation, 6);
    ck_assert_uint_eq(info.width, H);
    float *change = plane_for(p);
    cm_buf out = encode_picture(p, change, NULL);
    static const char *const ORDER[] = {"VP8X", "ICCP", "VP8", "EXIF", "XMP ", "C2PA", "what"};
    cm_reader a;
    cm_reader b;
    cm_webp_chunk x;
    cm_webp_chunk y;
    ck_assert_int_eq(cm_webp_chunks(cm_buf_bytes(&file), &a, NULL), CM_OK);
    ck_assert_int_eq(cm_webp_chunks(cm_buf_bytes(&out), &b, NULL), CM_OK);
    for (size_t i = 0; i < 7; i++) {
        ck_assert(cm_webp_next(&a, &x) && cm_webp_next(&b, &y));
        ck_assert_uint_eq(x.fourcc, y.fourcc);
        ck_assert(memcmp(ORDER[i], &y.fourcc, i == 2 ? 3 : 4) == 0);
        ck_assert(i == 2 || cm_bytes_equal(x.data, y.data));
    }
    ck_assert(!cm_webp_next(&b, &y) && !b.bad);
    int w;
    int h;
    uint8_t *rgb = WebPDecodeRGB(out.data, out.size, &w, &h);
    ck_assert(rgb != NULL && w == W && h == H);
    WebPFree(rgb);
    free(change);
    cm_picture_close(p);
    cm_buf_free(&out);
    cm_buf_free(&file);
    cm_buf_free(&simple);
}
END_TEST

/* The estimate against the setting that the encoder was given, on a photograph. */
START_TEST(quality_is_told_from_the_header) {
    static const float SETTINGS[] = {50, 75, 85, 90, 95, 100};
    cm_buf photo = load_data("test/data/media/chelsea-256.webp");
    int w;
    int h;
    uint8_t *rgb = WebPDecodeRGB(photo.data, photo.size, &w, &h);
    ck_assert_ptr_nonnull(rgb);
    for (size_t i = 0; i < sizeof SETTINGS / sizeof SETTINGS[0]; i++) {
        uint8_t *bytes = NULL;
        size_t n = WebPEncodeRGB(rgb, w, h, 3 * w, SETTINGS[i], &bytes);
        cm_webp_facts facts;
        ck_assert_int_eq(cm_webp_scan((cm_bytes){bytes, n}, &facts, NULL), CM_OK);
        float got = cm_webp_quality(facts.lossy);
        ck_assert_msg(fabsf(got - SETTINGS[i]) < 7, "%f for %f", (double)got, (double)SETTINGS[i]);
        WebPFree(bytes);
    }
    ck_assert(cm_webp_quality((cm_bytes){0}) == 100.0f);
    WebPFree(rgb);
    cm_buf_free(&photo);
}
END_TEST

START_TEST(least_quality_is_an_option) {
    cm_buf file = make_webp(false, false, 60);
    cm_picture *p = open_picture(cm_buf_bytes(&file));
    float *change = plane_for(p);
    float last = 0;
    for (int i = 0; i < 2; i++) {
        cm_encode_options options = {.webp_quality = i == 0 ? 0.0f : 98.0f};
        cm_buf out = encode_picture(p, change, &options);
        cm_webp_facts facts;
        ck_assert_int_eq(cm_webp_scan(cm_buf_bytes(&out), &facts, NULL), CM_OK);
        float quality = cm_webp_quality(facts.lossy);
        ck_assert(quality > 78 && quality > last + 5);
        last = quality;
        cm_buf_free(&out);
    }
    free(change);
    cm_picture_close(p);
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
    cm_limits limits = cm_limits_default();
    cm_buf file = make_webp(_i == 0, false, 90);
    ck_assert_int_eq(open_code((cm_bytes){file.data, file.size - 20}, NULL, &err), CM_ERR_FORMAT);
    ck_assert_ptr_nonnull(strstr(err.message, "truncated"));
    limits.pixels = W * H - 1;
    ck_assert_int_eq(open_code(cm_buf_bytes(&file), &limits, &err), CM_ERR_LIMIT);
    cm_buf moving = {0};
    uint8_t vp8x[10] = {0x02, 0, 0, 0, W - 1, 0, 0, H - 1, 0, 0};
    cm_buf_put(&moving, "RIFF\0\0\0\0WEBP", 12);
    put_chunk(&moving, "VP8X", vp8x, sizeof vp8x);
    put_chunk(&moving, "ANIM", "\0\0\0\0\0\0", 6);
    cm_buf_put(&moving, file.data + 12, file.size - 12);
    cm_buf_patch_le32(&moving, 4, (uint32_t)moving.size - 8);
    ck_assert_int_eq(open_code(cm_buf_bytes(&moving), NULL, &err), CM_ERR_UNSUPPORTED);
    ck_assert_ptr_nonnull(strstr(err.message, "animation"));
    cm_buf_free(&moving);
    cm_buf_free(&file);
}
END_TEST

Suite *suite_media_webp(void);
Suite *suite_media_webp(void) {
    Suite *s = suite_create("media_webp");
    TCase *t = tcase_create("webp");
    tcase_add_loop_test(t, lossless_without_change_is_lossless, 0, 2);
    tcase_add_loop_test(t, lossless_change_arrives_exactly, 0, 2);
    tcase_add_loop_test(t, lossy_change_arrives, 0, 2);
    tcase_add_loop_test(t, luma_is_that_of_the_pixels, 0, 2);
    tcase_add_loop_test(t, chunks_stay_byte_for_byte, 0, 2);
    tcase_add_test(t, quality_is_told_from_the_header);
    tcase_add_test(t, least_quality_is_an_option);
    tcase_add_loop_test(t, bad_files_are_refused, 0, 2);
    suite_add_tcase(s, t);
    return s;
}
