/* PNG through libpng, which only ever sees the chunks that make the pixels: ancillary chunks are
 * copied around it byte for byte. */
#include <png.h>
#include <stdlib.h>
#include <zlib.h>

#include "base/mem.h"
#include "media/guard.h"
#include "media/picture.h"
#include "media/png_chunks.h"
#include "media/raster_change.h"

enum {
    DEFLATE_MOST = 1032, /* deflate can't expand one byte to more (RFC 1951: 258 bytes in 2 bits) */
    DEFLATE_SLACK = 4096,
    GRAPHICS_RATIO = 4 /* what is compressed by more isn't a photograph */
};

typedef struct png_state {
    cm_png_facts facts;
    cm_raster raster;
} png_state;

/* --- libpng's callbacks ------------------------------------------------------------------------
 */

static PNG_NORETURN void on_error(png_structp png, png_const_charp message) {
    cm_guard_fail(png_get_error_ptr(png), CM_ERR_FORMAT, "PNG: %s", message);
}

static void on_warning(png_structp png, png_const_charp message) {
    (void)png;
    (void)message;
}

/* --- reading -----------------------------------------------------------------------------------
 */

typedef struct png_reader {
    cm_guard guard;
    png_structp png;
    png_infop info;
    cm_reader chunks;  /* what libpng hasn't seen */
    cm_bytes current;  /* rest of the chunk that it is reading */
    cm_raster *raster; /* to be filled in */
    png_bytep *rows;
} png_reader;

static bool makes_pixels(uint32_t type) {
    return type == CM_PNG_IHDR || type == CM_PNG_PLTE || type == CM_PNG_TRNS ||
           type == CM_PNG_IDAT || type == CM_PNG_IEND;
}

static void on_read(png_structp png, png_bytep into, size_t n) {
    png_reader *r = png_get_io_ptr(png);
    while (n > 0) {
        cm_png_chunk chunk;
        size_t part = n < r->current.size ? n : r->current.size;
        if (part > 0) {
            memcpy(into, r->current.data, part);
            into += part;
            n -= part;
            r->current.data += part;
            r->current.size -= part;
            continue;
        }
        if (!cm_png_next(&r->chunks, &chunk))
            cm_guard_fail(&r->guard, CM_ERR_FORMAT, "PNG: truncated picture data");
        if (makes_pixels(chunk.type))
            r->current = chunk.whole;
    }
}

static void read_body(void *context) {
    png_reader *r = context;
    cm_raster *out = r->raster;
    r->png = png_create_read_struct(PNG_LIBPNG_VER_STRING, &r->guard, on_error, on_warning);
    r->info = r->png != NULL ? png_create_info_struct(r->png) : NULL;
    if (r->info == NULL)
        cm_guard_fail(&r->guard, CM_ERR_MEMORY, "PNG: out of memory");
    png_set_read_fn(r->png, r, on_read);
    png_set_user_limits(r->png, out->width, out->height);
    png_read_info(r->png, r->info);
    png_set_expand(r->png); /* palette to RGB, 1, 2 and 4 bits to 8, tRNS to alpha */
    if (__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__)
        png_set_swap(r->png);
    (void)png_set_interlace_handling(r->png);
    png_read_update_info(r->png, r->info);
    out->channels = png_get_channels(r->png, r->info);
    out->depth = png_get_bit_depth(r->png, r->info);
    if (png_get_rowbytes(r->png, r->info) != cm_raster_stride(out))
        cm_guard_fail(&r->guard, CM_ERR_FORMAT, "PNG: rows of an unexpected size");
    r->rows = cm_calloc(out->height, sizeof *r->rows);
    if (r->rows == NULL || cm_raster_alloc(out, NULL) != CM_OK)
        cm_guard_fail(&r->guard, CM_ERR_MEMORY, "PNG: out of memory");
    for (uint32_t y = 0; y < out->height; y++)
        r->rows[y] = out->pixels + y * cm_raster_stride(out);
    png_read_image(r->png, r->rows);
    png_read_end(r->png, NULL);
}

static cm_code read_pixels(const cm_picture *p, cm_raster *out, cm_error *err) {
    png_reader *r = cm_calloc(1, sizeof *r);
    if (r == NULL)
        return cm_fail_memory(err);
    r->raster = out;
    r->chunks = cm_reader_over(p->file);
    r->current = cm_read_bytes(&r->chunks, CM_PNG_SIGNATURE_BYTES);
    cm_code code = cm_guard_run(&r->guard, read_body, r, err);
    if (r->png != NULL)
        png_destroy_read_struct(&r->png, &r->info, NULL);
    free(r->rows);
    free(r);
    return code;
}

/* Refuses a small file that claims to be a large picture before memory is claimed for it. */
static cm_code check_plausible(const cm_png_facts *f, cm_error *err) {
    static const uint8_t SAMPLES[] = {1, 0, 3, 1, 2, 0, 4}; /* by colour type */
    if (f->colour >= sizeof SAMPLES || SAMPLES[f->colour] == 0)
        return cm_fail(err, CM_ERR_FORMAT, "PNG: unknown colour type %u", f->colour);
    uint64_t bits = (uint64_t)f->width * SAMPLES[f->colour] * f->depth;
    uint64_t bytes = (bits / 8 + 1) * f->height;
    if (bytes / DEFLATE_MOST > f->idat_bytes + DEFLATE_SLACK)
        return cm_fail(err, CM_ERR_FORMAT,
                       "PNG: truncated: %llu bytes of data can't hold %u x %u pixels",
                       (unsigned long long)f->idat_bytes, f->width, f->height);
    return CM_OK;
}

static cm_code png_open(cm_picture *p, cm_error *err) {
    png_state *s = cm_calloc(1, sizeof *s);
    if (s == NULL)
        return cm_fail_memory(err);
    p->state = s;
    cm_code code = cm_png_scan(p->file, &s->facts, err);
    if (code == CM_OK)
        code = cm_picture_allow(p, s->facts.width, s->facts.height, err);
    if (code == CM_OK)
        code = check_plausible(&s->facts, err);
    if (code != CM_OK)
        return code;
    s->raster.width = s->facts.width;
    s->raster.height = s->facts.height;
    p->view = cm_view_make(s->facts.width, s->facts.height, cm_exif_orientation(s->facts.exif));
    return read_pixels(p, &s->raster, err);
}

static void png_close(cm_picture *p) {
    png_state *s = p->state;
    if (s == NULL)
        return;
    cm_raster_free(&s->raster);
    free(s);
}

static cm_code png_luma(const cm_picture *p, cm_rows_out *out, cm_error *err) {
    const png_state *s = p->state;
    return cm_raster_luma(&s->raster, out, err);
}

static cm_code png_rgb(const cm_picture *p, cm_alpha alpha, uint8_t *rgb, cm_error *err) {
    const png_state *s = p->state;
    (void)err;
    cm_raster_rgb(&s->raster, &p->view, alpha, rgb);
    return CM_OK;
}

/* --- writing -----------------------------------------------------------------------------------
 */

typedef struct png_writer {
    cm_guard guard;
    png_structp png;
    png_infop info;
    const cm_picture *p;
    const cm_raster *raster;
    cm_raster_changer changer;
    cm_buf *out;
} png_writer;

static void on_write(png_structp png, png_bytep bytes, size_t n) {
    png_writer *w = png_get_io_ptr(png);
    cm_buf_put(w->out, bytes, n);
    if (w->out->failed != CM_OK)
        cm_guard_fail(&w->guard, w->out->failed, "PNG: the output can't hold the picture");
}

static void on_flush(png_structp png) {
    (void)png;
}

/* Chunks whose meaning hangs on the sample layout, which expansion has changed. */
static bool stays_valid(uint32_t type, const cm_png_facts *f) {
    bool palette = f->colour == PNG_COLOR_TYPE_PALETTE;
    bool widened = palette || f->depth < 8;
    switch (type) {
    case CM_PNG_TRNS:
        return false;
    case CM_PNG_PLTE:
    case CM_PNG_HIST:
        return !palette;
    case CM_PNG_BKGD:
        return !widened;
    case CM_PNG_SBIT:
        return !widened && !f->transparent;
    default:
        return true;
    }
}

/* Copies the original's chunks before (or after) its picture data. */
static void copy_chunks(png_writer *w, bool after) {
    const png_state *s = w->p->state;
    cm_reader r = cm_reader_over(w->p->file);
    cm_png_chunk chunk;
    bool seen_data = false;
    cm_read_skip(&r, CM_PNG_SIGNATURE_BYTES);
    while (cm_png_next(&r, &chunk) && chunk.type != CM_PNG_IEND) {
        if (chunk.type == CM_PNG_IDAT)
            seen_data = true;
        else if (chunk.type != CM_PNG_IHDR && seen_data == after &&
                 stays_valid(chunk.type, &s->facts))
            cm_buf_put_bytes(w->out, chunk.whole);
    }
}

/* Photographs hardly repeat themselves: run lengths and Huffman codes make them as small as a
 * search for matches would, in a fraction of the time. Graphics need the search. The original tells
 * which it is by how well it is compressed. */
static void choose_compression(png_writer *w) {
    const png_state *s = w->p->state;
    uint64_t raw = (uint64_t)cm_raster_stride(w->raster) * w->raster->height;
    if (s->facts.idat_bytes < raw / GRAPHICS_RATIO) {
        png_set_compression_level(w->png, 3);
    } else {
        png_set_compression_level(w->png, 1);
        png_set_compression_strategy(w->png, Z_RLE);
        png_set_filter(w->png, PNG_FILTER_TYPE_BASE,
                       PNG_FILTER_SUB | PNG_FILTER_UP | PNG_FILTER_AVG);
    }
}

static void write_body(void *context) {
    static const int COLOUR[] = {0, PNG_COLOR_TYPE_GRAY, PNG_COLOR_TYPE_GRAY_ALPHA,
                                 PNG_COLOR_TYPE_RGB, PNG_COLOR_TYPE_RGB_ALPHA};
    png_writer *w = context;
    const cm_raster *r = w->raster;
    w->png = png_create_write_struct(PNG_LIBPNG_VER_STRING, &w->guard, on_error, on_warning);
    w->info = w->png != NULL ? png_create_info_struct(w->png) : NULL;
    if (w->info == NULL)
        cm_guard_fail(&w->guard, CM_ERR_MEMORY, "PNG: out of memory");
    png_set_write_fn(w->png, w, on_write, on_flush);
    png_set_user_limits(w->png, r->width, r->height);
    png_set_IHDR(w->png, w->info, r->width, r->height, r->depth, COLOUR[r->channels],
                 PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_BASE, PNG_FILTER_TYPE_BASE);
    choose_compression(w);
    png_write_info(w->png, w->info);
    copy_chunks(w, false);
    if (__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ && r->depth == 16)
        png_set_swap(w->png);
    for (uint32_t y = 0, rows; y < r->height; y += rows) {
        rows = cm_raster_changer_strip(&w->changer, y);
        for (uint32_t j = 0; j < rows; j++)
            png_write_row(w->png, w->changer.rows + j * cm_raster_stride(r));
    }
    copy_chunks(w, true);
    png_write_end(w->png, NULL);
}

static cm_code png_encode(const cm_picture *p, cm_rows_in *change, const cm_encode_options *options,
                          cm_buf *out, cm_error *err) {
    const png_state *s = p->state;
    png_writer *w = cm_calloc(1, sizeof *w);
    if (w == NULL)
        return cm_fail_memory(err);
    *w = (png_writer){.p = p, .raster = &s->raster, .out = out};
    cm_code code =
        cm_raster_changer_begin(&w->changer, &s->raster, &p->view, change, options->seen, err);
    if (code == CM_OK)
        code = cm_guard_run(&w->guard, write_body, w, err);
    if (w->png != NULL)
        png_destroy_write_struct(&w->png, &w->info);
    cm_raster_changer_end(&w->changer);
    free(w);
    return code != CM_OK ? code : cm_buf_status(out, err);
}

const cm_codec cm_codec_png = {
    .open = png_open, .close = png_close, .luma = png_luma, .rgb = png_rgb, .encode = png_encode};
