/* WebP through libwebp. Lossless pictures are handled as RGB(A); lossy ones as the Y, U and V that
 * they are made of, so that nothing is converted twice. */
#include <stdlib.h>

#include <webp/decode.h>
#include <webp/encode.h>

#include "base/mem.h"
#include "media/luma.h"
#include "media/picture.h"
#include "media/raster.h"
#include "media/webp_chunks.h"

/* Lossy pictures are coded again at the quality they had, but never worse than this. */
static const float LEAST_QUALITY = 85.0f;

enum { STRIP_ROWS = 16 };

typedef struct webp_state {
    cm_webp_facts facts;
    bool alpha;
    WebPDecBuffer yuv; /* lossy pictures */
    cm_raster raster;  /* lossless pictures */
} webp_state;

/* --- reading -----------------------------------------------------------------------------------
 */

static cm_code decode_error(VP8StatusCode status, cm_error *err) {
    switch (status) {
    case VP8_STATUS_OUT_OF_MEMORY:
        return cm_fail_memory(err);
    case VP8_STATUS_UNSUPPORTED_FEATURE:
        return cm_fail(err, CM_ERR_UNSUPPORTED, "WebP: a feature that libwebp doesn't know");
    case VP8_STATUS_NOT_ENOUGH_DATA:
        return cm_fail(err, CM_ERR_FORMAT, "WebP: truncated picture data");
    default:
        return cm_fail(err, CM_ERR_FORMAT, "WebP: damaged picture data");
    }
}

/* The stored pixels as RGB(A). Release with cm_raster_free(), also after a failure. */
static cm_code decode_raster(const cm_picture *p, bool alpha, cm_raster *out, cm_error *err) {
    WebPDecoderConfig config;
    *out = (cm_raster){
        .width = p->view.width, .height = p->view.height, .channels = alpha ? 4 : 3, .depth = 8};
    if (!WebPInitDecoderConfig(&config))
        return cm_fail(err, CM_ERR_UNSUPPORTED, "WebP: libwebp is of another version");
    cm_code code = cm_raster_alloc(out, err);
    if (code != CM_OK)
        return code;
    config.output.colorspace = alpha ? MODE_RGBA : MODE_RGB;
    config.output.is_external_memory = 1;
    config.output.u.RGBA.rgba = out->pixels;
    config.output.u.RGBA.stride = (int)cm_raster_stride(out);
    config.output.u.RGBA.size = cm_raster_stride(out) * out->height;
    VP8StatusCode status = WebPDecode(p->file.data, p->file.size, &config);
    return status == VP8_STATUS_OK ? CM_OK : decode_error(status, err);
}

static cm_code decode_yuv(const cm_picture *p, webp_state *s, cm_error *err) {
    WebPDecoderConfig config;
    if (!WebPInitDecoderConfig(&config))
        return cm_fail(err, CM_ERR_UNSUPPORTED, "WebP: libwebp is of another version");
    config.output.colorspace = s->alpha ? MODE_YUVA : MODE_YUV;
    VP8StatusCode status = WebPDecode(p->file.data, p->file.size, &config);
    s->yuv = config.output;
    return status == VP8_STATUS_OK ? CM_OK : decode_error(status, err);
}

static cm_code webp_open(cm_picture *p, cm_error *err) {
    WebPBitstreamFeatures features;
    webp_state *s = cm_calloc(1, sizeof *s);
    if (s == NULL)
        return cm_fail_memory(err);
    p->state = s;
    cm_code code = cm_webp_scan(p->file, &s->facts, err);
    if (code != CM_OK)
        return code;
    VP8StatusCode status = WebPGetFeatures(p->file.data, p->file.size, &features);
    if (status != VP8_STATUS_OK)
        return decode_error(status, err);
    if (features.width < 0 || features.height < 0 || features.has_animation)
        return cm_fail(err, CM_ERR_UNSUPPORTED, "WebP: not a still picture");
    code = cm_picture_allow(p, (uint32_t)features.width, (uint32_t)features.height, err);
    if (code != CM_OK)
        return code;
    p->view = cm_view_make((uint32_t)features.width, (uint32_t)features.height,
                           cm_exif_orientation(s->facts.exif));
    p->info.lossy = s->facts.lossy.size > 0;
    s->alpha = features.has_alpha != 0;
    return p->info.lossy ? decode_yuv(p, s, err) : decode_raster(p, s->alpha, &s->raster, err);
}

static void webp_close(cm_picture *p) {
    webp_state *s = p->state;
    if (s == NULL)
        return;
    WebPFreeDecBuffer(&s->yuv);
    cm_raster_free(&s->raster);
    free(s);
}

static cm_code luma_of_yuv(const cm_picture *p, cm_rows_out *out, cm_error *err) {
    const webp_state *s = p->state;
    const WebPYUVABuffer *yuv = &s->yuv.u.YUVA;
    size_t width = p->view.width;
    float *strip = cm_calloc(width, STRIP_ROWS * sizeof *strip);
    if (strip == NULL)
        return cm_fail_memory(err);
    for (uint32_t y = 0; y < p->view.height; y += STRIP_ROWS) {
        uint32_t rows = p->view.height - y < STRIP_ROWS ? p->view.height - y : STRIP_ROWS;
        for (size_t j = 0; j < rows; j++) {
            const uint8_t *row = yuv->y + (y + j) * (size_t)yuv->y_stride;
            for (size_t x = 0; x < width; x++)
                strip[j * width + x] =
                    cm_luma_clamp(((float)row[x] - CM_STUDIO_BLACK) * (1.0f / CM_STUDIO_SCALE));
        }
        cm_rows_put(out, y, rows, strip, width);
    }
    free(strip);
    return CM_OK;
}

static cm_code webp_luma(const cm_picture *p, cm_rows_out *out, cm_error *err) {
    const webp_state *s = p->state;
    return p->info.lossy ? luma_of_yuv(p, out, err) : cm_raster_luma(&s->raster, out, err);
}

static cm_code webp_rgb(const cm_picture *p, cm_alpha alpha, uint8_t *rgb, cm_error *err) {
    const webp_state *s = p->state;
    cm_raster pixels = {0};
    cm_code code = decode_raster(p, s->alpha, &pixels, err);
    if (code == CM_OK)
        cm_raster_rgb(&pixels, &p->view, alpha, rgb);
    cm_raster_free(&pixels);
    return code;
}

/* --- writing -----------------------------------------------------------------------------------
 */

static int on_write(const uint8_t *data, size_t n, const WebPPicture *picture) {
    cm_buf *out = picture->custom_ptr;
    cm_buf_put(out, data, n);
    return out->failed == CM_OK;
}

static void copy_plane(uint8_t *to, int to_stride, const uint8_t *from, int from_stride, int width,
                       int height) {
    for (int y = 0; y < height; y++)
        memcpy(to + (ptrdiff_t)y * to_stride, from + (ptrdiff_t)y * from_stride, (size_t)width);
}

/* Y of the stored rows y .. y + rows - 1, moved by the strip; wholly transparent pixels stay. */
static void change_rows(const webp_state *s, WebPPicture *to, uint32_t y, uint32_t rows,
                        const float *strip) {
    const WebPYUVABuffer *from = &s->yuv.u.YUVA;
    for (size_t j = 0; j < rows; j++) {
        const uint8_t *row = from->y + (y + j) * (size_t)from->y_stride;
        const uint8_t *alpha = s->alpha ? from->a + (y + j) * (size_t)from->a_stride : NULL;
        uint8_t *out = to->y + (y + j) * (size_t)to->y_stride;
        for (size_t x = 0; x < (size_t)to->width; x++) {
            float d = CM_STUDIO_SCALE * strip[j * (size_t)to->width + x];
            d = alpha != NULL && alpha[x] == 0 ? 0.0f : d;
            out[x] = (uint8_t)(cm_luma_clamp((float)row[x] + d) + 0.5f);
        }
    }
}

static cm_code fill_yuv(const cm_picture *p, cm_rows_in *change, WebPPicture *to, cm_error *err) {
    const webp_state *s = p->state;
    const WebPYUVABuffer *from = &s->yuv.u.YUVA;
    float *strip = cm_calloc(p->view.width, STRIP_ROWS * sizeof *strip);
    to->use_argb = 0;
    to->colorspace = s->alpha ? WEBP_YUV420A : WEBP_YUV420;
    if (strip == NULL || !WebPPictureAlloc(to)) {
        free(strip);
        return cm_fail_memory(err);
    }
    int half_width = (to->width + 1) / 2;
    int half_height = (to->height + 1) / 2;
    copy_plane(to->u, to->uv_stride, from->u, from->u_stride, half_width, half_height);
    copy_plane(to->v, to->uv_stride, from->v, from->v_stride, half_width, half_height);
    if (s->alpha)
        copy_plane(to->a, to->a_stride, from->a, from->a_stride, to->width, to->height);
    for (uint32_t y = 0; y < p->view.height; y += STRIP_ROWS) {
        uint32_t rows = p->view.height - y < STRIP_ROWS ? p->view.height - y : STRIP_ROWS;
        cm_rows_get(change, y, rows, strip, p->view.width);
        change_rows(s, to, y, rows, strip);
    }
    free(strip);
    return CM_OK;
}

static cm_code fill_rgb(const cm_picture *p, cm_rows_in *change, WebPPicture *to, cm_error *err) {
    const webp_state *s = p->state;
    cm_raster changed = {0};
    cm_code code = cm_raster_changed(&s->raster, change, &changed, err);
    if (code != CM_OK)
        return code;
    to->use_argb = 1;
    int stride = (int)cm_raster_stride(&changed);
    int done = s->alpha ? WebPPictureImportRGBA(to, changed.pixels, stride)
                        : WebPPictureImportRGB(to, changed.pixels, stride);
    cm_raster_free(&changed);
    return done ? CM_OK : cm_fail_memory(err);
}

/* Effort is chosen for speed (measured in spec/media.md): files grow by 1 % (lossy) and 12 %
 * (lossless) against libwebp's defaults, which take twice and ten times as long. */
static void configure(const cm_picture *p, const cm_encode_options *options, WebPConfig *config) {
    const webp_state *s = p->state;
    config->exact = 1; /* colours under transparent pixels stay */
    if (p->info.lossy) {
        float least = options->webp_quality > 0 ? options->webp_quality : LEAST_QUALITY;
        float before = cm_webp_quality(s->facts.lossy);
        config->quality = before > least ? before : least;
        config->method = 2;
    } else {
        config->lossless = 1;
        config->quality = 20; /* of the effort, not of the picture */
        config->method = 0;
    }
}

/* The changed picture as libwebp writes it: no metadata. */
static cm_code code_picture(const cm_picture *p, cm_rows_in *change,
                            const cm_encode_options *options, cm_buf *coded, cm_error *err) {
    WebPConfig config;
    WebPPicture picture;
    if (!WebPConfigInit(&config) || !WebPPictureInit(&picture))
        return cm_fail(err, CM_ERR_UNSUPPORTED, "WebP: libwebp is of another version");
    configure(p, options, &config);
    picture.width = (int)p->view.width;
    picture.height = (int)p->view.height;
    picture.writer = on_write;
    picture.custom_ptr = coded;
    cm_code code =
        p->info.lossy ? fill_yuv(p, change, &picture, err) : fill_rgb(p, change, &picture, err);
    if (code == CM_OK && !WebPEncode(&config, &picture)) {
        code = cm_buf_status(coded, err);
        if (code == CM_OK && picture.error_code == VP8_ENC_ERROR_OUT_OF_MEMORY)
            code = cm_fail_memory(err);
        else if (code == CM_OK)
            code = cm_fail(err, CM_ERR_UNSUPPORTED, "WebP: libwebp's encoder gave up (error %d)",
                           (int)picture.error_code);
    }
    WebPPictureFree(&picture);
    return code;
}

static cm_code webp_encode(const cm_picture *p, cm_rows_in *change,
                           const cm_encode_options *options, cm_buf *out, cm_error *err) {
    const webp_state *s = p->state;
    cm_buf coded = {0};
    cm_code code = code_picture(p, change, options, &coded, err);
    if (code == CM_OK && s->facts.extended)
        code = cm_webp_splice(p->file, cm_buf_bytes(&coded), out, err);
    else if (code == CM_OK)
        cm_buf_put_bytes(out, cm_buf_bytes(&coded));
    cm_buf_free(&coded);
    return code != CM_OK ? code : cm_buf_status(out, err);
}

const cm_codec cm_codec_webp = {.open = webp_open,
                                .close = webp_close,
                                .luma = webp_luma,
                                .rgb = webp_rgb,
                                .encode = webp_encode};
