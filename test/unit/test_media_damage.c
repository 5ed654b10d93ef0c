/* Damaged pictures by the thousand: an error or a picture, never a crash, a leak or a stray read.
 */
#include <check.h>
#include <png.h>
#include <stdio.h>
#include <stdlib.h>

#include <jpeglib.h>

#include "base/error.h"
#include "media_make.h"

enum { ROUNDS = 600, SEEDS = 9 };

static const cm_limits LIMITS = {
    .file_bytes = 1 << 24, .pixels = 1 << 20, .side = 4096, .jpeg_scans = 40};

static cm_buf seed(int i) {
    switch (i) {
    case 0:
        return make_png((png_spec){33, 21, PNG_COLOR_TYPE_RGB, 8, false, false});
    case 1:
        return make_png((png_spec){33, 21, PNG_COLOR_TYPE_PALETTE, 4, true, true});
    case 2:
        return make_png((png_spec){33, 21, PNG_COLOR_TYPE_RGB_ALPHA, 16, true, false});
    case 3:
        return make_jpeg(
            (jpeg_spec){.width = 61, .height = 43, .space = JCS_YCbCr, .h = 2, .v = 2});
    case 4:
        return make_jpeg((jpeg_spec){
            .width = 61, .height = 43, .space = JCS_YCbCr, .h = 2, .v = 1, .progressive = true});
    case 5:
        return make_jpeg((jpeg_spec){
            .width = 61, .height = 43, .space = JCS_YCCK, .h = 2, .v = 2, .restart = 3});
    case 6:
        return make_jpeg(
            (jpeg_spec){.width = 61, .height = 43, .space = JCS_GRAYSCALE, .optimised = true});
    case 7:
        return load_data("test/data/media/chelsea-256.webp");
    default:
        return load_data("test/data/media/lossless-48.webp");
    }
}

/* Everything that can be asked of a picture. */
static bool use(cm_bytes file) {
    cm_picture *p = NULL;
    cm_error err = {0};
    if (cm_picture_open(file, &LIMITS, &p, &err) != CM_OK) {
        ck_assert(err.code != CM_OK && err.message[0] != '\0');
        return false;
    }
    cm_picture_info info = cm_picture_describe(p);
    ck_assert((uint64_t)info.width * info.height <= LIMITS.pixels);
    float *luma = plane_for(p);
    uint8_t *rgb = calloc((size_t)info.width * info.height, 3);
    ck_assert_ptr_nonnull(rgb);
    cm_plane plane = as_plane(p, luma);
    (void)cm_picture_luma(p, &plane, NULL);
    (void)cm_picture_rgb(p, CM_ALPHA_OVER_GREY, rgb, NULL);
    cm_buf out = {0};
    (void)cm_picture_encode(p, &plane, NULL, &out, NULL);
    cm_buf_free(&out);
    free(rgb);
    free(luma);
    cm_picture_close(p);
    return true;
}

static uint32_t next_random(uint32_t *state) {
    *state ^= *state << 13;
    *state ^= *state >> 17;
    *state ^= *state << 5;
    return *state;
}

static size_t pick(uint32_t *state, size_t n) {
    return next_random(state) % n;
}

/* PNG checks everything by CRC; without new ones a damaged chunk would never get further. */
static void repair_png(cm_buf *b) {
    size_t at = 8;
    while (at + 12 <= b->size) {
        cm_reader r = cm_reader_over((cm_bytes){b->data + at, b->size - at});
        uint32_t n = cm_read_be32(&r);
        if (n > b->size - at - 12)
            return;
        char type[5] = {0};
        memcpy(type, b->data + at + 4, 4);
        cm_buf chunk = make_png_chunk(type, b->data + at + 8, n);
        memcpy(b->data + at, chunk.data, chunk.size);
        cm_buf_free(&chunk);
        at += 12 + (size_t)n;
    }
}

START_TEST(changed_bytes) {
    cm_buf file = seed(_i);
    uint32_t dice = 12345u + (uint32_t)_i;
    ck_assert(use(cm_buf_bytes(&file)));
    for (int round = 0; round < ROUNDS; round++) {
        cm_buf copy = {0};
        cm_buf_put_bytes(&copy, cm_buf_bytes(&file));
        size_t span = round % 2 == 0 ? copy.size : copy.size < 200 ? copy.size : 200;
        for (size_t n = 1 + pick(&dice, 4); n > 0; n--)
            copy.data[pick(&dice, span)] = (uint8_t)next_random(&dice);
        if (_i < 3 && round % 4 != 0)
            repair_png(&copy);
        (void)use(cm_buf_bytes(&copy));
        cm_buf_free(&copy);
    }
    cm_buf_free(&file);
}
END_TEST

START_TEST(cut_and_spliced) {
    cm_buf file = seed(_i);
    uint32_t dice = 99u + (uint32_t)_i;
    for (int round = 0; round < ROUNDS / 2; round++) {
        cm_buf copy = {0};
        size_t cut = pick(&dice, file.size);
        size_t on = pick(&dice, file.size);
        cm_buf_put(&copy, file.data, cut);
        ck_assert_msg(cut + 2 >= file.size || !use(cm_buf_bytes(&copy)), "cut at %zu of %zu", cut,
                      file.size);
        cm_buf_put(&copy, file.data + on, file.size - on);
        (void)use(cm_buf_bytes(&copy));
        cm_buf_free(&copy);
    }
    cm_buf_free(&file);
}
END_TEST

START_TEST(not_pictures) {
    static const char *const TEXTS[] = {
        "", "\x89PNG\r\n\x1a\n", "\xff\xd8\xff", "RIFF\0\0\0\0WEBP", "GIF89a", "\xff\xd8\xff\xd9"};
    static const size_t SIZES[] = {0, 8, 3, 12, 6, 4};
    for (size_t i = 0; i < 6; i++)
        ck_assert(!use((cm_bytes){(const uint8_t *)TEXTS[i], SIZES[i]}));
}
END_TEST

Suite *suite_media_damage(void);
Suite *suite_media_damage(void) {
    Suite *s = suite_create("media_damage");
    TCase *t = tcase_create("damage");
    tcase_set_timeout(t, 120);
    tcase_add_loop_test(t, changed_bytes, 0, SEEDS);
    tcase_add_loop_test(t, cut_and_spliced, 0, SEEDS);
    tcase_add_test(t, not_pictures);
    suite_add_tcase(s, t);
    return s;
}
