/* Other people's image marks: recorded pictures, arithmetic to the last bit, the p-value, and
 * pictures that carry nothing. */
#include <check.h>
#include <countermark.h>
#include <math.h>
#include <png.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mt19937.h"
#include "base/tails.h"
#include "checks.h"
#include "foreign/blind_watermark.h"
#include "foreign/chance.h"
#include "foreign/look.h"
#include "foreign/read.h"
#include "foreign/singular.h"
#include "media_make.h"

#include <jpeglib.h>

static const char *const FILES[] = {"illustration/vector", "textpage/vector", "numpy_vectors"};

START_TEST(recorded_pictures) {
    char path[128], folder[128];
    json_error_t error;
    snprintf(path, sizeof path, "test/data/image/%s.json", FILES[_i]);
    snprintf(folder, sizeof folder, "%.*s", (int)(strrchr(path, '/') - path), path);
    json_t *file = json_load_file(path, 0, &error), *c;
    ck_assert_msg(file != NULL, "%s", error.text);
    const char *slash = strrchr(FILES[_i], '/'), *name = slash != NULL ? slash + 1 : FILES[_i];
    vector_folder = folder;
    for (const vector_check *v = vector_check_of(name); v->file != NULL; v++) {
        json_t *cases = json_object_get(file, v->cases);
        size_t at;
        if (strcmp(v->file, name) != 0)
            break;
        if (json_is_object(cases))
            v->check(file, cases);
        else
            ck_assert_uint_gt(json_array_size(cases), 3);
        if (json_is_array(cases))
            json_array_foreach(cases, at, c) v->check(file, c);
    }
    json_decref(file);
}
END_TEST

/* --- arithmetic --- */

/* Doubles in place of fused floats: every colour on a lattice that meets all bytes. */
START_TEST(colours_are_those_of_fused_floats) {
    for (unsigned i = 0; i < 1u << 24; i += 7) {
        uint8_t r = (uint8_t)(i >> 16), g = (uint8_t)(i >> 8), b = (uint8_t)i;
        cm_colour_row row = {&r, &g, &b};
        float luma = fmaf(b, 0.114f, fmaf(g, 0.587f, (float)r * 0.299f)), out[3];
        for (int c = 0; c < 3; c++)
            cm_colour_floats(row, 1, (cm_channel)c, &out[c]);
        if (out[0] != luma || out[1] != fmaf((float)b - luma, 0.492f, 0.5f) ||
            out[2] != fmaf((float)r - luma, 0.877f, 0.5f))
            ck_abort_msg("%06x", i);
    }
}
END_TEST

START_TEST(singular_values_of_known_matrices) {
    double zero[16] = {0}, values[2], diagonal[16] = {[0] = 2, [5] = -7, [10] = 3, [15] = 7};
    cm_mt mt;
    cm_singular_values(zero, values);
    ck_assert(values[0] == 0 && values[1] == 0 && cm_singular_greatest(zero) == 0);
    cm_singular_values(diagonal, values);
    ck_assert(values[0] == 7 && values[1] == 7 && cm_singular_greatest(diagonal) == 7);
    cm_mt_seed(&mt, 5);
    for (int round = 0; round < 2000; round++) {
        double matrix[16], cosines[16], again[2];
        for (int i = 0; i < 16; i++)
            matrix[i] = 40 * cm_mt_double(&mt) + (round % 3) * 100;
        cm_singular_values(matrix, values);
        ck_assert_double_eq_tol(cm_singular_greatest(matrix), values[0], 1e-11);
        cm_cosines(matrix, cosines); /* orthonormal */
        cm_singular_values(cosines, again);
        ck_assert_double_eq_tol(again[0], values[0], 1e-11);
        ck_assert_double_eq_tol(again[1], values[1], 1e-11);
    }
}
END_TEST

/* --- reading --- */

START_TEST(means_that_are_alike_say_nothing) {
    double same[] = {0.25, 0.25, 0.25, 0.25}, apart[] = {0.9, 0.1, 0.8, 0.2};
    uint8_t bits[4] = {1, 1, 1, 1}, payload[] = {1, 0, 1, 0};
    ck_assert(cm_read_clusters(same, 4, bits) == 0);
    ck_assert(bits[0] + bits[1] + bits[2] + bits[3] == 0);
    ck_assert(cm_chance_of_match(same, payload, 4, 1) == 0);
    ck_assert(cm_read_clusters(apart, 4, bits) > 0.9);
    ck_assert(memcmp(bits, payload, 4) == 0);
}
END_TEST

/* The share of all arrangements that take as much. */
static double exact(const double *means, const uint8_t *payload, int n) {
    double want = 0, most = 0, all = 0;
    int ones = 0;
    for (int i = 0; i < n; i++) {
        want += payload[i] != 0 ? means[i] : 0;
        ones += payload[i];
    }
    for (unsigned set = 0; set < 1u << n; set++) {
        double sum = 0;
        int size = 0;
        for (int i = 0; i < n; i++)
            if ((set >> i & 1) != 0) {
                sum += means[i];
                size++;
            }
        all += size == ones;
        most += size == ones && sum >= want - 1e-12;
    }
    return log(most / all);
}

START_TEST(chance_is_bounded_and_not_by_far) {
    cm_mt mt;
    cm_mt_seed(&mt, (uint64_t)_i);
    double means[12], clear[12];
    uint8_t payload[12];
    for (int i = 0; i < 12; i++) {
        payload[i] = i % 3 == 0 || i == 4;
        means[i] = 0.5 * cm_mt_double(&mt) + 0.1 * (_i % 4) * payload[i];
        clear[i] = payload[i];
    }
    double p = exact(means, payload, 12), bound = cm_chance_of_match(means, payload, 12, 1);
    ck_assert_msg(bound >= p - 1e-9, "%g below %g", bound, p);
    ck_assert_msg(bound <= fmax(p + 3, 0.4 * p), "%g far above %g", bound, p);
    ck_assert_double_eq_tol(cm_chance_of_match(clear, payload, 12, 1), -log(792), 1e-6);
}
END_TEST

/* Places change only with their like: one of three, twice; then one of two. */
START_TEST(chance_within_a_period) {
    uint8_t payload[] = {1, 0, 1, 1, 0, 0};
    double means[] = {1, 0, 1, 1, 0, 0};
    ck_assert_double_eq_tol(cm_chance_of_match(means, payload, 6, 2), -log(9), 1e-6);
    ck_assert_double_eq_tol(cm_chance_of_match(means, payload, 6, 3), -log(2), 1e-6);
}
END_TEST

/* --- pictures --- */

static uint8_t *rgb_of(const char *path, size_t *w, size_t *h) {
    cm_buf file = load_data(path);
    cm_picture *p = open_picture(cm_buf_bytes(&file));
    cm_picture_info info = cm_picture_describe(p);
    uint8_t *rgb = calloc((size_t)info.width * info.height, 3);
    ck_assert_int_eq(cm_picture_rgb(p, CM_ALPHA_IGNORED, rgb, NULL), CM_OK);
    cm_picture_close(p);
    cm_buf_free(&file);
    *w = info.width;
    *h = info.height;
    return rgb;
}

static cm_foreign_match look_at(const uint8_t *rgb, size_t w, size_t h, bool swapped) {
    uint8_t *planes = calloc(w * h, 3);
    cm_foreign_pixels pixels = cm_pixels_split(rgb, w, h, planes);
    cm_foreign_match best;
    cm_error err = {0};
    ck_assert_int_eq(cm_foreign_look(swapped ? cm_pixels_swapped(pixels) : pixels, &best, &err),
                     CM_OK);
    free(planes);
    return best;
}

typedef struct marked {
    const char *path, *name;
} marked;

static const marked MARKED[] = {
    {"test/data/image/illustration/dwtDct.png", "Stable Diffusion 2"},
    {"test/data/image/illustration/float_SDXL.png", "Stable Diffusion XL"},
    {"test/data/image/textpage/dwtDct.png", "Stable Diffusion 2"},
};

START_TEST(known_payloads_are_found) {
    size_t w, h;
    uint8_t *rgb = rgb_of(MARKED[_i].path, &w, &h);
    cm_foreign_match m = look_at(rgb, w, h, false);
    ck_assert_str_eq(m.payload->name, MARKED[_i].name);
    ck_assert(m.log10_p <= CM_FOREIGN_LOG10_P && !m.swapped && m.method == CM_METHOD_DCT);
    ck_assert_uint_ge(m.matched, m.payload->n - 4);
    m = look_at(rgb, w, h, true);
    ck_assert_str_eq(m.payload->name, MARKED[_i].name);
    ck_assert(m.log10_p <= CM_FOREIGN_LOG10_P && m.swapped);
    free(rgb);
}
END_TEST

static const char *const UNMARKED[] = {
    "test/data/image/illustration/cover.png",
    "test/data/image/textpage/cover.png",
    "test/data/image/illustration/bw.png",
    "test/data/photos/astronaut.png",
    "test/data/photos/coffee.jpg",
    "test/data/photos/chelsea.webp",
};

START_TEST(unmarked_pictures) {
    size_t w, h;
    uint8_t *rgb = rgb_of(UNMARKED[_i], &w, &h);
    ck_assert_double_gt(look_at(rgb, w, h, false).log10_p, CM_FOREIGN_LOG10_P);
    free(rgb);
}
END_TEST

/* Columns of colour that come again every 64 pixels: to a text's payload they look like the bits
 * that all letters have in common. */
START_TEST(textures_of_a_byte) {
    enum { SIDE = 512 };
    uint8_t *rgb = calloc(SIDE * SIDE, 3);
    for (size_t i = 0; i < SIDE * SIDE; i++) {
        unsigned column = i % SIDE / 8 % 8, bright = (unsigned)_i >> column & 1;
        rgb[3 * i] = 100;
        rgb[3 * i + 1] = (uint8_t)(120 + 5 * (i % 3));
        rgb[3 * i + 2] = (uint8_t)(120 + (bright != 0 ? 60 * (i % 2) : 8 * (i % 2)));
    }
    ck_assert_double_gt(look_at(rgb, SIDE, SIDE, false).log10_p, CM_FOREIGN_LOG10_P);
    free(rgb);
}
END_TEST

/* Flat, too small for the peer, too narrow for a block or for enough of them. */
START_TEST(pictures_that_can_say_nothing) {
    static const size_t SIZES[][2] = {{256, 256}, {255, 256}, {7, 10000}, {10000, 7},
                                      {8, 9000},  {1, 70000}, {0, 0}};
    for (size_t i = 0; i < sizeof SIZES / sizeof SIZES[0]; i++)
        for (int value = 0; value < 256; value += 85) {
            size_t w = SIZES[i][0], h = SIZES[i][1];
            uint8_t *rgb = malloc(3 * w * h + 1);
            memset(rgb, value, 3 * w * h);
            ck_assert(look_at(rgb, w, h, false).log10_p == 0);
            free(rgb);
        }
}
END_TEST

/* --- through the public interface --- */

static cm_inspection *inspect(const char *path, const cm_blind_watermark *blind) {
    cm_inspect_options options = {.layers = CM_LOOK_FOREIGN, .blind_watermark = blind};
    cm_inspector *inspector = NULL;
    cm_inspection *report = NULL;
    cm_error err = {0};
    ck_assert_int_eq(cm_inspector_new(&options, &inspector, &err), CM_OK);
    ck_assert_msg(cm_inspect(inspector, path, &report, &err) == CM_OK, "%s", err.message);
    cm_inspector_free(inspector);
    return report;
}

START_TEST(report_of_a_known_payload) {
    cm_inspection *r = inspect("test/data/image/illustration/float_SDXL.png", NULL);
    ck_assert_int_eq(r->verdict, CM_VERDICT_MARKED);
    ck_assert_uint_eq(r->foreign_count, 1);
    const cm_foreign_evidence *e = &r->foreign[0];
    ck_assert_str_eq(e->name, "Stable Diffusion XL");
    ck_assert_str_eq(e->decoder, "dwtDct float");
    ck_assert_str_eq(e->payload, "101100111110110010010000011110111011000110011110");
    ck_assert(e->bit_count == 48 && strlen(e->bits) == 48 && e->tests == CM_FOREIGN_TESTS);
    cm_inspection_free(r);
}
END_TEST

START_TEST(report_of_what_a_password_opens) {
    cm_blind_watermark blind = {1, 1, 64};
    cm_inspection *r = inspect("test/data/image/illustration/bw.png", &blind);
    ck_assert_int_eq(r->verdict, CM_VERDICT_NONE);
    ck_assert_uint_eq(r->foreign_count, 1);
    ck_assert_str_eq(r->foreign[0].bits,
                     "1011111011101111010010101100010110001100011101110100011001110000");
    ck_assert(isnan(r->foreign[0].log10_p) && r->foreign[0].separation > 0.9);
    ck_assert_ptr_null(r->foreign[0].name);
    cm_inspection_free(r);
    blind.bits = 1024; /* as many as there are blocks */
    r = inspect("test/data/image/illustration/bw.png", &blind);
    ck_assert_uint_eq(r->foreign_count, 0);
    ck_assert_uint_gt(r->limit_count, 0);
    cm_inspection_free(r);
}
END_TEST

START_TEST(payloads_of_no_bits) {
    static const uint32_t BITS[] = {0, CM_BLIND_WATERMARK_BITS_MAX + 1, UINT32_MAX};
    for (int i = 0; i < 3; i++) {
        cm_blind_watermark blind = {1, 1, BITS[i]};
        cm_inspect_options options = {.blind_watermark = &blind};
        cm_inspector *inspector = NULL;
        ck_assert_int_eq(cm_inspector_new(&options, &inspector, NULL), CM_ERR_ARGUMENT);
    }
}
END_TEST

/* --- as files of other kinds --- */

static void append(png_structp png, png_bytep data, png_size_t n) {
    cm_buf_put(png_get_io_ptr(png), data, n);
}

/* The pixels with 16 bits each, and alpha that would change them were it laid over anything. */
static cm_buf deep_png(const uint8_t *rgb, size_t w, size_t h) {
    cm_buf out = {0};
    uint8_t *row = calloc(w, 8);
    png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, NULL, NULL, NULL);
    png_infop info = png_create_info_struct(png);
    png_set_write_fn(png, &out, append, NULL);
    png_set_IHDR(png, info, (png_uint_32)w, (png_uint_32)h, 16, PNG_COLOR_TYPE_RGBA,
                 PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
    png_write_info(png, info);
    for (size_t y = 0; y < h; y++) {
        for (size_t i = 0; i < 8 * w; i++) {
            size_t x = i / 8, c = i % 8 / 2;
            row[i] = c == 3 ? (uint8_t)(40 + x % 200) : rgb[3 * (y * w + x) + c];
        }
        png_write_row(png, row);
    }
    png_write_end(png, NULL);
    png_destroy_write_struct(&png, &info);
    free(row);
    return out;
}

static cm_foreign_match look_at_file(cm_bytes file) {
    cm_picture *p = open_picture(file);
    cm_picture_info info = cm_picture_describe(p);
    uint8_t *rgb = calloc((size_t)info.width * info.height, 3);
    ck_assert_int_eq(cm_picture_rgb(p, CM_ALPHA_IGNORED, rgb, NULL), CM_OK);
    cm_foreign_match m = look_at(rgb, info.width, info.height, false);
    cm_picture_close(p);
    free(rgb);
    return m;
}

START_TEST(deep_and_transparent_pictures) {
    size_t w, h;
    uint8_t *rgb = rgb_of("test/data/image/illustration/float_SDXL.png", &w, &h);
    cm_foreign_match plain = look_at(rgb, w, h, false);
    cm_buf file = deep_png(rgb, w, h);
    cm_foreign_match deep = look_at_file(cm_buf_bytes(&file));
    ck_assert(deep.log10_p == plain.log10_p && deep.matched == plain.matched);
    cm_buf_free(&file);
    free(rgb);
}
END_TEST

START_TEST(pictures_of_grey_and_ink) {
    cm_buf grey = make_png((png_spec){.width = 301, .height = 299, .depth = 8});
    cm_buf ink =
        make_jpeg((jpeg_spec){.width = 301, .height = 299, .space = JCS_CMYK, .h = 1, .v = 1});
    ck_assert_double_gt(look_at_file(cm_buf_bytes(&grey)).log10_p, CM_FOREIGN_LOG10_P);
    ck_assert_double_gt(look_at_file(cm_buf_bytes(&ink)).log10_p, CM_FOREIGN_LOG10_P);
    cm_buf_free(&ink);
    cm_buf_free(&grey);
}
END_TEST

Suite *suite_foreign(void);
Suite *suite_foreign(void) {
    Suite *s = suite_create("foreign");
    TCase *t = tcase_create("marks");
    tcase_set_timeout(t, 120);
    tcase_add_loop_test(t, recorded_pictures, 0, 3);
    tcase_add_test(t, colours_are_those_of_fused_floats);
    tcase_add_test(t, singular_values_of_known_matrices);
    tcase_add_test(t, means_that_are_alike_say_nothing);
    tcase_add_loop_test(t, chance_is_bounded_and_not_by_far, 0, 40);
    tcase_add_test(t, chance_within_a_period);
    tcase_add_loop_test(t, known_payloads_are_found, 0, sizeof MARKED / sizeof MARKED[0]);
    tcase_add_loop_test(t, unmarked_pictures, 0, sizeof UNMARKED / sizeof UNMARKED[0]);
    tcase_add_loop_test(t, textures_of_a_byte, 0, 256);
    tcase_add_test(t, pictures_that_can_say_nothing);
    tcase_add_test(t, report_of_a_known_payload);
    tcase_add_test(t, report_of_what_a_password_opens);
    tcase_add_test(t, payloads_of_no_bits);
    tcase_add_test(t, deep_and_transparent_pictures);
    tcase_add_test(t, pictures_of_grey_and_ink);
    suite_add_tcase(s, t);
    return s;
}
