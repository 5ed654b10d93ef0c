/* Pixels in memory: marked in place in every layout, read back, and left alone when that fails. */
#include <check.h>
#include <countermark.h>
#include <jansson.h>
#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "api/protect.h"
#include "each.h"
#include "hosts.h"
#include "media_make.h"

enum { W = 421, H = 383, PAD = 24, FORMATS = CM_PIXELS_YUV444 + 1 };

static const uint64_t PAYLOAD = 0xc0ffee1234567890;

static cm_key *key;
static cm_inspector *inspector;

static void set_up(void) {
    cm_key_options options = {.name = "pixels"};
    ck_assert_int_eq(cm_key_generate(&options, &key, NULL), CM_OK);
    const cm_key *ring[] = {key};
    cm_inspect_options look = {.keys = ring, .key_count = 1, .fast = true};
    ck_assert_int_eq(cm_inspector_new(&look, &inspector, NULL), CM_OK);
}

static void tear_down(void) {
    cm_inspector_free(inspector);
    cm_key_free(key);
}

/* --- buffers -------------------------------------------------------------------------------------
 */

typedef struct buffer {
    cm_pixels pixels;
    uint8_t *bytes; /* of all planes, with their padding */
    uint8_t *before;
    size_t size;
} buffer;

static const unsigned CHANNELS[FORMATS] = {0, 1, 3, 4, 3, 4, 3, 4, 3, 4, 1, 1, 1};
static const unsigned SAMPLE[FORMATS] = {0, 1, 1, 1, 1, 1, 2, 2, 4, 4, 1, 1, 1};

static bool planar(cm_pixel_format f) {
    return f >= CM_PIXELS_YUV420;
}

static size_t row_size(const cm_pixels *p, int plane) {
    bool halved = plane > 0 && p->format != CM_PIXELS_YUV444;
    return halved ? (p->width + 1) / 2 : (size_t)p->width * CHANNELS[p->format] * SAMPLE[p->format];
}

static size_t rows_of(const cm_pixels *p, int plane) {
    return plane > 0 && p->format == CM_PIXELS_YUV420 ? (p->height + 1) / 2 : p->height;
}

static uint8_t *row_at(const cm_pixels *p, int plane, size_t y) {
    ptrdiff_t stride = p->stride[plane] != 0 ? p->stride[plane] : (ptrdiff_t)row_size(p, plane);
    return (uint8_t *)p->plane[plane] + (ptrdiff_t)y * stride;
}

static uint8_t byte_of(float v) {
    return (uint8_t)lrintf(fminf(fmaxf(v, 0), 255));
}

/* Sample c of a pixel of luma v: the three colours differ, and their luma is near v. */
static void put_sample(const cm_pixels *p, uint8_t *row, size_t x, unsigned c, float v,
                       uint64_t *noise) {
    static const float TINT[3] = {14, -4, -18};
    bool blue_first = p->format == CM_PIXELS_BGR8 || p->format == CM_PIXELS_BGRA8;
    size_t at = (x * CHANNELS[p->format] + c) * SAMPLE[p->format];
    if (CHANNELS[p->format] >= 3 && c < 3)
        v += TINT[blue_first ? 2 - c : c];
    if (c == 3)
        v = 200;
    if (SAMPLE[p->format] == 1)
        row[at] = byte_of(v);
    if (SAMPLE[p->format] == 2) {
        uint16_t wide = (uint16_t)(byte_of(v) * 257 / 2 * 2 + (host_uniform(noise) > 0.5));
        memcpy(row + at, &wide, sizeof wide);
    }
    if (SAMPLE[p->format] == 4) {
        float f = fminf(fmaxf(v, 0), 255) / 255;
        memcpy(row + at, &f, sizeof f);
    }
}

static void fill(buffer *b, const cm_plane *luma) {
    const cm_pixels *p = &b->pixels;
    uint64_t noise = 9;
    for (size_t y = 0; y < p->height; y++)
        for (size_t x = 0; x < p->width; x++)
            for (unsigned c = 0; c < CHANNELS[p->format]; c++) {
                float v = cm_plane_row(luma, (int)y)[x];
                v = p->limited_range ? 16 + v * 219 / 255 : v;
                put_sample(p, row_at(p, 0, y), x, c, v, &noise);
            }
    for (int plane = 1; planar(p->format) && plane < 3; plane++)
        for (size_t y = 0; y < rows_of(p, plane); y++)
            for (size_t x = 0; x < row_size(p, plane); x++)
                row_at(p, plane, y)[x] = (uint8_t)(100 + (x / 3 + y / 5 + (size_t)plane * 30) % 60);
}

/* `p` says format, size and ranges; strides are set here, with PAD bytes more than a row needs. */
static buffer buffer_over(cm_pixels p, bool upside_down, size_t pad, const cm_plane *luma) {
    buffer b = {.pixels = p};
    size_t at[3] = {0};
    int planes = planar(p.format) ? 3 : 1;
    for (int i = 0; i < planes; i++) {
        at[i] = b.size;
        b.size += (row_size(&p, i) + pad) * rows_of(&p, i);
    }
    b.bytes = malloc(b.size);
    b.before = malloc(b.size);
    ck_assert(b.bytes != NULL && b.before != NULL);
    for (size_t i = 0; i < b.size; i++)
        b.bytes[i] = (uint8_t)(i * 7 + 3);
    for (int i = 0; i < planes; i++) {
        size_t stride = row_size(&p, i) + pad;
        b.pixels.plane[i] = b.bytes + at[i] + (upside_down ? stride * (rows_of(&p, i) - 1) : 0);
        b.pixels.stride[i] = upside_down ? -(ptrdiff_t)stride : pad != 0 ? (ptrdiff_t)stride : 0;
    }
    fill(&b, luma);
    memcpy(b.before, b.bytes, b.size);
    return b;
}

static buffer texture(cm_pixel_format format) {
    cm_plane luma = host_gradient(W, H, 20, 5);
    buffer b = buffer_over((cm_pixels){.format = format, .width = W, .height = H}, false, 0, &luma);
    cm_plane_free(&luma);
    return b;
}

static void buffer_free(buffer *b) {
    free(b->bytes);
    free(b->before);
}

static bool untouched(const buffer *b) {
    return memcmp(b->bytes, b->before, b->size) == 0;
}

static cm_code embed(const buffer *b, cm_embedding *out, cm_error *err) {
    cm_embed_options options = {.key = key, .has_payload = true, .payload = PAYLOAD};
    return cm_embed_pixels(&b->pixels, &options, out, err);
}

static void must_embed(const buffer *b, cm_embedding *out) {
    cm_error err = {0};
    ck_assert_msg(embed(b, out, &err) == CM_OK, "format %d: %s", b->pixels.format, err.message);
}

static void must_find(const cm_pixels *p) {
    cm_inspection *report = NULL;
    cm_error err = {0};
    ck_assert_msg(cm_inspect_pixels(inspector, p, &report, &err) == CM_OK, "%s", err.message);
    ck_assert_int_eq(report->verdict, CM_VERDICT_MARKED);
    ck_assert(report->watermark->has_payload && report->watermark->payload == PAYLOAD);
    ck_assert_str_eq(report->watermark->key, "pixels");
    cm_inspection_free(report);
}

/* --- round trips ---------------------------------------------------------------------------------
 */

START_TEST(every_layout_carries_the_mark) {
    buffer b = texture((cm_pixel_format)_i);
    cm_embedding done;
    must_embed(&b, &done);
    ck_assert(done.payload == PAYLOAD);
    ck_assert_double_le(done.log10_p, -30);
    ck_assert_double_gt(done.psnr, 40.8);
    ck_assert_double_lt(done.psnr, 60);
    ck_assert_double_gt(done.ssim, 0.985);
    ck_assert(!untouched(&b));
    must_find(&b.pixels);
    buffer_free(&b);
}
END_TEST

START_TEST(strides_both_ways_and_padding) {
    cm_plane luma = host_gradient(W, H, 20, 5);
    cm_pixels p = {.format = (cm_pixel_format)_i, .width = W, .height = H};
    buffer plain = buffer_over(p, false, 0, &luma), padded = buffer_over(p, false, PAD + 1, &luma);
    buffer turned = buffer_over(p, true, PAD, &luma);
    must_embed(&plain, NULL);
    must_embed(&padded, NULL);
    must_embed(&turned, NULL);
    for (int plane = 0; plane < (planar(p.format) ? 3 : 1); plane++)
        for (size_t y = 0; y < rows_of(&p, plane); y++) {
            size_t n = row_size(&p, plane);
            const uint8_t *row = row_at(&padded.pixels, plane, y);
            const uint8_t *other = row_at(&turned.pixels, plane, y);
            each_assert(memcmp(row_at(&plain.pixels, plane, y), row, n) == 0);
            each_assert(memcmp(other, row, n) == 0);
            each_assert(memcmp(row + n, padded.before + (row - padded.bytes) + n, PAD + 1) == 0);
            each_assert(memcmp(other + n, turned.before + (other - turned.bytes) + n, PAD) == 0);
        }
    buffer_free(&plain);
    buffer_free(&padded);
    buffer_free(&turned);
    cm_plane_free(&luma);
}
END_TEST

/* A PNG's pixels go through the same arithmetic. */
START_TEST(same_pixels_as_a_png_gets) {
    cm_buf png = load_data("test/data/photos/astronaut.png"), marked = {0};
    cm_picture *picture = open_picture(cm_buf_bytes(&png));
    cm_picture_info info = cm_picture_describe(picture);
    cm_protect_options options = {.key = key, .has_payload = true, .payload = PAYLOAD};
    cm_embed_options bare = {.key = key, .has_payload = true, .payload = PAYLOAD};
    cm_protection file = {0};
    cm_embedding memory = {0};
    size_t n = (size_t)info.width * info.height * 3;
    uint8_t *rgb = malloc(n), *from_file = malloc(n);
    ck_assert(rgb != NULL && from_file != NULL);
    ck_assert_int_eq(cm_picture_rgb(picture, CM_ALPHA_OVER_GREY, rgb, NULL), CM_OK);
    cm_picture_close(picture);
    cm_pixels p = {.format = CM_PIXELS_RGB8, info.width, info.height, .plane = {rgb}};
    ck_assert_int_eq(cm_embed_pixels(&p, &bare, &memory, NULL), CM_OK);
    ck_assert_int_eq(cm_protect_mark(cm_buf_bytes(&png), &options, &marked, &file, NULL), CM_OK);
    picture = open_picture(cm_buf_bytes(&marked));
    ck_assert_int_eq(cm_picture_rgb(picture, CM_ALPHA_OVER_GREY, from_file, NULL), CM_OK);
    cm_picture_close(picture);
    ck_assert_mem_eq(rgb, from_file, n);
    ck_assert(memory.psnr == file.psnr && memory.ssim == file.ssim);
    ck_assert(memory.log10_p == file.log10_p);
    free(rgb);
    free(from_file);
    cm_buf_free(&png);
    cm_buf_free(&marked);
}
END_TEST

/* Above a megapixel the luma shrinks and the change grows. */
START_TEST(larger_than_the_canonical_scale) {
    cm_plane luma = host_gradient(1400, 1100, 20, 8);
    cm_pixels p = {.format = CM_PIXELS_BGR8, .width = 1400, .height = 1100};
    buffer b = buffer_over(p, true, 2, &luma);
    must_embed(&b, NULL);
    must_find(&b.pixels);
    buffer_free(&b);
    cm_plane_free(&luma);
}
END_TEST

START_TEST(only_luma_of_yuv_changes) {
    static const bool RANGES[] = {false, true, false, true},
                      MATRICES[] = {false, false, true, true};
    cm_plane luma = host_gradient(W, H, 20, 6);
    for (int f = CM_PIXELS_YUV420; f < FORMATS; f++)
        for (int i = 0; i < 4; i++) {
            buffer b = buffer_over((cm_pixels){.format = (cm_pixel_format)f,
                                               .width = W,
                                               .height = H,
                                               .limited_range = RANGES[i],
                                               .bt709 = MATRICES[i]},
                                   false, PAD, &luma);
            size_t chroma = (size_t)((uint8_t *)b.pixels.plane[1] - b.bytes);
            must_embed(&b, NULL);
            must_find(&b.pixels);
            ck_assert_mem_ne(b.bytes, b.before, chroma);
            ck_assert_mem_eq(b.bytes + chroma, b.before + chroma, b.size - chroma);
            for (size_t y = 0; RANGES[i] && y < H; y++)
                for (size_t x = 0; x < W; x++) {
                    uint8_t v = row_at(&b.pixels, 0, y)[x];
                    each_assert(v >= 16 && v <= 235);
                }
            buffer_free(&b);
        }
    cm_plane_free(&luma);
}
END_TEST

/* Under BT.601 Y is all there is to know; under BT.709 it is not. */
START_TEST(chroma_is_needed_for_bt709_alone) {
    buffer b = texture(CM_PIXELS_YUV420);
    b.pixels.plane[1] = b.pixels.plane[2] = NULL;
    b.pixels.bt709 = true;
    ck_assert_int_eq(embed(&b, NULL, NULL), CM_ERR_ARGUMENT);
    ck_assert(untouched(&b));
    b.pixels.bt709 = false;
    must_embed(&b, NULL);
    buffer_free(&b);
}
END_TEST

/* Luma of BT.709's Y, U, V is that of the colours: marked as RGB, it is read from its YUV. */
START_TEST(bt709_is_the_rgb_that_it_stands_for) {
    buffer rgb = texture(CM_PIXELS_RGB8), yuv = texture(CM_PIXELS_YUV444);
    yuv.pixels.bt709 = true;
    must_embed(&rgb, NULL);
    for (size_t y = 0; y < H; y++)
        for (size_t x = 0; x < W; x++) {
            const uint8_t *s = row_at(&rgb.pixels, 0, y) + 3 * x;
            float luma = 0.2126f * s[0] + 0.7152f * s[1] + 0.0722f * s[2];
            row_at(&yuv.pixels, 0, y)[x] = byte_of(luma);
            row_at(&yuv.pixels, 1, y)[x] = byte_of(128 + (s[2] - luma) / 1.8556f);
            row_at(&yuv.pixels, 2, y)[x] = byte_of(128 + (s[0] - luma) / 1.5748f);
        }
    must_find(&yuv.pixels);
    buffer_free(&rgb);
    buffer_free(&yuv);
}
END_TEST

/* --- depth and alpha -----------------------------------------------------------------------------
 */

START_TEST(sixteen_bits_change_by_less_than_a_step_of_eight) {
    buffer b = texture(CM_PIXELS_RGB16);
    size_t fine = 0, n = (size_t)W * H * 3;
    must_embed(&b, NULL);
    for (size_t i = 0; i < n; i++) {
        uint16_t was, is;
        memcpy(&was, b.before + 2 * i, sizeof was);
        memcpy(&is, b.bytes + 2 * i, sizeof is);
        fine += (is - was) % 257 != 0;
    }
    ck_assert_uint_gt(fine, n * 9 / 10);
    buffer_free(&b);
}
END_TEST

START_TEST(transparent_pixels_and_alpha_stay) {
    static const cm_pixel_format WITH_ALPHA[] = {CM_PIXELS_RGBA8, CM_PIXELS_BGRA8, CM_PIXELS_RGBA16,
                                                 CM_PIXELS_RGBAF32};
    buffer b = texture(WITH_ALPHA[_i]);
    size_t n = SAMPLE[b.pixels.format], pixel = 4 * n, changed = 0;
    for (size_t i = 0; i < (size_t)W * H; i += 3) /* every third is transparent */
        memset(b.bytes + i * pixel + 3 * n, 0, n);
    memcpy(b.before, b.bytes, b.size);
    must_embed(&b, NULL);
    for (size_t i = 0; i < (size_t)W * H; i++) {
        const uint8_t *is = b.bytes + i * pixel, *was = b.before + i * pixel;
        each_assert(memcmp(is + 3 * n, was + 3 * n, n) == 0);
        if (i % 3 == 0)
            each_assert(memcmp(is, was, pixel) == 0);
        changed += memcmp(is, was, pixel) != 0;
    }
    ck_assert_uint_gt(changed, (size_t)W * H / 3);
    buffer_free(&b);
}
END_TEST

START_TEST(wholly_transparent_is_no_host) {
    buffer b = texture(CM_PIXELS_RGBA8);
    cm_error err = {0};
    for (size_t i = 0; i < (size_t)W * H; i++)
        b.bytes[4 * i + 3] = 0;
    memcpy(b.before, b.bytes, b.size);
    ck_assert_int_eq(embed(&b, NULL, &err), CM_ERR_CAPACITY);
    ck_assert(untouched(&b));
    buffer_free(&b);
}
END_TEST

static float *float_at(const buffer *b, size_t x, size_t y, unsigned c) {
    return (float *)b->pixels.plane[0] + ((y * W + x) * CHANNELS[b->pixels.format] + c);
}

START_TEST(floats_that_are_none_are_named) {
    static const float BAD[] = {NAN, INFINITY, -INFINITY};
    cm_error err = {0};
    for (int i = 0; i < 3; i++)
        for (unsigned c = 2; c < 4; c++) {
            buffer b = texture(CM_PIXELS_RGBAF32);
            cm_inspection *report = NULL;
            *float_at(&b, 17, 100, c) = BAD[i];
            *float_at(&b, 5, 101, 0) = NAN;
            memcpy(b.before, b.bytes, b.size);
            ck_assert_int_eq(embed(&b, NULL, &err), CM_ERR_ARGUMENT);
            ck_assert_ptr_nonnull(strstr(err.message, "column 17, row 100"));
            ck_assert_ptr_nonnull(strstr(err.message, i == 0 ? "not a number" : "infinite"));
            ck_assert(untouched(&b));
            ck_assert_int_eq(cm_inspect_pixels(inspector, &b.pixels, &report, &err),
                             CM_ERR_ARGUMENT);
            ck_assert_ptr_null(report);
            buffer_free(&b);
        }
}
END_TEST

/* What is out of range stays out, and comes no further; what is within stays within. */
START_TEST(floats_out_of_range_keep_their_excess) {
    buffer b = texture(CM_PIXELS_RGBF32);
    size_t lowered = 0;
    for (size_t y = 0; y < 40; y++)
        for (size_t x = 0; x < W; x++) {
            *float_at(&b, x, y, 0) = 7.5f;
            *float_at(&b, x, y, 1) = -3e30f;
        }
    memcpy(b.before, b.bytes, b.size);
    must_embed(&b, NULL);
    must_find(&b.pixels);
    for (size_t i = 0; i < (size_t)W * H * 3; i++) {
        float was = ((const float *)b.before)[i], is = ((const float *)b.bytes)[i];
        each_assert(is <= fmaxf(was, 1) && is >= fminf(was, 0) && fabsf(is - was) < 0.2f);
        lowered += was == 7.5f && is < was;
    }
    ck_assert_uint_gt(lowered, 1000);
    buffer_free(&b);
}
END_TEST

/* --- refusals ------------------------------------------------------------------------------------
 */

START_TEST(a_second_mark_is_refused) {
    buffer b = texture(CM_PIXELS_RGB8);
    cm_error err = {0};
    must_embed(&b, NULL);
    memcpy(b.before, b.bytes, b.size);
    ck_assert_int_eq(embed(&b, NULL, &err), CM_ERR_EXISTS);
    ck_assert_ptr_nonnull(strstr(err.message, "c0ffee1234567890"));
    ck_assert(untouched(&b));
    cm_embed_options other_layer = {.key = key, .private_layer = true};
    cm_embedding done;
    ck_assert_int_eq(cm_embed_pixels(&b.pixels, &other_layer, &done, NULL), CM_OK);
    cm_inspection *report = NULL;
    ck_assert_int_eq(cm_inspect_pixels(inspector, &b.pixels, &report, NULL), CM_OK);
    ck_assert_uint_eq(report->other_watermark_count, 1);
    const cm_watermark_evidence *marks[] = {report->watermark, &report->other_watermarks[0]};
    int open = marks[0]->public_layer ? 0 : 1;
    ck_assert(marks[open]->public_layer && marks[open]->payload == PAYLOAD);
    ck_assert(!marks[1 - open]->public_layer && marks[1 - open]->payload == done.payload);
    ck_assert(marks[0]->region_count > 0 && marks[1]->region_count > 0);
    ck_assert_double_le(marks[0]->log10_p, marks[1]->log10_p);
    cm_inspection_free(report);
    buffer_free(&b);
}
END_TEST

START_TEST(unchecked_pixels_are_the_same) {
    buffer a = texture(CM_PIXELS_RGB8), b = texture(CM_PIXELS_RGB8);
    cm_embed_options quick = {
        .key = key, .has_payload = true, .payload = PAYLOAD, .fresh = true, .unchecked = true};
    cm_embedding checked, unchecked;
    must_embed(&a, &checked);
    ck_assert_int_eq(cm_embed_pixels(&b.pixels, &quick, &unchecked, NULL), CM_OK);
    ck_assert_mem_eq(a.bytes, b.bytes, a.size);
    ck_assert(unchecked.log10_p == 0 && unchecked.psnr == checked.psnr);
    buffer_free(&a);
    buffer_free(&b);
}
END_TEST

static void refuse(cm_pixels p, const cm_plane *luma, cm_code want) {
    buffer b = buffer_over(p, false, 0, luma);
    cm_inspection *report = NULL;
    cm_error err = {0};
    ck_assert_msg(embed(&b, NULL, &err) == want, "%u x %u: %s", p.width, p.height, err.message);
    ck_assert(untouched(&b));
    ck_assert_int_eq(cm_inspect_pixels(inspector, &b.pixels, &report, NULL), CM_OK);
    ck_assert_int_eq(report->verdict, CM_VERDICT_INCONCLUSIVE);
    cm_inspection_free(report);
    buffer_free(&b);
}

START_TEST(flat_tiny_and_thin_are_no_hosts) {
    static const uint32_t SIZES[][2] = {{1, 1}, {16, 16}, {127, 300}, {30000, 1}, {1, 30000}};
    cm_plane flat = host_constant(256, 256, 300); /* tinted or not: white */
    for (int f = CM_PIXELS_GREY8; f < FORMATS; f++)
        refuse((cm_pixels){.format = (cm_pixel_format)f, .width = 256, .height = 256}, &flat,
               CM_ERR_CAPACITY);
    for (size_t i = 0; i < sizeof SIZES / sizeof SIZES[0]; i++) {
        cm_plane luma = host_constant((int)SIZES[i][0], (int)SIZES[i][1], 0);
        uint64_t noise = i;
        for (size_t k = 0; k < cm_plane_size(&luma); k++)
            luma.data[k] = 255 * (float)host_uniform(&noise);
        refuse((cm_pixels){.format = CM_PIXELS_RGB8, .width = SIZES[i][0], .height = SIZES[i][1]},
               &luma, CM_ERR_CAPACITY);
        cm_plane_free(&luma);
    }
    cm_plane_free(&flat);
}
END_TEST

/* None of these is looked at: the one byte behind the pointer would be a fault under a sanitizer.
 */
START_TEST(senseless_descriptions) {
    uint8_t byte = 0;
    cm_pixels right = {.format = CM_PIXELS_RGBA8, .width = 4000, .height = 3000, .plane = {&byte}};
    struct {
        cm_pixels p;
        cm_code want;
    } cases[] = {{right, CM_ERR_ARGUMENT}, {right, CM_ERR_ARGUMENT}, {right, CM_ERR_ARGUMENT},
                 {right, CM_ERR_ARGUMENT}, {right, CM_ERR_ARGUMENT}, {right, CM_ERR_ARGUMENT},
                 {right, CM_ERR_ARGUMENT}, {right, CM_ERR_ARGUMENT}, {right, CM_ERR_LIMIT},
                 {right, CM_ERR_LIMIT}};
    cases[0].p.format = (cm_pixel_format)0;
    cases[1].p.format = (cm_pixel_format)FORMATS;
    cases[2].p.width = 0;
    cases[3].p.height = 0;
    cases[4].p.plane[0] = NULL;
    cases[5].p.stride[0] = 15999;
    cases[6].p.stride[0] = -15999;
    cases[7].p.stride[0] = PTRDIFF_MIN;
    cases[8].p.width = UINT32_MAX;
    cases[9].p.width = cases[9].p.height = 30000;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        cm_embed_options options = {.key = key};
        cm_inspection *report = NULL;
        cm_error err = {0};
        ck_assert_msg(cm_embed_pixels(&cases[i].p, &options, NULL, &err) == cases[i].want,
                      "case %zu: %s", i, err.message);
        ck_assert_int_eq(err.code, cases[i].want);
        ck_assert_int_eq(cm_inspect_pixels(inspector, &cases[i].p, &report, NULL), cases[i].want);
        ck_assert_ptr_null(report);
    }
}
END_TEST

/* Sides beyond what planes count in are refused whatever the caller allows. */
START_TEST(limits_are_the_callers_but_for_int) {
    uint8_t byte = 0;
    cm_limits wide = cm_limits_default(), narrow = wide;
    wide.side = UINT32_MAX;
    wide.pixels = UINT64_MAX;
    narrow.side = 300;
    cm_pixels huge = {
        .format = CM_PIXELS_GREY8, .width = UINT32_MAX, .height = 1, .plane = {&byte}};
    cm_embed_options options = {.key = key, .limits = &wide};
    ck_assert_int_eq(cm_embed_pixels(&huge, &options, NULL, NULL), CM_ERR_LIMIT);
    buffer b = texture(CM_PIXELS_RGB8);
    options.limits = &narrow;
    ck_assert_int_eq(cm_embed_pixels(&b.pixels, &options, NULL, NULL), CM_ERR_LIMIT);
    ck_assert(untouched(&b));
    buffer_free(&b);
}
END_TEST

START_TEST(keys_and_strengths_that_may_not) {
    buffer b = texture(CM_PIXELS_RGB8);
    cm_key *revoked = NULL;
    cm_embed_options options = {0};
    ck_assert_int_eq(cm_embed_pixels(&b.pixels, &options, NULL, NULL), CM_ERR_ARGUMENT);
    ck_assert_int_eq(cm_key_revoke(key, "2020-01-01", &revoked, NULL), CM_OK);
    options.key = revoked;
    ck_assert_int_eq(cm_embed_pixels(&b.pixels, &options, NULL, NULL), CM_ERR_KEY);
    options.key = key;
    static const float STRENGTHS[] = {-1, 4.5f, NAN};
    for (size_t i = 0; i < 3; i++) {
        options.strength = STRENGTHS[i];
        ck_assert_int_eq(cm_embed_pixels(&b.pixels, &options, NULL, NULL), CM_ERR_ARGUMENT);
    }
    ck_assert(untouched(&b));
    cm_key_free(revoked);
    buffer_free(&b);
}
END_TEST

/* --- the report ----------------------------------------------------------------------------------
 */

START_TEST(report_on_pixels) {
    buffer b = texture(CM_PIXELS_RGB8);
    cm_inspection *report = NULL;
    char *text = NULL;
    ck_assert_int_eq(cm_inspect_pixels(inspector, &b.pixels, &report, NULL), CM_OK);
    ck_assert_int_eq(report->verdict, CM_VERDICT_NONE);
    ck_assert_ptr_null(report->watermark);
    cm_inspection_free(report);
    must_embed(&b, NULL);
    ck_assert_int_eq(cm_inspect_pixels(inspector, &b.pixels, &report, NULL), CM_OK);
    ck_assert_str_eq(report->file, "");
    ck_assert_str_eq(report->media_type, "pixels");
    ck_assert_str_eq(report->sha256, "");
    ck_assert_int_eq(cm_inspection_heatmap(report, "/dev/null/map.png", NULL), CM_ERR_ARGUMENT);
    ck_assert_int_eq(cm_inspection_text(report, &text, NULL), CM_OK);
    ck_assert_ptr_eq(strstr(text, "pixels\n"), text);
    free(text);
    ck_assert_int_eq(cm_inspection_json(report, true, &text, NULL), CM_OK);
    json_t *root = json_loads(text, 0, NULL);
    ck_assert(json_is_null(json_object_get(root, "sha256")));
    ck_assert_str_eq(json_string_value(json_object_get(root, "media_type")), "pixels");
    json_decref(root);
    free(text);
    cm_inspection_free(report);
    buffer_free(&b);
}
END_TEST

START_TEST(without_keys_or_layer_nothing_is_looked_for) {
    buffer b = texture(CM_PIXELS_RGB8);
    const cm_key *ring[] = {key};
    cm_inspect_options none = {0}, manifest = {.layers = CM_LOOK_MANIFEST, .keys = ring, 1};
    const cm_inspect_options *options[] = {&none, &manifest};
    must_embed(&b, NULL);
    for (int i = 0; i < 2; i++) {
        cm_inspector *other = NULL;
        cm_inspection *report = NULL;
        ck_assert_int_eq(cm_inspector_new(options[i], &other, NULL), CM_OK);
        ck_assert_int_eq(cm_inspect_pixels(other, &b.pixels, &report, NULL), CM_OK);
        ck_assert_int_eq(report->verdict, CM_VERDICT_NONE);
        ck_assert_uint_eq(report->limit_count, i == 0 ? 2 : 1);
        cm_inspection_free(report);
        cm_inspector_free(other);
    }
    buffer_free(&b);
}
END_TEST

/* --- threads -------------------------------------------------------------------------------------
 */

static void *embed_and_find(void *context) {
    const buffer *b = context;
    cm_inspection *report = NULL;
    bool good = embed(b, NULL, NULL) == CM_OK &&
                cm_inspect_pixels(inspector, &b->pixels, &report, NULL) == CM_OK &&
                report->watermark != NULL && report->watermark->payload == PAYLOAD;
    cm_inspection_free(report);
    return good ? context : NULL;
}

START_TEST(two_threads_at_once) {
    buffer one = texture(CM_PIXELS_RGB8), other = texture(CM_PIXELS_YUV420);
    buffer alone = texture(CM_PIXELS_RGB8);
    pthread_t threads[2];
    void *good[2];
    ck_assert_int_eq(pthread_create(&threads[0], NULL, embed_and_find, &one), 0);
    ck_assert_int_eq(pthread_create(&threads[1], NULL, embed_and_find, &other), 0);
    for (int i = 0; i < 2; i++)
        ck_assert_int_eq(pthread_join(threads[i], &good[i]), 0);
    ck_assert(good[0] != NULL && good[1] != NULL);
    must_embed(&alone, NULL);
    ck_assert_mem_eq(one.bytes, alone.bytes, one.size);
    buffer_free(&one);
    buffer_free(&other);
    buffer_free(&alone);
}
END_TEST

static TCase *round_trips(void) {
    TCase *tc = tcase_create("round trips");
    tcase_set_timeout(tc, 300);
    tcase_add_checked_fixture(tc, set_up, tear_down);
    tcase_add_loop_test(tc, every_layout_carries_the_mark, CM_PIXELS_GREY8, FORMATS);
    tcase_add_loop_test(tc, strides_both_ways_and_padding, CM_PIXELS_GREY8, FORMATS);
    tcase_add_test(tc, same_pixels_as_a_png_gets);
    tcase_add_test(tc, larger_than_the_canonical_scale);
    tcase_add_test(tc, only_luma_of_yuv_changes);
    tcase_add_test(tc, chroma_is_needed_for_bt709_alone);
    tcase_add_test(tc, bt709_is_the_rgb_that_it_stands_for);
    tcase_add_test(tc, sixteen_bits_change_by_less_than_a_step_of_eight);
    tcase_add_loop_test(tc, transparent_pixels_and_alpha_stay, 0, 4);
    tcase_add_test(tc, two_threads_at_once);
    return tc;
}

static TCase *refusals(void) {
    TCase *tc = tcase_create("refusals and reports");
    tcase_set_timeout(tc, 300);
    tcase_add_checked_fixture(tc, set_up, tear_down);
    tcase_add_test(tc, wholly_transparent_is_no_host);
    tcase_add_test(tc, floats_that_are_none_are_named);
    tcase_add_test(tc, floats_out_of_range_keep_their_excess);
    tcase_add_test(tc, a_second_mark_is_refused);
    tcase_add_test(tc, unchecked_pixels_are_the_same);
    tcase_add_test(tc, flat_tiny_and_thin_are_no_hosts);
    tcase_add_test(tc, senseless_descriptions);
    tcase_add_test(tc, limits_are_the_callers_but_for_int);
    tcase_add_test(tc, keys_and_strengths_that_may_not);
    tcase_add_test(tc, report_on_pixels);
    tcase_add_test(tc, without_keys_or_layer_nothing_is_looked_for);
    return tc;
}

Suite *suite_pixels(void);
Suite *suite_pixels(void) {
    Suite *s = suite_create("pixels");
    suite_add_tcase(s, round_trips());
    suite_add_tcase(s, refusals());
    return s;
}
