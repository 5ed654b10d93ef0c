/* JPEG through libjpeg-turbo. The entropy-coded data is decoded once, to quantised coefficients;
 * luma is made from them by our own inverse DCT. */
#include <stdlib.h>

#include "base/mem.h"
#include "media/jpeg.h"
#include "media/jpeg_markers.h"
#include "media/jpeg_shrink.h"

/* --- coefficients ------------------------------------------------------------------------------
 */

typedef struct open_job {
    cm_picture *p;
    cm_jpeg_state *s;
} open_job;

/* With max_memory_to_use lifted, libjpeg keeps its arrays in memory as a whole, so that pointers to
 * their rows stay good and may be read by several threads. */
static void find_rows(cm_jpeg_state *s) {
    j_common_ptr lib = (j_common_ptr)&s->in.lib;
    for (int i = 0; i < s->in.lib.num_components; i++) {
        const jpeg_component_info *c = &s->in.lib.comp_info[i];
        s->rows[i] = cm_calloc(c->height_in_blocks, sizeof *s->rows[i]);
        if (s->rows[i] == NULL)
            cm_guard_fail(&s->in.guard, CM_ERR_MEMORY, "JPEG: out of memory");
        for (JDIMENSION j = 0; j < c->height_in_blocks; j++)
            s->rows[i][j] = lib->mem->access_virt_barray(lib, s->arrays[i], j, 1, FALSE)[0][0];
    }
}

/* libjpeg is content with a file that ends before some component's first scan. */
static void check_complete(cm_jpeg_state *s) {
    for (int i = 0; i < s->in.lib.num_components; i++)
        if (s->in.lib.comp_info[i].quant_table == NULL)
            cm_guard_fail(&s->in.guard, CM_ERR_FORMAT, "JPEG: truncated: component %d has no data",
                          i);
}

static void open_body(void *context) {
    open_job *job = context;
    cm_jpeg_state *s = job->s;
    cm_jpeg_start(&s->in, job->p);
    s->arrays = jpeg_read_coefficients(&s->in.lib);
    check_complete(s);
    find_rows(s);
}

static cm_code jpeg_open(cm_picture *p, cm_error *err) {
    cm_jpeg_state *s = cm_calloc(1, sizeof *s);
    if (s == NULL)
        return cm_fail_memory(err);
    p->state = s;
    p->info.lossy = true;
    open_job job = {.p = p, .s = s};
    cm_code code = cm_guard_run(&s->in.guard, open_body, &job, err);
    if (code != CM_OK)
        return code;
    p->view =
        cm_view_make(s->in.lib.image_width, s->in.lib.image_height, cm_jpeg_orientation(p->file));
    for (int i = 0; i < s->in.lib.num_components; i++)
        if (s->in.lib.max_h_samp_factor % s->in.lib.comp_info[i].h_samp_factor != 0 ||
            s->in.lib.max_v_samp_factor % s->in.lib.comp_info[i].v_samp_factor != 0)
            return cm_fail(err, CM_ERR_UNSUPPORTED, "JPEG: fractional sampling ratios");
    return CM_OK;
}

static void jpeg_close(cm_picture *p) {
    cm_jpeg_state *s = p->state;
    if (s == NULL)
        return;
    for (int i = 0; i < CM_JPEG_COMPONENTS; i++)
        free(s->rows[i]);
    jpeg_destroy_decompress(&s->in.lib);
    free(s);
}

/* --- pixels ------------------------------------------------------------------------------------
 */

typedef struct pixel_job {
    const cm_picture *p;
    cm_jpeg_in in;
    cm_raster *raster;
    uint8_t *ink; /* a row of CMYK */
} pixel_job;

/* Adobe's CMYK JPEGs store ink inverted, 255 for none; so do all others that are in use. */
static void ink_to_rgb(const pixel_job *job, uint8_t *rgb) {
    bool inverted = job->in.lib.saw_Adobe_marker;
    for (size_t x = 0; x < job->raster->width; x++) {
        const uint8_t *cmyk = job->ink + 4 * x;
        unsigned k = inverted ? cmyk[3] : 255u - cmyk[3];
        for (size_t c = 0; c < 3; c++) {
            unsigned light = inverted ? cmyk[c] : 255u - cmyk[c];
            rgb[3 * x + c] = (uint8_t)((light * k + 127) / 255);
        }
    }
}

static void pixel_body(void *context) {
    pixel_job *job = context;
    struct jpeg_decompress_struct *lib = &job->in.lib;
    cm_raster *out = job->raster;
    cm_jpeg_start(&job->in, job->p);
    bool ink = lib->num_components == 4;
    lib->out_color_space = ink ? JCS_CMYK : JCS_RGB;
    (void)jpeg_start_decompress(lib);
    *out = (cm_raster){
        .width = lib->output_width, .height = lib->output_height, .channels = 3, .depth = 8};
    job->ink = ink ? cm_calloc(out->width, 4) : NULL;
    if (cm_raster_alloc(out, NULL) != CM_OK || (ink && job->ink == NULL))
        cm_guard_fail(&job->in.guard, CM_ERR_MEMORY, "JPEG: out of memory");
    while (lib->output_scanline < lib->output_height) {
        uint8_t *row = out->pixels + lib->output_scanline * cm_raster_stride(out);
        JSAMPROW into = ink ? job->ink : row;
        (void)jpeg_read_scanlines(lib, &into, 1);
        if (ink)
            ink_to_rgb(job, row);
    }
}

/* The stored pixels as RGB. Release with cm_raster_free(), also after a failure. */
static cm_code decode_pixels(const cm_picture *p, cm_raster *out, cm_error *err) {
    pixel_job *job = cm_calloc(1, sizeof *job);
    if (job == NULL)
        return cm_fail_memory(err);
    job->p = p;
    job->raster = out;
    cm_code code = cm_guard_run(&job->in.guard, pixel_body, job, err);
    jpeg_destroy_decompress(&job->in.lib);
    free(job->ink);
    free(job);
    return code;
}

static cm_code jpeg_rgb(const cm_picture *p, cm_alpha alpha, uint8_t *rgb, cm_error *err) {
    cm_raster pixels = {0};
    cm_code code = decode_pixels(p, &pixels, err);
    if (code == CM_OK)
        cm_raster_rgb(&pixels, &p->view, alpha, rgb);
    cm_raster_free(&pixels);
    return code;
}

static cm_code luma_of_pixels(const cm_picture *p, cm_rows_out *out, cm_error *err) {
    cm_raster pixels = {0};
    cm_code code = decode_pixels(p, &pixels, err);
    if (code == CM_OK)
        code = cm_raster_luma(&pixels, out, err);
    cm_raster_free(&pixels);
    return code;
}

/* --- luma --------------------------------------------------------------------------------------
 */

bool cm_jpeg_has_luma(const cm_jpeg_state *s) {
    J_COLOR_SPACE space = s->in.lib.jpeg_color_space;
    return space == JCS_GRAYSCALE || space == JCS_YCbCr;
}

cm_jpeg_plane cm_jpeg_plane_of(const cm_jpeg_state *s, int component) {
    const jpeg_component_info *c = &s->in.lib.comp_info[component];
    cm_jpeg_plane plane = {.blocks_across = c->width_in_blocks,
                           .blocks_down = c->height_in_blocks,
                           .ratio_x = (uint32_t)(s->in.lib.max_h_samp_factor / c->h_samp_factor),
                           .ratio_y = (uint32_t)(s->in.lib.max_v_samp_factor / c->v_samp_factor),
                           .gain = 1.0f};
    for (int i = 0; i < CM_DCT_SIZE; i++)
        plane.old_steps[i] = plane.new_steps[i] = c->quant_table->quantval[i];
    return plane;
}

float *cm_jpeg_strip_alloc(const cm_jpeg_plane *plane) {
    return cm_calloc(cm_jpeg_plane_rows(plane) * cm_jpeg_plane_stride(plane), sizeof(float));
}

static cm_code shrink_luma(const cm_picture *p, const cm_jpeg_plane *plane, cm_rows_out *out,
                           cm_error *err) {
    const cm_jpeg_state *s = p->state;
    cm_jpeg_shrinker *shrinker;
    cm_code code =
        cm_jpeg_shrinker_new(plane, plane->old_steps, &p->view, cm_rows_small(out), &shrinker, err);
    for (uint32_t j = 0; j < plane->blocks_down && code == CM_OK; j++)
        cm_jpeg_shrinker_put(shrinker, s->rows[0][j]);
    cm_jpeg_shrinker_free(shrinker);
    if (code == CM_OK)
        cm_rows_turn(out);
    return code;
}

static cm_code jpeg_luma(const cm_picture *p, cm_rows_out *out, cm_error *err) {
    const cm_jpeg_state *s = p->state;
    if (!cm_jpeg_has_luma(s))
        return luma_of_pixels(p, out, err);
    cm_jpeg_plane plane = cm_jpeg_plane_of(s, 0);
    const cm_plane *small = cm_rows_small(out);
    if (small != NULL && cm_jpeg_shrinks(&plane, &p->view, small))
        return shrink_luma(p, &plane, out, err);
    float *strip = cm_jpeg_strip_alloc(&plane);
    if (strip == NULL)
        return cm_fail_memory(err);
    for (uint32_t j = 0; j < plane.blocks_down; j++) {
        cm_jpeg_plane_decode(&plane, s->rows[0][j], strip);
        cm_jpeg_plane_put(&plane, &p->view, j, strip, out);
    }
    free(strip);
    return CM_OK;
}

/* The DCT is orthonormal: squares of coefficients add up to those of samples. Samples beyond the
 * picture's edge count too, and what clamping would undo. */
static bool jpeg_difference(const cm_picture *a, const cm_picture *b, double *mean_square) {
    const cm_jpeg_state *s = a->state, *t = b->state;
    if (!cm_jpeg_has_luma(s) || !cm_jpeg_has_luma(t))
        return false;
    cm_jpeg_plane p = cm_jpeg_plane_of(s, 0), q = cm_jpeg_plane_of(t, 0);
    if (p.ratio_x != 1 || p.ratio_y != 1 || p.blocks_across != q.blocks_across ||
        p.blocks_down != q.blocks_down || q.ratio_x != 1 || q.ratio_y != 1)
        return false;
    double sum = 0;
    for (uint32_t j = 0; j < p.blocks_down; j++)
        sum += cm_jpeg_plane_squares(&p, s->rows[0][j], &q, t->rows[0][j]);
    *mean_square = sum / ((double)p.blocks_across * p.blocks_down * CM_DCT_SIZE);
    return true;
}

static float jpeg_coarsest_step(const cm_picture *p, cm_band band) {
    cm_jpeg_plane plane = cm_jpeg_plane_of(p->state, 0);
    return cm_jpeg_plane_coarsest(&plane, band);
}

const cm_codec cm_codec_jpeg = {.open = jpeg_open,
                                .close = jpeg_close,
                                .luma = jpeg_luma,
                                .rgb = jpeg_rgb,
                                .encode = cm_jpeg_encode,
                                .difference = jpeg_difference,
                                .coarsest_step = jpeg_coarsest_step};
