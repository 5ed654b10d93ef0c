#include "media_make.h"

#include <check.h>
#include <math.h>
#include <png.h>
#include <stdlib.h>
#include <zlib.h>

#include <jpeglib.h>

/* --- samples -----------------------------------------------------------------------------------
 */

void samples_free(samples *s) {
    free(s->at);
    *s = (samples){0};
}

/* 0 .. 1, smooth with a little deterministic noise, between .2 and .8. */
static double shade(uint32_t x, uint32_t y, unsigned channel) {
    uint32_t noise = (x * 2654435761u) ^ (y * 2246822519u) ^ (channel * 3266489917u);
    noise = (noise ^ noise >> 15) * 2246822519u;
    double smooth = sin(x * 0.11 + channel) * cos(y * 0.07 - channel * 0.5);
    return 0.5 + 0.25 * smooth + 0.05 * ((double)(noise >> 16) / 65536.0 - 0.5);
}

static unsigned png_samples(int colour) {
    switch (colour) {
    case PNG_COLOR_TYPE_GRAY_ALPHA:
        return 2;
    case PNG_COLOR_TYPE_RGB:
        return 3;
    case PNG_COLOR_TYPE_RGB_ALPHA:
        return 4;
    default:
        return 1;
    }
}

/* Alpha runs through all values, 0 and full among them. */
static unsigned png_sample(const png_spec *spec, uint32_t x, uint32_t y, unsigned c) {
    unsigned top = (1u << spec->depth) - 1;
    bool alpha = (spec->colour & PNG_COLOR_MASK_ALPHA) != 0 && c + 1 == png_samples(spec->colour);
    if (alpha)
        return (x + y) % 5 == 0 ? 0 : (x + y) % 5 == 1 ? top : (x * 13u + y) % top;
    return (unsigned)(shade(x, y, c) * top + 0.5);
}

static void append(png_structp png, png_bytep data, size_t n) {
    cm_buf_put(png_get_io_ptr(png), data, n);
}

static void set_png_extras(png_structp png, png_infop info, const png_spec *spec) {
    png_color palette[256];
    png_byte alpha[256];
    png_color_16 key = {.red = 100, .green = 110, .blue = 120, .gray = 1};
    int count = 1 << (spec->depth < 8 ? spec->depth : 8);
    for (int i = 0; i < count; i++) {
        palette[i] = (png_color){.red = (png_byte)(60 + i % 128),
                                 .green = (png_byte)(70 + i / 2 % 100),
                                 .blue = (png_byte)(200 - i % 100)};
        alpha[i] = (png_byte)(i * 255 / count);
    }
    if (spec->colour == PNG_COLOR_TYPE_PALETTE)
        png_set_PLTE(png, info, palette, count);
    if (spec->trns && spec->colour == PNG_COLOR_TYPE_PALETTE)
        png_set_tRNS(png, info, alpha, count, NULL);
    else if (spec->trns)
        png_set_tRNS(png, info, NULL, 0, &key);
}

cm_buf make_png(png_spec spec) {
    cm_buf out = {0};
    unsigned channels = png_samples(spec.colour);
    size_t stride = (size_t)spec.width * channels * 2;
    uint8_t *pixels = calloc(spec.height, stride);
    png_bytep *rows = calloc(spec.height, sizeof *rows);
    ck_assert(pixels != NULL && rows != NULL);
    for (uint32_t y = 0; y < spec.height; y++) {
        rows[y] = pixels + y * stride;
        for (size_t i = 0; i < (size_t)spec.width * channels; i++) {
            unsigned v = png_sample(&spec, (uint32_t)(i / channels), y, (unsigned)(i % channels));
            if (spec.depth == 16) {
                rows[y][2 * i] = (uint8_t)(v >> 8);
                rows[y][2 * i + 1] = (uint8_t)v;
            } else {
                rows[y][i] = (uint8_t)v;
            }
        }
    }
    png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, NULL, NULL, NULL);
    png_infop info = png_create_info_struct(png);
    png_set_write_fn(png, &out, append, NULL);
    png_set_IHDR(png, info, spec.width, spec.height, spec.depth, spec.colour,
                 spec.interlaced ? PNG_INTERLACE_ADAM7 : PNG_INTERLACE_NONE, 0, 0);
    set_png_extras(png, info, &spec);
    png_write_info(png, info);
    png_set_packing(png);
    png_write_image(png, rows);
    png_write_end(png, NULL);
    png_destroy_write_struct(&png, &info);
    free(rows);
    free(pixels);
    return out;
}

static void take(png_structp png, png_bytep into, size_t n) {
    cm_bytes b = cm_read_bytes(png_get_io_ptr(png), n);
    if (b.data == NULL)
        png_error(png, "end of file");
    memcpy(into, b.data, n);
}

samples read_png(cm_bytes file) {
    cm_reader r = cm_reader_over(file);
    png_structp png = png_create_read_struct(PNG_LIBPNG_VER_STRING, NULL, NULL, NULL);
    png_infop info = png_create_info_struct(png);
    png_set_read_fn(png, &r, take);
    png_read_png(png, info, PNG_TRANSFORM_EXPAND, NULL);
    samples s = {.width = png_get_image_width(png, info),
                 .height = png_get_image_height(png, info),
                 .channels = png_get_channels(png, info),
                 .depth = png_get_bit_depth(png, info)};
    size_t n = (size_t)s.width * s.channels;
    s.at = calloc(n * s.height, sizeof *s.at);
    ck_assert_ptr_nonnull(s.at);
    png_bytepp rows = png_get_rows(png, info);
    for (size_t y = 0; y < s.height; y++)
        for (size_t i = 0; i < n; i++) {
            unsigned wide =
                s.depth == 16 ? (unsigned)rows[y][2 * i] << 8 | rows[y][2 * i + 1] : rows[y][i];
            s.at[y * n + i] = (uint16_t)wide;
        }
    png_destroy_read_struct(&png, &info, NULL);
    return s;
}

cm_buf make_png_chunk(const char *type, const void *data, size_t n) {
    cm_buf b = {0};
    cm_buf_be32(&b, (uint32_t)n);
    cm_buf_text(&b, type);
    cm_buf_put(&b, data, n);
    cm_buf_be32(&b, (uint32_t)crc32(0, b.data + 4, (unsigned)n + 4));
    return b;
}

/* --- JPEG --------------------------------------------------------------------------------------
 */

static void set_sampling(struct jpeg_compress_struct *lib, const jpeg_spec *spec) {
    jpeg_set_quality(lib, spec->quality != 0 ? spec->quality : 90, TRUE);
    for (int i = 0; i < lib->num_components; i++) {
        bool luma = i == 0 || i == 3 || spec->space == JCS_RGB || spec->space == JCS_CMYK;
        int chroma = spec->chroma != 0 ? spec->chroma : 1;
        lib->comp_info[i].h_samp_factor = !luma ? chroma : spec->h != 0 ? spec->h : 1;
        lib->comp_info[i].v_samp_factor = !luma ? chroma : spec->v != 0 ? spec->v : 1;
    }
    lib->optimize_coding = spec->optimised;
    lib->restart_interval = spec->restart;
    if (spec->progressive)
        jpeg_simple_progression(lib);
}

cm_buf make_jpeg(jpeg_spec spec) {
    struct jpeg_error_mgr errors;
    struct jpeg_compress_struct lib = {.err = jpeg_std_error(&errors)};
    unsigned char *bytes = NULL;
    unsigned long size = 0;
    cm_buf out = {0};
    jpeg_create_compress(&lib);
    jpeg_mem_dest(&lib, &bytes, &size);
    bool ink = spec.space == JCS_CMYK || spec.space == JCS_YCCK;
    lib.image_width = spec.width;
    lib.image_height = spec.height;
    lib.input_components = spec.space == JCS_GRAYSCALE ? 1 : ink ? 4 : 3;
    lib.in_color_space = spec.space == JCS_GRAYSCALE ? JCS_GRAYSCALE : ink ? JCS_CMYK : JCS_RGB;
    jpeg_set_defaults(&lib);
    jpeg_set_colorspace(&lib, (J_COLOR_SPACE)spec.space);
    set_sampling(&lib, &spec);
    jpeg_start_compress(&lib, TRUE);
    for (const jpeg_marker_spec *m = spec.markers; m != NULL && m->marker != 0; m++)
        jpeg_write_marker(&lib, m->marker, m->data, m->size);
    unsigned channels = (unsigned)lib.input_components;
    uint8_t *row = calloc(spec.width, channels);
    ck_assert_ptr_nonnull(row);
    for (uint32_t y = 0; y < spec.height; y++) {
        for (size_t i = 0; i < (size_t)spec.width * channels; i++)
            row[i] =
                i % channels == 3
                    ? 255 /* Adobe's way of saying no black */
                    : (uint8_t)(255 * shade((uint32_t)(i / channels), y, (unsigned)(i % channels)));
        jpeg_write_scanlines(&lib, &row, 1);
    }
    jpeg_finish_compress(&lib);
    jpeg_destroy_compress(&lib);
    cm_buf_put(&out, bytes, size);
    free(row);
    free(bytes);
    return out;
}

static void copy_component(struct jpeg_decompress_struct *lib, jvirt_barray_ptr array, int i,
                           jpeg_facts *f) {
    const jpeg_component_info *c = &lib->comp_info[i];
    size_t row = (size_t)c->width_in_blocks * DCTSIZE2;
    f->h[i] = c->h_samp_factor;
    f->v[i] = c->v_samp_factor;
    memcpy(f->tables[i], c->quant_table->quantval, sizeof f->tables[i]);
    f->count[i] = row * c->height_in_blocks;
    f->at[i] = calloc(f->count[i], sizeof(int16_t));
    ck_assert_ptr_nonnull(f->at[i]);
    for (JDIMENSION j = 0; j < c->height_in_blocks; j++) {
        JBLOCKARRAY blocks = lib->mem->access_virt_barray((j_common_ptr)lib, array, j, 1, FALSE);
        memcpy(f->at[i] + j * row, blocks[0], row * sizeof(int16_t));
    }
}

jpeg_facts read_jpeg_facts(cm_bytes file) {
    struct jpeg_error_mgr errors;
    struct jpeg_decompress_struct lib = {.err = jpeg_std_error(&errors)};
    jpeg_facts f = {0};
    jpeg_create_decompress(&lib);
    jpeg_mem_src(&lib, file.data, file.size);
    jpeg_read_header(&lib, TRUE);
    jvirt_barray_ptr *arrays = jpeg_read_coefficients(&lib);
    f.components = lib.num_components;
    f.progressive = lib.progressive_mode;
    f.restart = lib.restart_interval;
    f.scans = lib.input_scan_number;
    for (int i = 0; i < lib.num_components; i++)
        copy_component(&lib, arrays[i], i, &f);
    jpeg_finish_decompress(&lib);
    jpeg_destroy_decompress(&lib);
    ck_assert_int_eq((int)errors.num_warnings, 0);
    return f;
}

void jpeg_facts_free(jpeg_facts *f) {
    for (int i = 0; i < f->components; i++)
        free(f->at[i]);
    *f = (jpeg_facts){0};
}

uint8_t *read_jpeg_grey(cm_bytes file) {
    struct jpeg_error_mgr errors;
    struct jpeg_decompress_struct lib = {.err = jpeg_std_error(&errors)};
    jpeg_create_decompress(&lib);
    jpeg_mem_src(&lib, file.data, file.size);
    jpeg_read_header(&lib, TRUE);
    lib.out_color_space = JCS_GRAYSCALE;
    lib.dct_method = JDCT_FLOAT;
    jpeg_start_decompress(&lib);
    uint8_t *grey = calloc(lib.output_height, lib.output_width);
    ck_assert_ptr_nonnull(grey);
    while (lib.output_scanline < lib.output_height) {
        JSAMPROW row = grey + (size_t)lib.output_scanline * lib.output_width;
        jpeg_read_scanlines(&lib, &row, 1);
    }
    jpeg_finish_decompress(&lib);
    jpeg_destroy_decompress(&lib);
    return grey;
}

/* --- all ---------------------------------------------------------------------------------------
 */

static void put16(cm_buf *b, bool little, uint16_t v) {
    if (little)
        cm_buf_le16(b, v);
    else
        cm_buf_be16(b, v);
}

static void put32(cm_buf *b, bool little, uint32_t v) {
    if (little)
        cm_buf_le32(b, v);
    else
        cm_buf_be32(b, v);
}

cm_buf make_exif(uint8_t orientation, bool little) {
    cm_buf b = {0};
    cm_buf_text(&b, little ? "II" : "MM");
    put16(&b, little, 42);
    put32(&b, little, 12); /* four bytes between header and directory */
    cm_buf_fill(&b, 0xaa, 4);
    put16(&b, little, 2);
    put16(&b, little, 0x0100); /* ImageWidth, a LONG */
    put16(&b, little, 4);
    put32(&b, little, 1);
    put32(&b, little, 77);
    put16(&b, little, 0x0112);
    put16(&b, little, 3);
    put32(&b, little, 1);
    put16(&b, little, orientation);
    put16(&b, little, 0);
    put32(&b, little, 0);
    return b;
}

cm_buf load_data(const char *path) {
    cm_buf b = {0};
    uint8_t block[4096];
    size_t n;
    FILE *f = fopen(path, "rb");
    ck_assert_msg(f != NULL, "can't open %s (run in the project's root)", path);
    while ((n = fread(block, 1, sizeof block, f)) > 0)
        cm_buf_put(&b, block, n);
    fclose(f);
    return b;
}

size_t find_bytes(cm_bytes hay, cm_bytes needle) {
    for (size_t i = 0; i + needle.size <= hay.size; i++)
        if (memcmp(hay.data + i, needle.data, needle.size) == 0)
            return i;
    return SIZE_MAX;
}

cm_picture *open_picture(cm_bytes file) {
    cm_error err = {0};
    cm_picture *p = NULL;
    cm_code code = cm_picture_open(file, NULL, &p, &err);
    ck_assert_msg(code == CM_OK, "open: %s", err.message);
    return p;
}

static size_t pixels_of(const cm_picture *p) {
    cm_picture_info info = cm_picture_describe(p);
    return (size_t)info.width * info.height;
}

float *plane_for(const cm_picture *p) {
    float *plane = calloc(pixels_of(p), sizeof *plane);
    ck_assert_ptr_nonnull(plane);
    return plane;
}

cm_plane as_plane(const cm_picture *p, const float *data) {
    cm_picture_info info = cm_picture_describe(p);
    return (cm_plane){
        .w = (int)info.width, .h = (int)info.height, .data = (float *)(uintptr_t)data};
}

float *luma_of(const cm_picture *p) {
    float *luma = plane_for(p);
    cm_plane plane = as_plane(p, luma);
    ck_assert_int_eq(cm_picture_luma(p, &plane, NULL), CM_OK);
    return luma;
}

cm_buf encode_picture(const cm_picture *p, const float *change, const cm_encode_options *options) {
    cm_error err = {0};
    cm_buf out = {0};
    cm_plane plane = as_plane(p, change);
    cm_code code = cm_picture_encode(p, &plane, options, &out, &err);
    ck_assert_msg(code == CM_OK, "encode: %s", err.message);
    return out;
}

double mean_square_of(const float *a, const float *b, size_t n) {
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += (double)((a[i] - b[i]) * (a[i] - b[i]));
    return sum / (double)n;
}

float wave(uint32_t x, uint32_t y, float amplitude) {
    return amplitude * sinf((float)x * 0.35f + (float)y * 0.11f) * cosf((float)y * 0.27f - 1.0f);
}

void fill_wave(const cm_picture *p, float *change, float amplitude) {
    cm_picture_info info = cm_picture_describe(p);
    for (uint32_t y = 0; y < info.height; y++)
        for (uint32_t x = 0; x < info.width; x++)
            change[(size_t)y * info.width + x] = wave(x, y, amplitude);
}
