/* JPEG: what stays bit for bit, how a change arrives, and what is refused. */
#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include <jpeglib.h>

#include "base/error.h"
#include "each.h"
#include "media_make.h"

static const jpeg_spec LAYOUTS[] = {
    {.width = 75, .height = 53, .space = JCS_GRAYSCALE, .h = 1, .v = 1},
    {.width = 75, .height = 53, .space = JCS_YCbCr, .h = 1, .v = 1},
    {.width = 75, .height = 53, .space = JCS_YCbCr, .h = 2, .v = 1},
    {.width = 75, .height = 53, .space = JCS_YCbCr, .h = 2, .v = 2},
    {.width = 75, .height = 53, .space = JCS_YCbCr, .h = 1, .v = 2},
    {.width = 75, .height = 53, .space = JCS_YCbCr, .h = 4, .v = 1},
    {.width = 64, .height = 48, .space = JCS_YCbCr, .h = 2, .v = 2, .optimised = true},
    {.width = 75, .height = 53, .space = JCS_YCbCr, .h = 2, .v = 2, .restart = 2},
    {.width = 75, .height = 53, .space = JCS_YCbCr, .h = 2, .v = 2, .progressive = true},
    {.width = 75, .height = 53, .space = JCS_YCbCr, .h = 1, .v = 1, .progressive = true},
    {.width = 75, .height = 53, .space = JCS_GRAYSCALE, .h = 1, .v = 1, .progressive = true},
    {.width = 75, .height = 53, .space = JCS_RGB, .h = 1, .v = 1},
    {.width = 75, .height = 53, .space = JCS_CMYK, .h = 1, .v = 1},
    {.width = 75, .height = 53, .space = JCS_YCCK, .h = 1, .v = 1},
    {.width = 75, .height = 53, .space = JCS_YCCK, .h = 2, .v = 2, .progressive = true},
    {.width = 75, .height = 53, .space = JCS_YCbCr, .h = 1, .v = 1, .chroma = 2}, /* odd, legal */
    {.width = 1, .height = 1, .space = JCS_YCbCr, .h = 2, .v = 2},
};
enum { LAYOUT_COUNT = sizeof LAYOUTS / sizeof LAYOUTS[0] };

static bool has_luma(const jpeg_spec *spec) {
    return spec->space == JCS_GRAYSCALE || spec->space == JCS_YCbCr;
}

static void assert_same_shape(const jpeg_facts *a, const jpeg_facts *b) {
    ck_assert_int_eq(a->components, b->components);
    ck_assert_int_eq(a->progressive, b->progressive);
    ck_assert_int_eq(a->scans, b->scans);
    ck_assert_uint_eq(a->restart, b->restart);
    for (int i = 0; i < a->components; i++) {
        ck_assert_int_eq(a->h[i], b->h[i]);
        ck_assert_int_eq(a->v[i], b->v[i]);
        ck_assert_uint_eq(a->count[i], b->count[i]);
    }
}

static void assert_same_component(const jpeg_facts *a, const jpeg_facts *b, int i) {
    ck_assert_mem_eq(a->tables[i], b->tables[i], sizeof a->tables[i]);
    ck_assert_mem_eq(a->at[i], b->at[i], a->count[i] * sizeof *a->at[i]);
}

START_TEST(no_change_leaves_all_coefficients) {
    cm_buf file = make_jpeg(LAYOUTS[_i]);
    cm_picture *p = open_picture(cm_buf_bytes(&file));
    float *change = plane_for(p);
    cm_buf out = encode_picture(p, change, NULL);
    jpeg_facts a = read_jpeg_facts(cm_buf_bytes(&file));
    jpeg_facts b = read_jpeg_facts(cm_buf_bytes(&out));
    assert_same_shape(&a, &b);
    for (int i = 0; i < a.components; i++)
        assert_same_component(&a, &b, i);
    jpeg_facts_free(&a);
    jpeg_facts_free(&b);
    free(change);
    cm_picture_close(p);
    cm_buf_free(&out);
    cm_buf_free(&file);
}
END_TEST

/* An unoptimised baseline file without a change comes out byte for byte. */
START_TEST(no_change_leaves_all_bytes) {
    cm_buf file = load_data("test/data/photos/coffee.jpg");
    cm_picture *p = open_picture(cm_buf_bytes(&file));
    float *change = plane_for(p);
    cm_buf out = encode_picture(p, change, NULL);
    ck_assert_uint_eq(out.size, file.size);
    ck_assert_mem_eq(out.data, file.data, file.size);
    free(change);
    cm_picture_close(p);
    cm_buf_free(&out);
    cm_buf_free(&file);
}
END_TEST

START_TEST(only_luma_changes) {
    const jpeg_spec *spec = &LAYOUTS[_i];
    cm_buf file = make_jpeg(*spec);
    cm_picture *p = open_picture(cm_buf_bytes(&file));
    float *change = plane_for(p);
    fill_wave(p, change, 12);
    cm_buf out = encode_picture(p, change, NULL);
    jpeg_facts a = read_jpeg_facts(cm_buf_bytes(&file));
    jpeg_facts b = read_jpeg_facts(cm_buf_bytes(&out));
    int marked = spec->space == JCS_RGB || spec->space == JCS_CMYK ? 3 : 1;
    assert_same_shape(&a, &b);
    for (int i = 0; i < a.components; i++) {
        ck_assert_mem_eq(a.tables[i], b.tables[i], sizeof a.tables[i]);
        if (i >= marked)
            assert_same_component(&a, &b, i);
        else if (spec->width > 1)
            ck_assert(memcmp(a.at[i], b.at[i], a.count[i] * sizeof *a.at[i]) != 0);
    }
    jpeg_facts_free(&a);
    jpeg_facts_free(&b);
    free(change);
    cm_picture_close(p);
    cm_buf_free(&out);
    cm_buf_free(&file);
}
END_TEST

/* Share of the wanted change that arrived, and what else did (RMS). */
static void compare_change(const float *before, const float *after, const float *wanted, size_t n,
                           double *gain, double *residue) {
    double wd = 0;
    double ww = 0;
    double rr = 0;
    for (size_t i = 0; i < n; i++) {
        double d = (double)after[i] - (double)before[i];
        wd += d * (double)wanted[i];
        ww += (double)wanted[i] * (double)wanted[i];
        rr += (d - (double)wanted[i]) * (d - (double)wanted[i]);
    }
    *gain = wd / ww;
    *residue = sqrt(rr / (double)n);
}

START_TEST(change_arrives_as_displayed) {
    const jpeg_spec *spec = &LAYOUTS[_i];
    if (spec->width == 1)
        return;
    cm_buf file = make_jpeg(*spec);
    cm_picture *p = open_picture(cm_buf_bytes(&file));
    float *change = plane_for(p);
    float *before = luma_of(p);
    fill_wave(p, change, 6);
    cm_buf out = encode_picture(p, change, NULL);
    cm_picture *q = open_picture(cm_buf_bytes(&out));
    float *after = luma_of(q);
    double gain;
    double residue;
    size_t n = (size_t)spec->width * spec->height;
    compare_change(before, after, change, n, &gain, &residue);
    ck_assert_msg(gain > 0.9 && gain < 1.1, "gain %f", gain);
    ck_assert_msg(residue < 1.2, "residue %f", residue);
    double mean_square;
    ck_assert_int_eq(cm_picture_difference(p, q, &mean_square, NULL), CM_OK);
    ck_assert_msg(fabs(mean_square - mean_square_of(before, after, n)) < 0.05 * mean_square,
                  "difference %f", mean_square);
    free(after);
    free(before);
    free(change);
    cm_picture_close(q);
    cm_picture_close(p);
    cm_buf_free(&out);
    cm_buf_free(&file);
}
END_TEST

START_TEST(luma_is_what_libjpeg_decodes) {
    const jpeg_spec *spec = &LAYOUTS[_i];
    if (!has_luma(spec) || spec->chroma > 1) /* libjpeg smoothes luma that it has to enlarge */
        return;
    cm_buf file = make_jpeg(*spec);
    uint8_t *grey = read_jpeg_grey(cm_buf_bytes(&file));
    cm_picture *p = open_picture(cm_buf_bytes(&file));
    float *luma = luma_of(p);
    for (size_t i = 0; i < (size_t)spec->width * spec->height; i++)
        each_assert(fabsf(luma[i] - (float)grey[i]) < 0.51f);
    free(luma);
    free(grey);
    cm_picture_close(p);
    cm_buf_free(&file);
}
END_TEST

/* Where stored (x, y) of a w x h picture is displayed: Exif 2.32, table for tag 274, written out.
 */
static size_t displayed(int orientation, size_t x, size_t y, size_t w, size_t h) {
    switch (orientation) {
    case 2: /* row 0 top, column 0 right */
        return y * w + (w - 1 - x);
    case 3: /* bottom, right */
        return (h - 1 - y) * w + (w - 1 - x);
    case 4: /* bottom, left */
        return (h - 1 - y) * w + x;
    case 5: /* left, top */
        return x * h + y;
    case 6: /* right, top */
        return x * h + (h - 1 - y);
    case 7: /* right, bottom */
        return (w - 1 - x) * h + (h - 1 - y);
    case 8: /* left, bottom */
        return (w - 1 - x) * h + y;
    default:
        return y * w + x;
    }
}

static cm_buf oriented_jpeg(int orientation, bool little) {
    cm_buf app1 = {0};
    cm_buf exif = make_exif((uint8_t)orientation, little);
    cm_buf_put(&app1, "Exif\0\0", 6);
    cm_buf_put_bytes(&app1, cm_buf_bytes(&exif));
    jpeg_marker_spec markers[] = {{0xe1, app1.data, (unsigned)app1.size}, {0}};
    cm_buf file = make_jpeg((jpeg_spec){.width = 75,
                                        .height = 53,
                                        .space = JCS_YCbCr,
                                        .h = 2,
                                        .v = 2,
                                        .quality = 95,
                                        .markers = markers});
    cm_buf_free(&exif);
    cm_buf_free(&app1);
    return file;
}

START_TEST(orientation_is_applied_both_ways) {
    enum { W = 75, H = 53 };
    cm_buf file = oriented_jpeg(_i, _i % 2 == 0);
    uint8_t *before = read_jpeg_grey(cm_buf_bytes(&file));
    cm_picture *p = open_picture(cm_buf_bytes(&file));
    cm_picture_info info = cm_picture_describe(p);
    ck_assert_int_eq(info.orientation, _i);
    ck_assert_uint_eq(info.width, _i >= 5 ? H : W);
    ck_assert_uint_eq(info.height, _i >= 5 ? W : H);
    float *luma = luma_of(p);
    float *change = plane_for(p);
    fill_wave(p, change, 8);
    cm_buf out = encode_picture(p, change, NULL);
    uint8_t *after = read_jpeg_grey(cm_buf_bytes(&out));
    double wd = 0;
    double ww = 0;
    for (size_t y = 0; y < H; y++)
        for (size_t x = 0; x < W; x++) {
            size_t at = displayed(_i, x, y, W, H);
            each_assert(fabsf(luma[at] - (float)before[y * W + x]) < 0.51f);
            wd += (double)change[at] * (after[y * W + x] - before[y * W + x]);
            ww += (double)change[at] * (double)change[at];
        }
    ck_assert_msg(wd / ww > 0.95 && wd / ww < 1.05, "gain %f", wd / ww);
    free(after);
    free(before);
    free(change);
    free(luma);
    cm_picture_close(p);
    cm_buf_free(&out);
    cm_buf_free(&file);
}
END_TEST

START_TEST(segments_stay_byte_for_byte) {
    static uint8_t big[65000];
    for (size_t i = 0; i < sizeof big; i++)
        big[i] = (uint8_t)(i * 7);
    memcpy(big, "ICC_PROFILE\0\1\2", 14);
    static const jpeg_marker_spec MARKERS[] = {{0xe1, "http://ns.adobe.com/xap/1.0/\0<x/>", 33},
                                               {0xe2, big, sizeof big},
                                               {0xe2, big, 3000},
                                               {0xeb, "JP\0\1\0\0\0\1xxxxjumb", 16},
                                               {0xed, "Photoshop 3.0", 14},
                                               {0xee, "Adobe\0\x64\0\0\0\0\1", 12},
                                               {0xfe, "a comment", 9},
                                               {0}};
    cm_buf file = make_jpeg((jpeg_spec){.width = 64,
                                        .height = 48,
                                        .space = JCS_YCbCr,
                                        .h = 2,
                                        .v = 2,
                                        .progressive = _i != 0,
                                        .markers = MARKERS});
    cm_buf_text(&file, "\xff\xd8 a second picture, or what a camera leaves behind");
    cm_picture *p = open_picture(cm_buf_bytes(&file));
    float *change = plane_for(p);
    fill_wave(p, change, 5);
    cm_buf out = encode_picture(p, change, NULL);
    /* SOI, JFIF and all the rest up to the first table are the same bytes. */
    size_t tables = find_bytes(cm_buf_bytes(&file), (cm_bytes){(const uint8_t *)"\xff\xdb\0C", 4});
    ck_assert(tables > sizeof big && tables < out.size);
    ck_assert_mem_eq(out.data, file.data, tables + 4);
    ck_assert_mem_eq(out.data + out.size - 53, file.data + file.size - 53, 53);
    free(change);
    cm_picture_close(p);
    cm_buf_free(&out);
    cm_buf_free(&file);
}
END_TEST

/* A change of .9 all over is .45 of a step of 16 on the DC coefficient, whose step is 2 in pixels.
 */
START_TEST(threshold_decides_when_a_step_is_taken) {
    enum { W = 64, H = 48 };
    cm_buf file =
        make_jpeg((jpeg_spec){.width = W, .height = H, .space = JCS_GRAYSCALE, .quality = 50});
    jpeg_facts a = read_jpeg_facts(cm_buf_bytes(&file));
    ck_assert_uint_eq(a.tables[0][0], 16);
    cm_picture *p = open_picture(cm_buf_bytes(&file));
    float *change = plane_for(p);
    static const struct {
        float change, threshold;
        int steps;
    } CASES[] = {{0.9f, 0, 0},      {0.9f, 0.5f, 0},  {0.9f, 0.4f, 1}, {-0.9f, 0.4f, -1},
                 {1.1f, 0, 1},      {-1.1f, 0, -1},   {2.7f, 0.4f, 1}, {2.9f, 0.4f, 2},
                 {-2.9f, 0.4f, -2}, {-2.7f, 0.4f, -1}};
    for (size_t c = 0; c < sizeof CASES / sizeof CASES[0]; c++) {
        cm_encode_options options = {.jpeg_threshold = CASES[c].threshold};
        for (size_t i = 0; i < W * H; i++)
            change[i] = CASES[c].change;
        cm_buf out = encode_picture(p, change, &options);
        jpeg_facts b = read_jpeg_facts(cm_buf_bytes(&out));
        for (size_t i = 0; i < a.count[0]; i++)
            ck_assert_int_eq(b.at[0][i] - a.at[0][i], i % 64 == 0 ? CASES[c].steps : 0);
        jpeg_facts_free(&b);
        cm_buf_free(&out);
    }
    free(change);
    jpeg_facts_free(&a);
    cm_picture_close(p);
    cm_buf_free(&file);
}
END_TEST

START_TEST(coarse_tables_are_refined_in_the_band) {
    enum { W = 128, H = 96 };
    cm_buf file = make_jpeg((jpeg_spec){.width = W,
                                        .height = H,
                                        .space = _i ? JCS_YCbCr : JCS_GRAYSCALE,
                                        .h = 2,
                                        .v = 2,
                                        .quality = 40,
                                        .progressive = _i == 2});
    jpeg_facts a = read_jpeg_facts(cm_buf_bytes(&file));
    cm_picture *p = open_picture(cm_buf_bytes(&file));
    cm_band band = {0.06f, 0.27f};
    cm_encode_options options = {.jpeg_finest_step = 1.0f, .jpeg_band = band};
    ck_assert(cm_picture_coarsest_step(p, band) > 2.0f);
    ck_assert(cm_picture_coarsest_step(p, (cm_band){0}) >= cm_picture_coarsest_step(p, band));
    float *change = plane_for(p);
    float *before = luma_of(p);
    fill_wave(p, change, 2);
    double gain[2];
    double residue[2];
    for (int refined = 0; refined < 2; refined++) {
        cm_buf out = encode_picture(p, change, refined ? &options : NULL);
        cm_picture *q = open_picture(cm_buf_bytes(&out));
        float *after = luma_of(q);
        compare_change(before, after, change, W * H, &gain[refined], &residue[refined]);
        jpeg_facts b = read_jpeg_facts(cm_buf_bytes(&out));
        for (int i = 1; i < a.components; i++)
            assert_same_component(&a, &b, i);
        ck_assert_uint_eq(b.tables[0][63], a.tables[0][63]); /* far outside the band */
        ck_assert_uint_eq(b.tables[0][9], refined ? 8 : a.tables[0][9]);
        if (refined)
            ck_assert(cm_picture_coarsest_step(q, band) <= 1.0f);
        jpeg_facts_free(&b);
        free(after);
        cm_picture_close(q);
        cm_buf_free(&out);
    }
    ck_assert_msg(gain[0] < 0.8, "plain gain %f", gain[0]);
    ck_assert_msg(gain[1] > 0.9 && gain[1] < 1.1, "refined gain %f", gain[1]);
    ck_assert(residue[1] < residue[0]);
    free(before);
    free(change);
    jpeg_facts_free(&a);
    cm_picture_close(p);
    cm_buf_free(&file);
}
END_TEST

/* Luma and chroma on the same table slot: only luma may be refined. */
START_TEST(a_shared_table_is_not_refined_for_chroma) {
    cm_buf file = make_jpeg(
        (jpeg_spec){.width = 64, .height = 48, .space = JCS_YCbCr, .h = 1, .v = 1, .quality = 40});
    size_t sof = find_bytes(cm_buf_bytes(&file), (cm_bytes){(const uint8_t *)"\xff\xc0", 2});
    file.data[sof + 12] = 1; /* all three on table 1 */
    cm_picture *p = open_picture(cm_buf_bytes(&file));
    float *change = plane_for(p);
    cm_buf out = encode_picture(p, change, &(cm_encode_options){.jpeg_finest_step = 0.5f});
    jpeg_facts a = read_jpeg_facts(cm_buf_bytes(&file));
    jpeg_facts b = read_jpeg_facts(cm_buf_bytes(&out));
    for (int i = 1; i < 3; i++)
        assert_same_component(&a, &b, i);
    for (int i = 0; i < 64; i++)
        ck_assert_uint_le(b.tables[0][i], 4);
    jpeg_facts_free(&a);
    jpeg_facts_free(&b);
    free(change);
    cm_picture_close(p);
    cm_buf_free(&out);
    cm_buf_free(&file);
}
END_TEST

/* Full strength everywhere, against black and white: nothing may overflow. */
START_TEST(extreme_changes_stay_in_range) {
    cm_buf file = make_jpeg(
        (jpeg_spec){.width = 64, .height = 48, .space = JCS_YCbCr, .h = 2, .v = 2, .quality = 100});
    cm_picture *p = open_picture(cm_buf_bytes(&file));
    float *change = plane_for(p);
    for (size_t i = 0; i < 64 * 48; i++)
        change[i] = _i == 0 ? NAN : _i == 1 ? INFINITY : i % 3 ? 1e30f : -1e30f;
    cm_buf out = encode_picture(p, change, NULL);
    cm_picture *q = open_picture(cm_buf_bytes(&out));
    float *luma = luma_of(q);
    for (size_t i = 0; i < 64 * 48; i++)
        each_assert(luma[i] >= 0 && luma[i] <= 255);
    free(luma);
    free(change);
    cm_picture_close(q);
    cm_picture_close(p);
    cm_buf_free(&out);
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
    cm_buf file = make_jpeg((jpeg_spec){
        .width = 64, .height = 48, .space = JCS_YCbCr, .h = 2, .v = 2, .progressive = _i != 0});
    for (size_t size = 4; size < file.size - 2; size += 7) {
        cm_bytes cut = {file.data, size};
        ck_assert_int_eq(open_code(cut, NULL, &err), CM_ERR_FORMAT);
        ck_assert_ptr_nonnull(strstr(err.message, "JPEG: "));
    }
    limits.pixels = 64 * 48 - 1;
    ck_assert_int_eq(open_code(cm_buf_bytes(&file), &limits, &err), CM_ERR_LIMIT);
    limits = cm_limits_default();
    limits.jpeg_scans = 3;
    ck_assert_int_eq(open_code(cm_buf_bytes(&file), &limits, &err), _i != 0 ? CM_ERR_LIMIT : CM_OK);
    size_t sof =
        find_bytes(cm_buf_bytes(&file),
                   (cm_bytes){_i ? (const uint8_t *)"\xff\xc2" : (const uint8_t *)"\xff\xc0", 2});
    memcpy(file.data + sof + 5, "\xff\x00\xff\x00", 4); /* 65,280 squared */
    ck_assert_int_eq(open_code(cm_buf_bytes(&file), NULL, &err), CM_ERR_LIMIT);
    memcpy(file.data + sof + 5, "\x40\x00\x40\x00", 4); /* 16,384 squared: allowed, not plausible */
    ck_assert_int_eq(open_code(cm_buf_bytes(&file), NULL, &err), CM_ERR_FORMAT);
    ck_assert_ptr_nonnull(strstr(err.message, "can't hold"));
    memcpy(file.data + sof + 4, "\x0c\x00\x40\x00\x40", 5); /* 12 bits */
    ck_assert_int_eq(open_code(cm_buf_bytes(&file), NULL, &err), CM_ERR_UNSUPPORTED);
    memcpy(file.data + sof + 4, "\x08\x00\x40\x00\x40", 5);
    file.data[sof + 1] = 0xc9; /* arithmetic */
    ck_assert_int_eq(open_code(cm_buf_bytes(&file), NULL, &err), CM_ERR_UNSUPPORTED);
    file.data[sof + 1] = 0xc3; /* lossless */
    ck_assert_int_eq(open_code(cm_buf_bytes(&file), NULL, &err), CM_ERR_UNSUPPORTED);
    cm_buf_free(&file);
}
END_TEST

/* A progressive file cut at the end of a scan and closed properly, so that nothing is missing to
 * the eye of a parser: after the first scan all components are there, without it none is. */
START_TEST(a_component_without_a_scan_is_refused) {
    cm_error err = {0};
    cm_buf file = make_jpeg((jpeg_spec){
        .width = 64, .height = 48, .space = JCS_YCbCr, .h = 1, .v = 1, .progressive = true});
    cm_bytes all = cm_buf_bytes(&file);
    size_t first = find_bytes(all, (cm_bytes){(const uint8_t *)"\xff\xda", 2});
    cm_bytes rest = {all.data + first + 2, all.size - first - 2};
    size_t second = first + 2 + find_bytes(rest, (cm_bytes){(const uint8_t *)"\xff\xc4", 2});
    cm_buf cut = {0};
    cm_buf_put(&cut, file.data, second);
    cm_buf_text(&cut, "\xff\xd9");
    ck_assert_int_eq(open_code(cm_buf_bytes(&cut), NULL, &err), CM_OK);
    cut.data[first + 3] = 8; /* of three components in the scan, one stays */
    cut.data[first + 4] = 1;
    cm_buf one = {0};
    cm_buf_put(&one, cut.data, first + 7);
    cm_buf_put(&one, cut.data + first + 11, cut.size - first - 11);
    ck_assert_int_eq(open_code(cm_buf_bytes(&one), NULL, &err), CM_ERR_FORMAT);
    ck_assert_msg(strstr(err.message, "has no data") != NULL, "%s", err.message);
    cm_buf_free(&one);
    cm_buf_free(&cut);
    cm_buf_free(&file);
}
END_TEST

START_TEST(rgb_is_what_is_displayed) {
    cm_buf file = oriented_jpeg(8, true);
    uint8_t *grey = read_jpeg_grey(cm_buf_bytes(&file));
    cm_picture *p = open_picture(cm_buf_bytes(&file));
    uint8_t *rgb = calloc(75 * 53, 3);
    ck_assert_ptr_nonnull(rgb);
    ck_assert_int_eq(cm_picture_rgb(p, CM_ALPHA_OVER_GREY, rgb, NULL), CM_OK);
    for (size_t y = 0; y < 53; y++)
        for (size_t x = 0; x < 75; x++) {
            const uint8_t *at = rgb + 3 * displayed(8, x, y, 75, 53);
            double luma = 0.299 * at[0] + 0.587 * at[1] + 0.114 * at[2];
            ck_assert(fabs(luma - grey[y * 75 + x]) < 3);
        }
    free(rgb);
    free(grey);
    cm_picture_close(p);
    cm_buf_free(&file);
}
END_TEST

START_TEST(output_keeps_to_its_limit) {
    cm_buf file = load_data("test/data/media/coffee-256.jpg");
    cm_picture *p = open_picture(cm_buf_bytes(&file));
    float *change = plane_for(p);
    cm_buf out = {.limit = 1000};
    cm_plane plane = as_plane(p, change);
    ck_assert_int_eq(cm_picture_encode(p, &plane, NULL, &out, NULL), CM_ERR_LIMIT);
    cm_buf_free(&out);
    free(change);
    cm_picture_close(p);
    cm_buf_free(&file);
}
END_TEST

Suite *suite_media_jpeg(void);
Suite *suite_media_jpeg(void) {
    Suite *s = suite_create("media_jpeg");
    TCase *t = tcase_create("jpeg");
    tcase_add_loop_test(t, no_change_leaves_all_coefficients, 0, LAYOUT_COUNT);
    tcase_add_test(t, no_change_leaves_all_bytes);
    tcase_add_loop_test(t, only_luma_changes, 0, LAYOUT_COUNT);
    tcase_add_loop_test(t, change_arrives_as_displayed, 0, LAYOUT_COUNT);
    tcase_add_loop_test(t, luma_is_what_libjpeg_decodes, 0, LAYOUT_COUNT);
    tcase_add_loop_test(t, orientation_is_applied_both_ways, 1, 9);
    tcase_add_loop_test(t, segments_stay_byte_for_byte, 0, 2);
    tcase_add_test(t, threshold_decides_when_a_step_is_taken);
    tcase_add_loop_test(t, coarse_tables_are_refined_in_the_band, 0, 3);
    tcase_add_test(t, a_shared_table_is_not_refined_for_chroma);
    tcase_add_loop_test(t, extreme_changes_stay_in_range, 0, 3);
    tcase_add_loop_test(t, bad_files_are_refused, 0, 2);
    tcase_add_test(t, a_component_without_a_scan_is_refused);
    tcase_add_test(t, rgb_is_what_is_displayed);
    tcase_add_test(t, output_keeps_to_its_limit);
    suite_add_tcase(s, t);
    return s;
}
